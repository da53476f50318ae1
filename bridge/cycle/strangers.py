"""The documents on codes that no map knows: asked for only when a document stands open and its counterpart may be there."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import pyarrow as pa

from bridge.cycle.ledger import Lookup
from reconcilers.align import Aligned
from reconcilers.align_movements import align_strangers
from reconcilers.grain import at_grain


def strangers(
    lookup: Lookup,
    sides: Mapping[str, Sequence[str]],
    alignments: Mapping[str, Aligned],
    grain: tuple[str, ...],
    effects: Collection[int],
    since: datetime,
) -> dict[str, pa.Table]:
    """Given the sources with documents by side, return by side the rows of these effects on their unmapped codes."""
    codes = {name: alignments[name].footing.unmapped_codes() for names in sides.values() for name in names}
    asked = [name for name, found in codes.items() if found.others]
    if not asked:
        return {}
    found = lookup(asked, codes, since)
    return {
        side: pa.concat_tables(
            at_grain(align_strangers(found.of(name), alignments[name].footing, effects), grain) for name in names
        )
        for side, every in sides.items()
        if (names := [name for name in every if name in asked])
    }
