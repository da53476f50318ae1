"""`[sources.X]` with `kind = "yonyou_u8_openapi"`."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from config.base import Secret, Table
from config.refusal import Refusal
from connectors.web.settings import HttpsSettings

WarehouseKind = Literal["normal", "consigned", "line_side", "in_transit", "inspection", "virtual"]
PLATFORM = "https://api.yonyouup.com"
_LONGEST_CODE = 60


def _code(text: str) -> str:
    """Refuse what cannot be a code of U8's base data."""
    if not text or len(text) > _LONGEST_CODE or not text.isprintable():
        raise Refusal("BR-1026", allowed="09")
    return text


Code = Annotated[str, AfterValidator(_code)]


class ViaQuarantineTransfer(Table):
    """`via = "quarantine_transfer"`: an audited 调拨 into a quarantine warehouse, and its 其他出库 and 其他入库.

    The OpenAPI has no stock freeze; a transfer is what it offers instead.
    """

    via: Literal["quarantine_transfer"] = Field(default="quarantine_transfer", description="the way of holding")
    warehouse: Code = Field(
        description="code of the quarantine warehouse (冻结仓), outside availability", examples=["99"]
    )
    issue_type: Code = Field(description="收发类别 of the issue (ordcode), e.g. 调拨出库", examples=["22"])
    receipt_type: Code = Field(description="收发类别 of the receipt (irdcode), e.g. 调拨入库", examples=["12"])
    department: Code | None = Field(default=None, description="department on both sides (odepcode, idepcode), if asked")
    person: Code | None = Field(default=None, description="业务员 of the transfer (personcode), if asked for")
    auditor_person: Code | None = Field(default=None, description="who audits, by 人员编码; this or auditor_user")
    auditor_user: Code | None = Field(default=None, description="who audits, by 操作员编码; this or auditor_person")
    stock_effect: Literal["on_audit", "on_save"] = Field(
        default="on_audit",
        description="when 其他出入库 move 现存量: U8's option 修改现存量时点 of 其他出入库",
    )
    batch_key: str = Field(
        default="serial",
        pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,29}$",
        description="how a line of 调拨单 calls the batch (批号) in your version",
    )

    @model_validator(mode="after")
    def _one_auditor(self) -> Self:
        if (self.auditor_person is None) == (self.auditor_user is None):
            raise Refusal("BR-1469")
        return self


class YonyouOpenApiSettings(HttpsSettings):
    """`kind = "yonyou_u8_openapi"`: one account set of U8+ (V12.0 and higher) through Yonyou's U8 OpenAPI."""

    base_url: str = Field(default=PLATFORM, description="address of the platform")
    from_account: str = Field(
        pattern=r"^\S{1,80}$", description="调用方id: the developer's account", examples=["dev_x"]
    )
    to_account: str = Field(pattern=r"^\S{1,80}$", description="提供方id: the enterprise's account", examples=["ent_x"])
    app_key: Secret = Field(description="应用编码 of the app, as a reference: secret:u8_app_key")
    app_secret: Secret = Field(description="its secret, as a reference: secret:u8_app_secret")
    ds_sequence: int | None = Field(
        default=None, ge=1, description="数据源序号: which account set; default: the app's first. A hold must state it"
    )
    page_size: int = Field(default=500, ge=1, le=500, description="rows asked for at once")
    warehouse_kinds: dict[str, WarehouseKind] = Field(
        default_factory=dict, description='what warehouses are, by code, e.g. { "90" = "consigned" }; others are normal'
    )
    hold: ViaQuarantineTransfer | None = Field(
        default=None, description="how holds are written back; default: not at all"
    )

    @model_validator(mode="after")
    def _hold_knows_its_account_set(self) -> Self:
        """Refuse to write into whichever account set happens to come first."""
        if self.hold is not None and self.ds_sequence is None:
            raise Refusal("BR-1468")
        return self

    @property
    def account(self) -> str:
        """Return the name of the account set for the gate."""
        return f"{self.to_account}/{self.ds_sequence or '-'}"
