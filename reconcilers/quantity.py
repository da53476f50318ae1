"""The reconcile plan, written once in Narwhals for every engine (design.md 4, #7).

All sides stand under each other with one quantity, one line-count and one unknown-count column per side; one group-by
on the grain; filter. No outer join, so a third system costs nothing more. Integers only. pandas, PyArrow, polars and
duckdb frames all go through it unchanged.

What counts as a position: something that at least two sides list, or that one side lists with a figure other than
zero. Zero here and no row there is none: whether a system deletes its empty rows must not change any figure. Zero on
both sides is one that agrees, since both systems say so. A position with an Unknown on any side is counted
apart and compared with nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw
import pyarrow as pa

from bridge.domain.errors import SnapshotRejected
from bridge.domain.quantity import LIMIT
from bridge.domain.variance import Presence
from reconcilers.grain import GRAIN

_HALF = 2**32
_Frame = Any  # an eager or lazy Narwhals frame: their common methods are all that is used


@dataclass(frozen=True)
class Selection:
    """Which lines a pair speaks of, in common codes. Empty or None = all.

    A line that states no warehouse or no kind is kept, as nothing says that it lies elsewhere.
    """

    items: frozenset[str] | None = None
    warehouses: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    def of(self, frame: Any) -> Any:
        """Given a native frame with item, warehouse and kind, return its lines inside the selection."""
        chosen = nw.from_native(frame)
        if self.items is not None:
            # no line has an empty item; it gives an empty list its type
            chosen = chosen.filter(nw.col("item").is_in([*sorted(self.items), ""]))
        if self.warehouses:
            chosen = chosen.filter(nw.col("warehouse").is_in([*self.warehouses, ""]))
        if self.kinds:
            chosen = chosen.filter(nw.col("kind").is_in([*self.kinds, ""]))
        return chosen.to_native()


@dataclass(frozen=True)
class Positions:
    """The outcome of the plan. compared = agreeing + rows of `differing`; `unknown` are further positions.

    `differing` has the grain's columns and, for each side, its quantity and `<side>_presence`, plus `floating` (lines
    converted at a typical rate). Rows are in order of the grain.
    """

    differing: pa.Table = field(repr=False)
    unknown: pa.Table = field(repr=False)
    compared: int
    agreeing: int


def compare_quantities(
    sides: Mapping[str, Sequence[Any]], grain: Sequence[str] = GRAIN, selection: Selection | None = None
) -> Positions:
    """Given frames by side with the grain's columns, quantity, unknown and floating, return what differs.

    All frames are of one engine; a selection needs item, warehouse and kind as well. Raise SnapshotRejected if a sum
    could overflow.
    """
    names = tuple(sides)
    chosen = selection or Selection()
    every = [(side, nw.from_native(chosen.of(frame))) for side, frames in sides.items() for frame in frames]
    stacked = nw.concat([_columns(frame, side, names, grain) for side, frame in every])
    refuse_overflow(stacked, names, grain)
    sums = [f"{side}_{part}" for side in names for part in ("quantity", "lines", "unknown")]
    grouped = stacked.group_by(*grain).agg(*(nw.col(name).sum() for name in (*sums, "floating")))
    # some engines widen a sum; it is known to fit
    whole = grouped.with_columns(*(nw.col(name).cast(nw.Int64) for name in (*sums, "floating")))
    return _judged(_eager(whole), names, grain)


def totals_by_item(frames: Sequence[Any]) -> dict[str, int]:
    """Given aligned frames of one side, return the known quantity of every item."""
    stacked = nw.concat([_columns(nw.from_native(frame), "side", ("side",), ("item",)) for frame in frames])
    refuse_overflow(stacked, ("side",), ("item",))
    grouped = _eager(stacked.group_by("item").agg(nw.col("side_quantity").sum())).to_arrow()
    return dict(zip(grouped["item"].to_pylist(), grouped["side_quantity"].to_pylist(), strict=True))


def refuse_overflow(stacked: Any, names: Sequence[str], grain: Sequence[str]) -> None:
    """Raise SnapshotRejected if a group's sum leaves 64 bits: engines wrap silently.

    Usually the largest figure times the number of rows already fits; else the sums are made in two halves that cannot
    overflow, and looked at.
    """
    columns = [f"{side}_quantity" for side in names]
    bounds = _eager(
        stacked.select(
            nw.len().alias("rows"),
            *(nw.col(name).max().alias(f"{name}_max") for name in columns),
            *(nw.col(name).min().alias(f"{name}_min") for name in columns),
        )
    ).row(0)
    if bounds[0] == 0 or max(abs(int(bound)) for bound in bounds[1:]) * int(bounds[0]) <= LIMIT:
        return
    high = [(nw.col(name) // _HALF).alias(f"{name}_high") for name in columns]
    low = [(nw.col(name) - nw.col(name) // _HALF * _HALF).alias(f"{name}_low") for name in columns]
    sums = [f"{name}_{half}" for name in columns for half in ("high", "low")]
    grouped = stacked.select(*grain, *high, *low).group_by(*grain).agg(*(nw.col(name).sum() for name in sums))
    halves = _eager(grouped.with_columns(*(nw.col(name).cast(nw.Int64) for name in sums)))
    for name in columns:
        total = nw.col(f"{name}_high") + nw.col(f"{name}_low") // _HALF
        worst = halves.filter((total >= _HALF // 2) | (total < -_HALF // 2)).sort(*grain)
        if len(worst):
            row = worst.select(*grain).row(0)
            raise SnapshotRejected("BR-1852", side=name.removesuffix("_quantity"), position=" / ".join(map(str, row)))


def _columns(frame: _Frame, side: str, names: Sequence[str], grain: Sequence[str]) -> _Frame:
    """Return the grain and, for every side, three columns, which are zero unless the side is this frame's."""
    own = {"quantity": nw.col("quantity"), "lines": nw.lit(1, nw.Int64), "unknown": nw.col("unknown")}
    zero = nw.lit(0, nw.Int64)
    parts = [(own[part] if name == side else zero).alias(f"{name}_{part}") for name in names for part in own]
    return frame.select(*grain, "floating", *parts)


