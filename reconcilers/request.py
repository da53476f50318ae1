"""What the explaining engine is asked: two sides with their document ledgers, the differing positions, and the rules.

Everything stands on one footing already: common codes, effects in millionths of the common base unit, times aware.
A document is named across systems by its id `source/key` (see `document_id`).
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pyarrow as pa

from bridge.domain.movement import MOVEMENTS
from bridge.domain.variance import DocumentRef
from bridge.domain.waived import Waived

Place = tuple[str, str, str]
"""Item, warehouse, batch; a part that does not belong to the pair's grain is ''."""

_TIME = pa.timestamp("us", tz="UTC")

LEDGER = pa.schema(
    [
        *MOVEMENTS,
        pa.field("counted_at", _TIME),  # bridge clock: since when it counts in its system's on-hand; null = never did
        pa.field("uncounted_at", _TIME),  # bridge clock: un-audited, voided or deleted; null = not
        pa.field("changed_at", _TIME),  # bridge clock: last change of any figure; null = unchanged
        pa.field("deleted", pa.bool_()),  # gone from the source
    ]
)
"""MOVEMENTS and what the ledger knows of each row. All but MOVEMENTS may be missing from a frame."""

TRANSFERS = frozenset({"transfer_in", "transfer_out"})


def document_id(source: str, key: str) -> str:
    """Return the id of a ledger row across sources."""
    return f"{source}/{key}"


@dataclass(frozen=True)
class LedgerSide:
    """One side of a pair: its documents and when its snapshot was read (bridge clock).

    `changes` is what the ledger's rows said before they changed: LEDGER columns as they were, plus `at`, the bridge's
    clock at the change (None = only the present is known). `complete` is false for a side without a
    document ledger (a spreadsheet): nothing can be explained then. `open_from` is the first day its systems still book
    documents at (None = they do not say, then the policy's `period_start` counts).
    """

    movements: pa.Table
    read_from: datetime
    read_to: datetime
    complete: bool = True
    changes: pa.Table | None = None
    open_from: date | None = None


@dataclass(frozen=True)
class Agreement:
    """The last time a position agreed, and the ids of the documents that stood open then (`Equation.open`)."""

    at: datetime
    open: frozenset[str] = frozenset()


@dataclass(frozen=True)
class PhysicalCount:
    """The last count of a position on the shelf: when, and how much there was in millionths."""

    at: datetime
    quantity: int


@dataclass(frozen=True)
class SelfBreak:
    """A system whose balance is not its own documents: `amount` = balance - documents (see agreement.py).

    `between` are the readings around the first wrong interval; None when it was so at the first reading already, and
    `since` is the day of the openings it was then held against (None = not stated).
    """

    side: str  # book | stock
    place: Place
    amount: int
    documents: tuple[DocumentRef, ...] = ()  # the entries that alone would make it up: counted twice, or not at all
    between: tuple[datetime, datetime] | None = None
    since: date | None = None


SelfCheck = Callable[[Collection[Place]], Mapping[Place, tuple[SelfBreak, ...]]]
"""Given positions, hold every system against itself there. Return what is wrong by position; unchecked ones are missing."""


FindStrangers = Callable[[frozenset[int], datetime], Mapping[str, pa.Table]]
"""Given effects (millionths, without sign) and a moment, return by side (book, stock) the ledger rows on unmapped codes
of these effects that were touched since; item is the source's own folded code, warehouse and batch are common."""


@dataclass(frozen=True)
class ExplainPolicy:
    """The rules of the explanation. Lengths of time are the plant's settings, `now` carries its time zone.

    `grace_by_doc` is asked with the document's own type name first (exact, then the longest name contained in it),
    then with its family; `transit` is the grace of transfers, `unaudited` that of documents that wait for audit
    (None = the grace of their type). `close_since` is set on close days: one-sided documents counted since then
    belong to the cut-off. `poll` is how late the ledger may notice a document.
    """

    now: datetime
    grace: timedelta = timedelta(minutes=30)
    grace_by_doc: Mapping[str, timedelta] = field(default_factory=dict)
    transit: timedelta = timedelta(hours=24)
    unaudited: timedelta | None = None
    close_since: datetime | None = None
    period_start: datetime | None = None  # start of the open period of a side that does not state its own
    poll: timedelta = timedelta(seconds=10)
    late_stamp: timedelta = timedelta(minutes=5)
    match_window: timedelta = timedelta(days=3)
    reference_window: timedelta = timedelta(days=45)
    line_side: frozenset[str] = frozenset()
    rates: Mapping[str, frozenset[int]] = field(default_factory=dict)  # item -> conversion factors, millionths

    def grace_of(self, document_type: str, family: str) -> timedelta:
        """Given a document type and its family, return how long it may stand on one side only."""
        if document_type in self.grace_by_doc:
            return self.grace_by_doc[document_type]
        inside = [name for name in self.grace_by_doc if name and name in document_type]
        if inside:
            return self.grace_by_doc[max(inside, key=lambda name: (len(name), name))]
        if family in self.grace_by_doc:
            return self.grace_by_doc[family]
        return self.transit if family in TRANSFERS else self.grace


@dataclass(frozen=True)
class ExplainRequest:
    """One pair at one moment.

    `positions` has item, warehouse, batch, book, stock (millionths) and optionally `precision` (the smallest step of
    the item in millionths). `witness` are MOVEMENTS rows of a third system that only testifies. `check` is asked
    about the positions that documents do not account for. `waived` are the documents that people have answered for.
    `strangers` is asked for documents on codes that no map knows.
    """

    positions: pa.Table
    book: LedgerSide
    stock: LedgerSide
    policy: ExplainPolicy
    grain: tuple[str, ...] = ("item", "warehouse")
    agreements: Mapping[Place, Agreement] = field(default_factory=dict)
    witness: pa.Table | None = None
    check: SelfCheck = lambda _places: {}
    counts: Mapping[Place, PhysicalCount] = field(default_factory=dict)
    waived: Mapping[Place, Waived] = field(default_factory=dict)
    strangers: FindStrangers = lambda _figures, _since: {}
