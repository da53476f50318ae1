"""batch_get, page by page (yonyou-u8.md 3.1).

Pages are seconds apart, have no stated order, and know nothing of each other. So each must say that it is the one asked
for, the rows must be as many as the platform counts, and a list of several pages is proved: by codes that come once, or
where rows have no identity, by a second reading with the same keys.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from bridge.domain.errors import SnapshotRejected
from connectors.web import to_json
from connectors.web.values import text
from connectors.yonyou_u8_openapi.exchange import Query, Wire

Row = dict[str, Any]
_ATTEMPTS = 3
_OWN_PAGE = 20
"""Rows of a page where nothing is asked for: a list without a count that is shorter has no further page."""


@dataclass(frozen=True)
class Listed:
    """What is read: the object's name, the fields a row is known by, and whether they are unique.

    `counted` is false for lists of documents, of which the published description names no row_count.
    """

    name: str
    key: tuple[str, ...]
    unique: bool = True
    counted: bool = True


class _Shifted(Exception):
    """The list moved between two pages."""


def read_list(wire: Wire, listed: Listed, row_cap: int, filters: Query | None = None) -> list[Row]:
    """Return every row of a list. One that moves while it is read is read again, three times at most.

    Raise SnapshotRejected if it never stands still, repeats a page, or has more than `row_cap` rows; SourceUnavailable
    or SourceRefused as the wire does.
    """
    for _ in range(_ATTEMPTS):
        try:
            rows, pages = _pages(wire, listed, row_cap, filters or {})
            keys = _keys(rows, listed)
            if listed.unique and len(keys) != len(rows):
                continue
            if listed.unique or pages <= 1 or keys == _keys(_pages(wire, listed, row_cap, filters or {})[0], listed):
                return rows
        except _Shifted:
            continue
    raise SnapshotRejected("BR-1269", source=wire.source, object=listed.name, attempts=_ATTEMPTS)


def _pages(wire: Wire, listed: Listed, row_cap: int, filters: Query) -> tuple[list[Row], int]:
    """Return the rows and how many pages they came on."""
    rows: list[Row] = []
    seen: set[str] = set()
    total, index = 0, 0
    while index == 0 or len(rows) < total:
        index += 1
        page, counted = _page(wire, listed, index, filters)
        if index > 1 and counted != total:
            raise _Shifted
        total = counted
        if total > row_cap:
            raise SnapshotRejected("BR-1205", source=wire.source, row_cap=row_cap)
        content = to_json(page)
        if page and content in seen:
            raise SnapshotRejected("BR-1267", source=wire.source, object=listed.name, page=index)
        seen.add(content)
        rows += page
        if not page:
            break
    if len(rows) != total:
        facts = {"source": wire.source, "object": listed.name, "rows": len(rows), "total": total}
        raise SnapshotRejected("BR-1268", **facts)
    return rows, index


def _page(wire: Wire, listed: Listed, index: int, filters: Query) -> tuple[list[Row], int]:
    """Return one page and the platform's count of all rows."""
    query = {**filters, "page_index": index, "rows_per_page": wire.settings.page_size}
    answer = wire.read(f"api/{listed.name}/batch_get", query)
    total, echo = text(answer.get("row_count")), text(answer.get("page_index"))
    page = answer.get(listed.name) or []
    is_list = isinstance(page, list) and all(isinstance(row, dict) for row in page)
    if is_list and not total and not listed.counted and len(page) < _OWN_PAGE:
        total = str(len(page))
    if not is_list or not (total.isascii() and total.isdigit()):
        raise SnapshotRejected("BR-1270", source=wire.source, object=listed.name, found=ascii(total)[:40])
    if echo and echo != str(index):
        raise SnapshotRejected("BR-1267", source=wire.source, object=listed.name, page=index)
    return page, int(total)


def _keys(rows: list[Row], listed: Listed) -> Counter[tuple[str, ...]]:
    return Counter(tuple(text(row.get(name)) for name in listed.key) for row in rows)
