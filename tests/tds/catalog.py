"""What stands in a database file, seen as SQL Server would describe it."""

import sqlite3
from dataclasses import dataclass

from tds.kinds import ROWVERSION, Kind, kind_of


@dataclass(frozen=True)
class Table:
    """A table or view; `columns` by lower-case name: real name and type."""

    name: str
    columns: dict[str, tuple[str, Kind]]


Catalog = dict[str, Table]
"""Tables by lower-case name."""


def read_catalog(link: sqlite3.Connection, schema: str = "main") -> Catalog:
    """Return the tables and views of one attached file. Columns that triggers keep as row versions show as such."""
    found: Catalog = {}
    names = link.execute(f'SELECT name, type FROM "{schema}".sqlite_master').fetchall()
    versions = {name.lower() for name, kind in names if kind == "trigger" and name.startswith("rv_")}
    for (name,) in [(name,) for name, kind in names if kind in {"table", "view"}]:
        columns = {}
        for _, column, declared, *_ in link.execute(f'PRAGMA "{schema}".table_xinfo("{name}")'):
            is_version = f"rv_{name}_{column}_i".lower() in versions
            columns[column.lower()] = (column, ROWVERSION if is_version else kind_of(declared))
        found[name.lower()] = Table(name, columns)
    return found


_INFORMATION = {
    "columns": ("TABLE_CATALOG", "TABLE_SCHEMA", "TABLE_NAME", "COLUMN_NAME", "ORDINAL_POSITION", "DATA_TYPE"),
    "tables": ("TABLE_CATALOG", "TABLE_SCHEMA", "TABLE_NAME", "TABLE_TYPE"),
}
_DATABASES = ("name", "database_id", "snapshot_isolation_state", "is_read_committed_snapshot_on", "compatibility_level")
_NUMBERS = {"ORDINAL_POSITION", "database_id", "snapshot_isolation_state", "is_read_committed_snapshot_on"}

Virtual = tuple[tuple[str, ...], list[tuple[object, ...]]]
"""A system view made up on the spot: its columns and rows."""


def information(view: str, database: str, catalog: Catalog) -> Virtual | None:
    """Return INFORMATION_SCHEMA.COLUMNS or TABLES over the tables that the login may see."""
    if view not in _INFORMATION:
        return None
    rows: list[tuple[object, ...]] = []
    for table in catalog.values():
        if view == "tables":
            rows.append((database, "dbo", table.name, "BASE TABLE"))
            continue
        for at, (real, kind) in enumerate(table.columns.values(), start=1):
            shown = "timestamp" if kind == ROWVERSION else kind.name
            rows.append((database, "dbo", table.name, real, at, shown))
    return _INFORMATION[view], rows


def databases(names: dict[str, bool]) -> Virtual:
    """Return sys.databases over (name -> is snapshot isolation on)."""
    rows = [(name, at, int(on), 0, 100) for at, (name, on) in enumerate(names.items(), start=1)]
    return _DATABASES, rows


def virtual_kind(column: str) -> Kind:
    """Return the type of a system view's column."""
    return Kind("int") if column in _NUMBERS else Kind("nvarchar", 128)
