"""One footing: a source's stock lines under common codes, in the common base unit of each item.

Every row that comes in goes out again or stands in a list: codes without a common item, warehouses without a common
warehouse, units without a factor. Work is done once for each distinct code and spread to the rows by index, so a
million lines cost little more than their codes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bridge.domain.errors import InvariantBroken, SnapshotRejected
from bridge.domain.quantity import to_text
from bridge.domain.report import UnitProblem, Unmapped
from bridge.domain.snapshot import PHYSICAL_COUNTS, STOCK_LINES, Snapshot
from reconcilers.align_counts import align_counts
from reconcilers.codes import Collision, Column, collisions, encode
from reconcilers.conversion import Conversion, conversion_of
from reconcilers.footing import Footing, footing
from reconcilers.leftovers import UnmappedWarehouse, batch_collisions, unit_problems, unmapped, unmapped_warehouses
from reconcilers.maps import Maps
from reconcilers.units import Factor, scale


@dataclass(frozen=True)
class RawPosition:
    """A part of a common position under the source's own codes, as a hold order needs them.

    `quantity` is in millionths of the common base unit, `raw_quantity` in millionths of `unit`.
    """

    item: str
    warehouse: str
    batch: str
    unit: str
    quantity: int
    raw_quantity: int
    factor: Factor


@dataclass(frozen=True)
class Aligned:
    """One source's stock on the common footing.

    `lines` has item, warehouse, batch (common), kind ('' = not stated), quantity (millionths of the base unit, 0 where
    unknown), unknown and floating (0 or 1), raw_item, raw_warehouse, raw_batch, raw_unit, raw_quantity, factor (index).
    `counts` are its PHYSICAL_COUNTS on the same footing.
    """

    source: str
    footing: Footing = field(repr=False)
    lines: pa.Table = field(repr=False)
    factors: tuple[Factor, ...] = field(repr=False)
    units: Mapping[str, str] = field(repr=False)  # base unit by common item, as far as this source states one
    unmapped: tuple[Unmapped, ...]
    unmapped_warehouses: tuple[UnmappedWarehouse, ...]
    collisions: tuple[Collision, ...]
    unit_problems: tuple[UnitProblem, ...]
    counts: pa.Table = field(default_factory=PHYSICAL_COUNTS.empty_table, repr=False)

    def raw_positions(
        self, item: str, warehouse: str | None = None, batch: str | None = None
    ) -> tuple[RawPosition, ...]:
        """Given common codes (None = any), return the source's own codes behind them with their known quantities."""
        wanted = pc.equal(self.lines["item"], item)
        for name, code in (("warehouse", warehouse), ("batch", batch)):
            if code is not None:
                wanted = pc.and_(wanted, pc.equal(self.lines[name], code))
        sums: dict[tuple[str, str, str, str, int], list[int]] = {}
        for row in self.lines.filter(wanted).to_pylist():
            if not row["unknown"]:
                key = (row["raw_item"], row["raw_warehouse"], row["raw_batch"], row["raw_unit"], row["factor"])
                found = sums.setdefault(key, [0, 0])
                found[0] += row["quantity"]
                found[1] += row["raw_quantity"]
        return tuple(
            RawPosition(*key[:4], quantity, raw_quantity, self.factors[key[4]])
            for key, (quantity, raw_quantity) in sorted(sums.items())
        )


def align(
    snapshot: Snapshot,
    maps: Maps,
    rules: Sequence[str],
    as_of: date,
    base_units: Mapping[str, str] | None = None,
    *,
    by_warehouse: bool = True,
) -> Aligned:
    """Given a snapshot and what puts it on one footing, return its aligned lines and all that did not fit.

    `base_units` are base units by common item settled by the sources before (the book side first). Without
    `by_warehouse` the comparison ignores warehouses, so an unmapped warehouse leaves nothing out. Raise
    SnapshotRejected if a conversion overflows, InvariantBroken if rows do not add up.
    """
    foot = footing(snapshot, maps, rules, as_of, base_units)
    aligned = align_lines(snapshot.lines, foot, by_warehouse=by_warehouse)
    return replace(aligned, counts=align_counts(snapshot.counts, foot))


