"""The documents a comparison may need, from the store when a run is made, from its blob when it is replayed."""

import io
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq

from bridge.store.agreements import Agreement
from bridge.store.movements import LEDGER
from bridge.store.unit import UnitOfWork

Place = tuple[str, str, str]
EVERYWHERE: Place = ("", "", "")
"""Where the pair's own agreement stands: it covers every position without one of its own."""


@dataclass(frozen=True)
class Documents:
    """Ledger rows by source, under the sources' own codes."""

    rows: Mapping[str, pa.Table] = field(default_factory=dict)

    def of(self, source: str) -> pa.Table:
        """Return a source's rows, an empty table when it has none."""
        return self.rows.get(source, LEDGER.empty_table())

    def to_bytes(self) -> bytes:
        """Return all rows as one Parquet file."""
        buffer = io.BytesIO()
        tables = [self.rows[source] for source in sorted(self.rows)]
        pq.write_table(pa.concat_tables([LEDGER.empty_table(), *tables]), buffer, compression="zstd")
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> "Documents":
        """Return what `to_bytes` wrote."""
        table = pq.read_table(io.BytesIO(content))
        names = table.column("source").unique().to_pylist()
        mask = table.column("source")
        return cls({name: table.filter(pa.compute.equal(mask, name)) for name in names})


Lookup = Callable[[Mapping[str, Collection[str]], datetime], Documents]
"""Given item codes by source and a moment, return the documents of these items touched since."""


def from_store(uow: UnitOfWork) -> Lookup:
    """Return a look-up in the store's ledger."""
    return lambda items, since: Documents(
        {source: uow.movements.window([source], since, codes) for source, codes in items.items()}
    )


@dataclass(frozen=True)
class Settled:
    """When positions last agreed: the whole pair, and the exceptions that still differ or are explained by open documents."""

    everywhere: datetime | None = None
    exceptions: Mapping[Place, Agreement] = field(default_factory=dict)

    def at(self, place: Place) -> Agreement | None:
        """Return a position's last agreement, None when it never agreed."""
        if place in self.exceptions:
            return self.exceptions[place]
        return None if self.everywhere is None else Agreement(self.everywhere)


NEVER = datetime.min
"""Marks a position that has not agreed since the pair began."""


def settled(agreements: Mapping[Place, Agreement]) -> Settled:
    """Given a pair's stored agreement points, return them as the explanation needs them."""
    found = dict(agreements)
    everywhere = found.pop(EVERYWHERE, None)
    return Settled(everywhere.at if everywhere else None, found)
