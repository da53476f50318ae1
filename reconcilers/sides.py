"""The two sides of a pair on one footing, narrowed to what the pair speaks of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import narwhals as nw
import pyarrow.compute as pc

from bridge.domain.errors import InvariantBroken
from reconcilers.align import Aligned, align
from reconcilers.codes import fold
from reconcilers.compare_policy import Backend, ComparePolicy, Role, SideInput
from reconcilers.quantity import Selection, totals_by_item
from reconcilers.value import abc_by_value, money

ROLES: tuple[Role, ...] = ("book", "stock")


@dataclass(frozen=True)
class Sides:
    """Alignments by source, book side first, with lines of the pair only. `outside` counts the lines left out."""

    alignments: Mapping[str, Aligned] = field(repr=False)
    roles: Mapping[str, Role]
    outside: int

    def of(self, role: Role) -> list[Aligned]:
        """Return the alignments of one side."""
        return [aligned for source, aligned in self.alignments.items() if self.roles[source] == role]

    def frames(self, policy: ComparePolicy) -> dict[str, list[Any]]:
        """Return what the plan reads, by side, in the engine of the policy."""
        names = [*policy.grain, "quantity", "unknown", "floating"]
        return {role: [_native(aligned, names, policy.backend) for aligned in self.of(role)] for role in ROLES}


def sides_of(inputs: Sequence[SideInput], policy: ComparePolicy) -> Sides:
    """Given the snapshots of a pair, return its sides. Raise InvariantBroken if a source stands in it twice.

    The first source that states a base unit for an item settles it, book sources before stock sources.
    """
    by_warehouse = "warehouse" in policy.grain or bool(policy.warehouses)
    found: dict[str, Aligned] = {}
    bases: dict[str, str] = {}
    ordered = sorted(inputs, key=lambda side: side.role != "book")
    for side in ordered:
        if side.source != side.snapshot.provenance.source or side.source in found:
            raise InvariantBroken("BR-1856", source=side.source, snapshot=side.snapshot.provenance.source)
        aligned = align(side.snapshot, policy.maps, policy.code_rules, policy.as_of, bases, by_warehouse=by_warehouse)
        found[side.source] = aligned
        bases = {**aligned.units, **bases}
    selection = _selection(list(found.values()), policy)
    narrowed = {source: replace(aligned, lines=selection.of(aligned.lines)) for source, aligned in found.items()}
    outside = sum(found[source].lines.num_rows - aligned.lines.num_rows for source, aligned in narrowed.items())
    return Sides(narrowed, {side.source: side.role for side in ordered}, outside)


def classes(sides: Sides, policy: ComparePolicy) -> dict[str, str]:
    """Return ABC classes by stock value where asked: the book side's quantity, or the stock side's if it has none."""
    if policy.abc_fallback is None:
        return {}
    quantities: dict[str, int] = {}
    frames = sides.frames(replace(policy, grain=("item",)))
    for role in ("stock", "book"):
        for item, total in totals_by_item(frames[role]).items():
            quantities[item] = total or quantities.get(item, 0)
    values: dict[str, int] = {}
    for item, quantity in quantities.items():
        costs = (aligned.footing.cards.cost(item) for aligned in sides.alignments.values())
        cost = next((found for found in costs if found), None)
        if cost is not None:
            values[item] = money(cost[1], item, quantity, cost[0])
    return abc_by_value(values, policy.abc_fallback)


def _selection(alignments: Sequence[Aligned], policy: ComparePolicy) -> Selection:
    items = frozenset(fold(item, policy.code_rules) for item in policy.items) if policy.items else None
    if policy.categories:
        every = {item for aligned in alignments for item in pc.unique(aligned.lines["item"]).to_pylist()}
        wanted = (item for item in every if items is None or item in items)
        items = frozenset(item for item in wanted if _category(item, alignments) in policy.categories)
    warehouses = tuple(fold(code, policy.code_rules) for code in policy.warehouses)
    return Selection(items, warehouses, policy.warehouse_types)


def _category(item: str, alignments: Iterable[Aligned]) -> str:
    cards = (aligned.footing.cards.card(item) for aligned in alignments)
    return next((card.category for card in cards if card and card.category), "")


def _native(aligned: Aligned, names: Sequence[str], backend: Backend) -> Any:
    table = aligned.lines.select(names)
    return table if backend == "pyarrow" else nw.from_arrow(table, backend=backend).to_native()
