"""What did not fit the common footing, always listed with the money that stands on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bridge.domain.quantity import LIMIT
from bridge.domain.report import UnitProblem, Unmapped
from reconcilers.codes import Collision, Column, collisions
from reconcilers.conversion import Conversion
from reconcilers.footing import Footing
from reconcilers.value import money


@dataclass(frozen=True, order=True)
class UnmappedWarehouse:
    """A warehouse code without a common warehouse. `value` None = no cost known for any of its `lines`."""

    source: str
    warehouse: str
    name: str
    lines: int
    value: int | None
    unvalued: int  # items in it without a cost


def exact_sums(index: np.ndarray, values: np.ndarray, size: int) -> list[int]:
    """Given values and the slot of each, return the sum of every slot; in 64 bits where that is safe, else beyond."""
    largest = max((abs(int(values.max())), abs(int(values.min())))) if len(values) else 0
    sums = np.zeros(size, np.int64 if largest * len(values) <= LIMIT else object)
    np.add.at(sums, index, values if sums.dtype == np.int64 else values.astype(object))
    return [int(total) for total in sums]


def unmapped(foot: Footing, items: Column, quantity: np.ndarray, rows: np.ndarray) -> tuple[Unmapped, ...]:
    """Given which rows have no common item, return their codes with quantity and money, dearest first."""
    sums: dict[str, int] = {}
    totals = exact_sums(items.index[rows], quantity[rows], len(items.raw))
    for item in np.unique(items.index[rows]):
        code = items.folded[item]
        sums[code] = sums.get(code, 0) + totals[item]
    found = []
    for code, total in sums.items():
        card = foot.cards.foreign(code)
        value = None if card is None or card.cost is None else money(foot.source, code, total, card.cost)
        found.append(Unmapped(foot.source, code, card.name if card else "", total, value))
    return tuple(sorted(found, key=lambda one: (-abs(one.value or 0), one.item)))


def unmapped_warehouses(
    foot: Footing, items: tuple[Column, Sequence[str | None]], places: Column, quantity: np.ndarray, rows: np.ndarray
) -> tuple[UnmappedWarehouse, ...]:
    """Given which rows have no common warehouse, return those warehouses with their money, dearest first."""
    column, commons = items
    width = max(len(column.raw), 1)
    keys, which = np.unique(places.index[rows].astype(np.int64) * width + column.index[rows], return_inverse=True)
    totals = exact_sums(which.reshape(-1), quantity[rows], len(keys))
    counts = np.bincount(which.reshape(-1), minlength=len(keys))
    stock: dict[str, dict[str, int]] = {}
    lines: dict[str, int] = {}
    for key, total, count in zip(keys, totals, counts, strict=True):
        place, item = divmod(int(key), width)
        code, common = places.folded[place], commons[item] or ""
        lines[code] = lines.get(code, 0) + int(count)
        by_item = stock.setdefault(code, {})
        by_item[common] = by_item.get(common, 0) + total
    found = [_homeless(foot, code, lines[code], by_item) for code, by_item in stock.items()]
    return tuple(sorted(found, key=lambda one: (-abs(one.value or 0), one.warehouse)))


def _homeless(foot: Footing, code: str, lines: int, by_item: Mapping[str, int]) -> UnmappedWarehouse:
    values = []
    for item, total in by_item.items():
        card = foot.cards.card(item)
        if card is not None and card.cost is not None:
            values.append(money(foot.source, item, total, card.cost))
    name = foot.warehouse_cards[code].name if code in foot.warehouse_cards else ""
    return UnmappedWarehouse(
        foot.source, code, name, lines, sum(values) if values else None, len(by_item) - len(values)
    )


def batch_collisions(source: str, items: Column, batches: Column) -> tuple[Collision, ...]:
    """Return batch spellings that folding made one. They collide only within one item."""
    suspects = {collision.code for collision in collisions(source, "batch", batches)}
    rows = np.flatnonzero(np.array([code in suspects for code in batches.folded], bool)[batches.index])
    spellings: dict[tuple[str, str], set[str]] = {}
    for row in rows if suspects else ():
        batch = batches.index[row]
        spellings.setdefault((items.folded[items.index[row]], batches.folded[batch]), set()).add(batches.raw[batch])
    return tuple(
        Collision(source, "batch", f"{item} {batch}", tuple(sorted(found)))
        for (item, batch), found in sorted(spellings.items())
        if len(found) > 1
    )


def unit_problems(
    foot: Footing, items: tuple[Column, Sequence[str | None]], units: Column, conversion: Conversion, rows: np.ndarray
) -> tuple[UnitProblem, ...]:
    """Given which rows lost their figure for want of a factor, return the items and units concerned."""
    column, commons = items
    counts = np.bincount(conversion.which[rows], minlength=len(conversion.pairs))
    found = []
    for pair in np.flatnonzero(counts):
        item, unit = conversion.pairs[pair]
        code = column.folded[item]
        common = commons[item]
        base = conversion.bases.get(common, "") if common is not None else foot.cards.own_unit(code)
        stated = units.raw[unit] or foot.cards.own_unit(code)
        found.append(UnitProblem(foot.source, common or "", column.raw[item], stated, base, int(counts[pair])))
    return tuple(sorted(found))
