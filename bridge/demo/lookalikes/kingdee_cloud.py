"""Kingdee K/3 Cloud's WebAPI as an HTTP server: signatures, queries, documents and the ways it breaks.

Written from reference/kingdee.md 3 and 7; it knows nothing of the connector. Base path `/k3cloud`. Figures are exact;
answers carry them as JSON floats, as the real one does.
"""

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs

from bridge.demo.lookalikes.kingdee_cloud_answers import LOGIN_LOST, Refusal, refusal_body, wrapped
from bridge.demo.lookalikes.kingdee_cloud_auth import Gate
from bridge.demo.lookalikes.kingdee_cloud_books import CloudBooks
from bridge.demo.lookalikes.kingdee_cloud_documents import Documents
from bridge.demo.lookalikes.kingdee_cloud_query import QueryModes, business_info, run_query

_BASE = "/k3cloud/"
_FORMS = "Kingdee.BOS.WebApi.ServicesStub.DynamicFormService."
_AUTH = "Kingdee.BOS.WebApi.ServicesStub.AuthService."
_CENTERS = "Kingdee.BOS.ServiceFacade.ServicesStub.Account.AccountService.GetDataCenterList"


class KingdeeCloudServer:
    """Serve one data centre until `stop`; a context manager starts and stops it.

    `books` holds what it knows, `gate` who may enter, `modes` how queries behave. `fail_next` breaks the next answers,
    one each, `always` breaks every one: "status:N", "redirect", "502", "502_after", "timeout_after" (the work is done,
    the line drops), "response_error", "html", "429", "429:SECONDS", "msgcode:N", "cut:BYTES", "cut_close:BYTES",
    "trickle", "hang", "drop", "expire"; "" lets one pass.
    `calls` lists (service, body) of every request that came in.
    """

    def __init__(
        self,
        *,
        variant: str = "plain",
        port: int = 0,
        now: Callable[[], datetime] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.now = now or (lambda: datetime.now(UTC))
        self.books = CloudBooks(variant=variant)
        self.documents = Documents(self.books, self.now)
        self.gate = Gate(self.now)
        self.modes = QueryModes()
        self.faults: list[str] = []
        self.always = ""
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.guard = threading.RLock()
        self.closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), type("Bound", (CloudHandler,), {"cloud": self}))
        self._server.daemon_threads = True
        self._scheme = "http" if tls is None else "https"
        if tls is not None:
            # The handshake happens with the first read, in the connection's own thread.
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """Return the base URL, up to and with /k3cloud."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_address[1]}/k3cloud"

    def start(self) -> Self:
        """Begin to serve."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """End and free the port."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def fail_next(self, *faults: str) -> None:
        """Break the next answers, one each, in this order; "" lets one pass."""
        with self.guard:
            self.faults.extend(faults)

    def sent(self, method: str) -> list[dict[str, Any]]:
        """Return the bodies of every request of this method, e.g. "Save"."""
        return [body for service, body in self.calls if service.endswith("." + method)]

    def answer(self, service: str, body: dict[str, Any]) -> Any:
        """Return the answer of one service to somebody who may enter."""
        method = service.removeprefix(_FORMS)
        if service == _CENTERS:
            return [{"Id": self.gate.acct_id, "Number": "001", "Name": self.gate.datacenter}]
        data = _object(body.get("data", {}))
        if method in {"ExecuteBillQuery", "BillQuery"}:
            return run_query(self.books, self.modes, data, named=method == "BillQuery")
        if method == "QueryBusinessInfo":
            return business_info(self.books, str(data.get("FormId", "")))
        form = str(body.get("formid") or body.get("FormId") or "")
        if method in {"ExcuteOperation", "ExecuteOperation"}:
            return self.documents.execute(form, str(body.get("opNumber", "")), data)
        operation = getattr(self.documents, method.lower(), None) if method in Documents.METHODS else None
        if operation is None:
            raise LookupError(service)
        return operation(form, data)


def _object(data: Any) -> dict[str, Any]:
    """Return the data: an object, or the JSON text of one."""
    found = json.loads(data, parse_float=Decimal) if isinstance(data, str) else data
    return found if isinstance(found, dict) else {}


