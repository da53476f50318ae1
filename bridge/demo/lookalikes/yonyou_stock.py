"""CurrentStock of the U8 stand-in: its rows, freezing, and 整理现存量 (reference/yonyou-u8.md 2.2, 2.5, 2.6, 5)."""

from dataclasses import dataclass, field
from decimal import Decimal

from bridge.demo.lookalikes.exact import Figure, exact, stored
from bridge.demo.lookalikes.server_file import PostingRefused
from bridge.demo.lookalikes.yonyou_masters import YonyouMasters
from bridge.demo.lookalikes.yonyou_schema import KINDS, body_name, head_name

INWARD = ("01", "08", "10", "34")
SHAM_RETURN = "假退料"
"""cBusType of a material issue (11) that U8's own ledger leaves out."""


@dataclass(frozen=True)
class StockKey:
    """The full unique key of a CurrentStock row; ItemId follows from the item as free items are not used here."""

    warehouse: str
    item: str
    batch: str = ""
    vendor: str = ""
    demand_type: int = 0
    demand: str = ""


Columns = dict[str, Decimal]
Effect = tuple[StockKey, bool, Decimal, Decimal]
"""A line's row, whether it has moved on-hand, its signed quantity and pieces."""


@dataclass
class Change:
    """What to add to a row's columns, e.g. {"iQuantity": -5}."""

    columns: dict[str, Decimal] = field(default_factory=dict)

    def add(self, column: str, amount: Decimal) -> None:
        """Add `amount` to `column`."""
        self.columns[column] = self.columns.get(column, Decimal(0)) + amount


