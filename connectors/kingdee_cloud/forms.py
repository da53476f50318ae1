"""What each stock form does to on-hand (kingdee.md 3.6). Keys are wanted names; keys.py finds a tenant's own spelling."""

from dataclasses import dataclass
from enum import StrEnum


class Shape(StrEnum):
    """How a line moves stock: at one warehouse, between two, or within one (A row out, B row in)."""

    SIMPLE = "simple"
    TRANSFER = "transfer"
    OUT = "out"
    IN = "in"
    CONVERT = "convert"


@dataclass(frozen=True)
class StockForm:
    """One form. `sign` is the effect of a positive quantity; `quantity` lists keys in the base unit, best first."""

    name: str
    family: str
    sign: int
    quantity: tuple[str, ...]
    shape: Shape = Shape.SIMPLE


# Which key holds a conversion's base quantity is not confirmed; both legs carry the same figure.
_CONVERTED = ("FBaseConvertQty", "FConvertBaseQty", "FBaseQty", "FConvertQty")

FORMS = {
    "STK_InStock": StockForm("采购入库", "purchase_receipt", 1, ("FBaseUnitQty",)),
    "PUR_MRB": StockForm("采购退料", "purchase_receipt", -1, ("FBaseUnitQty",)),
    "SAL_OUTSTOCK": StockForm("销售出库", "sales_issue", -1, ("FBaseUnitQty",)),
    "SAL_RETURNSTOCK": StockForm("销售退货", "sales_issue", 1, ("FBaseUnitQty",)),
    "PRD_INSTOCK": StockForm("生产入库", "product_receipt", 1, ("FBaseRealQty",)),
    "PRD_PickMtrl": StockForm("生产领料", "material_issue", -1, ("FBaseActualQty",)),
    "PRD_FeedMtrl": StockForm("生产补料", "material_issue", -1, ("FBaseActualQty",)),
    "PRD_ReturnMtrl": StockForm("生产退料", "material_issue", 1, ("FBaseQty",)),
    "SUB_PickMtrl": StockForm("委外领料", "subcontract_issue", -1, ("FBaseActualQty",)),
    "SUB_FeedMtrl": StockForm("委外补料", "subcontract_issue", -1, ("FBaseActualQty",)),
    "SUB_ReturnMtrl": StockForm("委外退料", "subcontract_issue", 1, ("FBaseQty",)),
    "STK_MISCELLANEOUS": StockForm("其他入库", "other_receipt", 1, ("FBaseQty",)),
    "STK_MisDelivery": StockForm("其他出库", "other_issue", -1, ("FBaseQty",)),
    "STK_TransferDirect": StockForm("直接调拨", "transfer_in", 1, ("FBaseQty",), Shape.TRANSFER),
    "STK_TRANSFEROUT": StockForm("分步式调出", "transfer_out", -1, ("FBaseQty",), Shape.OUT),
    "STK_TRANSFERIN": StockForm("分步式调入", "transfer_in", 1, ("FBaseQty",), Shape.IN),
    "STK_StockCountGain": StockForm("盘盈", "count_gain", 1, ("FBaseGainQty",)),
    "STK_StockCountLoss": StockForm("盘亏", "count_loss", -1, ("FBaseLossQty",)),
    "STK_StockConvert": StockForm("库存状态转换", "conversion_in", 1, _CONVERTED, Shape.CONVERT),
    "STK_LOTADJUST": StockForm("批号调整", "conversion_in", 1, _CONVERTED, Shape.CONVERT),
    "STK_InvInit": StockForm("初始库存", "opening", 1, ("FBaseQty", "FBaseInitQty")),
}
USUAL = tuple(form for form in FORMS if form not in {"STK_LOTADJUST", "STK_InvInit"})
"""Read unless the settings say otherwise. The keys of the two left out are not confirmed."""

CONVERT_FORM = "STK_StockConvert"
