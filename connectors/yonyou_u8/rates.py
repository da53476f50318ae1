"""Conversions of an item: the units of its group and those its card names."""

from collections.abc import Iterable

import pyarrow as pa

from bridge.domain.snapshot import UNIT_RATES
from connectors.yonyou_u8.items import Items
from connectors.yonyou_u8.units import FIXED, FLOATING, Unit

_AUXILIARY = ("stock_unit", "aux_unit", "sales_unit", "purchase_unit")


def unit_rates(items: Items) -> tuple[pa.Table, int]:
    """Return UNIT_RATES of items whose group converts, and how many contradicting ones were left out."""
    members: dict[str, list[Unit]] = {}
    for unit in items.units.values():
        members.setdefault(unit.group, []).append(unit)
    rates: dict[tuple[str, str], tuple[int, bool]] = {}
    doubtful: set[tuple[str, str]] = set()
    for row, item in enumerate(items.code):
        kind = items.group_type(row)
        if kind not in {FIXED, FLOATING}:
            continue
        main = items.columns["unit"][row]
        group = items.columns["group"][row]
        named = [items.units[code] for code in _named_units(items, row) if code in items.units]
        for unit in {u.code: u for u in (*(members.get(group, []) if group else []), *named)}.values():
            if unit.code == main or not unit.rate or unit.rate < 0:
                continue
            key, value = (item, unit.name or unit.code), (unit.rate, kind == FLOATING)
            if rates.setdefault(key, value) != value:
                doubtful.add(key)  # two units of one name and different rates: nobody can tell which is meant
    kept = [(item, unit, *value) for (item, unit), value in rates.items() if (item, unit) not in doubtful]
    columns = zip(*kept, strict=True) if kept else ((), (), (), ())
    table = pa.Table.from_pydict(dict(zip(UNIT_RATES.names, map(list, columns), strict=True)), schema=UNIT_RATES)
    return table, len(doubtful)


def _named_units(items: Items, row: int) -> Iterable[str]:
    return dict.fromkeys(items.columns[label][row] for label in _AUXILIARY if items.columns[label][row])
