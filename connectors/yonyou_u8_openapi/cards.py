"""Master data of a snapshot: inventory, unit, inventoryclass, warehouse."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pyarrow as pa

from bridge.domain.quantity import MICRO
from bridge.domain.snapshot import ITEM_CARDS, UNIT_RATES, WAREHOUSE_CARDS
from connectors.web.values import micro, text
from connectors.yonyou_u8_openapi.config import YonyouOpenApiSettings
from connectors.yonyou_u8_openapi.exchange import Wire
from connectors.yonyou_u8_openapi.paging import Listed, Row, read_list

ITEMS, UNITS = Listed("inventory", ("code",)), Listed("unit", ("code",))
CLASSES, WAREHOUSES = Listed("inventoryclass", ("code",)), Listed("warehouse", ("code",))
_FLOATING = "2"
_USES = ("stunit", "saunit", "puunit")
_DAY = len("2026-11-23")


def names(wire: Wire, listed: Listed, row_cap: int) -> dict[str, str]:
    """Return the names of a small list by code."""
    return {text(row.get("code")): text(row.get("name")) for row in read_list(wire, listed, row_cap)}


def main_units(rows: Iterable[Row], units: dict[str, str]) -> dict[str, str]:
    """Return the name of the main unit by item; main_measure is a unit's code, or where it is none, its name."""
    stated = ((text(row.get("code")), text(row.get("main_measure"))) for row in rows)
    return {item: units.get(unit, unit) for item, unit in stated}


def item_cards(
    rows: Iterable[Row], units: dict[str, str], classes: dict[str, str], stocked: frozenset[str], today: date
) -> pa.Table:
    """Return ITEM_CARDS of the items that are in use or have stock. The OpenAPI tells no cost that may be relied on."""
    cards: list[dict[str, Any]] = []
    for row in rows:
        item, active = text(row.get("code")), _is_active(text(row.get("end_date")), today)
        if not item or not (active or item in stocked):
            continue
        card = {
            "item": item,
            "name": text(row.get("name")),
            "spec": text(row.get("specs")),
            "unit": units.get(item, ""),
            "category": classes.get(text(row.get("sort_code")), ""),
            "abc": "",
            "cost": None,
            "cost_source": "",
            "decimals": None,
            "active": active,
        }
        cards.append(card)
    return pa.Table.from_pylist(cards, schema=ITEM_CARDS)


def unit_rates(rows: Iterable[Row], units: dict[str, str], source: str) -> pa.Table:
    """Return UNIT_RATES: main units in one stock, sales or purchase unit of each item."""
    rates: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        item, is_floating = text(row.get("code")), text(row.get("unitgroup_type")) == _FLOATING
        for use in _USES:
            unit, stated = text(row.get(f"{use}_name")), text(row.get(f"{use}_ichangrate"))
            factor = micro(stated, source, ITEMS.name) if stated else 0
            if item and unit and factor > 0 and not (unit == units.get(item) and factor == MICRO):
                rate = {"item": item, "unit": unit, "factor": factor, "floating": is_floating}
                rates.setdefault((item, unit), rate)
    return pa.Table.from_pylist(list(rates.values()), schema=UNIT_RATES)


def warehouse_cards(warehouses: dict[str, str], settings: YonyouOpenApiSettings) -> pa.Table:
    """Return WAREHOUSE_CARDS. The OpenAPI states code and name only; what kind a warehouse is, the settings say."""
    cards = [
        {"warehouse": code, "name": name, "kind": settings.warehouse_kinds.get(code, "normal"), "frozen": False}
        for code, name in warehouses.items()
        if code
    ]
    return pa.Table.from_pylist(cards, schema=WAREHOUSE_CARDS)


def _is_active(end_date: str, today: date) -> bool:
    """Return whether an item may be used: without a stop date (停用日期), or before it."""
    return not end_date or end_date[:_DAY] > today.isoformat()
