"""The first-seen ledger: what every source says moved, stamped with the bridge's clock, nothing overwritten silently.

first_seen    when the bridge first saw the line
counted_at    when `counts` became true, the last time it did
uncounted_at  when `counts` became false again (un-audit, deletion), the last time it did
changed_at    when any fact of the line changed, the last time
deleted_at    when it was found deleted; null again if it comes back

Every change also leaves a row with the former facts in `movement_changes`.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final, Literal

import pyarrow as pa
from sqlalchemy import Connection, Select, Table, or_, select

from bridge.domain.movement import MOVEMENTS
from bridge.store import arrivals
from bridge.store.columns import to_instant
from bridge.store.lag import EntryLag, entry_lags
from bridge.store.statements import upsert
from bridge.store.tables import FACTS, movement_changes, movement_cursors, movements

_TIME: Final = MOVEMENTS.field("first_seen").type
LEDGER: Final = pa.schema(
    [
        *MOVEMENTS,
        *(pa.field(name, _TIME) for name in ("counted_at", "uncounted_at", "changed_at", "deleted_at")),
        pa.field("deleted", pa.bool_(), nullable=False),
    ]
)
"""MOVEMENTS as the ledger keeps them."""
CHANGES: Final = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("key", pa.string(), nullable=False),
        pa.field("at", _TIME, nullable=False),  # the bridge's clock
        pa.field("change", pa.string(), nullable=False),  # deleted restored uncounted counted edited
        *(MOVEMENTS.field(name) for name in FACTS),  # as they were before
    ]
)
"""What a line said before it changed."""
_CHUNK: Final = 500  # SQLite takes 32,766 parameters at most, older ones 999


@dataclass(frozen=True)
class MergeCount:
    """How many lines were new, changed, found deleted, or as before: in all the rows given plus those absent."""

    new: int
    changed: int
    deleted: int
    same: int


@dataclass(frozen=True)
class Movements:
    """The ledger inside one transaction."""

    connection: Connection

    def merge(
        self,
        source: str,
        rows: pa.Table,
        seen_at: datetime,
        complete_keys: Collection[str] | None = None,
        complete_since: datetime | None = None,
    ) -> MergeCount:
        """Given MOVEMENTS rows of one source, bring the ledger up to them, stamped `seen_at`. Return the counts.

        A new row that brings a `first_seen` of its own (the backlog of a first reading) keeps it.

        With `complete_keys`, lines that are in the ledger but neither there nor in `rows` were deleted in the source;
        `complete_since` limits that to lines whose business time is at or after it.
        Raise SnapshotRejected if a key stands twice, a row is not the source's or lacks a fact, or a full scan came
        back empty though the ledger has live lines (an empty scan is never believed by itself).
        """
        since = None if complete_since is None else to_instant(complete_since)
        counts = arrivals.merge(
            self.connection,
            source,
            rows,
            to_instant(seen_at),
            complete_keys=complete_keys,
            complete_since=since,
        )
        return MergeCount(*counts)

    def window(self, sources: Sequence[str], since: datetime, items: Collection[str] | None = None) -> pa.Table:
        """Return the LEDGER lines that were seen, counted, changed or deleted at or after `since`, by source and key.

        `items` are the sources' own codes; None means all.
        """
        chosen = select(movements).where(
            movements.c.source.in_(list(sources)), movements.c.touched_at >= to_instant(since)
        )
        return self._ledger(_narrowed(chosen, movements, "item", items))

    def lines(self, source: str, keys: Collection[str]) -> pa.Table:
        """Return the LEDGER lines with these keys, whenever they were touched; unknown keys are left out."""
        return self._ledger(_narrowed(select(movements).where(movements.c.source == source), movements, "key", keys))

    def changes(self, sources: Sequence[str], since: datetime, items: Collection[str] | None = None) -> pa.Table:
        """Return the CHANGES made at or after `since`: the former facts, to undo what happened after an instant.

        `items` are codes as they were before the change; None means all.
        """
        chosen = select(movement_changes).where(
            movement_changes.c.source.in_(list(sources)), movement_changes.c.at >= to_instant(since)
        )
        parts = [
            _table(self.connection, part.order_by(movement_changes.c.id), CHANGES)
            for part in _narrowed(chosen, movement_changes, "item", items)
        ]
        return pa.concat_tables([CHANGES.empty_table(), *parts])

    def codes(self, since: datetime) -> set[str]:
        """Return every item code as the ledger's lines spell it, and as lines changed at or after `since` spelled it.

        Of any source and time: that is one pass over the index of items.
        """
        now = select(movements.c.item).distinct()
        before = select(movement_changes.c.item).where(movement_changes.c.at >= to_instant(since)).distinct()
        return {code for chosen in (now, before) for code in self.connection.execute(chosen).scalars()}

    def of_batch(self, batch: str) -> pa.Table:
        """Return every live LEDGER line of a batch, in any source."""
        return self._ledger(
            iter([select(movements).where(movements.c.batch == batch, movements.c.deleted_at.is_(None))])
        )

    def values(self, column: Literal["batch", "document_number", "reference"]) -> set[str]:
        """Return every value the ledger has in a text column, as it was read."""
        return set(self.connection.execute(select(movements.c[column]).distinct()).scalars())

    def of_documents(self, numbers: Collection[str]) -> pa.Table:
        """Return every live LEDGER line whose own number or reference is one of these, in any source."""
        wanted = sorted(set(numbers) - {""})
        parts = (wanted[start : start + _CHUNK] for start in range(0, len(wanted), _CHUNK))
        alive = select(movements).where(movements.c.deleted_at.is_(None))
        return self._ledger(
            alive.where(or_(movements.c.reference.in_(part), movements.c.document_number.in_(part))) for part in parts
        )

    def knows(self, source: str) -> bool:
        """Return whether the ledger has any document of the source."""
        return (
            self.connection.execute(select(movements.c.key).where(movements.c.source == source).limit(1)).first()
            is not None
        )

    def cursor(self, source: str) -> str:
        """Return where the source's movements were read up to, '' = from the start."""
        chosen = select(movement_cursors.c.cursor).where(movement_cursors.c.source == source)
        return self.connection.execute(chosen).scalar_one_or_none() or ""

    def set_cursor(self, source: str, cursor: str, at: datetime) -> None:
        """Remember where the source's movements were read up to. Belongs in the transaction that merged them."""
        upsert(self.connection, movement_cursors, {"source": source, "cursor": cursor, "at": at})

    def lag(self, source: str) -> list[EntryLag]:
        """Return how late each document type of the source is entered."""
        return entry_lags(self.connection, source)

    def _ledger(self, parts: "Iterator[Select[Any]]") -> pa.Table:
        read = [_table(self.connection, part, LEDGER) for part in parts]
        table = pa.concat_tables([LEDGER.empty_table(), *read])
        return table.sort_by([("source", "ascending"), ("key", "ascending")])


def _narrowed(chosen: Select[Any], table: Table, name: str, wanted: Collection[str] | None) -> Iterator[Select[Any]]:
    if wanted is None:
        yield chosen
        return
    left = iter(sorted(set(wanted)))
    while part := list(islice(left, _CHUNK)):
        yield chosen.where(table.c[name].in_(part))


def _table(connection: Connection, chosen: Select[Any], schema: pa.Schema) -> pa.Table:
    """Run a query whose columns carry the schema's names, and return it as Arrow."""
    names = [field.name for field in schema if field.name != "deleted"]
    rows = connection.execute(chosen.with_only_columns(*(chosen.selected_columns[name] for name in names))).all()
    values = dict(zip(names, zip(*rows, strict=True) if rows else ((),) * len(names), strict=True))
    if "deleted" in schema.names:
        values["deleted"] = tuple(int(moment is not None) for moment in values["deleted_at"])
    return pa.Table.from_arrays([_array(values[field.name], field.type) for field in schema], schema=schema)


def _array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    return pa.array(values, kind) if kind == pa.string() else pa.array(values, pa.int64()).cast(kind)
