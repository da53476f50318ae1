"""What each kind of stock bill does to stock (kingdee.md 2.4)."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class BillType:
    """One FTranType. `sign` is its effect on `warehouse`: "dc" = FDCStockID, "sc" = FSCStockID.

    Where the column named holds no warehouse the other one counts. A transfer has a second leg at FSCStockID.
    """

    name: str
    family: str
    sign: int
    warehouse: Literal["dc", "sc"] = "dc"


TRANSFER = 41
BILL_TYPES = {
    1: BillType("外购入库", "purchase_receipt", 1),
    2: BillType("产品入库", "product_receipt", 1),
    5: BillType("委外加工入库", "subcontract_receipt", 1),
    10: BillType("其他入库", "other_receipt", 1),
    21: BillType("销售出库", "sales_issue", -1),
    24: BillType("生产领料", "material_issue", -1, "sc"),
    28: BillType("委外加工出库", "subcontract_issue", -1),
    29: BillType("其他出库", "other_issue", -1),
    40: BillType("盘盈入库", "count_gain", 1),
    TRANSFER: BillType("调拨", "transfer_in", 1),
    43: BillType("盘亏毁损", "count_loss", -1),
    101: BillType("期初入库", "opening", 1),  # 101, 102: "in" by the standard report; meaning [likely]
    102: BillType("期初暂估入库", "opening", 1),
}
NO_EFFECT = frozenset({81, 83, 85, 88, 100})
"""Orders, notices and cost adjustments: no quantity moves."""
VIRTUAL = frozenset({72, 73, 702})
"""Inspection flow: moves POInventory only."""
VMI_MODE = 36681
"""FPOMode of a purchase receipt into VMI: the supplier's stock, not ours."""
