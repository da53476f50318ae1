"""The documents a comparison needs: from the store when a run is made, from its blobs when it is replayed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from bridge.store.agreements import Agreement
from bridge.store.blobs import Blobs
from bridge.store.movements import CHANGES, LEDGER
from bridge.store.parquet import from_parquet, to_parquet
from bridge.store.unit import UnitOfWork
from reconcilers.codes import OwnCodes

Place = tuple[str, str, str]
EVERYWHERE: Place = ("", "", "")
"""Where the pair's own agreement stands: it covers every position without one of its own."""
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""The agreement of a position that has differed as long as the bridge knows it."""


@dataclass(frozen=True)
class Documents:
    """Ledger rows of several sources under their own codes, and what these rows said before they changed."""

    rows: pa.Table = field(default_factory=LEDGER.empty_table)
    changes: pa.Table = field(default_factory=CHANGES.empty_table)

    def of(self, source: str) -> pa.Table:
        """Return a source's rows."""
        return self.rows.filter(pc.equal(self.rows["source"], source))

    def changes_of(self, source: str) -> pa.Table:
        """Return what a source's rows said before."""
        return self.changes.filter(pc.equal(self.changes["source"], source))

    def without(self, codes: Mapping[str, OwnCodes]) -> "Documents":
        """Return what there is of other items: `codes` are the left-out ones by source."""
        return Documents(_without(self.rows, codes), _without(self.changes, codes))

    def and_(self, more: "Documents") -> "Documents":
        """Return both; they must have no document in common."""
        return Documents(pa.concat_tables([self.rows, more.rows]), pa.concat_tables([self.changes, more.changes]))


def _without(table: pa.Table, codes: Mapping[str, OwnCodes]) -> pa.Table:
    for source, left_out in codes.items():
        of_these = pc.and_(pc.equal(table["source"], source), left_out.rows(table["item"]))
        table = table.filter(pc.invert(of_these))
    return table


Lookup = Callable[[Sequence[str], Mapping[str, OwnCodes] | None, datetime], Documents]
"""Given sources, their item codes (None = all items) and a moment, return the documents touched since.

A document is found however it spells its code: what the ledger holds is folded by the source's rules.
"""


def from_store(uow: UnitOfWork) -> Lookup:
    """Return a look-up in the store's ledger."""

    def look(sources: Sequence[str], items: Mapping[str, OwnCodes] | None, since: datetime) -> Documents:
        found, before = [LEDGER.empty_table()], [CHANGES.empty_table()]
        spelled = set() if items is None else uow.movements.codes(since)
        for source in sources:
            codes = None if items is None else items[source].spelled(spelled) if source in items else ()
            found.append(uow.movements.window([source], since, codes))
            before.append(uow.movements.changes([source], since, codes))
        return Documents(pa.concat_tables(found), pa.concat_tables(before))

    return look


@dataclass
class Recorder:
    """A look-up that keeps what it gave, so that a replay can be given the same."""

    lookup: Lookup
    given: list[Documents] = field(default_factory=list)

    def __call__(self, sources: Sequence[str], items: Mapping[str, OwnCodes] | None, since: datetime) -> Documents:
        """Look up and remember."""
        found = self.lookup(sources, items, since)
        self.given.append(found)
        return found

    def keep(self, blobs: Blobs) -> tuple[str, ...]:
        """Store what was given; return its hashes, two for each look-up."""
        return tuple(blobs.put(to_parquet(table)) for each in self.given for table in (each.rows, each.changes))


def from_blobs(blobs: Blobs, hashes: Sequence[str]) -> Lookup:
    """Return a look-up that gives again what a past run was given, in its order; a run of old asked less often."""
    tables: Iterator[pa.Table] = iter([from_parquet(blobs.get(name)) for name in hashes])
    return lambda _sources, _items, _since: Documents(
        next(tables, LEDGER.empty_table()), next(tables, CHANGES.empty_table())
    )


@dataclass(frozen=True)
class Settled:
    """When positions last agreed: the whole pair, and the exceptions that still differ or have documents open."""

    everywhere: datetime | None = None
    rows: tuple[tuple[Place, Agreement], ...] = ()

    @cached_property
    def exceptions(self) -> Mapping[Place, Agreement]:
        """Return the agreements of the positions that have one of their own."""
        return dict(self.rows)

    def of(self, place: Place) -> Agreement | None:
        """Return a position's last agreement, None when there was none yet."""
        if place in self.exceptions:
            return self.exceptions[place]
        return None if self.everywhere is None else Agreement(self.everywhere)

    @property
    def oldest(self) -> datetime | None:
        """Return the oldest agreement that still matters."""
        return min(
            (*(a.at for a in self.exceptions.values()), *([self.everywhere] if self.everywhere else [])), default=None
        )


def settled_of(agreements: Mapping[Place, Agreement]) -> Settled:
    """Given a pair's stored agreement points, return them as the explanation needs them."""
    found = dict(agreements)
    everywhere = found.pop(EVERYWHERE, None)
    return Settled(everywhere.at if everywhere else None, tuple(sorted(found.items(), key=lambda each: each[0])))
