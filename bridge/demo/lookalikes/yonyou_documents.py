"""Movement documents of the U8 stand-in: save, audit, un-audit, delete, edit (reference/yonyou-u8.md 2.3 and 2.5)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from bridge.demo.lookalikes.exact import Figure, day, exact, moment, stored
from bridge.demo.lookalikes.server_file import PostingRefused
from bridge.demo.lookalikes.yonyou_schema import body_name, head_name
from bridge.demo.lookalikes.yonyou_stock import INWARD, Columns, Effect, StockKey, YonyouRows

PREFIXES = {"01": "CGRK", "08": "QTRK", "09": "QTCK", "10": "CPRK", "11": "CLCK", "32": "XSCK", "34": "QC"}
_BUSINESS = {
    "01": "普通采购",
    "08": "其他入库",
    "09": "其他出库",
    "10": "成品入库",
    "11": "领料",
    "32": "普通销售",
    "34": None,
}
_SOURCES = {
    "01": "采购到货单",
    "08": "库存",
    "09": "库存",
    "10": "生产订单",
    "11": "生产订单",
    "32": "发货单",
    "34": "库存",
}
FIRST_ID = 1000000001


@dataclass(frozen=True)
class Document:
    """A saved document: its cVouchType (12 = transfer, 18 = count) and head ID."""

    kind: str
    id: int


@dataclass(frozen=True)
class StockLine:
    """One line as typed: quantity in the main unit, or with `unit` in that auxiliary unit (× its rate).

    `pieces` are the pieces of a floating item (iNum). `batch` '' is stored as NULL, as U8's bodies do.
    """

    item: str
    quantity: Figure
    batch: str = ""
    unit: str = ""
    pieces: Figure = 0
    vendor: str = ""
    price: Figure | None = None
    link: int | None = None


class YonyouDocuments(YonyouRows):
    """Documents 01 08 09 10 11 32 34. Times `at` are the U8 server's own clock and fill dnmaketime and dnverifytime."""

    def save(
        self,
        kind: str,
        lines: Sequence[StockLine],
        warehouse: str,
        at: datetime,
        maker: str,
        *,
        on: date | None = None,
        number: str = "",
        reference: str = "",
        red: bool = False,
        business: str | None = None,
        source: str | None = None,
    ) -> Document:
        """Save a document (01 08 09 10 11 32) and return it; on-hand moves now if its type's box is not ticked.

        `on` = document date (default that of `at`), `reference` = cBusCode, `red` = negative quantities, bredvouch 1.
        Raise PostingRefused if the stock module closed the period of `on` or the warehouse is frozen.
        """
        with self.writing():
            self.check(on or at.date(), warehouse)
            document = Document(kind, self.take("rd_id", FIRST_ID))
            self.insert(
                head_name(kind),
                ID=document.id,
                bRdFlag=int(kind in INWARD),
                cVouchType=kind,
                cBusType=_BUSINESS[kind] if business is None else business,
                cSource=_SOURCES[kind] if source is None else source,
                cBusCode=reference or None,
                cWhCode=warehouse,
                dDate=day(on or at),
                cCode=number or self.next_number(PREFIXES[kind]),
                cMaker=maker or None,
                dnmaketime=moment(at),
                bredvouch=int(red),
            )
            self._write_lines(document, lines, red=red)
            self._move(document, 1)
        return document

    def audit(self, document: Document, at: datetime, checker: str) -> None:
        """审核. Raise PostingRefused if it is audited already."""
        with self.writing():
            self.require(not self._handler(document), document, "已审核")
            self._set_handler(document, checker, day(at), moment(at))

    def unaudit(self, document: Document, at: datetime) -> None:
        """弃审. Raise PostingRefused if it is not audited."""
        with self.writing():
            self.require(bool(self._handler(document)), document, "未审核")
            self._set_handler(document, None, None, None)
            self.update(head_name(document.kind), "ID = ?", document.id, dnmodifytime=moment(at))

    def delete(self, document: Document) -> None:
        """Delete an unaudited document without trace. Raise PostingRefused if it is audited."""
        with self.writing():
            self.require(not self._handler(document), document, "已审核")
            self._move(document, -1)
            self.run(f"DELETE FROM {body_name(document.kind)} WHERE ID = ?", (document.id,))
            self.run(f"DELETE FROM {head_name(document.kind)} WHERE ID = ?", (document.id,))

    def edit(self, document: Document, lines: Sequence[StockLine], at: datetime) -> None:
        """Replace the lines of an unaudited document; they get new AutoIDs. Raise PostingRefused if it is audited."""
        with self.writing():
            self.require(not self._handler(document), document, "已审核")
            self._move(document, -1)
            head = head_name(document.kind)
            red = self.row(f"SELECT bredvouch FROM {head} WHERE ID = ?", (document.id,))[0]
            self.run(f"DELETE FROM {body_name(document.kind)} WHERE ID = ?", (document.id,))
            self._write_lines(document, lines, red=bool(red))
            self.run(f"UPDATE {head} SET dnmodifytime = ? WHERE ID = ?", (moment(at), document.id))
            self._move(document, 1)

    def set_opening(self, item: str, warehouse: str, quantity: Figure, batch: str = "", *, pieces: Figure = 0) -> None:
        """Enter one opening row (34, bIsSTQc = 1, dated the day before the module start), audited."""
        self.set_openings(warehouse, [StockLine(item, quantity, batch, pieces=pieces)])

    def set_openings(self, warehouse: str, lines: Sequence[StockLine]) -> Document:
        """Enter one opening document of a warehouse with many lines, audited."""
        with self.writing():
            document = Document("34", self.take("rd_id", FIRST_ID))
            self.insert(
                head_name("34"),
                ID=document.id,
                bRdFlag=1,
                cVouchType="34",
                cSource="库存",
                cWhCode=warehouse,
                dDate=day(self.opening_day),
                cCode=self.next_number("QC"),
                cMaker="admin",
                cHandler="admin",
                dVeriDate=day(self.opening_day),
                bIsSTQc=1,
            )
            self._write_lines(document, lines, red=False)
            self._move(document, 1)
        return document

    def number_of(self, document: Document) -> str:
        """Return a document's number."""
        table, column = {"12": ("TransVouch", "cTVCode"), "18": ("CheckVouch", "cCVCode")}.get(
            document.kind, (head_name(document.kind), "cCode")
        )
        return str(self.row(f"SELECT {column} FROM {table} WHERE ID = ?", (document.id,))[0])

    def find(self, kind: str, number: str) -> Document:
        """Return the movement document of a type and number. Raise LookupError if there is none."""
        found = self.row(f"SELECT ID FROM {head_name(kind)} WHERE cCode = ?", (number,))
        if found is None:
            raise LookupError(number)
        return Document(kind, int(found[0]))

    def _write_lines(self, document: Document, lines: Iterable[StockLine], *, red: bool) -> None:
        sign = -1 if red else 1
        for row, line in enumerate(lines, start=1):
            quantity, values = self.main_quantity(line) * sign, dict[str, Any]()
            if line.unit:
                values = {"cAssUnit": line.unit, "iinvexchrate": stored(self.rate(line.unit))}
            if line.link is not None and document.kind in {"08", "09"}:
                values["iTrIds"] = line.link
            pieces = exact(line.pieces) or (exact(line.quantity) if line.unit else Decimal(0))
            self.insert(
                body_name(document.kind),
                AutoID=self.take("rd_autoid", FIRST_ID),
                ID=document.id,
                cInvCode=line.item,
                iQuantity=stored(quantity),
                iNum=stored(pieces * sign) if pieces else None,
                iNQuantity=stored(quantity),
                cBatch=line.batch or None,
                cvmivencode=line.vendor or None,
                iUnitCost=None if line.price is None else stored(exact(line.price)),
                irowno=row,
                **values,
            )

    def main_quantity(self, line: StockLine) -> Decimal:
        """Return a line's quantity in the item's main unit."""
        return exact(line.quantity) * (self.rate(line.unit) if line.unit else 1)

    def _move(self, document: Document, direction: int) -> None:
        effects = self.document_effects(document.kind, document.id)
        for key, columns in self._columns(document.kind, effects).items():
            self.change(key, {name: amount * direction for name, amount in columns.items()})

    def _columns(self, kind: str, effects: list[Effect], *, counts: bool | None = None) -> dict[StockKey, Columns]:
        """Return what lines add to each row's columns, as they stand or as if all did (not) count."""
        total: dict[StockKey, Columns] = {}
        for key, standing, quantity, pieces in effects:
            columns = total.setdefault(key, {})
            moved = standing if counts is None else counts
            for name, amount in self.effect(kind, key.item, counts=moved, quantity=quantity, pieces=pieces).items():
                columns[name] = columns.get(name, Decimal(0)) + amount
        return total

    def _set_handler(self, document: Document, checker: str | None, on: str | None, at: str | None) -> None:
        head = head_name(document.kind)
        self.update(head, "ID = ?", document.id, cHandler=checker, dVeriDate=on, dnverifytime=at)
        if not self.changes_at_audit(document.kind):
            return
        effects = self.document_effects(document.kind, document.id)
        before = self._columns(document.kind, effects, counts=checker is None)
        for key, after in self._columns(document.kind, effects).items():
            self.change(key, {name: -amount for name, amount in before[key].items()} | after)

    def _handler(self, document: Document) -> str:
        found = self.row(f"SELECT cHandler FROM {head_name(document.kind)} WHERE ID = ?", (document.id,))
        if found is None:
            raise LookupError(document)
        return str(found[0] or "")

    def next_number(self, prefix: str) -> str:
        """Return the next document number of a prefix."""
        return f"{prefix}-{self.take(prefix):06d}"

    def require(self, holds: bool, document: Document, why: str) -> None:
        """Raise PostingRefused with the document's number unless `holds`."""
        if not holds:
            raise PostingRefused(f"单据 {self.number_of(document)}: {why}")

    def check(self, on: date, warehouse: str) -> None:
        """Raise PostingRefused for a closed period or a frozen warehouse, LookupError for an unknown one."""
        query = """SELECT bFreeze, (SELECT bflag_ST FROM GL_mend WHERE iyear = ? AND iperiod = ?) FROM Warehouse
            WHERE cWhCode = ?"""
        found = self.row(query, (on.year, on.month, warehouse))
        if found is None:
            raise LookupError(warehouse)
        if found[0]:
            raise PostingRefused(f"仓库 {warehouse} 已冻结")
        if found[1]:
            raise PostingRefused(f"日期 {on} 的库存期间已结账")
