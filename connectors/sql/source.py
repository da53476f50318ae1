"""A database read by SELECTs of the admin's own."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from bridge.domain.errors import SnapshotRejected
from bridge.domain.movement import MOVEMENTS, MovementBatch
from bridge.domain.snapshot import ITEM_CARDS, Identity, Provenance, Scope, Snapshot, empty
from bridge.ports import Clock, SourceAbility
from connectors.database import (
    database_name,
    open_engine,
    refuse_in_blackout,
    source_clock,
    surplus_rights,
    transaction,
)
from connectors.sql.config import SINCE, SqlSettings
from connectors.sql.frames import item_table, line_table, movement_table, warehouse_table
from connectors.sql.one_select import reads_dirty, tables_of
from connectors.sql.result import Result, read, statement


class SqlSource:
    """One query's result as a source. Every call opens its own connection and closes it."""

    def __init__(self, source: str, settings: SqlSettings, clock: Clock) -> None:
        self.id = source
        self.ability = SourceAbility(movements=settings.movements_query is not None)
        self._settings = settings
        self._clock = clock

    def probe(self) -> Identity:
        """Return what the database is; the query is sent, and its columns and first rows are looked at."""
        settings = self._settings
        with self._connected() as connection:
            first = _first_rows(connection, settings.query, self.id)
            line_table(first, settings.columns)
            tables = [table for query in self._queries() for table in tables_of(query)]
            database = database_name(connection)
            return Identity(
                source=self.id,
                product=f"SQL ({connection.dialect.name})",
                version=".".join(str(part) for part in connection.dialect.server_version_info or ()),
                account=settings.account or database,
                account_name=settings.account or "",
                schema=_fingerprint(first),
                rights=surplus_rights(connection, dict.fromkeys(tables)),
                clock_offset_s=self._offset(source_clock(connection)),
                findings=tuple(
                    ("sql_reads_dirty", {"query": name}) for name, query in self._named() if reads_dirty(query)
                ),
            )

    def snapshot(self, scope: Scope) -> Snapshot:
        """Return what the query returns; every row is a line, rows of one key add up later."""
        settings, fetched_from = self._settings, self._clock.now()
        row_cap = min(scope.row_cap, settings.row_cap)
        with self._connected() as connection:
            as_of = source_clock(connection)
            offset = self._offset(as_of)
            account = settings.account or database_name(connection)
            found = read(connection, settings.query, source=self.id, query="query", row_cap=row_cap)
            expected = self._count(connection)
            items = None
            if settings.items_query is not None:
                items = read(connection, settings.items_query, source=self.id, query="items_query", row_cap=row_cap)
        lines = line_table(found, settings.columns)
        return Snapshot(
            provenance=Provenance(
                source=self.id,
                fetched_from=fetched_from,
                fetched_to=self._clock.now(),
                as_of=as_of,
                account=account,
                schema=_fingerprint(found),
                rows=found.rows,
                expected_rows=expected,
                clock_offset_s=offset,
                statements=self._queries(),
            ),
            lines=lines,
            items=empty(ITEM_CARDS) if items is None else item_table(items),
            warehouses=warehouse_table(lines, settings),
        )

    def movements(self, since: str) -> MovementBatch:
        """Return the document lines of `movements_query`.

        Without `:since` in it every reading is complete, so that deletions show. With it only what changed is read; the
        cursor is the highest value of the column `changed`, and absence says nothing.
        """
        settings, query = self._settings, self._settings.movements_query
        if query is None:
            return MovementBatch(rows=empty(MOVEMENTS), cursor=since)
        is_partial = SINCE.search(query) is not None
        last = _last(since, settings.movements_since)
        with self._connected() as connection:
            found = read(
                connection,
                query,
                source=self.id,
                query="movements_query",
                row_cap=settings.row_cap,
                since=last if is_partial else None,
            )
        rows = movement_table(found, self._clock.now().tzinfo)
        if not is_partial:
            return MovementBatch(rows, json.dumps({"v": 1}), frozenset(rows["key"].to_pylist()))
        found.require("changed")
        changed = [value for value in found.columns["changed"] if value is not None]
        return MovementBatch(rows, json.dumps({"v": 1, "since": str(max(changed)) if changed else last}))

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        refuse_in_blackout(self._settings, self.id, self._clock.now())
        with transaction(open_engine(self._settings, source=self.id), self.id) as connection:
            yield connection

    def _count(self, connection: Connection) -> int | None:
        """Return the second count, None if none is configured."""
        query = self._settings.count_query
        if query is None:
            return None
        found = read(connection, query, source=self.id, query="count_query", row_cap=1)
        values = next(iter(found.columns.values()), [])
        if len(values) != 1 or not str(values[0]).strip().isdigit():
            raise SnapshotRejected("BR-1239", source=self.id, value=str(values[0])[:60] if values else "-")
        return int(str(values[0]))

    def _named(self) -> tuple[tuple[str, str], ...]:
        settings = self._settings
        named = {
            "query": settings.query,
            "count_query": settings.count_query,
            "items_query": settings.items_query,
            "movements_query": settings.movements_query,
        }
        return tuple((name, query) for name, query in named.items() if query is not None)

    def _queries(self) -> tuple[str, ...]:
        return tuple(query for _, query in self._named())

    def _offset(self, as_of: datetime | None) -> float | None:
        return None if as_of is None else (as_of - self._clock.now()).total_seconds()


def _first_rows(connection: Connection, query: str, source: str, rows: int = 20) -> Result:
    """Return the first rows of the query, whatever it would return in full."""
    answer: sa.CursorResult[tuple[object, ...]] = connection.execute(statement(query))
    names = [name.lower() for name in answer.keys()]  # noqa: SIM118 - a result's keys, not a dict's
    part = answer.fetchmany(rows)
    answer.close()
    return Result(source, "query", {name: [row[at] for row in part] for at, name in enumerate(names)})


def _fingerprint(found: Result) -> str:
    return hashlib.sha256("\n".join(sorted(found.columns)).encode()).hexdigest()


def _last(cursor: str, first: str) -> str:
    """Return where the last reading ended, or where the first one begins."""
    try:
        return str(json.loads(cursor).get("since", first))
    except (ValueError, AttributeError):
        return first
