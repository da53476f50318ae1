"""What a self-built MES says and how its family words it (reference/mes-and-chat.md 1.1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Family:
    """How a MES family words its answers. `rows` is the path to the list inside the body."""

    base: str
    page: str
    size: str
    largest: int
    refusal_status: int

    def success(self, rows: list[dict[str, Any]], total: int) -> dict[str, Any]:
        """Return a list page."""
        if self.page == "pageNum":
            return {"code": 200, "msg": "查询成功", "total": total, "rows": rows}
        if self.page == "pageNo":
            return {"code": 0, "data": {"list": rows, "total": total}, "msg": ""}
        return {"success": True, "data": rows, "total": total}

    def failure(self, code: int, message: str) -> dict[str, Any]:
        """Return a business error."""
        if self.page == "page":
            return {"success": False, "code": code, "message": message}
        return {"code": code, "msg": message, "data": None}


FAMILIES: Mapping[str, Family] = {
    "plain": Family("/api", "page", "size", 1000, 401),
    "ruoyi": Family("/api", "pageNum", "pageSize", 500, 200),
    "yudao": Family("/admin-api", "pageNo", "pageSize", 100, 200),
}


@dataclass
class MesContent:
    """What the MES knows; rows are JSON-ready."""

    stock: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    moves: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    snapshot_time: str = ""
    faults: list[str] = field(default_factory=list)