def _judged(grouped: _Frame, names: Sequence[str], grain: Sequence[str]) -> Positions:
    first, rest = names[0], names[1:]
    quantities = [nw.col(f"{side}_quantity") for side in names]
    listed = nw.sum_horizontal(*((nw.col(f"{side}_lines") > 0).cast(nw.Int64) for side in names))
    position = nw.any_horizontal(*(quantity != 0 for quantity in quantities), ignore_nulls=True) | (
        listed >= min(len(names), 2)
    )
    unknown = nw.any_horizontal(*(nw.col(f"{side}_unknown") > 0 for side in names), ignore_nulls=True)
    differs = nw.any_horizontal(
        *(nw.col(f"{side}_quantity") != nw.col(f"{first}_quantity") for side in rest), ignore_nulls=True
    )
    flagged = grouped.with_columns(
        position.alias("is_position"), unknown.alias("is_unknown"), differs.alias("is_different")
    )
    compared = flagged.filter(nw.col("is_position") & ~nw.col("is_unknown"))
    differing = compared.filter(nw.col("is_different")).sort(*grain).to_arrow()
    presence = {side: _presence(differing.column(f"{side}_lines").to_pylist()) for side in names}
    columns = {name: differing.column(name).cast(pa.string()) for name in grain}
    columns |= {side: differing.column(f"{side}_quantity") for side in names}
    columns |= {f"{side}_presence": presence[side] for side in names}
    columns["floating"] = differing.column("floating")
    return Positions(
        differing=pa.table(columns),
        unknown=flagged.filter(nw.col("is_unknown")).select(*grain).sort(*grain).to_arrow(),
        compared=len(compared),
        agreeing=len(compared) - differing.num_rows,
    )


def _presence(lines: Sequence[int]) -> pa.Array:
    """Return known or absent by line count; the rows with an Unknown were taken out before."""
    return pa.array([(Presence.KNOWN if count else Presence.ABSENT).value for count in lines], pa.string())


def _eager(frame: _Frame) -> Any:
    return frame.collect() if isinstance(frame, nw.LazyFrame) else frame
