"""The document that is saved: what is taken, turned from one status to the other, row A and row B for each."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from bridge.domain.hold import HoldOrder
from bridge.domain.quantity import from_micro
from connectors.kingdee_cloud.config import ViaStatusConvert
from connectors.kingdee_cloud.forms import CONVERT_FORM
from connectors.kingdee_cloud.free_stock import Take
from connectors.kingdee_cloud.keys import Form

OPTIONS = {
    "IsDeleteEntry": "false",
    "IsVerifyBaseDataField": "true",
    "IgnoreInterationFlag": "false",
    "NetworkCtrl": "true",
    "IsAutoAdjustField": "true",
    "IsAutoSubmitAndAudit": "false",
    "IsDraftWhenSaveFail": "false",
}
"""Sent explicitly as text, for the documented defaults are dangerous; InterationFlags is never sent (kingdee.md 3.5)."""
_FURTHER = {
    "made": ("FProduceDate", False),
    "expires": ("FExpiryDate", False),
    "mto": ("FMtoNo", False),
    "keeper_type": ("FKeeperTypeId", False),
    "keeper": ("FKeeperId", True),
}


def model(
    form: Form, hold: ViaStatusConvert, order: HoldOrder, takes: list[Take], *, frees: bool, note: str, on: date
) -> Mapping[str, Any]:
    """Return the Model of a Save. `frees` makes the mirrored document. Raise SourceRefused if the form lacks a key."""
    first, second = (hold.to_status, hold.from_status) if frees else (hold.from_status, hold.to_status)
    row = takes[0].row
    head: dict[str, Any] = {"FID": 0}
    if hold.bill_type:
        head[form.need("FBillTypeID")] = {"FNumber": hold.bill_type}
    head[form.need("FStockOrgId")] = {"FNumber": row.org}
    head[form.need("FDate")] = f"{on.isoformat()} 00:00:00"
    owner_type, owner = form.find("FOwnerTypeIdHead"), form.find("FOwnerIdHead")
    if owner_type is not None and owner is not None:
        head |= {owner_type: row.owner_type, owner: {"FNumber": row.owner}}
    head[form.need(hold.ref_key)] = note
    entries = [
        _entry(form, order, take, kind, status) for take in takes for kind, status in (("A", first), ("B", second))
    ]
    return {**head, form.entry_of("FConvertType") or CONVERT_FORM: entries}


def _entry(form: Form, order: HoldOrder, take: Take, kind: str, status: str) -> Mapping[str, Any]:
    row = take.row
    entry: dict[str, Any] = {
        form.need("FConvertType"): kind,
        form.need("FMaterialId"): {"FNumber": order.item},
        form.need("FStockId"): {"FNumber": order.warehouse},
        form.need("FStockStatusId", "FStockStatus"): {"FNumber": status},
        form.need("FConvertQty"): from_micro(take.quantity),
    }
    unit = form.find("FUnitID")
    if unit is not None:
        entry[unit] = {"FNumber": row.unit}  # the base unit: quantities are in it
    if row.lot:
        entry[form.need("FLot")] = {"FNumber": row.lot}
    entry |= dict(_optional(form, {"FOwnerTypeId": row.owner_type}, number=False))
    entry |= dict(_optional(form, {"FOwnerId": row.owner}, number=True))
    for name, value in row.further:
        key, number = _FURTHER[name]
        entry |= dict(_optional(form, {key: value}, number=number))
    return entry


def _optional(form: Form, values: Mapping[str, str], *, number: bool) -> Iterable[tuple[str, Any]]:
    for wanted, value in values.items():
        key = form.find(wanted)
        if key is not None and value:
            yield key, {"FNumber": value} if number else value