class YonyouRows(YonyouMasters):
    """CurrentStock row by row."""

    def change(self, key: StockKey, columns: dict[str, Decimal]) -> None:
        """Add signed figures to a row, which is created when missing and stays when it becomes zero."""
        item_id, _ = self.item(key.item)
        where = """cWhCode = ? AND cInvCode = ? AND ItemId = ? AND cBatch = ? AND cVMIVenCode = ? AND iSoType = ?
            AND iSodid = ?"""
        values = (key.warehouse, key.item, item_id, key.batch, key.vendor, key.demand_type, key.demand)
        names = tuple(columns)
        found = self.row(f"SELECT rowid, {', '.join(names)} FROM CurrentStock WHERE {where}", values)
        if found:
            after = {name: stored(exact(old) + columns[name]) for name, old in zip(names, found[1:], strict=True)}
            self.update("CurrentStock", "rowid = ?", found[0], **after)
            return
        self.insert(
            "CurrentStock",
            AutoID=self.take("CurrentStock"),
            cWhCode=key.warehouse,
            cInvCode=key.item,
            ItemId=item_id,
            cBatch=key.batch,
            cVMIVenCode=key.vendor,
            iSoType=key.demand_type,
            iSodid=key.demand,
            **{name: stored(amount) for name, amount in columns.items()},
        )

    def balance(self, item: str, warehouse: str, batch: str | None = None) -> Decimal:
        """Return on-hand (iQuantity) of an item in a warehouse, of one batch or over all."""
        return sum(
            (quantity for (_, w, b), quantity in self.balances(item).items() if w == warehouse and batch in (None, b)),
            Decimal(0),
        )

    def balances(self, item: str | None = None) -> dict[tuple[str, str, str], Decimal]:
        """Return on-hand by (item, warehouse, batch); zero rows included, VMI owners added up."""
        only, values = ("WHERE cInvCode = ?", (item,)) if item is not None else ("", ())
        query = f"SELECT cInvCode, cWhCode, cBatch, iQuantity FROM CurrentStock {only}"
        found: dict[tuple[str, str, str], Decimal] = {}
        for code, warehouse, batch, quantity in self.rows(query, values):
            found[code, warehouse, batch] = found.get((code, warehouse, batch), Decimal(0)) + exact(quantity)
        return found

    def tamper(self, item: str, warehouse: str, delta: Figure, batch: str = "") -> None:
        """Change on-hand by `delta` with no document behind it, as a raw UPDATE would (cause S1)."""
        with self.writing():
            self.change(StockKey(warehouse, item, batch), {"iQuantity": exact(delta)})

    def freeze(self, item: str, warehouse: str, quantity: Figure, batch: str = "") -> None:
        """Freeze (or with a negative figure unfreeze) a part of a row. Raise PostingRefused outside 0..on-hand."""
        with self.writing():
            key = StockKey(warehouse, item, batch)
            query = """SELECT iQuantity, fStopQuantity FROM CurrentStock WHERE cWhCode = ? AND cInvCode = ?
                AND cBatch = ? AND cVMIVenCode = ''"""
            found = self.row(query, (warehouse, item, batch)) or (0, 0)
            if not 0 <= exact(found[1]) + exact(quantity) <= exact(found[0]):
                raise PostingRefused(f"{item} {warehouse}: 冻结数量超出 0 到现存量 {found[0]}")
            self.change(key, {"fStopQuantity": exact(quantity)})

    def freeze_row(self, item: str, warehouse: str, batch: str = "", *, frozen: bool = True) -> None:
        """批次冻结 or 解冻: bStopFlag of the whole row."""
        query = "UPDATE CurrentStock SET bStopFlag = ? WHERE cInvCode = ? AND cWhCode = ? AND cBatch = ?"
        self.run(query, (int(frozen), item, warehouse, batch))

    def recalculate(self, *, keep_freezes: bool = True) -> None:
        """整理现存量: rebuild every row from the documents, so every row gets a new AutoID and ufts.

        Whether U8 keeps freezes is not known (reference 8 d), hence `keep_freezes`.
        """
        with self.writing():
            frozen = self.rows(
                """SELECT cWhCode, cInvCode, cBatch, cVMIVenCode, fStopQuantity, bStopFlag FROM CurrentStock
                WHERE fStopQuantity <> 0 OR bStopFlag <> 0"""
            )
            rebuilt = self._from_documents()
            for warehouse, item, batch, vendor in self.rows(
                "SELECT cWhCode, cInvCode, cBatch, cVMIVenCode FROM CurrentStock"
            ):
                rebuilt.setdefault(StockKey(warehouse, item, batch, vendor), Change({"iQuantity": Decimal(0)}))
            self.run("DELETE FROM CurrentStock")
            for key in sorted(rebuilt, key=lambda k: (k.warehouse, k.item, k.batch, k.vendor)):
                self.change(key, rebuilt[key].columns)
            if keep_freezes:
                query = """UPDATE CurrentStock SET fStopQuantity = ?, bStopFlag = ? WHERE cWhCode = ? AND cInvCode = ?
                    AND cBatch = ? AND cVMIVenCode = ?"""
                for warehouse, item, batch, vendor, quantity, flag in frozen:
                    self.run(query, (quantity, flag, warehouse, item, batch, vendor))

    def document_effects(self, kind: str, document: int | None = None) -> list[Effect]:
        """Return (key, has it moved on-hand, signed quantity, signed pieces) of a type's lines that count."""
        only, values = ("AND h.ID = ?", (document,)) if document is not None else ("", ())
        query = f"""SELECT h.cWhCode, b.cInvCode, b.cBatch, b.cvmivencode, b.iQuantity, b.iNum, h.cHandler
            FROM {head_name(kind)} h JOIN {body_name(kind)} b ON b.ID = h.ID
            WHERE NOT (h.cVouchType = '11' AND ifnull(h.cBusType, '') = ?) {only} ORDER BY b.AutoID"""
        at_audit, sign = self.changes_at_audit(kind), 1 if kind in INWARD else -1
        found = []
        for warehouse, item, batch, vendor, quantity, pieces, handler in self.rows(query, (SHAM_RETURN, *values)):
            counts = bool(handler) or not at_audit
            key = StockKey(warehouse, item, batch or "", vendor or "")
            found.append((key, counts, exact(quantity) * sign, exact(pieces) * sign))
        return found

    def effect(self, kind: str, item: str, *, counts: bool, quantity: Decimal, pieces: Decimal) -> dict[str, Decimal]:
        """Return the columns a line moves: on-hand when it counts, else the pending column of its direction."""
        floating = self.item(item)[1] == 2
        if counts:
            return {"iQuantity": quantity, **({"iNum": pieces} if floating else {})}
        column, sign = ("fIn", 1) if kind in INWARD else ("fOut", -1)
        return {f"{column}Quantity": quantity * sign, **({f"{column}Num": pieces * sign} if floating else {})}

    def _from_documents(self) -> dict[StockKey, Change]:
        rebuilt: dict[StockKey, Change] = {}
        for kind in KINDS:
            for key, counts, quantity, pieces in self.document_effects(kind):
                moved = self.effect(kind, key.item, counts=counts, quantity=quantity, pieces=pieces)
                for column, amount in moved.items():
                    rebuilt.setdefault(key, Change()).add(column, amount)
        query = """SELECT h.cOWhCode, h.cIWhCode, b.cInvCode, b.cTVBatch, b.iTVQuantity FROM TransVouch h
            JOIN TransVouchs b ON b.ID = h.ID WHERE ifnull(h.cVerifyPerson, '') = ''"""
        for source, target, item, batch, quantity in self.rows(query):
            for warehouse, column in ((source, "fTransOutQuantity"), (target, "fTransInQuantity")):
                rebuilt.setdefault(StockKey(warehouse, item, batch or ""), Change()).add(column, exact(quantity))
        return rebuilt
