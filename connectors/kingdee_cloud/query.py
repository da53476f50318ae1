"""ExecuteBillQuery, page by page, in an order that stands still (kingdee.md 3.4).

Pages are seconds apart and know nothing of each other. So the order ends in a unique id, a row that comes twice is
noticed, the end is an empty page and not a short one (a server may clamp what was asked for), and where it matters the
ids are read once more and compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bridge.domain.errors import SnapshotRejected, SourceRefused
from connectors.kingdee_cloud.http import FORMS_SERVICE, Wire

Row = list[Any]
_OLD_LIMIT = 2000
"""Highest Limit of versions before November 2023; later ones take 10,000 or what the server's own setting says."""
_ATTEMPTS = 3


@dataclass(frozen=True)
class Query:
    """What to ask. `ids` are the keys that together are unique; they stand first among `keys` and make the order."""

    form: str
    ids: tuple[str, ...]
    keys: tuple[str, ...]
    where: str = ""

    @property
    def fields(self) -> tuple[str, ...]:
        """Return all keys in the order of the answer's columns."""
        return (*self.ids, *self.keys)

    @property
    def data(self) -> dict[str, Any]:
        """Return the request's data, but for the page."""
        return {
            "FormId": self.form,
            "FieldKeys": ",".join(self.fields),
            "FilterString": self.where,
            "OrderString": ",".join(self.ids),
            "TopRowCount": 0,
        }


class _Shifted(Exception):
    """A row came twice: the list moved between two pages, or the server repeats itself."""


def read_rows(wire: Wire, query: Query, row_cap: int, *, confirm: bool = False) -> list[Row]:
    """Return every row of the query; each begins with the ids.

    With `confirm` the ids are read a second time and must be the same. A list that moves is read again, three times at
    most. Raise SnapshotRejected if it never stands still or has more than `row_cap` rows; SourceUnavailable or
    SourceRefused as the wire does.
    """
    for _ in range(_ATTEMPTS):
        try:
            rows = _pages(wire, query, row_cap)
            if not confirm or _ids(rows, query) == _ids(_pages(wire, replace(query, keys=()), row_cap), query):
                return rows
        except _Shifted:
            continue
    raise SnapshotRejected("BR-1263", source=wire.source, form=query.form, attempts=_ATTEMPTS)


def first_rows(wire: Wire, query: Query, count: int) -> list[Row]:
    """Return the first rows of the query, `count` at most."""
    return _page(wire, query, 0, count)


def _pages(wire: Wire, query: Query, row_cap: int) -> list[Row]:
    rows: list[Row] = []
    seen: set[tuple[str, ...]] = set()
    while True:
        page = _page(wire, query, len(rows), wire.limit)
        if not page:
            return rows
        rows += page
        seen |= _ids(page, query)
        if len(seen) != len(rows):
            raise _Shifted
        if len(rows) > row_cap:
            raise SnapshotRejected("BR-1205", source=wire.source, row_cap=row_cap)


def _page(wire: Wire, query: Query, start: int, limit: int) -> list[Row]:
    try:
        answer = _ask(wire, query, start, limit)
    except SourceRefused as refused:
        # How a server words "Limit too high" is not known; asking for less is harmless and tells.
        if limit <= _OLD_LIMIT or refused.facts.get("msg_code") not in {"0", "4", "8", "-"}:
            raise
        answer = _ask(wire, query, start, _OLD_LIMIT)
        wire.limit = _OLD_LIMIT
    width = len(query.fields)
    if not isinstance(answer, list) or not all(isinstance(row, list) and len(row) == width for row in answer):
        raise SnapshotRejected("BR-1264", source=wire.source, form=query.form, columns=width)
    return answer


def _ask(wire: Wire, query: Query, start: int, limit: int) -> Any:
    data = query.data | {"StartRow": start, "Limit": limit}
    return wire.read(f"{FORMS_SERVICE}ExecuteBillQuery", {"data": data})


def _ids(rows: Sequence[Row], query: Query) -> set[tuple[str, ...]]:
    return {tuple(str(value) for value in row[: len(query.ids)]) for row in rows}
