"""One page of a list: asked for by the family's parameter names, checked, and taken apart."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bridge.domain.errors import SnapshotRejected, SourceRefused
from connectors.mes.body import json_of
from connectors.mes.config import ListRequest
from connectors.mes.envelope import FAMILIES, Envelope, check_success, family_of, rows_in, size_name, total_in
from connectors.mes.http import Link
from connectors.mes.words import shown

Row = dict[str, Any]
_ECHOES = ("pageNum", "pageNo", "page", "current", "pageIndex")


@dataclass(frozen=True)
class Page:
    """A page as it came. `total` is the system's count of all rows, `date` its clock, None = it gives none."""

    rows: list[Row]
    total: int | None
    body: Any
    date: datetime | None


@dataclass
class Pager:
    """Asks for pages. With envelope = "auto" the first answer tells the family, and so how further pages are named."""

    link: Link
    wanted: ListRequest
    more: dict[str, str | int]
    family: Envelope | None = None
    page_name: str = ""
    asked: str = ""

    def __post_init__(self) -> None:
        if self.link.settings.envelope != "auto":
            self.family = FAMILIES[self.link.settings.envelope]
        self.page_name = self.wanted.page or (self.family.page if self.family else "")

    def first(self) -> Page:
        """Return the first page. One that turns out to be a part of the list is asked for again with page names."""
        page = self.ask(self.wanted.page_start)
        if self.page_name or (page.total is not None and page.total == len(page.rows)):
            return page
        if self.family is not None and self.family.page:
            self.page_name, self.asked = self.family.page, ""
            return self.ask(self.wanted.page_start)
        if page.total is not None:
            facts = {"rows": len(page.rows), "total": page.total}
            raise SourceRefused("BR-1446", source=self.link.source, path=self.wanted.path, **facts)
        return page

    def ask(self, number: int) -> Page:
        """Return page `number`. Raise SnapshotRejected if the answer says that it is another one."""
        link, wanted = self.link, self.wanted
        answer = link.get(wanted.path, self._query(number))
        body = json_of(answer, link, wanted.path, wanted.message)
        check_success(body, wanted, self.family, link)
        self.family = self.family or family_of(body)
        if self.page_name:
            self._check_echo(body, number)
        rows = rows_in(body, wanted, self.family, link)
        return Page(rows, total_in(body, wanted, self.family, link), body, answer.date)

    def _query(self, number: int) -> dict[str, str | int]:
        wanted = self.wanted
        query: dict[str, str | int] = {**wanted.query, **self.more}
        if self.page_name:
            size = wanted.size or (self.family or FAMILIES["plain"]).size
            query |= {self.page_name: number, wanted.size_name or size_name(self.page_name): size}
        if not self.asked:
            names = "&".join(f"{name}={value}" for name, value in query.items())
            self.asked = f"GET {wanted.path}{'?' if names else ''}{names}"
        return query

    def _check_echo(self, body: Any, number: int) -> None:
        for place in (body, body.get("data") if isinstance(body, dict) else None):
            for name in _ECHOES:
                found = place.get(name) if isinstance(place, dict) else None
                if isinstance(found, int) and not isinstance(found, bool) and found != number:
                    facts = {"page": number, "found": f"{name}={shown(found)}"}
                    raise SnapshotRejected("BR-1445", source=self.link.source, path=self.wanted.path, **facts)
