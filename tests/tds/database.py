"""The SQLite link behind one session: its database, the others it may see, and transactions."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tds import failures
from tds.catalog import Catalog, read_catalog
from tds.failures import SqlError
from tds.functions import teach

_BUSY_STEP_S = 0.01
_PATIENCE_S = 30.0


class Database:
    """One connection to a file as `main`, with other files attached as `d0`, `d1` ..."""

    def __init__(self, files: dict[str, Path], current: str, answer: Callable[..., Any]) -> None:
        """Given name -> file of every database the login may open, open `current` (a name in any case)."""
        folded = {name.lower(): name for name in files}
        self.name = folded.get(current.lower(), current)
        self._schemas = {self.name.lower(): "main"}
        self._catalogs: dict[str, tuple[int, Catalog]] = {}
        self._versions: dict[int, int] = {}
        self._problem: SqlError | None = None
        main = files.get(self.name)
        self._link = sqlite3.connect(
            f"{main.as_uri()}?mode=rw" if main else ":memory:",
            uri=True,
            isolation_level=None,
            timeout=10,
            check_same_thread=False,
        )
        teach(self._link, self._remember)
        self._link.create_function("tds_session", -1, answer)
        for at, (name, path) in enumerate((n, p) for n, p in files.items() if n != self.name):
            self._link.execute(f"ATTACH ? AS d{at}", (f"{path.as_uri()}?mode=rw",))
            self._schemas[name.lower()] = f"d{at}"
        self._link.execute("PRAGMA busy_timeout = 250")  # from here on LOCK_TIMEOUT decides, in `execute`

    def close(self) -> None:
        """Close the link; an open transaction is rolled back."""
        self._link.close()

    @property
    def in_transaction(self) -> bool:
        """Return whether a transaction is open."""
        return self._link.in_transaction

    def version(self) -> int:
        """Return a number that tells the tables of the current database from others."""
        (number,) = self._link.execute("PRAGMA main.schema_version").fetchone()
        if number not in self._versions:
            texts = self._link.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall()
            self._versions[number] = hash(tuple(texts))
        return self._versions[number]

    def schema(self, name: str) -> str | None:
        """Return what a database is attached as, None if the login may not open it."""
        return self._schemas.get(name.lower())

    def catalog(self, schema: str) -> Catalog:
        """Return what stands in an attached database, read again when its tables changed."""
        (version,) = self._link.execute(f"PRAGMA {schema}.schema_version").fetchone()
        known = self._catalogs.get(schema)
        if known is None or known[0] != version:
            self._catalogs[schema] = known = (version, read_catalog(self._link, schema))
        return known[1]

    def execute(self, sql: str, values: dict[str, Any], timeout_ms: int) -> sqlite3.Cursor:
        """Run a statement, waiting for other writers of the file. Raise SqlError as SQL Server would."""
        until = time.monotonic() + (timeout_ms / 1000 if timeout_ms >= 0 else _PATIENCE_S)
        while True:
            self._problem = None
            try:
                return self._link.execute(sql, values)
            except sqlite3.Error as cause:
                if self._problem is not None:
                    raise self._problem from cause
                if "locked" not in str(cause):
                    raise _translated(cause) from cause
                if time.monotonic() >= until:
                    raise failures.lock_timeout() from cause
            time.sleep(_BUSY_STEP_S)

    def fetch(self, cursor: sqlite3.Cursor) -> list[tuple[Any, ...]]:
        """Return all rows."""
        try:
            return cursor.fetchall()
        except sqlite3.Error as cause:
            raise self._problem or _translated(cause) from cause

    def _remember(self, problem: SqlError) -> None:
        self._problem = problem


def _translated(cause: sqlite3.Error) -> SqlError:
    text = str(cause)
    table, _, column = text.rpartition(" ")[2].partition(".")
    if "UNIQUE constraint" in text:
        return failures.duplicate(text.partition(": ")[2].partition(".")[0])
    if "NOT NULL constraint" in text:
        return failures.not_null(column, table)
    if "already exists" in text:
        return SqlError(2714, f"There is already an object named in the database ({text}).", state=6)
    return SqlError(50000, f"the test server's SQLite says: {text}")
