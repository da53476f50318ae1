"""Documents on the same footing as the stock: common codes, effects in the common base unit."""

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bridge.domain.errors import SnapshotRejected
from bridge.domain.quantity import to_text
from reconcilers.codes import encode
from reconcilers.footing import Footing
from reconcilers.units import ONE, scale


@dataclass(frozen=True)
class AlignedMovements:
    """Movements under common codes. `left_out` rows have an unmapped item or warehouse, or a unit without a factor."""

    rows: pa.Table = field(repr=False)
    left_out: int


def align_movements(
    rows: pa.Table, foot: Footing, *, by_warehouse: bool = True, figure: str = "effect"
) -> AlignedMovements:
    """Given MOVEMENTS rows of a source (further columns are kept) and its footing, return them aligned.

    Any rows with item, warehouse, batch and a `figure` will do. Figures are taken to be in the base unit of the
    source's card. Raise SnapshotRejected if one overflows.
    """
    items = encode(rows["item"], foot.rules, "item")
    commons = [foot.items.common(code) for code in items.folded]
    found = [
        None if common is None else foot.card_factor(common, code)
        for code, common in zip(items.folded, commons, strict=True)
    ]
    effect = rows[figure].combine_chunks().to_numpy(zero_copy_only=False)
    scaled, overflow = effect, np.zeros(len(effect), dtype=bool)
    if found:
        scaled, overflow = scale(effect, items.index, [factor or ONE for factor in found])
    if overflow.any():
        row = int(np.argmax(overflow))
        item, quantity = items.raw[items.index[row]], to_text(int(effect[row]))
        raise SnapshotRejected("BR-1851", source=foot.source, item=item, quantity=quantity)
    kept = np.array([factor is not None for factor in found], bool)[items.index]
    aligned = _replaced(rows, "item", items.spread(commons))
    aligned = _replaced(aligned, figure, pa.array(scaled, pa.int64()))
    aligned = _replaced(
        aligned, "batch", (batches := encode(rows["batch"], foot.rules, "batch")).spread(batches.folded)
    )
    for name in ("warehouse", "counterpart") if "counterpart" in rows.column_names else ("warehouse",):
        places = encode(rows[name], foot.rules, name)
        common_places = [foot.warehouses.common(code) for code in places.folded]
        if name == "warehouse" and by_warehouse:
            kept &= np.array([code is not None for code in common_places], bool)[places.index]
        shown = [code if common is None else common for code, common in zip(places.folded, common_places, strict=True)]
        aligned = _replaced(aligned, name, places.spread(shown))
    left = aligned.filter(pa.array(kept, pa.bool_()))
    return AlignedMovements(left, rows.num_rows - left.num_rows)


def align_strangers(rows: pa.Table, foot: Footing, effects: Collection[int]) -> pa.Table:
    """Given MOVEMENTS rows on codes that no map knows, return those of these effects (millionths, without sign).

    Items keep their own folded codes and units, warehouses and batches are common where a map knows them.
    """
    rows = rows.filter(pc.is_in(pc.abs(rows["effect"]), value_set=pa.array(sorted(effects), pa.int64())))
    for name in ("item", "warehouse", "batch"):
        texts = encode(rows[name], foot.rules, name)
        known = foot.warehouses.common if name == "warehouse" else str
        rows = _replaced(rows, name, texts.spread([known(code) or code for code in texts.folded]))
    return rows.filter(pc.not_equal(rows["item"], ""))


def _replaced(table: pa.Table, name: str, column: pa.Array) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, column)
