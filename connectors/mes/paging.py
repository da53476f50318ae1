"""All pages of a list, or none: a page missed, repeated or changed underway makes a shortage that is not there (F25)."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime

from bridge.domain.errors import SnapshotRejected
from connectors.mes.body import dig
from connectors.mes.config import ListRequest
from connectors.mes.http import Link
from connectors.mes.page import Page, Pager, Row
from connectors.mes.words import shown

_ATTEMPTS = 3


class _Shifted(Exception):
    """The list changed between two pages. Reading it again from the start may help."""

    def __init__(self, code: str, **facts: object) -> None:
        self.refusal = SnapshotRejected(code, **facts)
        super().__init__(code)


@dataclass(frozen=True)
class Uniqueness:
    """How a row that comes twice is known: by the key `identity`; with `whole` only if all of it is the same."""

    identity: str = "id"
    whole: bool = False


@dataclass
class Listing:
    """The rows of a list in the order they came.

    `total` is the system's own count, `date` its clock at the first answer, `picture` what stood the same on every
    page, `asked` the first request without anything secret.
    """

    rows: list[Row] = field(default_factory=list)
    total: int | None = None
    date: datetime | None = None
    picture: dict[str, str] = field(default_factory=dict)
    family: str = ""
    asked: str = ""


def read_list(
    link: Link,
    wanted: ListRequest,
    *,
    row_cap: int,
    unique: Uniqueness,
    more: dict[str, str | int] | None = None,
    constant: tuple[str, ...] = (),
) -> Listing:
    """Given a request and further parameters, read all its pages; a list that shifts underway is read up to 3 times.

    `constant` names parts of the answer that must not change between pages. Raise SnapshotRejected if the pages do not
    make one whole list, and as `Link.get` and `json_of` do.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return _read_once(Pager(link, wanted, more or {}), row_cap, unique, constant)
        except _Shifted as shifted:
            if attempt == _ATTEMPTS:
                raise shifted.refusal from None
    raise AssertionError("the last attempt returns or raises")


def _read_once(pager: Pager, row_cap: int, unique: Uniqueness, constant: tuple[str, ...]) -> Listing:
    source, path = pager.link.source, pager.wanted.path
    page, number = pager.first(), pager.wanted.page_start
    listing = Listing(
        total=page.total, date=page.date, family=pager.family.name if pager.family else "", asked=pager.asked
    )
    check = _Check(source, path, unique, constant, full=len(page.rows), previous=len(page.rows))
    while True:
        check.follows(page, number, listing)
        listing.rows += page.rows
        if len(listing.rows) > row_cap:
            raise SnapshotRejected("BR-1447", source=source, path=path, row_cap=row_cap)
        if not pager.page_name or not page.rows or len(listing.rows) >= (listing.total or row_cap + 1):
            break
        number += 1
        page = pager.ask(number)
    if listing.total is not None and listing.total != len(listing.rows):
        raise SnapshotRejected("BR-1441", source=source, path=path, rows=len(listing.rows), total=listing.total)
    return listing


@dataclass
class _Check:
    """What the pages before a page say about it. `full` is the length of the first page, `previous` of the last one."""

    source: str
    path: str
    unique: Uniqueness
    constant: tuple[str, ...]
    full: int
    previous: int
    pages: set[bytes] = field(default_factory=set)
    rows: set[str | bytes] = field(default_factory=set)

    def follows(self, page: Page, number: int, listing: Listing) -> None:
        """Raise SnapshotRejected if `page` cannot be the one after those before, _Shifted if the list has moved."""
        facts = {"source": self.source, "path": self.path, "page": number}
        if page.total != listing.total:
            raise _Shifted("BR-1442", **facts, what="total", before=listing.total, after=page.total)
        for name in self.constant:
            found = dig(page.body, name)
            value = shown(found if found is not None else dig(page.body, f"data.{name}") or "-")
            before = listing.picture.setdefault(name, value)
            if before != value:
                raise _Shifted("BR-1442", **facts, what=name, before=before, after=value)
        if not page.rows:
            return
        if self.previous != self.full:  # only the last page may be short; a server's own cap shortens all alike
            raise SnapshotRejected("BR-1444", **facts, rows=self.previous, expected=self.full)
        self.previous = len(page.rows)
        digest = _digest(page.rows)
        if digest in self.pages:
            raise SnapshotRejected("BR-1443", **facts)
        self.pages.add(digest)
        self._rows_once(page, facts)

    def _rows_once(self, page: Page, facts: dict[str, object]) -> None:
        for row in page.rows:
            identity = dig(row, self.unique.identity)
            if identity is None:
                continue
            key = _digest(row) if self.unique.whole else str(identity)
            if key in self.rows:
                raise _Shifted("BR-1448", **facts, key=shown(identity), name=self.unique.identity)
            self.rows.add(key)


def _digest(value: object) -> bytes:
    return hashlib.sha256(json.dumps(value, default=str, sort_keys=True).encode()).digest()
