"""The result of a query of the admin's own: columns by name in any case, every refusal with its row."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bridge.domain.errors import SnapshotRejected, SourceRefused
from bridge.domain.quantity import to_micro
from connectors.database import read_columns

_MOMENT = "YYYY-MM-DD HH:MM:SS"
_TRUE = frozenset({"1", "true", "t", "y", "yes", "是"})
_FALSE = frozenset({"", "0", "false", "f", "n", "no", "否"})


def statement(sql: str) -> sa.TextClause:
    """Return the statement; `:since` is a parameter, every other colon stays a colon."""
    return sa.text(re.sub(r"(?<!:):(?=\w)(?!since\b)", r"\\:", sql))


@dataclass(frozen=True)
class Result:
    """The columns of one query. `query` names the setting it came from, for messages."""

    source: str
    query: str
    columns: dict[str, list[Any]]

    @property
    def rows(self) -> int:
        """Return how many rows arrived."""
        return len(next(iter(self.columns.values()), []))

    def has(self, name: str) -> bool:
        """Return whether there is such a column."""
        return name.lower() in self.columns

    def require(self, *names: str) -> None:
        """Raise SourceRefused if a column is missing."""
        missing = [name for name in names if not self.has(name)]
        if missing:
            raise SourceRefused(
                "BR-1233",
                source=self.source,
                query=self.query,
                columns=", ".join(missing),
                present=", ".join(self.columns),
            )

    def texts(self, name: str | None, *, code: bool = False) -> list[str]:
        """Return a column as text without trailing blanks, NULL as ''; `code` refuses NULL and '' naming the row."""
        if name is None or not self.has(name):
            return [""] * self.rows
        found = [self._text(name, at, value) for at, value in enumerate(self.columns[name.lower()])]
        if code and "" in found:
            raise self._refused("BR-1234", name, found.index(""))
        return found

    def micros(self, name: str) -> list[int | None]:
        """Return a column of numbers in millionths; NULL and blank text stay None."""
        return [self._micro(name, at, value) for at, value in enumerate(self.columns[name.lower()])]

    def flags(self, name: str, default: list[bool]) -> list[bool]:
        """Return a column of yes and no; NULL and an absent column give the default."""
        if not self.has(name):
            return default
        values = self.columns[name.lower()]
        return [self._flag(name, at, value, default[at]) for at, value in enumerate(values)]

    def words(self, name: str, allowed: tuple[str, ...], default: str) -> list[str]:
        """Return a column of names out of `allowed`; NULL and an absent column give the default."""
        found = [text.strip() or default for text in self.texts(name)]
        for at, word in enumerate(found):
            if word not in allowed:
                raise self._refused("BR-1237", name, at, value=word, allowed=", ".join(allowed))
        return found

    def moments(self, name: str, zone: tzinfo | None) -> list[datetime | None]:
        """Return a column of times, aware; those without a zone are taken as the plant's."""
        if not self.has(name):
            return [None] * self.rows
        return [self._moment(name, at, value, zone) for at, value in enumerate(self.columns[name.lower()])]

    def _text(self, name: str, at: int, value: object) -> str:
        if isinstance(value, float | bytes | bool):
            # A code that became a number has lost its zeros already; guessing them back is not ours.
            raise self._refused("BR-1235", name, at, value=repr(value)[:60])
        if isinstance(value, Decimal):
            return f"{value:f}"
        return "" if value is None else str(value).rstrip()

    def _micro(self, name: str, at: int, value: object) -> int | None:
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        try:
            return to_micro(value if isinstance(value, Decimal | float | str) else str(value))
        except SnapshotRejected as cause:
            raise self._refused("BR-1236", name, at, value=str(value)[:60]) from cause

    def _flag(self, name: str, at: int, value: object, default: bool) -> bool:
        word = "" if value is None else str(value).strip().lower()
        if value is None:
            return default
        if word not in _TRUE | _FALSE:
            raise self._refused("BR-1237", name, at, value=word[:60], allowed="0, 1")
        return word in _TRUE

    def _moment(self, name: str, at: int, value: object, zone: tzinfo | None) -> datetime | None:
        if value is None or value == "":
            return None
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value.strip())
            except ValueError as cause:
                raise self._refused("BR-1237", name, at, value=str(value)[:60], allowed=_MOMENT) from cause
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime.combine(value, time())
        if not isinstance(value, datetime):
            raise self._refused("BR-1237", name, at, value=str(value)[:60], allowed=_MOMENT)
        return value if value.tzinfo is not None else value.replace(tzinfo=zone)

    def _refused(self, code: str, column: str, at: int, **facts: str) -> SnapshotRejected:
        return SnapshotRejected(code, source=self.source, query=self.query, row=at + 1, column=column, **facts)


def read(
    connection: Connection, sql: str, *, source: str, query: str, row_cap: int, since: str | None = None
) -> Result:
    """Send one of the configured statements; `since` fills its parameter. Return its result, names in lower case."""
    asked = statement(sql)
    if since is not None:
        asked = asked.bindparams(since=since)
    columns = read_columns(connection, asked, source=source, row_cap=row_cap)
    return Result(source, query, {name.lower(): values for name, values in columns.items()})
