"""How bills of K/3 act on ICInventory and POInventory (reference/kingdee.md 2.3 and 2.4)."""

from dataclasses import dataclass
from decimal import Decimal

from bridge.demo.lookalikes.exact import exact, stored
from bridge.demo.lookalikes.server_file import PostingRefused, ServerFile

VIRTUAL = (501, 502, 503)
"""Warehouse types whose stock stands in POInventory."""
ORDINARY = 36680
VMI_RECEIPT = 36681
"""FPOMode of a receipt that stays the supplier's: no effect on ICInventory."""


@dataclass(frozen=True)
class BillType:
    """One FTranType: its Chinese name, number prefix, sign on stock, and which entry column names the warehouse."""

    name: str
    prefix: str
    sign: int
    column: str = "FDCStockID"


TRANSFER = 41
BILL_TYPES = {
    1: BillType("外购入库", "WIN", 1),
    2: BillType("产品入库", "CIN", 1),
    5: BillType("委外加工入库", "JIN", 1),
    10: BillType("其他入库", "QIN", 1),
    21: BillType("销售出库", "XOUT", -1),
    24: BillType("生产领料", "SOUT", -1, "FSCStockID"),
    28: BillType("委外加工出库", "JOUT", -1),
    29: BillType("其他出库", "QOUT", -1),
    40: BillType("盘盈入库", "YIN", 1),
    TRANSFER: BillType("调拨单", "CHG", 0),
    43: BillType("盘亏毁损", "YOUT", -1),
    100: BillType("成本调整", "CBTZ", 0, ""),
}


@dataclass(frozen=True)
class StockKey:
    """The parts of a stock row's identity that bills here can state."""

    item: int
    warehouse: int
    batch: str = ""
    mto: str = ""
    aux: int = 0
    bin: int = 0


def legs(books: ServerFile, bill: int, tran_type: int, mode: int, *, old: bool) -> list[tuple[StockKey, Decimal]]:
    """Return the signed effects on stock of a bill of this FTranType and FPOMode. A transfer line has two."""
    kind = BILL_TYPES[tran_type]
    if mode == VMI_RECEIPT or not kind.column:
        return []
    mto = "''" if old else "FMTONo"
    query = f"""SELECT FItemID, FQty, FBatchNo, {mto}, FAuxPropID, FDCStockID, FSCStockID, FDCSPID, FSCSPID
        FROM ICStockBillEntry WHERE FInterID = ? ORDER BY FEntryID"""
    found: list[tuple[StockKey, Decimal]] = []
    for item, quantity, batch, plan, aux, to, source, to_bin, source_bin in books.rows(query, (bill,)):
        amount = exact(quantity)
        if tran_type == TRANSFER:
            found.append((StockKey(item, source, batch or "", plan, aux, source_bin), -amount))
        warehouse = source if kind.column == "FSCStockID" else to
        found.append((StockKey(item, warehouse, batch or "", plan, aux, to_bin), amount * (kind.sign or 1)))
    return found


def post(books: ServerFile, changes: list[tuple[StockKey, Decimal]], *, old: bool) -> None:
    """Add signed base quantities to the stock rows: update what stands, insert the rest; zero rows stay.

    Raise PostingRefused when an ordinary warehouse that forbids negative stock (FUnderStock = 0) would fall below zero.
    """
    total: dict[StockKey, Decimal] = {}
    for key, amount in changes:
        total[key] = total.get(key, Decimal(0)) + amount
    for key, amount in total.items():
        _add(books, key, amount, old=old)


def _add(books: ServerFile, key: StockKey, amount: Decimal, *, old: bool) -> None:
    kind, negative = books.row("SELECT FTypeID, FUnderStock FROM t_Stock WHERE FItemID = ?", (key.warehouse,))
    table = "POInventory" if kind in VIRTUAL else "ICInventory"
    newer = "" if old else "AND FMTONo = ? AND FSupplyID = 0"
    where = f"""FItemID = ? AND FStockID = ? AND FBatchNo = ? AND FStockPlaceID = ? AND FAuxPropID = ?
        AND FKFDate = '' AND FKFPeriod = 0 {newer}"""
    values = (key.item, key.warehouse, key.batch, key.bin, key.aux, *(() if old else (key.mto,)))
    found = books.row(f"SELECT rowid, FQty FROM {table} WHERE {where} LIMIT 1", values)
    after = amount + (exact(found[1]) if found else 0)
    if after < 0 and amount < 0 and not negative:
        raise PostingRefused(f"{table}: 不允许负库存, FItemID {key.item}, FStockID {key.warehouse}, 结存将为 {after}")
    if found:
        books.update(table, "rowid = ?", found[0], FQty=stored(after))
        return
    extra = {} if old else {"FMTONo": key.mto}
    if table == "POInventory":
        extra["FStockTypeID"] = kind
    books.insert(
        table,
        FItemID=key.item,
        FStockID=key.warehouse,
        FBatchNo=key.batch,
        FStockPlaceID=key.bin,
        FAuxPropID=key.aux,
        FQty=stored(after),
        **extra,
    )
