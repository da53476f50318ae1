"""A self-built MES over HTTP in the envelope of its family: plain, ruoyi or yudao (reference/mes-and-chat.md 1.1)."""

import hmac
import json
import threading
from collections.abc import Mapping
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from bridge.demo.lookalikes.exact import Figure, exact
from bridge.demo.lookalikes.mes_content import FAMILIES, MesContent


class MesServer:
    """Serve /stock and /moves under `url` (…/api or …/admin-api) until `stop`; a context manager does both.

    Codes, decimals as strings and ISO times with offset. `/moves` takes `updated_after` (strictly later). `fail_next`
    queues one broken answer each: "500", "html", "truncated", "business", "slow" or "drop".
    """

    def __init__(self, *, family: str = "plain", token: str = "", port: int = 0) -> None:
        self.family = FAMILIES[family]
        self.token = token
        self.content = MesContent()
        self.requests: list[str] = []
        self.guard = threading.Lock()
        self.closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), type("Bound", (MesHandler,), {"mes": self}))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """Return the base URL, without a trailing slash."""
        return f"http://127.0.0.1:{self._server.server_address[1]}{self.family.base}"

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

    def set_stock(
        self,
        item: str,
        area: str,
        quantity: Figure,
        at: datetime,
        *,
        unit: str = "个",
        batch: str = "",
        name: str = "",
        frozen: bool = False,
    ) -> None:
        """State what lies at a place. `at` is aware; it becomes the time of the whole snapshot."""
        with self.guard:
            self.content.snapshot_time = at.isoformat(timespec="seconds")
            self.content.stock[item, area, batch] = {
                "part_no": item,
                "part_name": name,
                "area": area,
                "batch": batch,
                "qty": format(exact(quantity), "f"),
                "uom": unit,
                "status": "OK",
                "frozen": frozen,
                "updated_at": at.isoformat(timespec="seconds"),
            }

    def add_move(
        self,
        report: str,
        item: str,
        area: str,
        quantity: Figure,
        at: datetime,
        *,
        line: int = 1,
        unit: str = "个",
        batch: str = "",
        kind: str = "产品入库",
        work_order: str = "",
        operator: str = "",
        to_area: str = "",
        reversal_of: str = "",
        deleted: bool = False,
        updated: datetime | None = None,
    ) -> None:
        """Report a movement; quantity is signed. The same report and line again replaces it (updated_at moves)."""
        with self.guard:
            self.content.moves[report, line] = {
                "id": f"{report}-{line}",
                "report_no": report,
                "line": line,
                "type": kind,
                "part_no": item,
                "area": area,
                "to_area": to_area,
                "batch": batch,
                "qty": format(exact(quantity), "f"),
                "uom": unit,
                "work_order": work_order,
                "operator": operator,
                "done_at": at.isoformat(timespec="seconds"),
                "updated_at": (updated or at).isoformat(timespec="seconds"),
                "reversal_of": reversal_of,
                "deleted": deleted,
            }

    def fail_next(self, *faults: str) -> None:
        """Break the next answers, one each, in this order."""
        with self.guard:
            self.content.faults.extend(faults)

    def answer(self, path: str, query: Mapping[str, str]) -> dict[str, Any] | None:
        """Return the body of a page, None for an unknown path."""
        with self.guard:
            rows = self._rows(path, query)
            if rows is None:
                return None
            size = min(int(query.get(self.family.size, "20")), self.family.largest)
            first = (max(int(query.get(self.family.page, "1")), 1) - 1) * size
            body = self.family.success(rows[first : first + size], len(rows))
            if path == "/stock":
                body["snapshot_id"] = body["snapshot_time"] = self.content.snapshot_time
            return body

    def _rows(self, path: str, query: Mapping[str, str]) -> list[dict[str, Any]] | None:
        if path == "/stock":
            return [self.content.stock[key] for key in sorted(self.content.stock)]
        if path != "/moves":
            return None
        rows = sorted(self.content.moves.values(), key=lambda row: (row["updated_at"], row["id"]))
        since = query.get("updated_after", "")
        if not since:
            return rows
        floor = datetime.fromisoformat(since.replace(" ", "+"))  # a literal + of an offset arrives as a blank
        return [row for row in rows if datetime.fromisoformat(row["updated_at"]) > floor]


class MesHandler(BaseHTTPRequestHandler):
    """Answers one connection of the MES it is bound to."""

    mes: MesServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Check the token, play a queued fault, or answer."""
        asked, family = urlsplit(self.path), self.mes.family
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        with self.mes.guard:
            self.mes.requests.append(self.path)
            fault = self.mes.content.faults.pop(0) if self.mes.content.faults else ""
        expected = f"Bearer {self.mes.token}".encode()
        if self.mes.token and not hmac.compare_digest(self.headers.get("Authorization", "").encode(), expected):
            self._send(family.refusal_status, family.failure(401, "账号未登录或令牌已过期"))
            return
        if fault:
            self._break(fault)
            return
        body = self.mes.answer(asked.path.removeprefix(family.base), query)
        if body is None:
            self._send(404, family.failure(404, "请求地址不存在"))
        else:
            self._send(200, body)

    def _break(self, fault: str) -> None:
        if fault == "business":
            self._send(200, self.mes.family.failure(500, "数据库连接超时"))
        elif fault == "html":
            self._write(200, "<html><body>系统维护中</body></html>".encode(), "text/html; charset=utf-8")
        elif fault == "truncated":
            text = json.dumps(self.mes.answer("/stock", {}), ensure_ascii=False).encode()
            self._write(200, text[: len(text) // 2], "application/json", length=len(text))
        elif fault == "slow":
            self.mes.closing.wait(30)
        elif fault == "500":
            self._send(500, {"error": "Internal Server Error"})
        self.close_connection = True

    def _send(self, status: int, body: dict[str, Any]) -> None:
        text = json.dumps(body, ensure_ascii=False).encode()
        self._write(status, text, "application/json; charset=utf-8")

    def _write(self, status: int, text: bytes, kind: str, *, length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text) if length is None else length))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""
