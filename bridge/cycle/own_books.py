"""Each system against itself: today's balance against the one at the last agreement plus its own documents since.

What no document accounts for is somebody's balance that left its documents. Which system's it is decides the cause
(S1, users.md 2.7), and only an earlier figure can tell: the snapshot at the last agreement; where the two systems never
agreed, the system's own opening plus documents, which it is held against once a day.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import pyarrow as pa
import pyarrow.compute as pc

from bridge.cycle.ledger import NEVER, Settled
from bridge.store.archive import get_lines, get_own_sums
from bridge.store.blobs import Blobs
from bridge.store.unit import UnitOfWork
from reconcilers.agreement import Reading, self_breaks
from reconcilers.align import Aligned, align_lines
from reconcilers.codes import OwnCodes
from reconcilers.footing import Footing
from reconcilers.grain import GRAIN, at_grain, balances_at, places_of
from reconcilers.request import ExplainPolicy, LedgerSide, Place, SelfBreak


@dataclass(frozen=True)
class PastStock:
    """Look-ups by the hash of a snapshot: its stock lines, and as lines what the source's own books came to then."""

    lines: Callable[[str], pa.Table]
    own_sums: Callable[[str], pa.Table]


_MOST = 12
"""Agreement points looked up: the newest ones; what has differed for longer was judged when it was new."""


@dataclass(frozen=True)
class Earlier:
    """A source's reading in the run in which positions agreed at `at`, or the one after it.

    With `at` = NEVER the last one that was held against the source's own books, which began at `since`.
    """

    source: str
    at: datetime
    blob: str
    read_from: datetime
    read_to: datetime
    since: date | None = None


def past_stock(blobs: Blobs) -> PastStock:
    """Return look-ups in the stored snapshots."""
    return PastStock(lambda name: get_lines(blobs, name), lambda name: get_own_sums(blobs, name))


def earlier_readings(uow: UnitOfWork, sources: Sequence[str], settled: Settled) -> tuple[Earlier, ...]:
    """Given a pair's sources and when its positions agreed, return the readings of those runs and of the next ones.

    The next one is the first in which a position no longer agreed: it bounds when the balance went wrong. For positions
    that never agreed it is the last reading that was held against the source's own books, unless most of it was off:
    then the openings are not what they seem, and nothing follows from them.
    """
    times = {agreement.at for agreement in settled.exceptions.values()} - {NEVER}
    times |= {settled.everywhere} if settled.everywhere else set()
    found = []
    for at in sorted(times)[-_MOST:]:
        for source in sources:
            for row in uow.snapshots.since(source, at, limit=2):
                provenance = row.provenance
                found.append(Earlier(source, at, row.blob, provenance.fetched_from, provenance.fetched_to))
    return (*found, *(one for source in sources if (one := _held_against_itself(uow, source)) is not None))


def _held_against_itself(uow: UnitOfWork, source: str) -> Earlier | None:
    row = uow.snapshots.self_checked(source)
    agreement = row.provenance.self_agreement if row else None
    if row is None or agreement is None or not agreement.credible:
        return None
    provenance = row.provenance
    return Earlier(source, NEVER, row.blob, provenance.fetched_from, provenance.fetched_to, agreement.since)


@dataclass(frozen=True)
class OwnBooks:
    """The earlier readings of a run."""

    readings: tuple[Earlier, ...]
    past: PastStock

    def breaks(
        self,
        role: str,
        since: Mapping[Place, datetime],
        now: Aligned,
        side: LedgerSide,
        grain: tuple[str, ...],
        policy: ExplainPolicy,
    ) -> dict[Place, tuple[SelfBreak, ...]]:
        """Given positions with their last agreement, and a source's balances and documents, check them.

        `role` is book or stock, `side` carries when the source was read. Return what is wrong by position (() =
        nothing); positions without an earlier reading, or without a figure in one of the two, are left out.
        """
        found: dict[Place, tuple[SelfBreak, ...]] = {}
        for agreed in sorted(set(since.values())):
            places = {place for place, at in since.items() if at == agreed}
            codes = now.footing.own_codes({place[0] for place in places})
            earlier = self._earlier(now, agreed, codes, side)
            if not earlier:
                continue
            readings = [*earlier, Reading(side.read_from, side.read_to, now.lines)]
            known = places.difference(*(_unknown(one.balances, grain) for one in readings))
            readings = [replace(one, balances=_balances(one.balances, known, grain)) for one in readings]
            found |= dict.fromkeys(known, ())
            for one in self_breaks(role, readings, side, grain, policy):
                found[one.place] = (*found[one.place], one)
        return found

    def _earlier(self, now: Aligned, agreed: datetime, codes: OwnCodes, side: LedgerSide) -> list[Reading]:
        """Return what a source's present balances are held against, oldest first, with whole lines as balances."""
        found = []
        for one in self.readings:
            if (one.source, one.at) != (now.source, agreed):
                continue
            is_past = one.read_from < side.read_from
            begin, end = (one.read_from, one.read_to) if is_past else (side.read_from, side.read_to)
            if agreed == NEVER:
                sums = _aligned(self.past.own_sums(one.blob), codes, now.footing)
                found.append(Reading(begin, end, sums, own_sums=True, since=one.since))
            if is_past:
                found.append(Reading(begin, end, _aligned(self.past.lines(one.blob), codes, now.footing)))
        return found


def _aligned(lines: pa.Table, codes: OwnCodes, footing: Footing) -> pa.Table:
    return align_lines(lines.filter(codes.rows(lines["item"])), footing).lines


def _unknown(lines: pa.Table, grain: tuple[str, ...]) -> set[Place]:
    return set(places_of(at_grain(lines.filter(pc.equal(lines["unknown"], 1)), grain)))


def _balances(lines: pa.Table, places: set[Place], grain: tuple[str, ...]) -> pa.Table:
    """Return what lies at the positions; one without a line is no row and counts as zero."""
    there = balances_at(lines, {place[0] for place in places}, grain)
    sums = {place: quantity for place, quantity in there.items() if place in places}
    columns = {name: pa.array([place[spot] for place in sums], pa.string()) for spot, name in enumerate(GRAIN)}
    return pa.table({**columns, "quantity": pa.array(list(sums.values()), pa.int64())})
