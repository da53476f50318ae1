"""Opening the database so that both engines keep the same promises: durable commits, foreign keys, one writer.

A writing transaction is alone on either engine. SQLite gives that with BEGIN IMMEDIATE, PostgreSQL with an advisory
lock, so what was read inside a unit of work still holds when it writes, and neither can deadlock.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, NoSuchModuleError, OperationalError, StatementError

from bridge.domain.errors import BridgeError, ConfigError, InvariantBroken, SourceUnavailable

BUSY_S: Final = 30
"""Seconds a transaction waits for another writer before it gives up."""
_PRAGMAS: Final = {
    "busy_timeout": BUSY_S * 1000,
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: a commit is on the disk before it returns
    "foreign_keys": 1,
    "temp_store": 2,  # MEMORY
}
_POSTGRESQL_MUST: Final = {"server_encoding": "UTF8", "synchronous_commit": "on", "TimeZone": "UTC"}
_LOCK_SPACE: Final = 0x53544B42  # 'STKB': the first half of our advisory lock
_LOCK_NOT_AVAILABLE: Final = "55P03"


def open_engine(url: str) -> Engine:
    """Given a SQLAlchemy URL of a SQLite file or a PostgreSQL database, return an engine whose settings are asserted.

    Raise ConfigError for any other kind of database or a missing driver. Connecting later raises InvariantBroken when
    a setting the store relies on does not hold.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, hide_parameters=True, connect_args={"timeout": BUSY_S})
        event.listen(engine, "connect", _settle_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        engine = create_engine(parsed, hide_parameters=True, pool_pre_ping=True)
    except ModuleNotFoundError as cause:
        raise ConfigError("BR-1715", driver=str(cause.name)) from cause
    event.listen(engine, "connect", _settle_postgresql)
    event.listen(engine, "begin", _begin_postgresql)
    return engine


@contextmanager
def transaction(engine: Engine, mode: str = "write") -> Iterator[Connection]:
    """Open a transaction that rolls back unless the caller commits.

    `mode` is `write` (alone), `read` (a still picture, refuses writes) or `row` (short conditional updates that
    PostgreSQL may run beside a writer).
    Raise SourceUnavailable if the store is busy or away, InvariantBroken if a rule of its tables is broken.
    """
    try:
        with engine.connect() as connection:
            connection.execution_options(stockbridge_mode=mode)
            pending = connection.begin()
            try:
                yield connection
            finally:
                if pending.is_active:
                    pending.rollback()
    except StatementError as error:
        raise refusal(error, engine.url) from error


def refusal(error: StatementError, url: URL) -> BridgeError:
    """Given what the driver raised, return it as an error of the tree, without parameters or passwords."""
    if isinstance(error.orig, BridgeError):  # a value that a column type refused
        return error.orig
    detail = " ".join(str(error.orig).split())
    if isinstance(error, IntegrityError):
        return InvariantBroken("BR-1709", detail=detail)
    if _is_busy(error.orig):
        return SourceUnavailable("BR-1703", store=shown(url), seconds=BUSY_S)
    if isinstance(error, OperationalError):
        return SourceUnavailable("BR-1705", store=shown(url), detail=detail)
    return InvariantBroken("BR-1709", detail=detail)


def shown(url: URL) -> str:
    """Return the URL for people, its password hidden."""
    return url.render_as_string(hide_password=True)


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError):
        raise ConfigError("BR-1701", backend=url.partition(":")[0]) from None
    if backend not in ("sqlite", "postgresql"):
        raise ConfigError("BR-1701", backend=backend)
    return parsed


def _is_busy(error: BaseException | None) -> bool:
    if isinstance(error, sqlite3.OperationalError):
        # extended codes keep the primary one in their low byte
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return getattr(error, "sqlstate", None) == _LOCK_NOT_AVAILABLE


def _settle_sqlite(raw: Any, _record: object) -> None:
    raw.isolation_level = None  # the driver begins nothing by itself; _begin_sqlite does
    for name, wanted in _PRAGMAS.items():
        raw.execute(f"PRAGMA {name} = {wanted}")
        found = raw.execute(f"PRAGMA {name}").fetchone()[0]
        if found != wanted:
            raise InvariantBroken("BR-1702", setting=name, value=found, wanted=wanted)


def _begin_sqlite(connection: Connection) -> None:
    reading = _mode(connection) == "read"
    connection.exec_driver_sql(f"PRAGMA query_only = {int(reading)}")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _settle_postgresql(raw: Any, _record: object) -> None:
    with raw.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'UTC'")
        cursor.execute("SET synchronous_commit = on")
        cursor.execute(f"SET lock_timeout = {int(BUSY_S * 1000)}")
        for name, wanted in _POSTGRESQL_MUST.items():
            cursor.execute(f"SHOW {name}")
            found = cursor.fetchone()[0]
            if found != wanted:
                raise InvariantBroken("BR-1702", setting=name, value=found, wanted=wanted)
    raw.commit()


def _begin_postgresql(connection: Connection) -> None:
    mode = _mode(connection)
    if mode == "read":
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    elif mode == "write":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK_SPACE}, hashtext(current_schema()))")


def _mode(connection: Connection) -> str:
    mode: str = connection.get_execution_options().get("stockbridge_mode", "write")
    return mode
