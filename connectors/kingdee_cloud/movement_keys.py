"""Which field keys of a stock form hold what a movement needs, for this tenant."""

from dataclasses import dataclass

from connectors.kingdee_cloud.config import ExtraForm, KingdeeCloudSettings
from connectors.kingdee_cloud.forms import CONVERT_FORM, FORMS, Shape, StockForm
from connectors.kingdee_cloud.http import Wire
from connectors.kingdee_cloud.keys import Form, entry_id

_OPTIONAL = {
    "void": ("FCancelStatus",),
    "maker": ("FCreatorId.FName",),
    "created": ("FCreateDate",),
    "approved": ("FApproveDate",),
    "direction": ("FStockDirect", "FTransferDirect"),  # RETURN turns a line round
    "owner": ("FOwnerTypeId",),
}
_PLAIN_LEG = ("FStockId.FNumber", "FLot.FNumber", "FStockStatusId.FNumber", "FStockOrgId.FNumber", "FStockFlag")
_OUT_LEG = (
    "FSrcStockId.FNumber",
    "FLot.FNumber",
    "FSrcStockStatusId.FNumber",
    "FStockOutOrgId.FNumber",
    "FStockOutFlag",
)
_IN_LEG = (
    "FDestStockId.FNumber",
    "FDestLot.FNumber",
    "FDestStockStatusId.FNumber",
    "FStockOrgId.FNumber",
    "FStockInFlag",
)
_LEGS = {
    Shape.SIMPLE: {"": _PLAIN_LEG},
    Shape.CONVERT: {"": _PLAIN_LEG},
    Shape.TRANSFER: {"in": _IN_LEG, "out": _OUT_LEG},
    Shape.OUT: {"out": _OUT_LEG},
    Shape.IN: {"in": _IN_LEG},
}
PARTS = ("warehouse", "lot", "status", "org", "flag")
_SPARE = {
    "FSrcStockId.FNumber": ("FStockId.FNumber",),
    "FDestStockId.FNumber": ("FStockId.FNumber",),
    "FDestLot.FNumber": ("FLot.FNumber",),
    "FStockOutFlag": ("FStockFlag",),
    "FStockInFlag": ("FStockFlag",),
    "FStockStatusId.FNumber": ("FStockStatus.FNumber",),  # so called in documents of one integrator
}
"""Where a form lacks the first name, what may stand for it."""


@dataclass(frozen=True)
class FormKeys:
    """A resolved form. `columns` maps our name to the tenant's key; `legs` names the legs ("" = the only one).

    `times` are the columns that change when a document does.
    """

    form: Form
    stock: StockForm
    entry: str
    columns: dict[str, str]
    legs: tuple[str, ...]

    @property
    def times(self) -> tuple[str, ...]:
        """Return the keys of all times that tell of a change."""
        return tuple(self.columns[name] for name in ("modified", "created", "approved") if name in self.columns)

    @property
    def has_flags(self) -> bool:
        """Return whether every leg says by itself that it has moved stock."""
        return all(part_name(leg, "flag") in self.columns for leg in self.legs)


def part_name(leg: str, part: str) -> str:
    """Return our name of a leg's column."""
    return f"{leg}_{part}" if leg else part


def stock_form(name: str, settings: KingdeeCloudSettings) -> StockForm:
    """Return what the form of this id does to stock."""
    extra: ExtraForm | None = settings.more_forms.get(name)
    if extra is None:
        return FORMS[name]
    return StockForm(extra.name or name, extra.family, extra.sign, (extra.quantity,))


def resolve(wire: Wire, form: Form) -> FormKeys:
    """Find every key a movement of this form needs. Raise SourceRefused, naming what is missing."""
    settings = wire.settings
    stock = stock_form(form.id, settings)
    columns = {
        "number": form.need("FBillNo"),
        "date": form.need("FDate"),
        "document_status": form.need("FDocumentStatus"),
        "modified": form.need("FModifyDate"),
        "item": form.need("FMaterialId.FNumber"),
        "quantity": form.need(*stock.quantity),
    }
    if stock.shape is Shape.CONVERT:
        columns["convert"] = form.need("FConvertType")
    optional = dict(_OPTIONAL)
    if form.id == CONVERT_FORM:
        optional["note"] = (settings.conversion.ref_key,)
    for number, key in enumerate(settings.reference_keys):
        optional[f"reference{number}"] = (key,)
    legs = _LEGS[stock.shape]
    for leg, wanted in legs.items():
        for part, name in zip(PARTS, wanted, strict=True):
            optional[part_name(leg, part)] = (name, *_SPARE.get(name, ()))
        columns[part_name(leg, "warehouse")] = form.need(*optional[part_name(leg, "warehouse")])
    for name, keys in optional.items():
        found = form.find(*keys)
        if found is not None:
            columns.setdefault(name, found)
    entry = entry_id(wire, form, form.entry_of(*stock.quantity))
    return FormKeys(form, stock, entry, columns, tuple(legs))
