"""The documents of both sides at the positions asked for, as integer columns: what matching and judging work on.

Texts stay in Arrow and are looked up only for the few documents that end up in an equation. Times are microseconds
since 1970 UTC, -1 x FAR for "always", FAR for "never". Rows come in an order that depends on their contents only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bridge.domain.movement import FAMILIES

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

FAR = 2**61
DAY = 86_400_000_000
BOOK, STOCK, WITNESS = -1, 1, 0

_KINDS = {
    "purchase_receipt": 1,
    "subcontract_receipt": 1,
    "product_receipt": 2,
    "report": 2,
    "sales_issue": 3,
    "material_issue": 4,
    "subcontract_issue": 4,
    "count_gain": 6,
    "count_loss": 6,
    "conversion_in": 7,
    "conversion_out": 7,
    "opening": 8,
}
KIND = np.array([_KINDS.get(family, 5) for family in FAMILIES], dtype=np.int64)
"""Equivalence of families across systems."""
OPENING = 8
"""The kind of opening documents."""
COUNTING = 6
"""The kind of documents that bring a physical count into the books."""
OTHER = 5
"""The kind of transfers and other in/out, which systems book as one another."""


def micros(at: datetime | timedelta) -> int:
    """Return a time or a length of time in microseconds."""
    span = at if isinstance(at, timedelta) else at - datetime(1970, 1, 1, tzinfo=UTC)
    return span // timedelta(microseconds=1)


@dataclass(frozen=True)
class Rows:
    """Parallel columns, one entry per document line and leg.

    `starts`/`ends` bound the time in which the row counts in its system's balance, `at` orders it (its start, or when
    it was first seen), `left` is when it last stopped counting. `fold` is the effect in the item's smallest steps:
    equality is judged on it. `reference` and `number` share one code book, 0 = blank. `counted` says whether it stands
    in the balance at the common instant, `live` that it exists there without counting (saved, or counting only later).
    `removal` marks the going of a document that had counted when the position last agreed: an event of its own with the
    opposite effect. A `ghost` counted once and is gone: it weighs nothing, but tells since when its counterpart is
    alone. `mute` references come from a numbering of their system's own.
    """

    table: pa.Table
    side: Ints
    place: Ints
    effect: Ints
    fold: Ints
    family: Ints
    reference: Ints
    number: Ints
    starts: Ints
    ends: Ints
    seen: Ints
    left: Ints
    at: Ints
    changed: Ints
    day: Ints
    grace: Ints
    tie: Ints
    deleted: Flags
    counted: Flags
    live: Flags
    later: Flags
    removal: Flags
    ghost: Flags
    mute: Flags

    def __len__(self) -> int:
        return len(self.side)

    @property
    def signed(self) -> Ints:
        """Return each effect in the direction stock - book."""
        return self.side * self.effect

    def take(self, where: Ints | Flags) -> "Rows":
        """Return the rows at `where` (indices or a mask)."""
        index = np.flatnonzero(where) if where.dtype == np.bool_ else where
        columns = {name: getattr(self, name)[index] for name in _ARRAYS}
        return replace(self, table=self.table.take(pa.array(index)), **columns)


_ARRAYS = tuple(name for name in Rows.__dataclass_fields__ if name != "table")


def concat(parts: Sequence[Rows]) -> Rows:
    """Return all rows under each other."""
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _ARRAYS}
    return Rows(table=pa.concat_tables([part.table for part in parts]), **columns)
