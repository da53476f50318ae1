"""`[sources.X]` with `kind = "yonyou_u8"`."""

from datetime import date
from typing import ClassVar, Literal, Self

from pydantic import Field, SecretStr, model_validator

from config.base import Duration
from config.refusal import Refusal
from connectors.database import DatabaseSettings
from connectors.holds import ViaHoldTable, WritingLogin

SwitchFamily = Literal["purchase_receipt", "sales_issue", "material_issue", "product_receipt", "other"]
"""The five check boxes of 修改现存量时点: 采购入库, 销售出库, 材料出库, 产成品入库, 其他出入库."""

Effect = Literal["auto", "on_save", "on_audit"]
WarehouseKind = Literal["normal", "consigned", "line_side", "in_transit", "inspection", "virtual"]


def _usual_kinds() -> dict[str, WarehouseKind]:
    """Return the [likely] meaning of iWHProperty: 1 现场仓; 2 (委外仓) is ordinary until a plant says otherwise."""
    return {"1": "line_side"}


class ViaFrozenQuantity(WritingLogin):
    """`via = "frozen_quantity"`: U8's own frozen quantity, CurrentStock.fStopQuantity; off unless you list the database."""

    via: Literal["frozen_quantity"] = Field(default="frozen_quantity", description="the way of holding")
    account_sets: tuple[str, ...] = Field(
        default=(), description="account databases for which you allow writing, e.g. UFDATA_002_2026"
    )


class YonyouU8Settings(DatabaseSettings):
    """Yonyou U8 / U8+ by SQL: either `url`, or server fields with `account`, from which the year database is found."""

    needs_database: ClassVar[bool] = False

    kind: Literal["yonyou_u8"] = Field(default="yonyou_u8", description="which connector reads it")
    account: str = Field(default="", pattern=r"^(\d{3})?$", description='number of the account set, e.g. "002"')
    year: Literal["auto"] | int = Field(
        default="auto", description="auto follows U8's year databases; a year such as 2025 stays in that one"
    )
    system_database: str = Field(default="UFSystem", description="U8's system database on the same server")
    system_url: SecretStr | None = Field(
        default=None, description="SQLAlchemy URL of UFSystem, when it is not on the source's server"
    )
    stock_effect: Effect | dict[SwitchFamily, Effect] = Field(
        default="auto",
        description="when documents change 现存量: auto reads U8's options or measures it; on_save, on_audit; "
        "or one of them per family",
    )
    switches: dict[SwitchFamily, str] = Field(
        default_factory=dict,
        description="cName in AccInformation of each option 审核时改现存量, when you know it; its value then decides",
    )
    include_vmi: bool = Field(
        default=False, description="add vendors' goods (cVMIVenCode) that lie in warehouses that are not 代管仓"
    )
    warehouse_kinds: dict[str, WarehouseKind] = Field(
        default_factory=_usual_kinds,
        description="what Warehouse.iWHProperty means at your site; bProxyWh always means consigned",
    )
    cost_columns: tuple[str, ...] = Field(
        default=("iInvSPrice", "iInvNCost", "iInvRCost"),
        description="columns of Inventory to take the unit cost from: the first with a value above zero counts",
    )
    reference_columns: tuple[str, ...] = Field(
        default=("cBusCode", "cDLCode", "cARVCode", "cOrderCode", "cMPoCode"),
        description="where a stock document names its source document: the first that is filled counts",
    )
    documents_from: date | None = Field(
        default=None,
        description="documents dated earlier are not read: shortens the first pull of a large account set",
    )
    reread: Duration = Field(
        default="35d", description="without row versions: how far back documents are read again for later changes"
    )
    count_every: Duration = Field(
        default="1m", description="how often all document lines are counted, to notice deletions: it reads whole tables"
    )
    key_scan: Duration = Field(default="1d", description="how often all document keys are compared for deletions")
    counts_since: Duration = Field(
        default="90d",
        description="how far back audited count sheets (盘点单) are read, which tell what lay on the shelf",
    )
    own_books: bool = Field(
        default=True,
        description="once a day, hold each balance against its own opening plus documents: the server sums them",
    )
    hold: ViaHoldTable | ViaFrozenQuantity | None = Field(
        default=None, discriminator="via", description="how holds are written back; default: not at all"
    )

    @model_validator(mode="after")
    def _one_address(self) -> Self:
        """As for every database, except that UFSystem alone (`system_url`) leads to the account database too."""
        if self.url is not None and (self.server or self.database):
            raise Refusal("BR-1121")
        if self.url is None and not self.server and self.system_url is None:
            raise Refusal("BR-1122", wanted="server + account")
        if self.url is None and not self.database and not self.account:
            raise Refusal("BR-1240")
        return self

    def effect_of(self, family: SwitchFamily) -> Effect:
        """Return what the file says of one family: auto, on_save or on_audit."""
        if isinstance(self.stock_effect, dict):
            return self.stock_effect.get(family, "auto")
        return self.stock_effect
