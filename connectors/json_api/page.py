"""One page of a list: asked for by the family's parameter names, checked, and taken apart."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bridge.domain.errors import SnapshotRejected, SourceRefused
from connectors.json_api.call import Call, call_of
from connectors.json_api.envelope import FAMILIES, Envelope, check_success, family_of, rows_in, size_name, total_in
from connectors.json_api.http import Link
from connectors.json_api.reading import read
from connectors.json_api.requests import ListRequest
from connectors.json_api.words import dig, shown, spelled

Row = dict[str, Any]
_ECHOES = ("pageNum", "pageNo", "page", "current", "currentPage", "pageIndex")
_NO_MORE = frozenset({"false", "0", "n", "no"})


@dataclass(frozen=True)
class Page:
    """A page as it came. `total` is the system's count of all rows, `date` its clock, None = it gives none."""

    rows: list[Row]
    total: int | None
    body: Any
    date: datetime | None


@dataclass(frozen=True)
class Position:
    """Where a page begins: its number, the rows before it, and what the page before says to send (cursor)."""

    number: int
    rows: int = 0
    cursor: str | int | None = None


@dataclass
class Pager:
    """Asks for pages. With envelope = "auto" the first answer tells the family, and so how further pages are named."""

    link: Link
    wanted: ListRequest
    filled: dict[str, str | int] = field(default_factory=dict)
    more: dict[str, str | int] = field(default_factory=dict)
    family: Envelope | None = None
    page_name: str = ""
    asked: str = ""
    has_cursors: bool = False

    def __post_init__(self) -> None:
        if self.link.settings.envelope != "auto":
            self.family = FAMILIES[self.link.settings.envelope]
        if not (self.wanted.offset or self.wanted.cursor):
            self.page_name = self.wanted.page or (self.family.page if self.family else "")

    @property
    def start(self) -> Position:
        """Return where the first page begins."""
        return Position(self.wanted.page_start)

    @property
    def has_pages(self) -> bool:
        """Return whether there is a way to ask for a further page."""
        return bool(self.page_name or self.wanted.offset or self.wanted.cursor)

    def first(self) -> Page:
        """Return the first page. One that turns out to be a part of the list is asked for again with page names."""
        page = self.ask(self.start)
        if self.has_pages or (page.total is not None and page.total == len(page.rows)):
            return page
        if self.family is not None and self.family.page:
            self.page_name, self.asked = self.family.page, ""
            return self.ask(self.start)
        if page.total is not None:
            facts = {"rows": len(page.rows), "total": page.total}
            raise SourceRefused("BR-1446", source=self.link.source, request=self.wanted.name, **facts)
        return page

    def ask(self, position: Position) -> Page:
        """Return the page at `position`. Raise SnapshotRejected if the answer says that it is another one."""
        link, wanted = self.link, self.wanted
        call = self._call(position)
        self.asked = self.asked or str(call)
        reply = read(link, wanted, call, wanted.rate)
        check_success(reply.body, wanted, self.family, link)
        self.family = self.family or family_of(reply.body)
        if self.page_name:
            self._check_echo(reply.body, position.number)
        rows = rows_in(reply.body, wanted, self.family, link)
        return Page(rows, total_in(reply.body, wanted, self.family, link), reply.body, reply.date)

    def after(self, page: Page, position: Position) -> Position | None:
        """Given a page and where it began, return where the next one begins, None if this was the last one.

        Raise SnapshotRejected if the answer should say where to go on and does not.
        """
        further = replace(position, number=position.number + 1, rows=position.rows + len(page.rows))
        if not self.wanted.cursor:
            return further if self.has_pages and page.rows else None
        place = self.wanted.last_row or self.wanted.next or ""
        tree = page.rows[-1] if page.rows and self.wanted.last_row else page.body
        cursor = dig(tree, place)
        if self._is_last(page, cursor):
            return None
        if isinstance(cursor, bool) or not isinstance(cursor, str | int) or cursor == "":
            raise self._lost(position, place, cursor)
        self.has_cursors = True
        return replace(further, cursor=cursor)

    def _is_last(self, page: Page, cursor: object) -> bool:
        """Return whether the list ends with this page.

        A cursor that never was there, beside a page as long as it was asked for, is a misspelled `next` and no end.
        """
        wanted = self.wanted
        if wanted.last_row:
            return not page.rows
        if wanted.has_more:
            more = dig(page.body, wanted.has_more)
            if more is None:
                raise self._lost(self.start, wanted.has_more, more)
            return spelled(more).lower() in _NO_MORE
        is_told = cursor is not None or self.has_cursors or page.total is not None
        return cursor in (None, "", False) and (is_told or len(page.rows) < size_of(wanted, self.family))

    def _lost(self, position: Position, place: str, found: object) -> SnapshotRejected:
        facts = {"page": position.number, "place": place, "value": shown(found)}
        return SnapshotRejected("BR-1435", source=self.link.source, request=self.wanted.name, **facts)

    def _call(self, position: Position) -> Call:
        parameters = page_parameters(self.wanted, self.family, self.page_name, position) if self.has_pages else {}
        return call_of(self.wanted, self.filled).with_parameters({**self.more, **parameters})

    def _check_echo(self, body: Any, number: int) -> None:
        for place in (body, body.get("data") if isinstance(body, dict) else None):
            for name in _ECHOES:
                found = place.get(name) if isinstance(place, dict) else None
                if isinstance(found, int) and not isinstance(found, bool) and found != number:
                    facts = {"page": number, "found": f"{name}={shown(found)}"}
                    raise SnapshotRejected("BR-1445", source=self.link.source, request=self.wanted.name, **facts)


def page_parameters(
    wanted: ListRequest, family: Envelope | None, page_name: str, position: Position
) -> dict[str, str | int]:
    """Return the parameters that ask for the page at `position`."""
    found: dict[str, str | int] = {}
    if wanted.offset:
        found[wanted.offset] = position.rows
    elif wanted.cursor:
        found |= {wanted.cursor: position.cursor} if position.cursor is not None else {}
    else:
        found[page_name] = position.number
    return {**found, wanted.size_name or size_name(page_name): size_of(wanted, family)}


def size_of(wanted: ListRequest, family: Envelope | None) -> int:
    """Return how many rows are asked for at once."""
    return wanted.size or (family or FAMILIES["plain"]).size
