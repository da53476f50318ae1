"""What a comparison found, as one value in a fixed order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from bridge.domain.report import UnitProblem, Unmapped
from bridge.domain.variance import Variance
from reconcilers.align import Aligned
from reconcilers.codes import Collision
from reconcilers.grain import GRAIN
from reconcilers.leftovers import UnmappedWarehouse
from reconcilers.quantity import Positions
from reconcilers.sides import Sides
from reconcilers.value import totals


@dataclass(frozen=True)
class Comparison:
    """What a comparison found. compared = agreeing + variances + waiting; unknown positions come on top.

    `variances` break their limits; `waiting` would, but for documents still inside their grace; `within` differ but
    break nothing and belong to `agreeing`. Money over `variances` only; `unvalued` of them have no cost. `outside`
    counts the lines that the pair does not speak of.
    """

    compared: int
    agreeing: int
    variances: tuple[Variance, ...]
    waiting: tuple[Variance, ...]
    within: tuple[Variance, ...]
    unknown: int
    unknown_positions: tuple[tuple[str, str, str], ...]
    unmapped: tuple[Unmapped, ...]
    unmapped_warehouses: tuple[UnmappedWarehouse, ...]
    collisions: tuple[Collision, ...]
    unit_problems: tuple[UnitProblem, ...]
    gross: int
    net: int
    unvalued: int
    outside: int
    sides: Sides = field(repr=False)
    grain: tuple[str, ...]

    @property
    def alignments(self) -> Mapping[str, Aligned]:
        """Return each source's stock under common codes, of this pair only, with the way back to its own codes."""
        return self.sides.alignments

    def quantity_at(self, place: tuple[str, str, str]) -> int:
        """Given (item, warehouse, batch), return what the stock side has there, in millionths of the base unit."""
        item, warehouse, batch = place
        found = (
            aligned.raw_positions(
                item, warehouse if "warehouse" in self.grain else None, batch if "batch" in self.grain else None
            )
            for aligned in self.sides.of("stock")
        )
        return sum(raw.quantity for positions in found for raw in positions)


def comparison_of(positions: Positions, judged: Sequence[Variance], sides: Sides, grain: tuple[str, ...]) -> Comparison:
    """Given the plan's outcome and the judged differences, return the comparison in its fixed order."""
    ordered = sorted(judged, key=_by_value)
    variances = tuple(variance for variance in ordered if variance.exceeds)
    waiting = tuple(variance for variance in ordered if variance.waiting)
    within = tuple(variance for variance in ordered if not variance.exceeds and not variance.waiting)
    every = list(sides.alignments.values())
    unknown = full_grain(positions.unknown).to_pylist()
    money_of = totals(variances)
    unmapped = sorted(
        (one for aligned in every for one in aligned.unmapped),
        key=lambda one: (-abs(one.value or 0), one.source, one.item),
    )
    return Comparison(
        compared=positions.compared,
        agreeing=positions.compared - len(variances) - len(waiting),
        variances=variances,
        waiting=waiting,
        within=within,
        unknown=len(unknown),
        unknown_positions=tuple((row["item"], row["warehouse"], row["batch"]) for row in unknown),
        unmapped=tuple(unmapped),
        unmapped_warehouses=tuple(one for aligned in every for one in aligned.unmapped_warehouses),
        collisions=tuple(one for aligned in every for one in aligned.collisions),
        unit_problems=tuple(one for aligned in every for one in aligned.unit_problems),
        gross=money_of.gross,
        net=money_of.net,
        unvalued=money_of.unvalued,
        outside=sides.outside,
        sides=sides,
        grain=grain,
    )


def full_grain(differing: pa.Table) -> pa.Table:
    """Return the table with all of item, warehouse and batch; '' where the grain leaves one out."""
    blank = pa.array([""] * differing.num_rows, pa.string())
    for name in GRAIN:
        if name not in differing.column_names:
            differing = differing.append_column(name, blank)
    return differing.select([*GRAIN, *(name for name in differing.column_names if name not in GRAIN)])


def _by_value(variance: Variance) -> tuple[bool, int, str, str, str]:
    """Order by value, largest first, those without a cost last; then by codes."""
    place = variance.position
    return variance.value is None, -(variance.value or 0), place.item, place.warehouse, place.batch
