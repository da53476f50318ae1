"""Physical counts (盘点) on the same footing as the stock, and the last one of each position."""

from collections.abc import Sequence
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from bridge.domain.errors import SnapshotRejected
from bridge.domain.snapshot import PHYSICAL_COUNTS
from reconcilers.align_movements import align_movements
from reconcilers.footing import Footing
from reconcilers.grain import GRAIN
from reconcilers.request import PhysicalCount, Place

_QUANTITY = PHYSICAL_COUNTS.get_field_index("quantity")


def align_counts(counts: pa.Table, foot: Footing) -> pa.Table:
    """Given PHYSICAL_COUNTS of a source and its footing, return those whose codes and units are known, aligned.

    None of them if a quantity overflows: a witness never stops the comparison.
    """
    if not counts.num_rows:
        return PHYSICAL_COUNTS.empty_table()
    counts = counts.select(PHYSICAL_COUNTS.names).cast(PHYSICAL_COUNTS)
    filled = counts.set_column(_QUANTITY, "quantity", counts["quantity"].fill_null(0))
    filled = filled.append_column("stated", counts["quantity"].is_valid())
    try:
        aligned = align_movements(filled, foot, figure="quantity").rows
    except SnapshotRejected:
        return PHYSICAL_COUNTS.empty_table()
    quantity = pc.if_else(aligned["stated"], aligned["quantity"], pa.scalar(None, pa.int64()))
    return aligned.drop(["stated"]).set_column(_QUANTITY, "quantity", quantity).cast(PHYSICAL_COUNTS)


def last_counts(sources: Sequence[pa.Table], grain: Sequence[str]) -> dict[Place, PhysicalCount]:
    """Given the aligned counts of several sources, return the newest of each position at the pair's grain.

    A position of several lines (batches, codes that became one) has been counted only if one sheet states all of them:
    figures of different days do not add up. A sheet speaks of one warehouse, so without warehouses there is no count.
    """
    found: dict[Place, PhysicalCount] = {}
    if "warehouse" not in grain:
        return found
    for counts in sources:
        for place, count in _of_one(counts, grain).items():
            if place not in found or count.at > found[place].at:
                found[place] = count
    return found


def _of_one(counts: pa.Table, grain: Sequence[str]) -> dict[Place, PhysicalCount]:
    lines: dict[Place, list[tuple[str, datetime, int | None]]] = {}
    for row in counts.to_pylist():
        item, warehouse, batch = (row[name] if name in grain else "" for name in GRAIN)
        lines.setdefault((item, warehouse, batch), []).append((row["document"], row["counted_at"], row["quantity"]))
    found: dict[Place, PhysicalCount] = {}
    for place, stated in lines.items():
        quantities = [quantity for _, _, quantity in stated if quantity is not None]
        if len(quantities) == len(stated) and len({(document, at) for document, at, _ in stated}) == 1:
            found[place] = PhysicalCount(stated[0][1], sum(quantities))
    return found
