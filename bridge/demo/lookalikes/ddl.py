"""Tables as data, and the statements that create them in SQLite or in SQL Server."""

from dataclasses import dataclass
from typing import Literal

Flavour = Literal["sqlite", "mssql"]

COUNTERS = "lookalike_counter"
"""The one table that no ERP has: what the server keeps by itself (row versions, number ranges)."""


@dataclass(frozen=True)
class Table:
    """A table in SQL Server's words: columns as `name type rest`, one a line; `rowversion` works in both flavours."""

    name: str
    columns: str
    key: str = ""
    unique: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()

    def parsed(self) -> list[tuple[str, str, str]]:
        """Return (name, type, rest) of each column."""
        found = []
        for line in self.columns.strip().splitlines():
            name, kind, *rest = line.split(None, 2)
            found.append((name, kind, rest[0] if rest else ""))
        return found

    def without(self, *names: str) -> "Table":
        """Return the table as an older version of the product has it: without these columns."""
        kept = [line for line in self.columns.strip().splitlines() if line.split()[0] not in names]
        return Table(self.name, "\n".join(kept), self.key, self.unique, self.indexes)


def statements(tables: tuple[Table, ...], flavour: Flavour = "sqlite") -> list[str]:
    """Given tables, return the statements that create them; SQLite also gets a counter table and triggers."""
    made: list[str] = []
    if flavour == "sqlite":
        made.append(f"CREATE TABLE {COUNTERS} (name varchar(40) PRIMARY KEY, value bigint NOT NULL) WITHOUT ROWID")
        made.append(f"INSERT INTO {COUNTERS} VALUES ('rowversion', 2000)")
    for table in tables:
        made.append(_create(table, flavour))
        made += [f"CREATE INDEX IX_{table.name}_{n} ON {table.name} ({columns})" for n, columns in _indexes(table)]
        if flavour == "sqlite":
            made += _row_versions(table)
    return made


def _indexes(table: Table) -> list[tuple[int, str]]:
    return list(enumerate(table.indexes, start=1))


def _create(table: Table, flavour: Flavour) -> str:
    single = table.key if "," not in table.key else ""
    lines = []
    for name, kind, rest in table.parsed():
        stated = kind
        if flavour == "sqlite" and kind == "rowversion":
            stated = "bigint"
        if flavour == "sqlite" and name == single and kind in {"int", "bigint"}:
            stated = "INTEGER"  # SQLite makes only this spelling the row's own address
        lines.append(f"{name} {stated} {rest}".rstrip())
    if table.key:
        lines.append(f"PRIMARY KEY ({table.key})")
    lines += [f"UNIQUE ({columns})" for columns in table.unique]
    return f"CREATE TABLE {table.name} (\n  " + ",\n  ".join(lines) + "\n)"


def _row_versions(table: Table) -> list[str]:
    """Return triggers that bump a rowversion on every change, whoever makes it, as SQL Server does by itself."""
    made = []
    for column in (name for name, kind, _ in table.parsed() if kind == "rowversion"):
        bump = (
            f"BEGIN UPDATE {COUNTERS} SET value = value + 1 WHERE name = 'rowversion'; "
            f"UPDATE {table.name} SET {column} = (SELECT value FROM {COUNTERS} WHERE name = 'rowversion') "
            "WHERE rowid = NEW.rowid; END"
        )
        head = f"CREATE TRIGGER rv_{table.name}_{column}"
        made.append(f"{head}_i AFTER INSERT ON {table.name} WHEN NEW.{column} IS NULL {bump}")
        made.append(f"{head}_u AFTER UPDATE ON {table.name} WHEN NEW.{column} IS OLD.{column} {bump}")
    return made
