"""Each system against itself: today's balance against the one at the last agreement plus its own documents since.

What no document accounts for is somebody's balance that left its documents. Which system's it is decides the cause
(S1, users.md 2.7), and only an earlier snapshot can tell.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from bridge.cycle.ledger import NEVER, Settled
from bridge.store.archive import get_lines
from bridge.store.blobs import Blobs
from bridge.store.unit import UnitOfWork
from reconcilers.agreement import Reading, self_breaks
from reconcilers.align import Aligned, align_lines
from reconcilers.codes import OwnCodes
from reconcilers.footing import Footing
from reconcilers.grain import GRAIN, at_grain, balances_at, places_of
from reconcilers.request import ExplainPolicy, LedgerSide, Place, SelfBreak

PastLines = Callable[[str], pa.Table]
"""Given the hash of a snapshot, return its stock lines."""
_MOST = 12
"""Agreement points looked up: the newest ones; what has differed for longer was judged when it was new."""


@dataclass(frozen=True)
class Earlier:
    """A source's reading in the run in which positions agreed at `at`, or the one after it."""

    source: str
    at: datetime
    blob: str
    read_from: datetime
    read_to: datetime


def past_lines(blobs: Blobs) -> PastLines:
    """Return a look-up in the stored snapshots."""
    return lambda name: get_lines(blobs, name)


def earlier_readings(uow: UnitOfWork, sources: Sequence[str], settled: Settled) -> tuple[Earlier, ...]:
    """Given a pair's sources and when its positions agreed, return the readings of those runs and of the next ones.

    The next one is the first in which a position no longer agreed: it bounds when the balance went wrong.
    """
    times = {agreement.at for agreement in settled.exceptions.values()} - {NEVER}
    times |= {settled.everywhere} if settled.everywhere else set()
    found = []
    for at in sorted(times)[-_MOST:]:
        for source in sources:
            for row in uow.snapshots.since(source, at, limit=2):
                provenance = row.provenance
                found.append(Earlier(source, at, row.blob, provenance.fetched_from, provenance.fetched_to))
    return tuple(found)


@dataclass(frozen=True)
class OwnBooks:
    """The earlier readings of a run."""

    readings: tuple[Earlier, ...]
    past: PastLines

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
            mine = [one for one in self.readings if (one.source, one.at) == (now.source, agreed)]
            earlier = [one for one in mine if one.read_from < side.read_from]
            if not earlier:
                continue
            codes = now.footing.own_codes({place[0] for place in places})
            before = [self._lines(one, codes, now.footing) for one in earlier]
            known = places.difference(*(_unknown(lines, grain) for lines in (*before, now.lines)))
            readings = [
                Reading(one.read_from, one.read_to, _balances(lines, known, grain))
                for one, lines in zip(earlier, before, strict=True)
            ]
            readings.append(Reading(side.read_from, side.read_to, _balances(now.lines, known, grain)))
            found |= dict.fromkeys(known, ())
            for one in self_breaks(role, readings, side, grain, policy):
                found[one.place] = (*found[one.place], one)
        return found

    def _lines(self, earlier: Earlier, codes: OwnCodes, footing: Footing) -> pa.Table:
        lines = self.past(earlier.blob)
        return align_lines(lines.filter(codes.rows(lines["item"])), footing).lines


def _unknown(lines: pa.Table, grain: tuple[str, ...]) -> set[Place]:
    return set(places_of(at_grain(lines.filter(pc.equal(lines["unknown"], 1)), grain)))


def _balances(lines: pa.Table, places: set[Place], grain: tuple[str, ...]) -> pa.Table:
    """Return what lies at the positions; one without a line is no row and counts as zero."""
    there = balances_at(lines, {place[0] for place in places}, grain)
    sums = {place: quantity for place, quantity in there.items() if place in places}
    columns = {name: pa.array([place[spot] for place in sums], pa.string()) for spot, name in enumerate(GRAIN)}
    return pa.table({**columns, "quantity": pa.array(list(sums.values()), pa.int64())})
