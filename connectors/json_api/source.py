"""A system that lists what it has as JSON over HTTP."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from urllib.parse import urlsplit

from bridge.domain.movement import MOVEMENTS, MovementBatch
from bridge.domain.snapshot import Identity, Provenance, Scope, Snapshot, empty
from bridge.ports import Clock, Source, SourceAbility
from config.base import SourceSettings
from connectors.json_api.http import Link, opened
from connectors.json_api.login import secrets_of
from connectors.json_api.movements import read_movements
from connectors.json_api.page import Pager, Row
from connectors.json_api.paging import Listing, read_list, unique_of
from connectors.json_api.rows import Rows, moment
from connectors.json_api.settings import JsonApiSettings
from connectors.json_api.stock import Lines, lines_of, warehouse_table
from connectors.json_api.unwrapping import lines_in

Prepare = Callable[[Link], JsonApiSettings]
_OWN_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def open_source(source: str, settings: SourceSettings, clock: Clock) -> Source:
    """Open a source of a kind whose settings are JsonApiSettings."""
    assert isinstance(settings, JsonApiSettings)  # noqa: S101 - the registry pairs kind and settings
    return JsonSource(source, settings, clock)


class JsonSource:
    """A system as a source. Every call opens its own connections, under one deadline, and closes them."""

    def __init__(self, source: str, settings: JsonApiSettings, clock: Clock, *, prepare: Prepare | None = None) -> None:
        """`prepare` may ask the system for what the settings leave open, before anything is read."""
        self.id = source
        self.ability = SourceAbility(movements=settings.movements is not None)
        self._settings = settings
        self._clock = clock
        self._prepare = prepare or (lambda link: link.settings)

    def probe(self) -> Identity:
        """Return what the system is: the first page of the stock request is read and taken apart."""
        began = self._clock.now()
        with self._opened() as link:
            settings = link.settings
            pager = Pager(link, settings.snapshot)
            page = pager.first()
        lines = self._lines(settings, page.rows)
        family = pager.family.name if pager.family else ""
        return Identity(
            source=self.id,
            product=f"{settings.product} (REST, {family})",
            version="",
            account=account_of(settings),
            account_name=settings.account or "",
            schema=_fingerprint(settings, family, lines),
            clock_offset_s=self._offset(page.date, began),
            findings=(*_findings(lines), *safety(settings)),
        )

    def snapshot(self, scope: Scope) -> Snapshot:
        """Return what the stock request lists, all pages of it; rows of one key add up later."""
        fetched_from = self._clock.now()
        with self._opened() as link:
            settings, wanted = link.settings, link.settings.snapshot
            listing = read_list(
                link,
                wanted,
                row_cap=min(scope.row_cap, settings.row_cap),
                unique=unique_of(settings.fields, wanted, stock=True),
                constant=(wanted.snapshot_id, wanted.snapshot_time),
            )
        lines = self._lines(settings, listing.rows)
        offset = self._offset(listing.date, fetched_from)
        return Snapshot(
            provenance=Provenance(
                source=self.id,
                fetched_from=fetched_from,
                fetched_to=self._clock.now(),
                as_of=self._as_of(listing, offset),
                account=account_of(settings),
                schema=_fingerprint(settings, listing.family, lines),
                rows=len(listing.rows),
                expected_rows=listing.total,
                clock_offset_s=offset,
                statements=(listing.asked,),
                notes=tuple(f"{code} count={facts['count']}" for code, facts in _findings(lines)),
            ),
            lines=lines.table,
            warehouses=warehouse_table(lines.table, settings.warehouse_kind),
        )

    def movements(self, since: str) -> MovementBatch:
        """Return the documents added or changed since the cursor (see movements.py)."""
        wanted = self._settings.movement_request
        if wanted is None:
            return MovementBatch(rows=empty(MOVEMENTS), cursor=since)
        with self._opened() as link:
            wanted = link.settings.movement_request or wanted
            return read_movements(link, wanted, self._clock, account=account_of(link.settings), since=since)

    @contextmanager
    def _opened(self) -> Iterator[Link]:
        with opened(self.id, self._settings) as link:
            link.zone = self._clock.now().tzinfo
            link.settings = self._prepare(link)
            yield link

    def _lines(self, settings: JsonApiSettings, found: list[Row]) -> Lines:
        wanted = settings.snapshot
        rows = lines_in(found, wanted.unwrap, source=self.id, request=wanted.name)
        return lines_of(Rows(self.id, wanted.name, rows, settings.fields, settings.constants))

    def _offset(self, date: datetime | None, began: datetime) -> float | None:
        """Return how many seconds the system's clock is ahead of ours; None if either cannot tell.

        A clock that stands still (`--now`, a replay) is no measure of another one.
        """
        now = self._clock.now()
        return None if date is None or now == began else (date - now).total_seconds()

    def _as_of(self, listing: Listing, offset: float | None) -> datetime | None:
        """Return the picture's own time, else the server's clock at the first answer."""
        text = listing.picture.get(self._settings.snapshot.snapshot_time, "")
        stated = moment(int(text) if text.isdecimal() else text, self._clock.now().tzinfo)
        return stated or (listing.date if offset is not None else None)


def account_of(settings: JsonApiSettings) -> str:
    """Return what names the account set: the configured name, else the address and the headers that choose a tenant."""
    parts = urlsplit(settings.base_url)
    headers = "".join(f" {name}={value}" for name, value in sorted(settings.headers.items()))
    return settings.account or f"{parts.netloc}{parts.path}{headers}"


def _fingerprint(settings: JsonApiSettings, family: str, lines: Lines) -> str:
    """Return the fingerprint of what is read: the keys by name, the wrapping, and whether codes are texts."""
    names = sorted(f"{what}={name}" for what, name in settings.fields.model_dump().items() if name)
    facts = [settings.snapshot.path, settings.snapshot.items or "", family, lines.item_kind, *names]
    always = {"query": settings.snapshot.query, "body": settings.snapshot.body, "constants": settings.constants}
    facts += [json.dumps(always, sort_keys=True)] if settings.snapshot.body or settings.constants else []
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


def _findings(lines: Lines) -> tuple[tuple[str, dict[str, str]], ...]:
    found: list[tuple[str, dict[str, str]]] = []
    if lines.digits:
        found.append(("json_codes_are_numbers", {"count": str(lines.digits)}))
    if lines.deleted:
        found.append(("json_rows_deleted", {"count": str(lines.deleted)}))
    return tuple(found)


def safety(settings: JsonApiSettings) -> tuple[tuple[str, dict[str, str]], ...]:
    """Return what the settings leave unprotected on the way to the system, as findings."""
    found: list[tuple[str, dict[str, str]]] = []
    host = urlsplit(settings.base_url).hostname
    if settings.base_url.startswith("http://") and any(secrets_of(settings)) and host not in _OWN_MACHINE:
        found.append(("json_token_in_clear", {}))
    if settings.base_url.startswith("https://") and not settings.verify_tls:
        found.append(("json_certificate_unchecked", {}))
    return tuple(found)
