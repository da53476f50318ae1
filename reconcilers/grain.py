"""Tables at the grain a pair looks at: '' in the parts of a position that it does not compare by."""

from collections.abc import Collection

import pyarrow as pa
import pyarrow.compute as pc

from reconcilers.request import Place

GRAIN = ("item", "warehouse", "batch")
"""The parts of a position; a pair may look at fewer."""


def at_grain(table: pa.Table, grain: tuple[str, ...]) -> pa.Table:
    """Given a table with item, warehouse and batch, return it with '' in the parts outside `grain`."""
    for name in GRAIN:
        if name not in grain:
            blank = pa.array([""] * table.num_rows, pa.string())
            table = table.set_column(table.column_names.index(name), name, blank)
    return table


def places_of(table: pa.Table) -> list[Place]:
    """Return the position of each row."""
    return list(zip(*(table[name].to_pylist() for name in GRAIN), strict=True))


def balances_at(lines: pa.Table, items: Collection[str], grain: tuple[str, ...]) -> dict[Place, int]:
    """Given aligned lines, return what lies at each position of these items, in millionths."""
    wanted = pa.array(sorted(items), pa.string())
    lines = at_grain(lines.filter(pc.is_in(lines["item"], value_set=wanted)), grain)
    found: dict[Place, int] = {}
    for place, quantity in zip(places_of(lines), lines["quantity"].to_pylist(), strict=True):
        found[place] = found.get(place, 0) + quantity
    return found
