"""The tables of K/3 WISE that are read, and the columns without which nothing can be said (kingdee.md 2)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Known:
    """A table: why it is read (for the DBA's script), and the columns that must be there."""

    name: str
    purpose: str
    columns: tuple[str, ...] = ()
    required: bool = False


STOCK = Known("ICInventory", "即时库存:各仓在手数量", ("FItemID", "FStockID", "FQty"), required=True)
VIRTUAL_STOCK = Known("POInventory", "虚仓库存:待检、代管、赠品(仅在 include_virtual 时读取)", STOCK.columns)
ITEMS = Known("t_ICItem", "物料档案:代码、名称、规格、基本单位、成本", ("FItemID", "FNumber"), required=True)
WAREHOUSES = Known("t_Stock", "仓库档案:代码、名称、类型", ("FItemID", "FNumber"), required=True)
UNITS = Known("t_MeasureUnit", "计量单位及换算率", ("FName",))
CLASSES = Known("t_Item", "物料类别名称", ("FItemID", "FName"))
PROFILE = Known("t_SystemProfile", "系统参数:库存更新时点、当前期间、公司名称", ("FCategory", "FKey", "FValue"))
BILLS = Known("ICStockBill", "出入库单据表头:审核、作废状态", ("FInterID", "FTranType", "FBillNo", "FDate", "FStatus"))
ENTRIES = Known(
    "ICStockBillEntry", "出入库单据分录:物料、仓库、数量", ("FInterID", "FEntryID", "FItemID", "FQty", "FDCStockID")
)
OPENINGS = Known(
    "ICInvBal",
    "各期期初数量:核对 K/3 自身是否相符(期初 + 单据 = 即时库存)",
    ("FYear", "FPeriod", "FItemID", "FStockID", "FBegQty"),
)
USERS = Known("t_User", "制单人姓名", ("FUserID", "FName"))

FOR_STOCK = (STOCK, VIRTUAL_STOCK, ITEMS, WAREHOUSES, UNITS, CLASSES, PROFILE)
FOR_BILLS = (BILLS, ENTRIES, ITEMS, WAREHOUSES, USERS, PROFILE)
FOR_OWN_BOOKS = (BILLS, ENTRIES, OPENINGS)
ALL = (STOCK, VIRTUAL_STOCK, ITEMS, WAREHOUSES, UNITS, CLASSES, PROFILE, BILLS, ENTRIES, OPENINGS, USERS)
"""In the order of the grants script."""

WAREHOUSE_KINDS = {500: "normal", 501: "inspection", 502: "consigned", 503: "consigned", 504: "consigned"}
"""t_Stock.FTypeID → kind; 502 and 503 are [likely]. Others that are read count as normal."""
VIRTUAL_TYPES = frozenset({501, 502, 503})
"""Types whose stock K/3 keeps in POInventory."""
