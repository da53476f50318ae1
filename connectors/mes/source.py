"""A home-made MES over HTTP."""

import hashlib
from datetime import datetime
from urllib.parse import urlsplit

from bridge.domain.movement import MOVEMENTS, MovementBatch
from bridge.domain.snapshot import Identity, Provenance, Scope, Snapshot, empty
from bridge.ports import Clock, SourceAbility
from connectors.mes.config import MesSettings
from connectors.mes.http import opened
from connectors.mes.movements import read_movements
from connectors.mes.page import Pager
from connectors.mes.paging import Listing, Uniqueness, read_list
from connectors.mes.rows import Rows, moment
from connectors.mes.stock import Lines, lines_of, warehouse_table

_OWN_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


class MesSource:
    """A MES as a source. Every call opens its own connections, under one deadline, and closes them."""

    def __init__(self, source: str, settings: MesSettings, clock: Clock) -> None:
        self.id = source
        self.ability = SourceAbility(movements=settings.movements is not None)
        self._settings = settings
        self._clock = clock

    def probe(self) -> Identity:
        """Return what the MES is: the first page of the stock request is read and taken apart."""
        settings = self._settings
        began = self._clock.now()
        with opened(self.id, settings) as link:
            pager = Pager(link, settings.snapshot, {})
            page = pager.first()
        lines = lines_of(Rows(self.id, settings.snapshot.path, page.rows, settings.fields))
        family = pager.family.name if pager.family else ""
        return Identity(
            source=self.id,
            product=f"MES (REST, {family})",
            version="",
            account=account_of(settings),
            account_name=settings.account or "",
            schema=_fingerprint(settings, family, lines),
            clock_offset_s=self._offset(page.date, began),
            findings=(*_findings(lines), *safety(settings)),
        )

    def snapshot(self, scope: Scope) -> Snapshot:
        """Return what the stock request lists, all pages of it; rows of one key add up later."""
        settings, wanted = self._settings, self._settings.snapshot
        fetched_from = self._clock.now()
        with opened(self.id, settings) as link:
            listing = read_list(
                link,
                wanted,
                row_cap=min(scope.row_cap, settings.row_cap),
                unique=Uniqueness(settings.fields.id or "id", whole=settings.fields.id is None),
                constant=(wanted.snapshot_id, wanted.snapshot_time),
            )
        lines = lines_of(Rows(self.id, wanted.path, listing.rows, settings.fields))
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
        settings, wanted = self._settings, self._settings.movement_request
        if wanted is None:
            return MovementBatch(rows=empty(MOVEMENTS), cursor=since)
        with opened(self.id, settings) as link:
            return read_movements(link, wanted, self._clock, account=account_of(settings), since=since)

    def _offset(self, date: datetime | None, began: datetime) -> float | None:
        """Return how many seconds the MES's clock is ahead of ours; None if either cannot tell.

        A clock that stands still (`--now`, a replay) is no measure of another one.
        """
        now = self._clock.now()
        return None if date is None or now == began else (date - now).total_seconds()

    def _as_of(self, listing: Listing, offset: float | None) -> datetime | None:
        """Return the picture's own time, else the server's clock at the first answer."""
        text = listing.picture.get(self._settings.snapshot.snapshot_time, "")
        stated = moment(int(text) if text.isdecimal() else text, self._clock.now().tzinfo)
        return stated or (listing.date if offset is not None else None)


def account_of(settings: MesSettings) -> str:
    """Return what names the account set: the configured name, else the address and the headers that choose a tenant."""
    parts = urlsplit(settings.base_url)
    headers = "".join(f" {name}={value}" for name, value in sorted(settings.headers.items()))
    return settings.account or f"{parts.netloc}{parts.path}{headers}"


def _fingerprint(settings: MesSettings, family: str, lines: Lines) -> str:
    """Return the fingerprint of what is read: the keys by name, the wrapping, and whether codes are texts."""
    names = sorted(f"{what}={name}" for what, name in settings.fields.model_dump().items() if name)
    facts = [settings.snapshot.path, settings.snapshot.items or "", family, lines.item_kind, *names]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


def _findings(lines: Lines) -> tuple[tuple[str, dict[str, str]], ...]:
    found: list[tuple[str, dict[str, str]]] = []
    if lines.digits:
        found.append(("mes_codes_are_numbers", {"count": str(lines.digits)}))
    if lines.deleted:
        found.append(("mes_rows_deleted", {"count": str(lines.deleted)}))
    return tuple(found)


def safety(settings: MesSettings) -> tuple[tuple[str, dict[str, str]], ...]:
    """Return what the settings leave unprotected on the way to the MES, as findings."""
    found: list[tuple[str, dict[str, str]]] = []
    host = urlsplit(settings.base_url).hostname
    if settings.base_url.startswith("http://") and settings.token is not None and host not in _OWN_MACHINE:
        found.append(("mes_token_in_clear", {}))
    if settings.base_url.startswith("https://") and not settings.verify_tls:
        found.append(("mes_certificate_unchecked", {}))
    return tuple(found)
