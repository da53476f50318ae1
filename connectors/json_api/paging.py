"""All pages of a list, or none: a page missed, repeated or changed underway makes a shortage that is not there (F25)."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime

from bridge.domain.errors import SnapshotRejected
from connectors.json_api.fields import RowFields
from connectors.json_api.http import Link
from connectors.json_api.page import Page, Pager, Position, Row
from connectors.json_api.requests import ListRequest
from connectors.json_api.words import dig, shown

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


def unique_of(fields: RowFields, wanted: ListRequest, *, stock: bool = False) -> Uniqueness:
    """Return how a row of a request is known. A cursor's own key is surely unique; sub-forms hide the lines' ids."""
    if wanted.last_row:
        return Uniqueness(wanted.last_row)
    named = fields.id if wanted.unwrap is None else None
    return Uniqueness(named or "id", whole=stock and named is None)


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
    filled: dict[str, str | int] | None = None,
    more: dict[str, str | int] | None = None,
    constant: tuple[str, ...] = (),
) -> Listing:
    """Given a request, read all its pages; a list that shifts underway is read up to 3 times.

    `filled` are the values for names in braces, `more` further parameters; `constant` names parts of the answer that
    must not change between pages. Raise SnapshotRejected if the pages do not make one whole list, and as `read` does.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return _read_once(Pager(link, wanted, filled or {}, more or {}), row_cap, unique, constant)
        except _Shifted as shifted:
            if attempt == _ATTEMPTS:
                raise shifted.refusal from None
    raise AssertionError("the last attempt returns or raises")


def _read_once(pager: Pager, row_cap: int, unique: Uniqueness, constant: tuple[str, ...]) -> Listing:
    facts = {"source": pager.link.source, "request": pager.wanted.name}
    page, position = pager.first(), pager.start
    family = pager.family.name if pager.family else ""
    listing = Listing(total=page.total, date=page.date, family=family, asked=pager.asked)
    check = _Check(facts, unique, constant, is_even=not pager.wanted.next, full=len(page.rows), previous=len(page.rows))
    while True:
        check.follows(page, position, listing)
        listing.rows += page.rows
        if len(listing.rows) > row_cap:
            raise SnapshotRejected("BR-1447", **facts, row_cap=row_cap)
        further = pager.after(page, position)
        if further is None or (not pager.wanted.next and len(listing.rows) >= (listing.total or row_cap + 1)):
            break
        position = further
        page = pager.ask(position)
    if listing.total is not None and listing.total != len(listing.rows):
        raise SnapshotRejected("BR-1441", **facts, rows=len(listing.rows), total=listing.total)
    return listing


@dataclass
class _Check:
    """What the pages before a page say about it. `full` is the length of the first page, `previous` of the last one."""

    request: dict[str, str]
    unique: Uniqueness
    constant: tuple[str, ...]
    is_even: bool  # pages are of one length, as their size is ours
    full: int
    previous: int
    pages: set[bytes] = field(default_factory=set)
    rows: set[str | bytes] = field(default_factory=set)
    cursors: set[str | int] = field(default_factory=set)

    def follows(self, page: Page, position: Position, listing: Listing) -> None:
        """Raise SnapshotRejected if `page` cannot be the one after those before, _Shifted if the list has moved."""
        facts: dict[str, object] = {**self.request, "page": position.number}
        if position.cursor is not None:
            if position.cursor in self.cursors:
                raise SnapshotRejected("BR-1436", **facts, value=shown(position.cursor))
            self.cursors.add(position.cursor)
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
        # Only the last page may be short; a server's own cap shortens all alike.
        if self.is_even and self.previous != self.full:
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
