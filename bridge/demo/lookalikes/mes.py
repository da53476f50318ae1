"""A self-built MES over HTTP in the envelope of its family: plain, ruoyi or yudao (reference/mes-and-chat.md 1.1)."""

import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bridge.demo.lookalikes.exact import Figure, exact
from bridge.demo.lookalikes.mes_content import FAMILIES, MesContent
from bridge.demo.lookalikes.served import Handler, Served


class MesServer(Served):
    """Serve /stock and /moves under `url` (…/api or …/admin-api).

    Codes, decimals as strings and ISO times with offset. `/moves` takes `updated_after` (strictly later). More faults
    than Served has: "500", "business" and "truncated".
    """

    def __init__(self, *, family: str = "plain", token: str = "", port: int = 0) -> None:
        self.family = FAMILIES[family]
        self.token = token
        self.content = MesContent()
        self.requests: list[str] = []
        super().__init__(port)

    @property
    def url(self) -> str:
        """Return the base URL, without a trailing slash."""
        return f"{super().url}{self.family.base}"

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

    def respond(self, asked: Handler, body: bytes) -> None:  # noqa: ARG002 - a GET has none
        """Check the token, play a queued fault, or answer."""
        address, family = urlsplit(asked.path), self.family
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        with self.guard:
            self.requests.append(asked.path)
            fault = self.next_fault()
        expected = f"Bearer {self.token}".encode()
        if self.token and not hmac.compare_digest(asked.headers.get("Authorization", "").encode(), expected):
            asked.answer(family.refusal_status, family.failure(401, "账号未登录或令牌已过期"))
        elif fault == "business":
            asked.answer(200, family.failure(500, "数据库连接超时"))
        elif fault == "500":
            asked.answer(500, {"error": "Internal Server Error"})
        elif not asked.breaks(fault):
            found = self.page(address.path.removeprefix(family.base), query)
            half = f"cut:{len(str(found)) // 2}" if fault == "truncated" else fault
            status = (404, family.failure(404, "请求地址不存在")) if found is None else (200, found)
            asked.answer(*status, fault=half)

    def page(self, path: str, query: Mapping[str, str]) -> dict[str, Any] | None:
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
