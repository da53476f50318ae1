"""Scripts for the DBA: the bridge never creates tables on a database server by itself."""

from collections.abc import Callable, Sequence

import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.dialects import mssql, postgresql, sqlite
from sqlalchemy.schema import CreateTable

from bridge import language
from connectors.database import DatabaseSettings
from connectors.database.grants import quoted
from connectors.holds.settings import ViaHoldTable, WritingLogin
from connectors.holds.table import hold_table

HOLD_LOGIN = "bridge_hold"
Making = Callable[[str, str], str]
"""From dialect and login, spelled for the script, to what the DBA runs."""

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


def hold_script(hold: ViaHoldTable, dialect: str, login: str) -> str:
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


def hold_grants(settings: DatabaseSettings, hold: WritingLogin, made: Making, *, backend: str = "") -> str:
    """Given a source with `[hold]` and what makes its tables, return the whole script: the writing login, then these.

    `backend` is stated where the source's own address does not tell it.
    """
    backend = backend_of(hold.url) if hold.url is not None else backend or backend_of(settings.url)
    login = quoted(hold.user or HOLD_LOGIN, backend)
    script = made(backend, login)
    if backend != "mssql" or hold.url is not None or settings.url is not None:
        return script
    use = f"USE {quoted(settings.database or '<database>', backend)};\n"
    if hold.user != settings.user:
        password = language.text("zh", "database.grants_password")
        use += f"CREATE LOGIN {login} WITH PASSWORD = N'{password}';\nCREATE USER {login} FOR LOGIN {login};\n"
    return use + script


def hold_revoke(
    settings: DatabaseSettings, hold: WritingLogin, table: str, more: Sequence[str] = (), *, backend: str = ""
) -> str:
    """Return the script that takes the writing rights back; `more` are further rights. Tables stay: they are history."""
    backend = backend_of(hold.url) if hold.url is not None else backend or backend_of(settings.url)
    if backend == "sqlite":
        return ""
    login = quoted(hold.user or HOLD_LOGIN, backend)
    is_named = settings.url is None and hold.url is None
    parts = [f"USE {quoted(settings.database or '<database>', backend)};"] if is_named else []
    parts += [f"REVOKE {right} FROM {login};" for right in (f"SELECT, INSERT, UPDATE ON {table}", *more)]
    if hold.user is not None and hold.user != settings.user and settings.url is None:
        parts += [f"DROP USER {login};", f"DROP LOGIN {login};"]
    return "\n".join(parts) + "\n"


def backend_of(url: SecretStr | None) -> str:
    """Return mssql, postgresql or sqlite; server fields, and what is no address, mean SQL Server."""
    try:
        found = sa.make_url(url.get_secret_value()).get_backend_name() if url is not None else "mssql"
    except sa.exc.ArgumentError:
        return "mssql"
    return found if found in _DIALECTS else "mssql"


def table_grants(settings: DatabaseSettings) -> str:
    """Return the script for a source's hold table, '' if it takes no holds."""
    hold = settings.hold
    if not isinstance(hold, ViaHoldTable):
        return ""
    return "\n" + hold_grants(settings, hold, lambda backend, login: hold_script(hold, backend, login))


def table_revoke(settings: DatabaseSettings) -> str:
    """Return the script that takes the rights on a source's hold table back, '' if it takes no holds."""
    hold = settings.hold
    return hold_revoke(settings, hold, hold.table) if isinstance(hold, ViaHoldTable) else ""
