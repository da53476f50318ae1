"""Scripts for the DBA: the bridge never creates tables on a database server by itself."""

import sqlalchemy as sa
from sqlalchemy.dialects import mssql, postgresql, sqlite
from sqlalchemy.schema import CreateTable

from config.base import HoldVia
from connectors.database.grants import quoted
from connectors.holds.table import hold_table

_DIALECTS: dict[str, type[sa.Dialect]] = {
    "mssql": mssql.dialect,
    "postgresql": postgresql.dialect,
    "sqlite": sqlite.dialect,
}


def create_script(dialect: str, table: sa.Table | str = "stockbridge_hold") -> str:
    """Given `mssql`, `postgresql` or `sqlite`, return the CREATE TABLE statement of a hold table (or of `table`).

    Raise KeyError for any other dialect.
    """
    wanted = hold_table(table) if isinstance(table, str) else table
    statement = CreateTable(wanted, if_not_exists=dialect != "mssql")
    lines = str(statement.compile(dialect=_DIALECTS[dialect]())).strip().splitlines()
    return "\n".join(line.rstrip() for line in lines) + ";"


def grant_lines(table: str, login: str) -> str:
    """Return the least rights a writing login needs on one of our tables: it never deletes."""
    return f"GRANT SELECT, INSERT, UPDATE ON {table} TO {login};"


def hold_script(hold: HoldVia, dialect: str, login: str) -> str:
    """Given `[sources.X.hold]`, return what the DBA runs for the customer-owned hold table.

    `login`, spelled for the script, may write the table if `[hold]` names no user.
    """
    writer = quoted(hold.user, dialect) if hold.user else login
    parts = [
        "-- 旁路锁表:由贵司所有,MES、PDA 出库前查询;state = 'active' 且 expires_at 未到即为锁定。数据桥只增改,不删除。",
        create_script(dialect, hold.table),
    ]
    if dialect != "sqlite":
        parts.append(grant_lines(hold.table, writer))
    return "\n".join(parts) + "\n"
