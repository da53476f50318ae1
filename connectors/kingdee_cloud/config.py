"""`[sources.X]` with `kind = "kingdee_cloud"`."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from bridge.domain.movement import FAMILIES
from config.base import Duration, Secret, Table
from config.refusal import Refusal
from connectors.kingdee_cloud.forms import FORMS, USUAL
from connectors.kingdee_cloud.signature import client_secret
from connectors.web.settings import HttpsSettings

WarehouseKind = Literal["normal", "consigned", "line_side", "in_transit", "inspection", "virtual"]
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_KEY = r"^[A-Za-z_][A-Za-z0-9_.]{0,79}$"


def _number(text: str) -> str:
    """Refuse what cannot be the number of base data; it stands in filters, quoted, but nothing odd belongs there."""
    if not text or len(text) > 80 or not text.isprintable():  # noqa: PLR2004
        raise Refusal("BR-1026", allowed="100")
    return text


def _family(word: str) -> str:
    if word not in FAMILIES:
        raise Refusal("BR-1013", allowed=", ".join(FAMILIES))
    return word


Number = Annotated[str, AfterValidator(_number)]


class ExtraForm(Table):
    """`more_forms = { PRD_RetStock = { … } }`: a stock form of your data centre that the bridge does not know."""

    name: str = Field(default="", description="what people call it; default: the form's id")
    family: Annotated[str, AfterValidator(_family)] = Field(
        default="other", description=f"what it is: {', '.join(FAMILIES)}"
    )
    sign: Literal[1, -1] = Field(description="1: it adds to stock, -1: it takes away")
    quantity: str = Field(pattern=_KEY, description="field key of the quantity in the base unit", examples=["FBaseQty"])


class ViaStatusConvert(Table):
    """`via = "status_convert"`: a document 库存状态转换 that turns available stock into frozen stock."""

    via: Literal["status_convert"] = Field(default="status_convert", description="the way of holding")
    convert: Literal["unaudited", "audited"] = Field(
        default="unaudited", description="unaudited saves a draft that a person audits; audited takes effect at once"
    )
    from_status: str = Field(default="KCZT01_SYS", description="stock status that is held; default: 可用 available")
    to_status: str = Field(default="KCZT03_SYS", description="stock status it becomes; default: 冻结 frozen")
    lift_by: Literal["unaudit", "mirror"] = Field(
        default="unaudit", description="how an audited hold is lifted: unaudit and delete, or a mirrored document"
    )
    ref_key: str = Field(
        default="FNote", pattern=_KEY, description="header field of the document that carries the hold's reference"
    )
    bill_type: str = Field(
        default="", description="number of the document's bill type; default: the form's own default"
    )


class KingdeeCloudSettings(HttpsSettings):
    """`kind = "kingdee_cloud"`: one data centre of Kingdee K/3 Cloud (云星空), through its WebAPI."""

    base_url: str = Field(description="address up to and with /k3cloud", examples=["https://erp.example.com/k3cloud"])
    acct_id: str = Field(
        pattern=r"^[^,\s]+$", description="id of the data centre (数据中心)", examples=["5f1e2d3c4b5a69"]
    )
    user: str = Field(min_length=1, pattern=r"^[^,]+$", description="the bridge's own user; never administrator")
    auth: Literal["signature", "login_by_sign", "password"] = Field(
        default="signature",
        description="signature: signed headers, no password (first choice); login_by_sign, password: a session",
    )
    app_id: str = Field(
        default="", description="App ID of 第三方系统登录授权", examples=["900001_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"]
    )
    app_secret: Secret | None = Field(default=None, description="App Secret, as a reference: secret:k3cloud_app")
    password: Secret | None = Field(default=None, description="only for auth = password, as a reference")
    lcid: int = Field(default=2052, gt=0, description="language of names: 2052 Chinese, 1033 English")
    org_num: str = Field(default="0", pattern=r"^[^,\s]+$", description="organisation to log in to; 0: the user's own")
    stock_orgs: tuple[Number, ...] = Field(
        default=(), description="numbers of the stock organisations (库存组织) to read; default: all the user may see"
    )
    statuses: tuple[Number, ...] = Field(
        default=(), description="stock statuses that are added up; default: all but `left_out_statuses`"
    )
    left_out_statuses: tuple[Number, ...] = Field(
        default=("KCZT05_SYS",), description="stock statuses that are not on hand; default: 在途 in transit"
    )
    owner_types: tuple[Number, ...] = Field(
        default=("BD_OwnerOrg",), description="whose goods count: BD_OwnerOrg own, BD_Supplier, BD_Customer"
    )
    warehouse_kinds: dict[str, WarehouseKind] = Field(
        default_factory=dict, description="what BD_STOCK.FStockProperty means at your site; others are normal"
    )
    cost: tuple[Annotated[str, Field(pattern=_KEY)], ...] = Field(
        default=(), description="field keys of BD_MATERIAL for the unit cost; the first above zero counts"
    )
    movements: bool = Field(default=True, description="read stock documents to explain differences")
    forms: tuple[str, ...] = Field(
        default=USUAL, description="stock forms to read; leave out those of modules you do not use"
    )
    more_forms: dict[Annotated[str, Field(pattern=_KEY)], ExtraForm] = Field(
        default_factory=dict, description="further stock forms"
    )
    reference_keys: tuple[Annotated[str, Field(pattern=_KEY)], ...] = Field(
        default=("FSrcBillNo", "FMoBillNo", "FPOOrderNo", "FSoorDerno", "FThirdSrcBillNo"),
        description="field keys that name a document's origin: of those a form has, the first that is filled counts",
    )
    history: Duration = Field(default="400d", description="how far back the first reading of documents goes, by FDate")
    reread: Duration = Field(
        default="35d", description="documents of the last days that a full pass reads again: finds un-audits, deletions"
    )
    full_pass: Duration = Field(default="6h", description="how often that full pass is made")
    overlap: Duration = Field(default="10m", description="read again what changed this long before the last reading")
    page_size: int = Field(
        default=10_000, ge=1, le=100_000, description="rows asked for at once; a server that allows fewer is followed"
    )
    hold: ViaStatusConvert | None = Field(default=None, description="how holds are written back; default: not at all")
    allow_http: bool = Field(
        default=False, description="true: send unencrypted inside a network you trust; the body is not signed"
    )

    @field_validator("forms")
    @classmethod
    def _known_forms(cls, forms: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [form for form in forms if form not in FORMS]
        if unknown:
            raise Refusal("BR-1491", unknown=", ".join(unknown), known=", ".join(FORMS))
        return forms

    @model_validator(mode="after")
    def _able_to_sign_in(self) -> Self:
        if self.auth == "password":
            if self.password is None:
                raise Refusal("BR-1493", wanted="password")
            return self
        if not self.app_id or self.app_secret is None:
            raise Refusal("BR-1493", wanted="app_id, app_secret")
        if self.auth == "signature":
            try:
                client_secret(self.app_id)
            except ValueError:
                raise Refusal("BR-1494") from None
        return self

    @model_validator(mode="after")
    def _hold_stays_on_hand(self) -> Self:
        """Refuse a hold between two statuses of which only one counts: the hold itself would be a variance."""
        hold = self.hold
        if hold is None:
            return self
        if hold.from_status == hold.to_status or not all(map(self.counts_status, (hold.from_status, hold.to_status))):
            raise Refusal("BR-1496", first=hold.from_status, second=hold.to_status)
        return self

    def counts_status(self, number: str) -> bool:
        """Return whether stock of this status is on hand as this source counts it."""
        return number in self.statuses if self.statuses else number not in self.left_out_statuses

    @property
    def conversion(self) -> ViaStatusConvert:
        """Return how holds are written; without `[hold]` the defaults, by which our documents are still recognised."""
        return self.hold or ViaStatusConvert()
