"""Bringing the movement ledger up to what a source just said: a whole batch at once, compared by the database."""

from collections.abc import Collection
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Table,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    update,
)

from bridge.domain.errors import SnapshotRejected
from bridge.domain.movement import MOVEMENTS
from bridge.store.columns import TEXT
from bridge.store.statements import insert_many
from bridge.store.tables import FACTS, fact_columns, movement_changes, movements

DELETED: Final = "deleted"
_CHUNK: Final = 500
_TIME: Final = MOVEMENTS.field("first_seen").type
_GIVEN: Final = tuple(field for field in MOVEMENTS if field.name not in ("source", "first_seen"))

arriving = Table(
    "arriving_movements",
    MetaData(),  # not part of the schema: it lives as long as one merge
    Column("key", TEXT, primary_key=True),
    Column("seen", BigInteger),  # a stamp the row brings along (a backlog), else null
    *fact_columns(),
    prefixes=["TEMPORARY"],
)


def merge(
    connection: Connection,
    source: str,
    rows: pa.Table,
    seen_at: int,
    *,
    complete_keys: Collection[str] | None,
    complete_since: int | None,
) -> tuple[int, int, int, int]:
    """Given MOVEMENTS rows and the bridge's clock in microseconds, update the ledger.

    Return how many lines were new, changed, deleted, and as before. Raise SnapshotRejected if they cannot be believed.
    """
    _check(source, rows)
    keys = set(rows.column("key").to_pylist())
    absent = [] if complete_keys is None else _absent(connection, source, keys, complete_keys, complete_since)
    if not keys and not absent:
        return 0, 0, 0, 0
    arriving.create(connection)  # a failure below rolls it back with everything else
    _stage(connection, rows)
    _stage_absent(connection, source, absent)
    now = literal(seen_at, BigInteger())
    changes = _keep_former(connection, source, now)
    _overwrite(connection, source, now)
    new = _add(connection, source, now)
    arriving.drop(connection)
    deleted = changes.pop(DELETED, 0)
    changed = sum(changes.values())
    return new, changed, deleted, len(keys) + len(absent) - new - changed - deleted


_HANDFUL = 10
"""So few documents may really all be gone; more are not believed to be."""


def _check(source: str, rows: pa.Table) -> None:
    missing = [field.name for field in _GIVEN if field.name not in rows.column_names]
    if missing or "source" not in rows.column_names:
        raise SnapshotRejected("BR-1714", source=source, column=", ".join(missing or ["source"]), problem="missing")
    for field in _GIVEN:
        column = rows.column(field.name)
        if not field.nullable and column.null_count:
            raise SnapshotRejected("BR-1714", source=source, column=field.name, problem="null")
        if field.type == pa.string() and pc.any(pc.match_substring(column, "\0")).as_py():
            raise SnapshotRejected("BR-1714", source=source, column=field.name, problem="NUL")
    if len(rows) and pc.unique(rows.column("source")).to_pylist() != [source]:
        raise SnapshotRejected("BR-1714", source=source, column="source", problem="foreign")
    counted = pc.value_counts(rows.column("key"))
    if len(counted) != len(rows):
        twice = next(entry["values"] for entry in counted.to_pylist() if entry["counts"] > 1)
        raise SnapshotRejected("BR-1712", source=source, key=twice)


def _absent(
    connection: Connection, source: str, keys: set[str], complete_keys: Collection[str], complete_since: int | None
) -> list[str]:
    alive = select(movements.c.key).where(movements.c.source == source, movements.c.state != DELETED)
    if complete_since is not None:
        alive = alive.where(movements.c.business_time >= complete_since)
    known = set(connection.execute(alive).scalars())
    if len(known) > _HANDFUL and not complete_keys:
        raise SnapshotRejected("BR-1713", source=source, known=len(known))
    return sorted(known - keys - set(complete_keys))


