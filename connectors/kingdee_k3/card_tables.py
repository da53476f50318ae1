"""Master data in the contract's tables: cards unique by code, conversions of each item's unit group."""

from decimal import localcontext
from typing import Any

import pyarrow as pa

from bridge.domain.quantity import to_micro
from bridge.domain.snapshot import ITEM_CARDS, UNIT_RATES, WAREHOUSE_CARDS, empty
from connectors.kingdee_k3.cards import Cards, Item, Unit, Warehouse


def item_table(items: list[Item]) -> pa.Table:
    """Return ITEM_CARDS, unique by code: of two cards with one code the active one, then the first stands."""
    unique: dict[str, Item] = {}
    for item in sorted(items, key=lambda item: not item.active):
        unique.setdefault(item.code, item)
    cards = list(unique.values())
    columns = {
        "item": [card.code for card in cards],
        **{name: [getattr(card, name) for card in cards] for name in ITEM_CARDS.names if name != "item"},
    }
    return pa.table(columns, schema=ITEM_CARDS)


def warehouse_table(warehouses: list[Warehouse]) -> pa.Table:
    """Return WAREHOUSE_CARDS, unique by code. K/3 knows no frozen warehouses."""
    unique: dict[str, Warehouse] = {}
    for warehouse in warehouses:
        unique.setdefault(warehouse.code, warehouse)
    cards = list(unique.values())
    columns = {
        "warehouse": [card.code for card in cards],
        "name": [card.name for card in cards],
        "kind": [card.kind for card in cards],
        "frozen": [False] * len(cards),
    }
    return pa.table(columns, schema=WAREHOUSE_CARDS)


def rate_table(cards: Cards, items: list[Item]) -> pa.Table:
    """Return UNIT_RATES: for each item the other units of its unit group, in base units.

    base units in one unit = FCoefficient(unit) ÷ FCoefficient(base unit); FConversation = 0 is a floating rate, whose
    coefficient is only typical (kingdee.md 2.1).
    """
    groups: dict[Any, list[Unit]] = {}
    for unit in cards.units.values():
        if unit.coefficient is not None and unit.group_id is not None:
            groups.setdefault(unit.group_id, []).append(unit)
    rates: dict[tuple[str, str], tuple[int, bool]] = {}
    for item in items:
        base = cards.units.get(item.unit_id)
        if base is None or base.coefficient is None:
            continue
        for unit in groups.get(base.group_id if item.group_id is None else item.group_id, ()):
            if unit.name and unit.name != base.name and unit.coefficient is not None:
                with localcontext() as exact:
                    exact.prec = 60
                    factor = to_micro(unit.coefficient / base.coefficient)
                if factor > 0:
                    rates.setdefault((item.code, unit.name), (factor, unit.floating))
    if not rates:
        return empty(UNIT_RATES)
    columns = {
        "item": [item for item, _ in rates],
        "unit": [unit for _, unit in rates],
        "factor": [factor for factor, _ in rates.values()],
        "floating": [floating for _, floating in rates.values()],
    }
    return pa.table(columns, schema=UNIT_RATES)
