"""Reading in blocks, inside one transaction, up to a row cap."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from bridge.domain.errors import SnapshotRejected, SourceRefused
from connectors.database.failures import translated
from connectors.database.load import ROWS_PER_S, Pace

BLOCK = 50_000
"""Rows a fetch asks for: large enough that round trips vanish, small enough for memory."""


@contextmanager
def transaction(engine: Engine, source: str) -> Iterator[Connection]:
    """Given an engine, yield a connection inside one transaction: what is read in it belongs together.

    It is rolled back at the end in any case, for nothing is written here. Database errors leave as SourceUnavailable or
    SourceRefused. SQL Server reads under SNAPSHOT isolation where the database allows it, otherwise READ COMMITTED with
    a lock time-out; never dirty (users.md 2.3, F3).
    """
    with translated(source), engine.connect() as connection:
        if connection.dialect.name == "mssql":
            _use_row_versions(connection)
        connection.begin()  # closing the connection rolls back
        yield connection


def _use_row_versions(connection: Connection) -> None:
    """Switch this session to SNAPSHOT isolation if the database has it switched on."""
    try:
        state = connection.exec_driver_sql(
            "SELECT snapshot_isolation_state FROM sys.databases WHERE name = DB_NAME()"
        ).scalar()
    except DBAPIError:
        state = 0  # a login that may not see sys.databases reads as READ COMMITTED
    connection.rollback()  # the level can only change outside a transaction
    if state == 1:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL SNAPSHOT")
        connection.commit()


def read_columns(
    connection: Connection, statement: sa.Executable, *, source: str, row_cap: int, block: int = BLOCK
) -> dict[str, list[Any]]:
    """Given a statement, return its rows as one list per column, by the column's label.

    Raise SnapshotRejected if there are more than `row_cap` rows: a part of a stock is no stock. Raise SourceRefused if
    two columns have one name. The engine's `rows_per_s`, if set, is kept by fetching small blocks with pauses.
    """
    rows_per_s = connection.get_execution_options().get(ROWS_PER_S)
    pace = Pace(rows_per_s) if rows_per_s else None
    result = connection.execute(statement)
    names = tuple(result.keys())
    twice = sorted({name for name in names if [other.lower() for other in names].count(name.lower()) > 1})
    if twice:
        result.close()
        raise SourceRefused("BR-1208", source=source, columns=", ".join(twice))
    columns: tuple[list[Any], ...] = tuple([] for _ in names)
    rows = 0
    for part in result.partitions(min(block, rows_per_s) if rows_per_s else block):
        rows += len(part)
        if pace is not None:
            pace.after(len(part))
        if rows > row_cap:
            result.close()
            raise SnapshotRejected("BR-1205", source=source, row_cap=row_cap)
        for column, values in zip(columns, zip(*part, strict=True), strict=True):
            column.extend(values)
    return dict(zip(names, columns, strict=True))


def sql_text(statement: sa.ClauseElement, dialect: sa.Dialect) -> str:
    """Return the statement as it is sent, with its parameters written in."""
    return str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def database_name(connection: Connection) -> str:
    """Return the name of the connected database; of a SQLite file its stem."""
    name = connection.dialect.name
    if name == "sqlite":
        row = connection.exec_driver_sql("SELECT file FROM pragma_database_list WHERE name = 'main'").scalar()
        return Path(str(row or "")).stem
    statement = {"mssql": "SELECT DB_NAME()", "postgresql": "SELECT current_database()"}.get(name)
    if statement is None:
        return str(connection.engine.url.database or "")
    return str(connection.exec_driver_sql(statement).scalar_one())
