"""Master data of a snapshot: materials (BD_MATERIAL) and warehouses (BD_STOCK)."""

from typing import Any

import pyarrow as pa

from bridge.domain.snapshot import ITEM_CARDS, WAREHOUSE_CARDS
from connectors.kingdee_cloud.config import KingdeeCloudSettings
from connectors.kingdee_cloud.filters import is_in
from connectors.kingdee_cloud.http import Wire
from connectors.kingdee_cloud.keys import Form
from connectors.kingdee_cloud.query import Query, read_rows
from connectors.web.values import micro, text

MATERIALS, WAREHOUSES = "BD_MATERIAL", "BD_STOCK"
MATERIAL_IDS = ("FMATERIALID", "FMaterialId")
WAREHOUSE_IDS = ("FStockId", "FSTOCKID", "FStockID")
MATERIAL_KEYS = ("FNumber", "FName", "FSpecification", "FBaseUnitId.FName", "FForbidStatus")
WAREHOUSE_KEYS = ("FNumber", "FName", "FStockProperty", "FForbidStatus")
ORG_KEY = "FUseOrgId.FNumber"
CATEGORY_KEY = "FMaterialGroup.FName"
_FORBIDDEN = "B"
_ORDINARY = "normal"


def material_query(form: Form, settings: KingdeeCloudSettings) -> Query:
    """Return the query over materials of the organisations that are read."""
    category = form.find(CATEGORY_KEY)
    keys = (*(form.need(name) for name in MATERIAL_KEYS), *([category] if category else []))
    costs = tuple(form.need(name) for name in settings.cost)
    where = is_in(form.need(ORG_KEY), settings.stock_orgs, form.source) if settings.stock_orgs else ""
    return Query(MATERIALS, (form.need(MATERIAL_IDS[0]),), (*keys, *costs), where)


def warehouse_query(form: Form, settings: KingdeeCloudSettings) -> Query:
    """Return the query over warehouses of the organisations that are read."""
    keys = tuple(form.need(name) for name in WAREHOUSE_KEYS)
    where = is_in(form.need(ORG_KEY), settings.stock_orgs, form.source) if settings.stock_orgs else ""
    return Query(WAREHOUSES, (form.need(WAREHOUSE_IDS[0]),), keys, where)


def read_items(wire: Wire, form: Form, stocked: frozenset[str], row_cap: int) -> pa.Table:
    """Return ITEM_CARDS of the materials that are in use or have stock.

    A code stands once per using organisation (kingdee.md 6); an active card goes before a forbidden one.
    """
    settings = wire.settings
    query = material_query(form, settings)
    has_category = len(query.keys) > len(MATERIAL_KEYS) + len(settings.cost)
    cards: dict[str, dict[str, Any]] = {}
    for _, number, name, spec, unit, forbidden, *rest in read_rows(wire, query, row_cap):
        item, active = text(number), text(forbidden) != _FORBIDDEN
        known = cards.get(item)
        if not item or not (active or item in stocked) or (known is not None and (known["active"] or not active)):
            continue
        cost, cost_source = _cost(rest[int(has_category) :], settings, wire.source)
        cards[item] = {
            "item": item,
            "name": text(name),
            "spec": text(spec),
            "unit": text(unit),
            "category": text(rest[0]) if has_category else "",
            "abc": "",
            "cost": cost,
            "cost_source": cost_source,
            "decimals": None,
            "active": active,
        }
    return pa.Table.from_pylist(list(cards.values()), schema=ITEM_CARDS)


def read_warehouses(wire: Wire, form: Form, row_cap: int) -> pa.Table:
    """Return WAREHOUSE_CARDS. A forbidden warehouse counts as frozen."""
    settings = wire.settings
    cards: dict[str, dict[str, Any]] = {}
    for _, number, name, kind, forbidden in read_rows(wire, warehouse_query(form, settings), row_cap):
        code = text(number)
        if code and (code not in cards or cards[code]["frozen"]):
            cards[code] = {
                "warehouse": code,
                "name": text(name),
                "kind": settings.warehouse_kinds.get(text(kind), _ORDINARY),
                "frozen": text(forbidden) == _FORBIDDEN,
            }
    return pa.Table.from_pylist(list(cards.values()), schema=WAREHOUSE_CARDS)


def _cost(values: list[Any], settings: KingdeeCloudSettings, source: str) -> tuple[int | None, str]:
    """Return the first cost above zero in millionths and where it stands. Zero means "not kept", not "free"."""
    for key, value in zip(settings.cost, values, strict=True):
        cost = micro(value, source, MATERIALS) if text(value) else 0
        if cost > 0:
            return cost, f"K3Cloud {key}"
    return None, ""
