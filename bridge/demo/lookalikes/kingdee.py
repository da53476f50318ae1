"""A stand-in for a K/3 WISE account set that posts bills as K/3 does (reference/kingdee.md 2.3 to 2.5)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bridge.demo.lookalikes.exact import Figure, day, exact, stored
from bridge.demo.lookalikes.kingdee_masters import KingdeeMasters
from bridge.demo.lookalikes.kingdee_stock import BILL_TYPES, ORDINARY, TRANSFER, VMI_RECEIPT, StockKey, legs, post
from bridge.demo.lookalikes.server_file import PostingRefused


@dataclass(frozen=True)
class BillLine:
    """One line as typed: codes, and a positive quantity in `unit` ('' = base unit); `to` is a transfer's 调入仓.

    `base` states the base quantity of a floating unit. `batch` None is stored as NULL, which K/3 does at times.
    """

    item: str
    warehouse: str
    quantity: Figure
    batch: str | None = ""
    to: str = ""
    unit: str = ""
    base: Figure | None = None
    price: Figure = 0
    order: str = ""
    mto: str = ""
    note: str = ""


class KingdeeBooks(KingdeeMasters):
    """The books. Business dates are dates, as K/3 keeps no time of day (FCheckDate is midnight)."""

    def save_bill(
        self,
        tran_type: int,
        lines: Sequence[BillLine],
        on: date,
        maker: str,
        *,
        number: str = "",
        reference: str = "",
        red: bool = False,
        vmi: bool = False,
        back_flushed: bool = False,
        note: str = "",
    ) -> int:
        """Save a bill and return its FInterID; stock moves now if UpStockWhenSave is 1.

        `reference` goes to each line's FSourceBillNo. `red` = 红字: FROB -1 and negative quantities. '' as `maker`
        leaves FBillerID NULL. Raise PostingRefused for a date in a closed period or forbidden negative stock.
        """
        with self.writing():
            profile = self.profiles()
            self._check_period(on, profile)
            kind = BILL_TYPES[tran_type]
            bill = self.take("ICStockBill", 1001)
            at_save = profile["UpStockWhenSave"] == "1"
            self.insert(
                "ICStockBill",
                FInterID=bill,
                FTranType=tran_type,
                FBillNo=number or f"{kind.prefix}{self.take(kind.prefix):06d}",
                FDate=day(on),
                FROB=-1 if red else 1,
                FUpStockWhenSave=int(at_save),
                FBillerID=self.add_user(maker) if maker else None,
                FPOMode=VMI_RECEIPT if vmi else ORDINARY,
                FBackFlushed=int(back_flushed),
                FExplanation=note,
            )
            self._write_lines(bill, tran_type, lines, reference, red=red)
            if at_save:
                self._move(bill, tran_type, VMI_RECEIPT if vmi else ORDINARY, 1)
        return bill

    def audit(self, bill: int, checker: str, on: date) -> None:
        """审核. Raise PostingRefused if the bill is audited or voided already."""
        with self.writing():
            state = self._state(bill)
            self._require(state["FStatus"] == 0 and not state["FCancellation"], bill, "已审核或已作废")
            user = self.add_user(checker)
            self.update(
                "ICStockBill",
                "FInterID = ?",
                bill,
                FStatus=1,
                FCheckerID=user,
                FCheckDate=day(on),
                FMultiCheckLevel1=user,
                FMultiCheckDate1=day(on),
            )
            if not state["FUpStockWhenSave"]:
                self._move(bill, state["FTranType"], state["FPOMode"], 1)

    def unaudit(self, bill: int) -> None:
        """反审核. Raise PostingRefused if the bill is not audited."""
        with self.writing():
            state = self._state(bill)
            self._require(state["FStatus"] > 0, bill, "未审核")
            self.run(
                """UPDATE ICStockBill SET FStatus = 0, FCheckerID = NULL, FCheckDate = NULL, FMultiCheckLevel1 = NULL,
                FMultiCheckDate1 = NULL WHERE FInterID = ?""",
                (bill,),
            )
            if not state["FUpStockWhenSave"]:
                self._move(bill, state["FTranType"], state["FPOMode"], -1)

    def void(self, bill: int) -> None:
        """作废 an unaudited bill; its lines stay. Raise PostingRefused if it is audited or voided."""
        with self.writing():
            self._take_back_draft(bill)
            self.run("UPDATE ICStockBill SET FCancellation = 1 WHERE FInterID = ?", (bill,))

    def delete(self, bill: int) -> None:
        """Delete an unaudited (or voided) bill without trace. Raise PostingRefused if it is audited."""
        with self.writing():
            if not self._state(bill)["FCancellation"]:
                self._take_back_draft(bill)
            self.run("DELETE FROM ICStockBillEntry WHERE FInterID = ?", (bill,))
            self.run("DELETE FROM ICStockBill WHERE FInterID = ?", (bill,))

    def edit(self, bill: int, lines: Sequence[BillLine], *, reference: str = "") -> None:
        """Replace the lines of an unaudited bill. Raise PostingRefused if it is audited or voided."""
        with self.writing():
            self._take_back_draft(bill)
            state = self._state(bill)
            self.run("DELETE FROM ICStockBillEntry WHERE FInterID = ?", (bill,))
            self._write_lines(bill, state["FTranType"], lines, reference, red=state["FROB"] < 0)
            self.run("UPDATE ICStockBill SET FPrintCount = FPrintCount WHERE FInterID = ?", (bill,))
            if state["FUpStockWhenSave"]:
                self._move(bill, state["FTranType"], state["FPOMode"], 1)

    def set_opening(self, item: str, warehouse: str, quantity: Figure, batch: str = "") -> None:
        """Add an opening balance of the open period: ICInvBal.FBegQty and the stock row."""
        with self.writing():
            key = StockKey(self.item_id(item), self.warehouse(warehouse)[0], batch)
            self._carry(*self.open_period(), key, exact(quantity))
            post(self, [(key, exact(quantity))], old=self.old)

    def tamper(self, item: str, warehouse: str, delta: Figure, batch: str = "") -> None:
        """Change the stock row by `delta` with no bill behind it, as a raw UPDATE would (cause S1)."""
        with self.writing():
            post(
                self, [(StockKey(self.item_id(item), self.warehouse(warehouse)[0], batch), exact(delta))], old=self.old
            )

    def open_period(self) -> tuple[int, int]:
        """Return (year, period) of the open inventory period; periods are calendar months here."""
        return int(self.profile("CurrentYear")), int(self.profile("CurrentPeriod"))

    def close_period(self) -> None:
        """期末结账: carry every key's opening plus its counted bills of the period into the next period."""
        with self.writing():
            year, period = self.open_period()
            first = date(year, period, 1)
            after = (first + timedelta(days=32)).replace(day=1)
            for key, amount in self._roll_forward(year, period, first, after).items():
                self._carry(after.year, after.month, key, amount)
            self.set_profile("CurrentYear", str(after.year))
            self.set_profile("CurrentPeriod", str(after.month))

    def balance(self, item: str, warehouse: str, batch: str | None = None) -> Decimal:
        """Return on-hand of an item in a warehouse (ICInventory and POInventory), of one batch or over all."""
        return sum(
            (q for (i, w, b), q in self.balances(item).items() if w == warehouse and batch in (None, b)), Decimal(0)
        )

    def balances(self, item: str | None = None) -> dict[tuple[str, str, str], Decimal]:
        """Return on-hand by (item, warehouse, batch) in K/3's codes; zero rows included."""
        only, values = ("WHERE i.FNumber = ?", (item,)) if item is not None else ("", ())
        query = f"""SELECT i.FNumber, w.FNumber, v.FBatchNo, v.FQty FROM
            (SELECT FItemID, FStockID, FBatchNo, FQty FROM ICInventory
             UNION ALL SELECT FItemID, FStockID, FBatchNo, FQty FROM POInventory) v
            JOIN t_ICItemCore i ON i.FItemID = v.FItemID JOIN t_Stock w ON w.FItemID = v.FStockID {only}"""
        found: dict[tuple[str, str, str], Decimal] = {}
        for number, warehouse, batch, quantity in self.rows(query, values):
            key = (number, warehouse, batch)
            found[key] = found.get(key, Decimal(0)) + exact(quantity)
        return found

    def number_of(self, bill: int) -> str:
        """Return a bill's FBillNo."""
        return str(self._state(bill)["FBillNo"])

    def find(self, number: str) -> int:
        """Return the FInterID of a bill number. Raise LookupError if there is none."""
        found = self.row("SELECT FInterID FROM ICStockBill WHERE FBillNo = ?", (number,))
        if found is None:
            raise LookupError(number)
        return int(found[0])

    def lock_stock(self, tran_type: int, bill: int, entry: int, line: BillLine) -> None:
        """锁库 for a demand line: one t_LockStock row and ICInventory.FQtyLock."""
        with self.writing():
            item, stock, quantity = (
                self.item_id(line.item),
                self.warehouse(line.warehouse)[0],
                stored(exact(line.quantity)),
            )
            self.insert(
                "t_LockStock",
                FTranType=tran_type,
                FInterID=bill,
                FEntryID=entry,
                FItemID=item,
                FStockID=stock,
                FBatchNo=line.batch or "",
                FQty=quantity,
                FOrgQty=quantity,
            )
            self.run(
                "UPDATE ICInventory SET FQtyLock = FQtyLock + ? WHERE FItemID = ? AND FStockID = ? AND FBatchNo = ?",
                (quantity, item, stock, line.batch or ""),
            )

    def _write_lines(self, bill: int, tran_type: int, lines: Iterable[BillLine], reference: str, *, red: bool) -> None:
        for entry, line in enumerate(lines, start=1):
            unit, factor = self.unit_of(line.item, line.unit)
            typed = exact(line.quantity) * (-1 if red else 1)
            base = typed * factor if line.base is None else exact(line.base) * (-1 if red else 1)
            stock = self.warehouse(line.warehouse)[0]
            places = {"FDCStockID": stock}
            if tran_type == TRANSFER:
                places = {"FSCStockID": stock, "FDCStockID": self.warehouse(line.to)[0]}
            elif BILL_TYPES[tran_type].column == "FSCStockID":
                places = {"FSCStockID": stock}
            self.insert(
                "ICStockBillEntry",
                FDetailID=self.take("ICStockBillEntry"),
                FInterID=bill,
                FEntryID=entry,
                FItemID=self.item_id(line.item),
                FQty=stored(base),
                FAuxQty=stored(typed),
                FUnitID=unit,
                FQtyMust=stored(base),
                FBatchNo=line.batch,
                FPrice=stored(exact(line.price)),
                FAmount=stored((exact(line.price) * typed).quantize(Decimal("0.01"))),
                FSourceBillNo=reference,
                FOrderBillNo=line.order,
                FNote=line.note,
                **places,
                **({} if self.old else {"FMTONo": line.mto}),
            )

    def _move(self, bill: int, tran_type: int, mode: int, direction: int) -> None:
        found = legs(self, bill, tran_type, mode, old=self.old)
        post(self, [(key, amount * direction) for key, amount in found], old=self.old)

    def _take_back_draft(self, bill: int) -> None:
        state = self._state(bill)
        self._require(state["FStatus"] == 0 and not state["FCancellation"], bill, "已审核或已作废")
        if state["FUpStockWhenSave"]:
            self._move(bill, state["FTranType"], state["FPOMode"], -1)

    def _state(self, bill: int) -> dict[str, Any]:
        columns = ("FTranType", "FPOMode", "FBillNo", "FStatus", "FCancellation", "FROB", "FUpStockWhenSave")
        found = self.row(f"SELECT {', '.join(columns)} FROM ICStockBill WHERE FInterID = ?", (bill,))
        if found is None:
            raise LookupError(bill)
        return dict(zip(columns, found, strict=True))

    def _require(self, holds: bool, bill: int, why: str) -> None:
        if not holds:
            raise PostingRefused(f"单据 {self.number_of(bill)}: {why}")

    def _check_period(self, on: date, profile: dict[str, str]) -> None:
        period = (int(profile["CurrentYear"]), int(profile["CurrentPeriod"]))
        if (on.year, on.month) < period:
            raise PostingRefused(f"日期 {on} 在已结账期间, 当前期间 {period}")

    def _carry(self, year: int, period: int, key: StockKey, amount: Decimal) -> None:
        query = """SELECT rowid, FBegQty FROM ICInvBal WHERE FYear = ? AND FPeriod = ? AND FItemID = ? AND FStockID = ?
            AND FBatchNo = ? AND FStockPlaceID = ? AND FAuxPropID = ?"""
        found = self.row(query, (year, period, key.item, key.warehouse, key.batch, key.bin, key.aux))
        if found:
            self.run("UPDATE ICInvBal SET FBegQty = ? WHERE rowid = ?", (stored(exact(found[1]) + amount), found[0]))
            return
        self.insert(
            "ICInvBal",
            FYear=year,
            FPeriod=period,
            FItemID=key.item,
            FStockID=key.warehouse,
            FBatchNo=key.batch,
            FStockPlaceID=key.bin,
            FAuxPropID=key.aux,
            FBegQty=stored(amount),
        )

    def _roll_forward(self, year: int, period: int, first: date, after: date) -> dict[StockKey, Decimal]:
        query = """SELECT FItemID, FStockID, FBatchNo, FAuxPropID, FStockPlaceID, FBegQty FROM ICInvBal
            WHERE FYear = ? AND FPeriod = ?"""
        total = {
            StockKey(item, stock, batch, "", aux, place): exact(begin)
            for item, stock, batch, aux, place, begin in self.rows(query, (year, period))
        }
        counted = """SELECT FInterID, FTranType, FPOMode FROM ICStockBill WHERE FCancellation = 0
            AND (FStatus > 0 OR FUpStockWhenSave = 1) AND FDate >= ? AND FDate < ?"""
        for bill, tran_type, mode in self.rows(counted, (day(first), day(after))):
            for key, amount in legs(self, bill, tran_type, mode, old=self.old):
                total[key] = total.get(key, Decimal(0)) + amount
        return total
