"""What a database really has: columns differ by release and by site, so every connector asks before it selects."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bridge.domain.errors import SourceRefused
from connectors.database.reading import database_name


@dataclass(frozen=True)
class TableSchema:
    """One table or view. `columns` maps the lower-case name to the real name and its type."""

    name: str
    columns: dict[str, tuple[str, str]]

    def has(self, *columns: str) -> bool:
        """Return whether every one of `columns` is there, whatever its case."""
        return all(column.lower() in self.columns for column in columns)

    def first(self, *columns: str) -> str | None:
        """Return the first of `columns` that is there, or None."""
        return next((column for column in columns if self.has(column)), None)

    @cached_property
    def clause(self) -> sa.FromClause:
        """The table for a statement, one object, so that its columns belong together."""
        return sa.table(self.name, *(sa.column(real) for real, _ in self.columns.values()))

    @cached_property
    def _aliases(self) -> dict[str, sa.FromClause]:
        return {}

    def alias(self, name: str) -> sa.FromClause:
        """Return the table under another name, one object per name: making its columns costs more than a small reading."""
        if name not in self._aliases:
            self._aliases[name] = self.clause.alias(name)
        return self._aliases[name]

    def column(self, name: str, of: sa.FromClause | None = None) -> sa.ColumnElement[Any]:
        """Given a column name in any case, return the column (of an alias of `clause`, if one is given)."""
        found: sa.ColumnElement[Any] = (self.clause if of is None else of).c[self.columns[name.lower()][0]]
        return found


@dataclass(frozen=True)
class Schema:
    """The tables of a database that a connector knows of, by lower-case name; absent ones are missing here."""

    source: str
    database: str
    tables: dict[str, TableSchema]

    def table(self, name: str) -> TableSchema | None:
        """Return an optional table, None if it is not there or not visible to this login."""
        return self.tables.get(name.lower())

    def require(self, name: str, *columns: str, cure: str | None = None) -> TableSchema:
        """Return a table that must be there with `columns`. Raise SourceRefused naming what is missing and the cure.

        `cure` replaces the default cure, which is the GRANT a DBA would run.
        """
        found = self.table(name)
        if found is None:
            grant = cure or f"GRANT SELECT ON {name} TO <login>"
            raise SourceRefused("BR-1201", source=self.source, database=self.database, table=name, cure=grant)
        missing = [column for column in columns if not found.has(column)]
        if missing:
            present = ", ".join(real for real, _ in found.columns.values())
            raise SourceRefused(
                "BR-1202", source=self.source, table=found.name, columns=", ".join(missing), present=present[:400]
            )
        return found

    def fingerprint(self) -> str:
        """Return the sha256 of the sorted `table.column:type` lines: it changes when the schema does."""
        lines = sorted(
            f"{table.name}.{real}:{kind}".lower()
            for table in self.tables.values()
            for real, kind in table.columns.values()
        )
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def read_schema(connection: Connection, source: str, names: Iterable[str]) -> Schema:
    """Given table names, return those that this login can see, with their real columns.

    `schema.table` is looked up in that schema, a bare name in the default one (dbo, public).
    """
    wanted = tuple(names)
    look_up = _sqlite if connection.dialect.name == "sqlite" else _information_schema
    tables = look_up(connection, wanted)
    return Schema(source=source, database=database_name(connection), tables=tables)


def _sqlite(connection: Connection, names: tuple[str, ...]) -> dict[str, TableSchema]:
    marks = ", ".join("?" * len(names))
    rows = connection.exec_driver_sql(
        "SELECT m.name, c.name, c.type FROM sqlite_master m, pragma_table_info(m.name) c "
        f"WHERE m.type IN ('table', 'view') AND lower(m.name) IN ({marks}) ORDER BY m.rowid, c.cid",
        tuple(name.lower() for name in names),
    ).all()
    columns: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in rows:
        columns.setdefault(str(table), []).append((str(column), str(kind or "").lower()))
    read = {table.lower(): _interned(table, tuple(listed)) for table, listed in columns.items()}
    return {name.lower(): read[name.lower()] for name in names if name.lower() in read}


def _information_schema(connection: Connection, names: tuple[str, ...]) -> dict[str, TableSchema]:
    """Look `names` up. SQL Server lists only what the login has a right to: a missing grant looks like no table."""
    view = sa.table(
        "COLUMNS" if connection.dialect.name == "mssql" else "columns",
        *(sa.column(name) for name in ("TABLE_SCHEMA", "TABLE_NAME", "COLUMN_NAME", "DATA_TYPE", "ORDINAL_POSITION")),
        schema="INFORMATION_SCHEMA" if connection.dialect.name == "mssql" else "information_schema",
    )
    if connection.dialect.name != "mssql":
        view = sa.table("columns", *(sa.column(c.name.lower()) for c in view.c), schema="information_schema")
    schema_c, table_c, column_c, type_c, position_c = view.c
    short = sorted({name.rpartition(".")[2].lower() for name in names})
    rows = connection.execute(
        sa.select(schema_c, table_c, column_c, type_c)
        .where(sa.func.lower(table_c).in_(sa.bindparam("names", short, expanding=True)))
        .order_by(schema_c, table_c, position_c)
    ).all()
    found: dict[str, TableSchema] = {}
    for name in names:
        owner, _, table = name.lower().rpartition(".")
        owner = owner or {"mssql": "dbo", "postgresql": "public"}.get(connection.dialect.name, "")
        mine = [row for row in rows if row[1].lower() == table and (not owner or row[0].lower() == owner)]
        if mine:
            found[name.lower()] = _interned(mine[0][1], tuple((row[2], str(row[3]).lower()) for row in mine))
    return found


@lru_cache(maxsize=512)
def _interned(name: str, columns: tuple[tuple[str, str], ...]) -> TableSchema:
    """Return the table; the same object for the same columns, so that its clauses are made once and not per reading."""
    return TableSchema(name, {real.lower(): (real, kind) for real, kind in columns})
