"""Opening a database: read-only unless told otherwise, without a pool, with deadlines on login, statement and lock."""

import sqlite3
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from bridge.domain.errors import SourceRefused, SourceUnavailable
from connectors.database.connect_string import InexpressibleValue, is_freetds, of_settings, of_url
from connectors.database.exact import ADD_FUNCTION, SUM_FUNCTION, ExactSum, exactly_added
from connectors.database.load import ROWS_PER_S
from connectors.database.settings import DatabaseSettings
from connectors.database.text_numbers import NUMBER_FUNCTION, number_of


def open_engine(
    settings: DatabaseSettings, *, source: str = "", database: str | None = None, writable: bool = False
) -> Engine:
    """Given a source's settings, return an engine for its database (`database` replaces the configured one).

    Nothing is connected yet, except that a SQLite file is looked for. Raise SourceUnavailable if it is missing,
    SourceRefused if the URL cannot be used.
    """
    engine = _opened(settings, source or settings.label or settings.kind, database, writable=writable)
    if settings.rows_per_s is not None:
        engine.update_execution_options(**{ROWS_PER_S: settings.rows_per_s})
    return engine


def _opened(settings: DatabaseSettings, name: str, database: str | None, *, writable: bool) -> Engine:
    deadlines = (settings.login_timeout_s, settings.timeout_s, settings.lock_timeout_s)
    if settings.url is not None:
        return open_url(settings.url.get_secret_value(), source=name, writable=writable, deadlines=deadlines)
    try:
        return _odbc(of_settings(settings, database), deadlines)
    except InexpressibleValue as cause:
        raise SourceRefused("BR-1115", source=name, field=cause.field) from None


def open_url(
    url: str, *, source: str, writable: bool = False, deadlines: tuple[int, float, float] = (10, 60.0, 5.0)
) -> Engine:
    """Given a SQLAlchemy URL, return an engine; `deadlines` are login, statement and lock wait in seconds.

    Raise as `open_engine` does.
    """
    try:
        parsed = make_url(url)
        if parsed.drivername in {"sqlite", "sqlite+pysqlite"}:
            return _sqlite(parsed, source, writable, deadlines[2])
        if parsed.drivername in {"mssql", "mssql+pyodbc"}:
            return _odbc(of_url(parsed), deadlines)
        if parsed.get_backend_name() == "postgresql":
            return _postgresql(parsed, writable, deadlines)
        return create_engine(parsed, poolclass=NullPool)
    except InexpressibleValue as cause:
        raise SourceRefused("BR-1115", source=source, field=cause.field) from None
    except (ArgumentError, NoSuchModuleError, ValueError) as cause:
        raise SourceRefused("BR-1111", source=source, allowed="sqlite:///, mssql+pyodbc://, postgresql://") from cause
    except ImportError as cause:
        raise SourceRefused("BR-1112", source=source, package=cause.name or "?") from cause


def _sqlite(url: URL, source: str, writable: bool, lock_timeout_s: float) -> Engine:
    """Open an existing file by URI, so that a wrong path is an error and never a new empty database.

    `?mode=ro` in the URL is the admin's word that nothing is to be written, whoever asks.
    """
    path = Path((url.database or "").removeprefix("file:")).absolute()
    if not path.is_file():
        raise SourceUnavailable("BR-1101", source=source, path=path)
    return _sqlite_engine(path, writable and url.query.get("mode") != "ro", lock_timeout_s)


@lru_cache(maxsize=64)
def _sqlite_engine(path: Path, writable: bool, lock_timeout_s: float) -> Engine:
    """Return the engine of a file. It holds no connection; it is kept because it holds the compiled statements."""
    address = f"{path.as_uri()}?mode={'rw' if writable else 'ro'}"

    def connect() -> sqlite3.Connection:
        # isolation_level None hands BEGIN to us: Python's own mode sends none before a SELECT, and then two
        # statements of one snapshot may see two states.
        link = sqlite3.connect(address, uri=True, timeout=lock_timeout_s, isolation_level=None)
        link.create_function(ADD_FUNCTION, 2, exactly_added, deterministic=True)
        link.create_function(NUMBER_FUNCTION, -1, number_of, deterministic=True)
        link.create_aggregate(SUM_FUNCTION, 1, ExactSum)  # type: ignore[arg-type]
        if not writable:
            link.execute("PRAGMA query_only = ON")
        return link

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)
    opening = "BEGIN IMMEDIATE" if writable else "BEGIN"
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(opening))
    return engine


@lru_cache(maxsize=64)
def _odbc(connect_string: str, deadlines: tuple[int, float, float]) -> Engine:
    """Open SQL Server. Never `fast_executemany`: with FreeTDS it ends the Python process (sqlserver.md)."""
    login_s, statement_s, lock_s = deadlines
    options: dict[str, Any] = {"use_setinputsizes": False} if is_freetds(connect_string) else {}
    engine = create_engine(
        URL.create("mssql+pyodbc", query={"odbc_connect": connect_string}),
        poolclass=NullPool,
        connect_args={"timeout": login_s},
        **options,
    )
    event.listen(engine, "connect", _session(statement_s, lock_s))
    return engine


def _session(statement_s: float, lock_s: float) -> Callable[[Any, Any], None]:
    """Return what to set on each new SQL Server session."""

    def prepare(link: Any, _record: Any) -> None:
        link.timeout = max(1, round(statement_s))
        cursor = link.cursor()
        cursor.execute(f"SET LOCK_TIMEOUT {round(lock_s * 1000)}")
        cursor.close()

    return prepare


def _postgresql(url: URL, writable: bool, deadlines: tuple[int, float, float]) -> Engine:
    login_s, statement_s, lock_s = deadlines
    options = f"-c statement_timeout={round(statement_s * 1000)} -c lock_timeout={round(lock_s * 1000)}"
    if not writable:
        options += " -c default_transaction_read_only=on"
    return create_engine(
        url,
        poolclass=NullPool,
        isolation_level="READ COMMITTED" if writable else "REPEATABLE READ",
        connect_args={"connect_timeout": login_s, "options": options},
    )
