"""One SQLite file that stands in for one SQL Server database."""

import sqlite3
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Self

from bridge.demo.lookalikes.ddl import COUNTERS, Table, statements

_FLUSH = f"INSERT INTO {COUNTERS} VALUES (?, ?) ON CONFLICT DO UPDATE SET value = max(value, excluded.value)"


class PostingRefused(Exception):
    """The stand-in refuses a posting as the ERP would. The text is what its client would show."""


class ServerFile:
    """A database file with number ranges and nestable transactions.

    It is in WAL mode with synchronous OFF: the bridge may read while the stand-in writes, and speed counts more than
    surviving a power cut. Close it before copying the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self._connection = sqlite3.connect(
            self.path, isolation_level=None, timeout=30, check_same_thread=False, cached_statements=512
        )
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute("PRAGMA cache_size = -65536")
        self._depth = 0
        self._versioned: dict[str, str] | None = None  # table -> its rowversion column
        self._ranges: dict[str, int] = {}  # numbers taken in the running transaction, written when it ends

    @classmethod
    def build(cls, path: Path, tables: tuple[Table, ...], views: Iterable[str] = ()) -> Self:
        """Given a path where no file stands, create the tables and views there. Raise FileExistsError if one does."""
        if Path(path).exists():
            raise FileExistsError(path)
        made = cls(path)
        with made.writing():
            for statement in (*statements(tables), *views):
                made.run(statement)
        return made

    def close(self) -> None:
        """Close the file; everything written stands in it."""
        self._connection.close()

    def writing(self) -> Self:
        """Run the block of a with-statement in one transaction; a block inside a block belongs to the outer one.

        Let a refusal leave the outer block: caught inside, it leaves what its posting had already written.
        """
        return self

    def __enter__(self) -> Self:
        if not self._depth:
            self._connection.execute("BEGIN IMMEDIATE")
        self._depth += 1
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._depth -= 1
        if self._depth:
            return
        if kind is None:
            for counter, value in self._ranges.items():
                self.run(_FLUSH, (counter, value))
        self._ranges.clear()
        self._connection.execute("COMMIT" if kind is None else "ROLLBACK")

    def run(self, statement: str, values: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        """Execute one statement."""
        return self._connection.execute(statement, values)

    def row(self, statement: str, values: tuple[Any, ...] = ()) -> Any:
        """Return the first row as a tuple, or None."""
        return self._connection.execute(statement, values).fetchone()

    def rows(self, statement: str, values: tuple[Any, ...] = ()) -> list[Any]:
        """Return all rows as tuples."""
        return self._connection.execute(statement, values).fetchall()

    def insert(self, table: str, **values: Any) -> None:
        """Insert one row; columns not named take their defaults."""
        self._stamp(table, values)
        self.run(_insertion(table, tuple(values)), tuple(values.values()))

    def update(self, table: str, where: str, *keys: Any, **values: Any) -> None:
        """Change the rows that `where` (with its `keys`) selects."""
        self._stamp(table, values)
        self.run(_change(table, where, tuple(values)), (*values.values(), *keys))

    def _stamp(self, table: str, values: dict[str, Any]) -> None:
        """Set the rowversion here, as a trigger would: a third of the time of a posting is saved."""
        if self._versioned is None:
            names = self.rows("SELECT name, tbl_name FROM sqlite_master WHERE name LIKE 'rv~_%~_i' ESCAPE '~'")
            self._versioned = {owner: name.removeprefix(f"rv_{owner}_").removesuffix("_i") for name, owner in names}
        if table in self._versioned:
            values[self._versioned[table]] = self.take("rowversion")

    def take(self, counter: str, start: int = 1) -> int:
        """Return the next number of a range that begins at `start`."""
        if self._depth and counter in self._ranges:
            self._ranges[counter] += 1
            return self._ranges[counter]
        with self:
            if counter not in self._ranges:
                found = self.row(f"SELECT value FROM {COUNTERS} WHERE name = ?", (counter,))
                self._ranges[counter] = start - 1 if found is None else int(found[0])
            self._ranges[counter] += 1
            return self._ranges[counter]


@cache
def _insertion(table: str, names: tuple[str, ...]) -> str:
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"


@cache
def _change(table: str, where: str, names: tuple[str, ...]) -> str:
    return f"UPDATE {table} SET {', '.join(f'{name} = ?' for name in names)} WHERE {where}"
