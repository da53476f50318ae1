"""What a U8 account set behind the OpenAPI knows: stock, cards, transfers and the 08/09 documents they create.

Written from reference/yonyou-u8.md 2.3, 2.5 and 3.1; it knows nothing of the connector.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any

Place = tuple[str, str, str, str]
"""Warehouse, item, batch, free item 1."""


class U8Refusal(Exception):
    """A call that U8 or the platform refuses: errcode and words."""

    def __init__(self, code: str, words: str) -> None:
        self.code = code
        self.words = words
        super().__init__(words)


def by_u8(words: str) -> U8Refusal:
    """Return the refusal that carries U8's own text."""
    return U8Refusal("20005", f"U8 服务调用失败: {words}")


@dataclass
class Transfer:
    """调拨单. `lines` are (item, batch, free1, quantity)."""

    head: dict[str, str]
    lines: list[tuple[str, str, str, Decimal]]
    auditor: str = ""


@dataclass
class OtherDocument:
    """其他入库单 (08, sign 1) or 其他出库单 (09, sign -1), created by the audit of a transfer."""

    code: str
    source: str
    warehouse: str
    lines: list[tuple[str, str, str, Decimal]]
    sign: int
    memory: str
    auditor: str = ""


@dataclass
class OpenApiBooks:
    """One account set. `on_save` moves stock when 08/09 are created; `auto_audit` audits them at once.

    `batch_key` is how lines call the batch, `refuse_audit` lists what U8 says to the next audits ("" = nothing).
    """

    on_save: bool = False
    auto_audit: bool = False
    batch_key: str = "serial"
    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    warehouses: dict[str, str] = field(default_factory=dict)
    units: dict[str, tuple[str, str]] = field(default_factory=dict)
    classes: dict[str, str] = field(default_factory=dict)
    stock: dict[Place, Decimal | None] = field(default_factory=dict)
    stopped: dict[Place, Decimal] = field(default_factory=dict)
    transfers: dict[str, Transfer] = field(default_factory=dict)
    others: dict[str, dict[str, OtherDocument]] = field(default_factory=lambda: {"otherin": {}, "otherout": {}})
    persons: set[str] = field(default_factory=lambda: {"00001"})
    refuse_audit: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def add_item(self, code: str, name: str, *, unit: str = "01", category: str = "0101", **more: Any) -> None:
        """Add an item card."""
        card = {"code": code, "name": name, "specs": "", "sort_code": category, "main_measure": unit, "end_date": ""}
        self.items[code] = {**card, "unitgroup_type": "0", **more}

    def change(self, place: Place, quantity: Decimal) -> None:
        """Add to what lies at a place."""
        self.stock[place] = (self.stock.get(place) or Decimal(0)) + quantity

    def add_transfer(self, head: dict[str, Any], entries: list[dict[str, Any]]) -> str:
        """Save a transfer (unaudited). Return its number."""
        for key, known in (("owhcode", self.warehouses), ("iwhcode", self.warehouses)):
            if str(head.get(key, "")) not in known:
                raise by_u8(f"仓库不存在: {head.get(key)}")
        if head["owhcode"] == head["iwhcode"]:
            raise by_u8("转出仓库与转入仓库不能相同")
        if not head.get("ordcode") or not head.get("irdcode"):
            raise by_u8("收发类别不能为空")
        lines = []
        for entry in entries:
            quantity = Decimal(str(entry.get("quantity", "0")))
            if str(entry.get("inventorycode")) not in self.items or quantity <= 0:
                raise by_u8(f"存货不存在或数量不合法: {entry.get('inventorycode')}")
            batch, free = str(entry.get(self.batch_key) or ""), str(entry.get("free1") or "")
            lines.append((str(entry["inventorycode"]), batch, free, quantity))
        if not lines:
            raise by_u8("表体不能为空")
        code = f"{next(self._numbers):010}"
        self.transfers[code] = Transfer({**{key: str(value) for key, value in head.items()}, "tvcode": code}, lines)
        return code

    def verify_transfer(self, code: str, auditor: str) -> None:
        """Audit a transfer: creates 09 and 08, unaudited unless the account set audits them itself."""
        transfer = self._transfer(code)
        if transfer.auditor:
            raise by_u8(f"调拨单 {code} 已审核")
        self._may_audit(auditor)
        out = (transfer.head["owhcode"], "otherout", -1)
        self._need(out[0], transfer.lines)
        transfer.auditor = auditor
        for warehouse, kind, sign in (out, (transfer.head["iwhcode"], "otherin", 1)):
            number = f"{next(self._numbers):010}"
            memory = transfer.head.get("memory", "")
            made = OtherDocument(number, code, warehouse, list(transfer.lines), sign, memory)
            self.others[kind][number] = made
            if self.on_save:
                self._move(made, 1)
            if self.auto_audit:
                self.verify_other(kind, number, auditor)

    def unverify_transfer(self, code: str) -> None:
        """Take the audit back, possible while neither 08 nor 09 is audited; both go."""
        transfer = self._transfer(code)
        made = [(kind, each) for kind, found in self.others.items() for each in found.values() if each.source == code]
        if not transfer.auditor or any(each.auditor for _, each in made):
            raise by_u8(f"调拨单 {code} 生成的单据已审核,不能弃审")
        transfer.auditor = ""
        for kind, each in made:
            if self.on_save:
                self._move(each, -1)
            del self.others[kind][each.code]

    def verify_other(self, kind: str, code: str, auditor: str) -> None:
        """Audit an 08 or 09; in audit mode this is what moves stock."""
        document = self._other(kind, code)
        if document.auditor:
            raise by_u8(f"单据 {code} 已审核")
        self._may_audit(auditor)
        if not self.on_save:
            if document.sign < 0:
                self._need(document.warehouse, document.lines)
            self._move(document, 1)
        document.auditor = auditor

    def unverify_other(self, kind: str, code: str) -> None:
        """Take the audit of an 08 or 09 back."""
        document = self._other(kind, code)
        if not document.auditor:
            raise by_u8(f"单据 {code} 未审核")
        if not self.on_save:
            self._move(document, -1)
        document.auditor = ""

    def _may_audit(self, auditor: str) -> None:
        if auditor not in self.persons:
            raise by_u8(f"审核人不存在: {auditor}")
        words = self.refuse_audit.pop(0) if self.refuse_audit else ""
        if words:
            raise by_u8(words)

    def _need(self, warehouse: str, lines: list[tuple[str, str, str, Decimal]]) -> None:
        for item, batch, free, quantity in lines:
            place = (warehouse, item, batch, free)
            if (self.stock.get(place) or Decimal(0)) - self.stopped.get(place, Decimal(0)) < quantity:
                raise by_u8(f"存货 {item} 在仓库 {warehouse} 的可用量不足")

    def _move(self, document: OtherDocument, direction: int) -> None:
        for item, batch, free, quantity in document.lines:
            self.change((document.warehouse, item, batch, free), quantity * document.sign * direction)

    def _transfer(self, code: str) -> Transfer:
        if code not in self.transfers:
            raise by_u8(f"调拨单不存在: {code}")
        return self.transfers[code]

    def _other(self, kind: str, code: str) -> OtherDocument:
        if code not in self.others[kind]:
            raise by_u8(f"单据不存在: {code}")
        return self.others[kind][code]
