"""The DBA's scripts: a login that may read the named tables and nothing else (users.md 2.12, least privilege)."""

from collections.abc import Sequence

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from bridge import language
from connectors.database.settings import DatabaseSettings

LOGIN = "bridge_ro"


def grant_script(source: str, settings: DatabaseSettings, tables: Sequence[tuple[str, str]], lang: str = "zh") -> str:
    """Given tables and why each is read, return the script for SQL Server (all releases since 2005) or PostgreSQL.

    For a SQLite file there is nothing to grant but the right to read the file. The bridge never runs the script.
    """
    backend, database, login = _target(settings)
    if backend == "sqlite":
        return f"-- {language.text(lang, 'database.grants_sqlite', path=database)}\n"
    width = max(len(_qualified(table, backend)) for table, _ in tables)
    shown = [f"-- {language.text(lang, 'database.grants_heading')}"]
    if backend == "postgresql":
        password = language.text(lang, "database.grants_password")
        shown += [f"CREATE ROLE {quoted(login, backend)} LOGIN PASSWORD '{password}';"]
    else:
        password = language.text(lang, "database.grants_password")
        shown += [
            f"CREATE LOGIN {quoted(login, backend)} WITH PASSWORD = N'{password}';",
            f"USE {quoted(database, backend)};",
            f"CREATE USER {quoted(login, backend)} FOR LOGIN {quoted(login, backend)};",
        ]
    for table, purpose in tables:
        name = _qualified(table, backend)
        shown.append(f"GRANT SELECT ON {name:<{width}} TO {quoted(login, backend)};  -- {purpose}")
    shown.append(f"-- {language.text(lang, 'database.grants_revoke', source=source)}")
    return "\n".join(shown) + "\n"


def revoke_script(source: str, settings: DatabaseSettings, tables: Sequence[str], lang: str = "zh") -> str:
    """Return the script that takes back what `grant_script` gave for `tables`."""
    backend, database, login = _target(settings)
    if backend == "sqlite":
        return f"-- {language.text(lang, 'database.grants_sqlite', path=database)}\n"
    shown = [f"-- {language.text(lang, 'database.revoke_heading', source=source)}"]
    if backend != "postgresql":
        shown.append(f"USE {quoted(database, backend)};")
    shown += [f"REVOKE SELECT ON {_qualified(table, backend)} FROM {quoted(login, backend)};" for table in tables]
    if backend == "postgresql":
        shown.append(f"DROP ROLE {quoted(login, backend)};")
    else:
        shown += [f"DROP USER {quoted(login, backend)};", f"DROP LOGIN {quoted(login, backend)};"]
    return "\n".join(shown) + "\n"


def _target(settings: DatabaseSettings) -> tuple[str, str, str]:
    """Return backend, database and login name that the settings speak of."""
    if settings.url is None:
        return "mssql", settings.database or "<database>", settings.user or LOGIN
    try:
        url = make_url(settings.url.get_secret_value())
    except ArgumentError:
        return "mssql", "<database>", LOGIN
    return url.get_backend_name(), url.database or "<database>", url.username or LOGIN


def _qualified(table: str, backend: str) -> str:
    owner, _, name = table.rpartition(".")
    default = "public" if backend == "postgresql" else "dbo"
    return f"{quoted(owner or default, backend)}.{quoted(name, backend)}"


def quoted(name: str, backend: str) -> str:
    """Return an identifier in which nothing ends early; plain names stay plain."""
    if name.isascii() and name.replace("_", "").isalnum() and (backend != "postgresql" or name.islower()):
        return name
    return '"' + name.replace('"', '""') + '"' if backend == "postgresql" else "[" + name.replace("]", "]]") + "]"
