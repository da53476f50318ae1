"""A system against itself: where its balance is not its own opening plus documents (self-agreement, users.md 2.1).

A posting between two statements would look like a break, so the sums are read before the balances and, where something
is off, again after them: a position whose sums stood still and whose balance is another is off for certain.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

import pyarrow as pa

from bridge.domain.quantity import to_micro, to_text
from bridge.domain.snapshot import STOCK_LINES, SelfAgreement
from connectors.database.collation import folded

Key = tuple[str, str, str]
Booked = Mapping[Key, Decimal]
"""Opening plus documents by item, warehouse, batch, in base units."""
_STEP = 1  # a millionth: what rounding a float column may leave


def own_gaps(
    lines: pa.Table,
    before: Booked | None,
    again: Callable[[], Booked | None],
    since: date | None,
    units: Mapping[str, str],
    kept: Callable[[str], bool] = lambda _warehouse: True,
) -> tuple[SelfAgreement | None, pa.Table]:
    """Given STOCK_LINES and the system's own sums from before them, compare; `again` reads the sums if something is off.

    `since` is the day of the openings, `units` the base unit by item. Return how many positions were compared and how
    many are off, and of these STOCK_LINES with balance - (opening + documents); None and no lines without sums.
    Positions with an unknown balance, or off while their documents moved, or in a warehouse that is not `kept` in these
    books, are not compared: their gap is null. A position that has neither stock nor sums is none.
    """
    if before is None:
        return None, STOCK_LINES.empty_table()
    booked, names = _by_fold(before)
    balance = _balances(lines, names)
    there = [key for key in names if balance.get(key, 0) != 0 or booked.get(key)]
    gaps = {key: _gap(balance.get(key, 0), booked.get(key, 0)) if kept(names[key][1]) else None for key in there}
    if any(gaps.values()):
        after, _ = _by_fold(again() or {})
        gaps |= dict.fromkeys(key for key, gap in gaps.items() if gap and after.get(key, 0) != booked.get(key, 0))
    rows = [
        (*names[key], gap, units.get(names[key][0], ""), "" if gap is None else to_text(gap))
        for key, gap in gaps.items()
        if gap != 0
    ]
    unasked = sum(gap is None for gap in gaps.values())
    table = [dict(zip(STOCK_LINES.names, row, strict=True)) for row in sorted(rows, key=lambda row: row[:3])]
    agreement = SelfAgreement(since, len(gaps) - unasked, len(rows) - unasked)
    return agreement, pa.Table.from_pylist(table, schema=STOCK_LINES)


def _gap(balance: int | None, booked: int) -> int | None:
    if balance is None:
        return None
    return balance - booked if abs(balance - booked) > _STEP else 0


def _balances(lines: pa.Table, names: dict[Key, Key]) -> dict[Key, int | None]:
    """Return the balances, None where a line states none; `names` takes up the spellings of the stock."""
    found: dict[Key, int | None] = {}
    columns = (lines[name].to_pylist() for name in STOCK_LINES.names[:4])
    for item, warehouse, batch, quantity in zip(*columns, strict=True):
        key = _fold(item, warehouse, batch)
        names[key] = (item, warehouse, batch)
        sum_so_far = found.get(key, 0)
        found[key] = None if quantity is None or sum_so_far is None else sum_so_far + quantity
    return found


def _fold(item: str, warehouse: str, batch: str) -> Key:
    return folded(item), folded(warehouse), folded(batch)


def _by_fold(booked: Booked) -> tuple[dict[Key, int], dict[Key, Key]]:
    """Return the sums in millionths and one spelling of each, by what the server takes for the same."""
    found: dict[Key, Decimal] = {}
    names: dict[Key, Key] = {}
    for spelled, quantity in booked.items():
        key = _fold(*spelled)
        found[key] = found.get(key, Decimal(0)) + quantity
        names[key] = spelled
    return {key: to_micro(quantity) for key, quantity in found.items()}, names
