"""The source's own clock, asked in the same transaction as its stock."""

from datetime import UTC, datetime

from sqlalchemy import Connection

_STATEMENTS = {"mssql": "SELECT GETUTCDATE()", "postgresql": "SELECT clock_timestamp() AT TIME ZONE 'UTC'"}


def source_clock(connection: Connection) -> datetime | None:
    """Return the server's present time, aware, in UTC; None if there is no server with a clock of its own.

    UTC spares us the server's time zone, which no statement of SQL Server 2005 tells. A SQLite file has no clock: the
    nearest is this machine's, which says nothing of the source and would contradict `--now` in drills and replays.
    """
    statement = _STATEMENTS.get(connection.dialect.name)
    if statement is None:
        return None
    found = connection.exec_driver_sql(statement).scalar_one()
    return found.replace(tzinfo=UTC) if isinstance(found, datetime) else None