def align_lines(table: pa.Table, foot: Footing, *, by_warehouse: bool = True) -> Aligned:
    """Given stock lines of a source and its footing, do what `align` does."""
    lines = table.select(STOCK_LINES.names).cast(STOCK_LINES)
    coded = _coded(lines, foot, by_warehouse=by_warehouse)
    conversion = conversion_of(foot, coded.items, coded.commons, coded.units)
    raw = lines["quantity"].fill_null(0).combine_chunks().to_numpy(zero_copy_only=False)
    stated = lines["quantity"].is_valid().combine_chunks().to_numpy(zero_copy_only=False)
    # zero is zero in every unit, so only a figure other than zero is lost for want of a factor
    unknown = ~stated | (conversion.missing[conversion.which] & (raw != 0))
    raw = np.where(unknown, 0, raw)
    quantity = _scaled(foot.source, raw, conversion, coded.items)
    foreign = ~np.array([code is not None for code in coded.commons], bool)[coded.items.index]
    homeless = ~foreign & ~np.array([code is not None for code in coded.common_places], bool)[coded.places.index]
    frame = _frame(coded, foot, conversion, quantity, unknown, raw)
    kept = frame.filter(pa.array(~foreign & ~homeless)) if foreign.any() or homeless.any() else frame
    if kept.num_rows + int(foreign.sum()) + int(homeless.sum()) != table.num_rows:
        raise InvariantBroken("BR-1854", source=foot.source, rows=table.num_rows, kept=kept.num_rows)
    items = coded.items, coded.commons
    return Aligned(
        source=foot.source,
        footing=foot,
        lines=kept,
        factors=conversion.factors,
        units=conversion.bases,
        unmapped=unmapped(foot, coded.items, quantity, foreign),
        unmapped_warehouses=unmapped_warehouses(foot, items, coded.places, quantity, homeless),
        collisions=(
            *collisions(foot.source, "item", coded.items),
            *collisions(foot.source, "warehouse", coded.places),
            *batch_collisions(foot.source, coded.items, coded.batches),
        ),
        unit_problems=unit_problems(foot, items, coded.units, conversion, unknown & stated),
    )


@dataclass(frozen=True)
class _Coded:
    """The text columns by distinct values, with the common code of each (None = unmapped)."""

    items: Column
    places: Column
    batches: Column
    units: Column
    commons: list[str | None]
    common_places: list[str | None]


def _coded(lines: pa.Table, foot: Footing, *, by_warehouse: bool) -> _Coded:
    items = encode(lines["item"], foot.rules, "item")
    places = encode(lines["warehouse"], foot.rules, "warehouse")
    common_places = [foot.warehouses.common(code) for code in places.folded]
    if not by_warehouse:
        pairs = zip(places.folded, common_places, strict=True)
        common_places = [code if common is None else common for code, common in pairs]
    return _Coded(
        items=items,
        places=places,
        batches=encode(lines["batch"], foot.rules, "batch"),
        units=encode(lines["raw_unit"], (), "raw_unit"),
        commons=[foot.items.common(code) for code in items.folded],
        common_places=common_places,
    )


def _frame(
    coded: _Coded, foot: Footing, conversion: Conversion, quantity: np.ndarray, unknown: np.ndarray, raw: np.ndarray
) -> pa.Table:
    places = coded.places
    kinds = [foot.warehouse_cards[code].kind if code in foot.warehouse_cards else "" for code in places.folded]
    return pa.table(
        {
            "item": coded.items.spread(coded.commons),
            "warehouse": places.spread(coded.common_places),
            "batch": coded.batches.spread(coded.batches.folded),
            "kind": places.spread(kinds),
            "quantity": pa.array(quantity, pa.int64()),
            "unknown": pa.array(unknown.astype(np.int64)),
            "floating": pa.array(conversion.floating[conversion.which].astype(np.int64)),
            "raw_item": coded.items.spread(coded.items.raw),
            "raw_warehouse": places.spread(places.raw),
            "raw_batch": coded.batches.spread(coded.batches.raw),
            "raw_unit": coded.units.spread(coded.units.raw),
            "raw_quantity": pa.array(raw, pa.int64()),
            "factor": pa.array(conversion.which, pa.int64()),
        }
    )


def _scaled(source: str, raw: np.ndarray, conversion: Conversion, items: Column) -> np.ndarray:
    if not conversion.factors:
        return raw
    quantity, overflow = scale(raw, conversion.which, conversion.factors)
    if overflow.any():
        row = int(np.argmax(overflow))
        raise SnapshotRejected(
            "BR-1851", source=source, item=items.raw[items.index[row]], quantity=to_text(int(raw[row]))
        )
    return quantity