def _stage(connection: Connection, rows: pa.Table) -> None:
    columns = {field.name: _plain(rows.column(field.name), field.type) for field in _GIVEN}
    stamps = rows.column("first_seen") if "first_seen" in rows.column_names else pa.nulls(len(rows), _TIME)
    columns["seen"] = _plain(stamps, _TIME)
    if len(rows):
        insert_many(connection, arriving, tuple(columns), list(zip(*columns.values(), strict=True)))


def _plain(column: pa.ChunkedArray, kind: pa.DataType) -> list[Any]:
    values = column.cast(kind)
    return list((values if kind == pa.string() else values.cast(pa.int64())).to_pylist())


def _stage_absent(connection: Connection, source: str, absent: list[str]) -> None:
    """Let a line that is gone arrive as its own last facts, deleted and no longer counting."""
    gone = {"state": literal(DELETED), "counts": literal(0)}
    facts = [gone.get(name, movements.c[name]) for name in FACTS]
    for start in range(0, len(absent), _CHUNK):
        lines = (movements.c.source == source) & movements.c.key.in_(absent[start : start + _CHUNK])
        chosen = select(movements.c.key, *facts).where(lines)
        connection.execute(insert(arriving).from_select(["key", *FACTS], chosen))


_DIFFERS: Final = or_(*(movements.c[name].is_distinct_from(arriving.c[name]) for name in FACTS))
_BECAME_COUNTED: Final = and_(movements.c.counts == 0, arriving.c.counts == 1)
_BECAME_UNCOUNTED: Final = and_(movements.c.counts == 1, arriving.c.counts == 0)
_CHANGE: Final = case(
    (and_(arriving.c.state == DELETED, movements.c.state != DELETED), DELETED),
    (and_(arriving.c.state != DELETED, movements.c.state == DELETED), "restored"),
    (_BECAME_UNCOUNTED, "uncounted"),
    (_BECAME_COUNTED, "counted"),
    else_="edited",
)


def _keep_former(connection: Connection, source: str, now: ColumnElement[int]) -> dict[str, int]:
    """Write what the changed lines said before. Return how many changed in which way."""
    changed = and_(movements.c.source == source, movements.c.key == arriving.c.key, _DIFFERS)
    counted = select(_CHANGE.label("change"), func.count().label("lines")).where(changed).group_by("change")
    counts = {row.change: int(row.lines) for row in connection.execute(counted)}
    if counts:
        facts = [movements.c[name] for name in FACTS]
        former = select(movements.c.source, movements.c.key, now, _CHANGE, *facts).where(changed)
        ordered = former.order_by(movements.c.key)
        names = ["source", "key", "at", "change", *FACTS]
        connection.execute(insert(movement_changes).from_select(names, ordered))
    return counts


def _overwrite(connection: Connection, source: str, now: ColumnElement[int]) -> None:
    values: dict[str, Any] = {name: arriving.c[name] for name in FACTS}
    values["counted_at"] = case((_BECAME_COUNTED, now), else_=movements.c.counted_at)
    values["uncounted_at"] = case((_BECAME_UNCOUNTED, now), else_=movements.c.uncounted_at)
    values["deleted_at"] = case((arriving.c.state == DELETED, func.coalesce(movements.c.deleted_at, now)), else_=null())
    values["changed_at"] = values["touched_at"] = now
    changed = and_(movements.c.source == source, movements.c.key == arriving.c.key, _DIFFERS)
    connection.execute(update(movements).values(**values).where(changed))


def _add(connection: Connection, source: str, now: ColumnElement[int]) -> int:
    known = exists().where(movements.c.source == source, movements.c.key == arriving.c.key)
    seen = func.coalesce(arriving.c.seen, now)
    stamps = {
        "first_seen": seen,
        "counted_at": case((arriving.c.counts == 1, seen), else_=null()),
        "deleted_at": case((arriving.c.state == DELETED, now), else_=null()),
        "touched_at": now,
    }
    facts = [arriving.c[name] for name in FACTS]
    fresh = select(literal(source), arriving.c.key, *facts, *stamps.values()).where(~known)
    added = insert(movements).from_select(["source", "key", *FACTS, *stamps], fresh)
    return connection.execute(added.execution_options(preserve_rowcount=True)).rowcount
