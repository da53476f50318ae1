"""One side's documents on the pair's footing, as the explaining engine takes them."""

from collections.abc import Mapping

import pyarrow as pa

from bridge.cycle.ledger import Documents
from bridge.cycle.window import Window, open_from
from reconcilers.align import Aligned
from reconcilers.align_movements import align_movements
from reconcilers.grain import at_grain
from reconcilers.request import LedgerSide


def ledger_side(
    documents: Documents, grain: tuple[str, ...], sources: Mapping[str, tuple[Aligned, Window]]
) -> LedgerSide:
    """Given the documents of a run and one side's sources, each with its footing and when it was read, return the side."""
    windows = [window for _, window in sources.values()]
    return LedgerSide(
        movements=pa.concat_tables([aligned_rows(documents.of(s), a, grain) for s, (a, _) in sources.items()]),
        read_from=min(window.read_from for window in windows),
        read_to=max(window.read_to for window in windows),
        complete=all(window.complete for window in windows),
        open_from=open_from(windows),
        changes=pa.concat_tables([aligned_rows(documents.changes_of(s), a, grain) for s, (a, _) in sources.items()]),
    )


def aligned_rows(rows: pa.Table, aligned: Aligned, grain: tuple[str, ...]) -> pa.Table:
    """Given ledger rows of a source and its footing, return them under common codes at the pair's grain."""
    return at_grain(align_movements(rows, aligned.footing, by_warehouse="warehouse" in grain).rows, grain)