class CloudHandler(BaseHTTPRequestHandler):
    """Answers one connection of the server it is bound to."""

    cloud: KingdeeCloudServer
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Read the request, check who asks, play a queued fault, or answer."""
        cloud = self.cloud
        length = int(self.headers.get("Content-Length", "0"))
        body = self._body(self.rfile.read(length))
        if not self.path.startswith(_BASE) or not self.path.endswith(".common.kdsvc"):
            self._write(404, b"<html>404</html>", "text/html")
            return
        service = self.path.removeprefix(_BASE).removesuffix(".common.kdsvc")
        with cloud.guard:
            cloud.calls.append((service, body))
            fault = cloud.faults.pop(0) if cloud.faults else cloud.always
        if self._breaks_before(fault):
            return
        with cloud.guard:
            if fault == "expire":
                cloud.gate.expire()
            status, text, session = self._work(service, body, fault)
        self._answer(fault, status, text, session)

    def _body(self, raw: bytes) -> dict[str, Any]:
        text = raw.decode("utf-8", "replace")
        if "urlencoded" in self.headers.get("Content-Type", ""):
            return {"data": parse_qs(text).get("data", ["{}"])[0]}
        found = json.loads(text or "{}", parse_float=Decimal)
        parameters = found.get("parameters")
        if isinstance(parameters, list) and parameters:  # the positional dialect
            return {"formid": parameters[0], "data": parameters[-1]}
        return found if isinstance(found, dict) else {}

    def _work(self, service: str, body: dict[str, Any], fault: str) -> tuple[int, bytes, str]:
        """Return status, body and a new session id ("" = none)."""
        cloud = self.cloud
        is_query = service.endswith(".ExecuteBillQuery")
        if service.startswith(_AUTH):
            found, session = cloud.gate.login(service.removeprefix(_AUTH), body)
            return 200, _dump(found), session
        session = ""
        try:
            if service != _CENTERS:
                session = cloud.gate.enter(self.path, {name.lower(): text for name, text in self.headers.items()})
            planned = Refusal(int(fault[8:]), f"模拟错误 {fault[8:]}") if fault.startswith("msgcode:") else None
            found = refusal_body(planned) if planned else cloud.answer(service, body)
            return 200, _dump(wrapped(found, listed=is_query) if planned else found), session
        except (PermissionError, Refusal) as refused:
            said = refused if isinstance(refused, Refusal) else LOGIN_LOST
            return 200, _dump(wrapped(refusal_body(said), listed=is_query)), session
        except ConnectionRefusedError:
            return 500, "数据中心不存在".encode(), ""
        except LookupError as unknown:
            return 500, f"服务不存在: {unknown}".encode(), ""

    def _breaks_before(self, fault: str) -> bool:
        """Play a fault that keeps the work from being done. Return whether there was one."""
        kind, _, number = fault.partition(":")
        if kind == "502":
            self._write(502, b"<html><h1>502 Bad Gateway</h1></html>", "text/html")
        elif kind == "status":
            bodiless = number in {"204", "205", "304"}
            self._write(int(number), b"" if bodiless else b'[["x"]]', "application/json")
        elif kind == "redirect":
            self._write(302, b"", "text/html", {"Location": self.path})
        elif kind == "429":
            self._write(429, b"Too Many Requests", "text/plain", {"Retry-After": number} if number else {})
        elif kind == "html":
            self._write(200, "<!DOCTYPE html><html><body>请登录</body></html>".encode(), "text/html; charset=utf-8")
        elif kind == "response_error":
            self._write(200, "response_error: 网关错误：服务未响应".encode(), "text/plain; charset=utf-8")
        elif kind == "hang":
            self.cloud.closing.wait(30)
            self.close_connection = True
        elif kind == "drop":
            self._drop()
        else:
            return False
        return True

    def _answer(self, fault: str, status: int, text: bytes, session: str) -> None:
        """Send the answer, or what a fault leaves of it."""
        kind, _, number = fault.partition(":")
        cookies = {"Set-Cookie": f"kdservice-sessionid={session}; path=/"} if session else {}
        if kind == "timeout_after":
            self._drop()
        elif kind == "502_after":
            self._write(502, b"<html><h1>502 Bad Gateway</h1></html>", "text/html")
        elif kind == "cut":
            self._write(status, text[: int(number)], "application/json", cookies, length=len(text))
            self.close_connection = True
        elif kind == "cut_close":
            self._write(status, text[: int(number)], "application/json", {**cookies, "Connection": "close"}, length=-1)
            self.close_connection = True
        elif kind == "trickle":
            self._trickle(status, text)
        else:
            self._write(status, text, "application/json; charset=utf-8", cookies)

    def _trickle(self, status: int, text: bytes) -> None:
        self._write(status, b"", "application/json", length=max(len(text), 100_000))
        try:
            while not self.cloud.closing.is_set():
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.02)
        except OSError:
            self.close_connection = True

    def _drop(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _write(
        self, status: int, text: bytes, kind: str, headers: dict[str, str] | None = None, *, length: int | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if length != -1:
            self.send_header("Content-Length", str(len(text) if length is None else length))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002 - the base class's signature
        """Return the Date header by the data centre's own clock."""
        return format_datetime(self.cloud.now().astimezone(UTC), usegmt=True)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def _dump(found: Any) -> bytes:
    return json.dumps(found, ensure_ascii=False, default=float).encode()
