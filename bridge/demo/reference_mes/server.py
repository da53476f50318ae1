"""The requests: who asks, what for, and one transaction for each."""

import hmac
import json
import sqlite3
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from bridge.demo.reference_mes import holds, movements, stock
from bridge.demo.reference_mes.answers import Refused, bad, good
from bridge.demo.reference_mes.stock import Caller
from bridge.demo.reference_mes.tables import create, transaction

_LARGEST_BODY = 64 * 1024
_HOLDS = "/open/holds"


class ReferenceMes:
    """Serve the contract from the SQLite file `db` under `url` until `stop`; a context manager does both.

    `reader` may only read; `writer` may also hold, under the name `stockbridge`. Two tokens, because most of who reads
    need not write. A token stands in a header, never in the address: addresses end up in logs.
    """

    def __init__(
        self, db: Path, now: Callable[[], datetime], *, reader: str, writer: str, host: str = "127.0.0.1", port: int = 0
    ) -> None:
        self.db = db
        self.accounts = {reader: "reader", writer: "stockbridge"}
        self._now = now
        create(db)
        bound = type("Bound", (_Request,), {"mes": self})
        self._server = ThreadingHTTPServer((host, port), bound)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """Return the base address, without a trailing slash."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def start(self) -> Self:
        """Begin to serve."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """End and free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def now_ms(self) -> int:
        """Return the server's time in Unix milliseconds."""
        return round(self._now().timestamp() * 1000)

    def caller(self, authorization: str) -> Caller:
        """Return whose token this is. Raise Refused 401; the answer does not tell what was wrong with it."""
        sent = authorization.encode("utf-8", "replace")
        for token, name in self.accounts.items():
            if hmac.compare_digest(sent, f"Bearer {token}".encode()):  # as slow for a near miss as for a wild guess
                return Caller(name, self.now_ms, self._now().tzinfo)
        raise Refused(401, "no valid token: send Authorization: Bearer <token>")

    def answer(self, method: str, address: str, authorization: str, body: Any) -> Any:
        """Return the data of one request, done in one transaction. Raise Refused."""
        caller, parts = self.caller(authorization), urlsplit(address)
        asked = _query(parts.query)
        with transaction(self.db) as db:
            if method == "GET" and parts.path == "/open/stock":
                return stock.page(db, asked, caller)
            if method == "GET" and parts.path == "/open/movements":
                return movements.page(db, asked, caller)
            if parts.path == _HOLDS or parts.path.startswith(f"{_HOLDS}/"):
                if caller.name == "reader":
                    raise Refused(403, "this token may read stock and movements, not holds")
                return _on_holds(db, method, unquote(parts.path[len(_HOLDS) + 1 :]), asked, body, caller)
        raise Refused(404, f"no such path: {parts.path[:80]}")


def _on_holds(db: Any, method: str, hold_id: str, asked: Mapping[str, str], body: Any, caller: Caller) -> Any:
    if not hold_id and method == "GET":
        return holds.page(db, asked, caller)
    if hold_id and method == "PUT":
        return holds.put(db, hold_id, body, caller)
    if hold_id and method in {"GET", "DELETE"}:
        return (holds.get if method == "GET" else holds.delete)(db, hold_id, caller)
    raise Refused(405, f"{method} is not possible here")


def _query(text: str) -> dict[str, str]:
    """Return the parameters. One that comes twice leaves open which is meant."""
    pairs = parse_qsl(text, keep_blank_values=True)
    if len({name for name, _ in pairs}) != len(pairs):
        raise Refused(400, "a parameter occurs twice")
    return dict(pairs)


class _Request(BaseHTTPRequestHandler):
    mes: ReferenceMes
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        try:
            body = self._body()
            data = self.mes.answer(self.command, self.path, self.headers.get("Authorization", ""), body)
        except Refused as refused:
            self._send(refused.status, bad(refused))
        except sqlite3.OperationalError:  # rolled back: the same request may be sent again
            self._send(503, bad(Refused(503, "busy, nothing was done; try again")))
        else:
            self._send(200, good(data))

    def _body(self) -> Any:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > _LARGEST_BODY or "Transfer-Encoding" in self.headers:
            self.close_connection = True  # the unread rest would be taken for the next request
            raise Refused(413, f"a body has a Content-Length of at most {_LARGEST_BODY}")
        content = self.rfile.read(int(length))
        if self.command != "PUT":
            return None
        try:
            return json.loads(content)
        except (ValueError, RecursionError) as cause:
            raise Refused(400, "the body is no JSON in UTF-8") from cause

    def _send(self, status: int, body: dict[str, Any]) -> None:
        """Send the answer with its length: a body that just ends looks whole wherever it was cut."""
        content = json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""
