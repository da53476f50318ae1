"""U8's 现存量 by its own books: opening rows and the documents that count since, all seven pairs (yonyou-u8.md 2.3).

What stands in CurrentStock must be the same; where it is not, U8 disagrees with itself (S1) and 整理现存量 is its cure.
"""

from contextlib import suppress
from decimal import Decimal

from bridge.domain.errors import SnapshotRejected
from connectors.database import Booked
from connectors.yonyou_u8.effects import SWITCH_OF, moments
from connectors.yonyou_u8.reading import Reading
from connectors.yonyou_u8.sums import read_sums


def booked(reading: Reading, *, by_batch: bool) -> Booked | None:
    """Return opening plus counting documents by item, warehouse, batch ('' also where batches are summed).

    Return None where U8 has no opening rows that are read: what it began with is not known then; and where a figure is no
    number, which is for the reading itself to refuse by name.
    """
    with suppress(SnapshotRejected):
        return _booked(reading, by_batch=by_batch)
    return None


def _booked(reading: Reading, *, by_batch: bool) -> Booked | None:
    sums = read_sums(reading.connection, reading.schema, reading.settings, reading.start, by_batch=by_batch)
    if not any(each.pair.family == "opening" for each in sums):
        return None
    meant = moments(reading.connection, reading.schema, reading.settings, reading.options, sums)
    saved = {family for family, moment in meant.items() if moment.on_save}
    found: dict[tuple[str, str, str], Decimal] = {}
    for each in sums:
        if each.is_audited or SWITCH_OF.get(each.pair.type) in saved:
            key = (each.item, each.warehouse, each.batch)
            found[key] = found.get(key, Decimal(0)) + each.effect
    return found
