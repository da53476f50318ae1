"""The settings of a Kingdee K/3 WISE source."""

from typing import Literal

from pydantic import Field

from config.base import Duration
from connectors.database import DatabaseSettings
from connectors.holds import ViaHoldTable


class KingdeeK3Settings(DatabaseSettings):
    """`kind = "kingdee_k3"`: one K/3 WISE account set (账套), read by SQL only."""

    stock_effect: Literal["auto", "on_save", "on_audit"] = Field(
        default="auto",
        description="when a bill moves on-hand; auto: by K/3's own flags (FUpStockWhenSave, IC/UpStockWhenSave)",
    )
    cost: tuple[str, ...] = Field(
        default=("FPlanPrice", "FStandardCost"),
        description="columns of t_ICItem tried in this order for the unit cost; the first one above zero counts",
    )
    warehouse_types: tuple[int, ...] = Field(
        default=(500, 20291, 20293),
        description="t_Stock.FTypeID to read: K/3's own list; 504 = VMI, kept in ICInventory too",
    )
    include_virtual: bool = Field(
        default=False,
        description="also read POInventory (inspection, held for others, gifts): it is not owned stock",
    )
    account: str | None = Field(
        default=None,
        description="expected account set: database name, company name or both as `sources probe` prints; default: any",
    )
    movements: bool = Field(default=True, description="read stock bills (ICStockBill) to explain differences")
    history: Duration = Field(default="400d", description="how far back the first reading of bills goes, by FDate")
    reread: Duration = Field(
        default="35d", description="bills of the last days that are watched for audit, unaudit, void and deletion"
    )
    full_pass: Duration = Field(
        default="6h", description="how often the whole re-read window is read again, whether or not it seems changed"
    )
    own_books: bool = Field(
        default=True,
        description="once a day, hold each balance against its own opening plus documents: the server sums them",
    )
    hold: ViaHoldTable | None = Field(default=None, description="how holds are written back; default: not at all")
