"""What the explaining engine answers: one equation per position, d = e + r, with the documents that make it up."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa

from bridge.domain.variance import Cause, DocumentRef
from reconcilers.request import Place

GROUPS = pa.schema(
    [
        pa.field("item", pa.string()),
        pa.field("warehouse", pa.string()),
        pa.field("batch", pa.string()),
        pa.field("group", pa.int64()),
        pa.field("how", pa.string()),
        pa.field("signed", pa.int64()),
        pa.field("id", pa.string()),
    ]
)
"""Which documents belong together, and what their group leaves open on stock - book: 0, but for waiting and rounding.

A document stands in one group only.
"""
NOT_FOLDED = ("linked", "edited", "replaced")
"""How groups come about whose documents differ or stand for one another; all others are pairs."""


@dataclass(frozen=True)
class Equation:
    """One position at the common instant. Quantities in millionths.

    difference = stock - book = explained + remainder. `documents` make up the explained part exactly; `suspects` are
    the one-sided documents that are no longer allowed to be so, `rest` is what no document accounts for:
    remainder = sum of suspects + rest. `rolled` is what was undone to get from the readings to the common instant
    (raw difference - difference). `reread` names documents that moved while the snapshot was being read.
    `open` is what the caller stores with a new agreement point. `matched` counts the folded groups.
    """

    place: Place
    book: int
    stock: int
    explained: int
    documents: tuple[DocumentRef, ...] = ()
    suspects: tuple[DocumentRef, ...] = ()
    causes: tuple[Cause, ...] = ()
    rest: int = 0
    rolled: int = 0
    rolled_documents: tuple[DocumentRef, ...] = ()
    waiting: bool = False
    reread: tuple[str, ...] = ()
    open: frozenset[str] = frozenset()
    matched: int = 0

    @property
    def difference(self) -> int:
        """Return stock - book at the common instant."""
        return self.stock - self.book

    @property
    def remainder(self) -> int:
        """Return what the allowed documents leave unexplained; the alarm looks at this."""
        return self.difference - self.explained


@dataclass(frozen=True)
class Explained:
    """All equations of a pair, by position, at the instant `as_of`; `groups` is the matching behind them (GROUPS)."""

    as_of: datetime
    equations: Mapping[Place, Equation]
    groups: pa.Table = field(default_factory=GROUPS.empty_table)
