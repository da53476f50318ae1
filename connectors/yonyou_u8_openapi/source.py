"""An account set behind the U8 OpenAPI as a source: what it is and what it has. Documents are not read this way."""

import hashlib
import time

from bridge.domain.errors import SnapshotRejected
from bridge.domain.movement import MOVEMENTS, MovementBatch
from bridge.domain.snapshot import Identity, Provenance, Scope, Snapshot, empty
from bridge.ports import Clock, SourceAbility
from connectors.web import Pause
from connectors.web.clock import server_clock
from connectors.web.values import text
from connectors.yonyou_u8_openapi import cards, stock
from connectors.yonyou_u8_openapi.config import YonyouOpenApiSettings
from connectors.yonyou_u8_openapi.exchange import Wire, opened
from connectors.yonyou_u8_openapi.own import open_transfers, shifts
from connectors.yonyou_u8_openapi.paging import Listed, Row, read_list
from connectors.yonyou_u8_openapi.session import Login

READ: tuple[Listed, ...] = (stock.STOCK, cards.ITEMS, cards.UNITS, cards.CLASSES, cards.WAREHOUSES)
_ATTEMPTS = 3


class YonyouOpenApi:
    """One account set through the platform. The token is kept from call to call."""

    def __init__(
        self, source: str, settings: YonyouOpenApiSettings, clock: Clock, *, pause: Pause = time.sleep
    ) -> None:
        self.id = source
        self.ability = SourceAbility(movements=False)
        self._settings = settings
        self._clock = clock
        self._login = Login(clock)
        self._pause = pause

    def probe(self) -> Identity:
        """Return what the account set is, with findings on the quarantine warehouse and on frozen stock; read only."""
        settings = self._settings
        with opened(self.id, settings, self._login, self._pause) as wire:
            warehouses = cards.names(wire, cards.WAREHOUSES, settings.row_cap)
            rows = read_list(wire, stock.STOCK, settings.row_cap)
            held = open_transfers(wire, settings.hold, self._clock.now().date(), brief=True) if settings.hold else []
            return Identity(
                source=self.id,
                product="用友U8 OpenAPI",
                version="",
                account=settings.account,
                account_name="",
                schema=_fingerprint(),
                switches={"ds_sequence": str(settings.ds_sequence or "-"), "own_transfers": str(len(held))},
                clock_offset_s=server_clock(wire.server_time, self._clock)[1],
                findings=tuple(self._findings(rows, warehouses)),
            )

    def snapshot(self, scope: Scope) -> Snapshot:
        """Return all stock in main units, our own quarantine transfers taken back, with items, warehouses and rates."""
        settings, fetched_from = self._settings, self._clock.now()
        row_cap = min(scope.row_cap, settings.row_cap)
        with opened(self.id, settings, self._login, self._pause) as wire:
            rows, moved = self._stock(wire, row_cap)
            as_of, offset = server_clock(wire.server_time, self._clock)
            names = {listed: cards.names(wire, listed, row_cap) for listed in (cards.UNITS, cards.CLASSES)}
            inventory = read_list(wire, cards.ITEMS, row_cap)
            warehouses = cards.names(wire, cards.WAREHOUSES, row_cap)
        units = cards.main_units(inventory, names[cards.UNITS])
        sums = stock.summed(rows, moved, self.id, by_batch=scope.by_batch)
        stocked = frozenset(item for item, *_ in sums)
        return Snapshot(
            provenance=Provenance(
                source=self.id,
                fetched_from=fetched_from,
                fetched_to=self._clock.now(),
                as_of=as_of,
                account=settings.account,
                schema=_fingerprint(),
                rows=len(rows),
                expected_rows=len(rows),  # the platform's own count agreed, else there would be no snapshot
                clock_offset_s=offset,
                statements=tuple(f"GET /api/{listed.name}/batch_get" for listed in READ),
                notes=(f"own_transfers shifts={len(moved)}",) if settings.hold is not None else (),
            ),
            lines=stock.lines(sums, units),
            items=cards.item_cards(inventory, units, names[cards.CLASSES], stocked, self._clock.now().date()),
            warehouses=cards.warehouse_cards(warehouses, settings),
            rates=cards.unit_rates(inventory, units, self.id),
        )

    def movements(self, since: str) -> MovementBatch:
        """Return nothing: documents are read from the account set's database (`kind = "yonyou_u8"`)."""
        return MovementBatch(rows=empty(MOVEMENTS), cursor=since)

    def _stock(self, wire: Wire, row_cap: int) -> tuple[list[Row], tuple[stock.Shift, ...]]:
        """Return stock and what our own transfers did to it: read before and after, and the same both times."""
        hold = self._settings.hold
        if hold is None:
            return read_list(wire, stock.STOCK, row_cap), ()
        today = self._clock.now().date()
        before = open_transfers(wire, hold, today)
        for _ in range(_ATTEMPTS):
            rows = read_list(wire, stock.STOCK, row_cap)
            after = open_transfers(wire, hold, today, known=before)
            if after == before:
                return rows, tuple(shifts(after, hold))
            before = after
        raise SnapshotRejected("BR-1272", source=self.id, attempts=_ATTEMPTS)

    def _findings(self, rows: list[Row], warehouses: dict[str, str]) -> list[tuple[str, dict[str, str]]]:
        found: list[tuple[str, dict[str, str]]] = []
        hold = self._settings.hold
        if hold is not None and hold.warehouse not in warehouses:
            found.append(("openapi_no_quarantine", {"warehouse": hold.warehouse}))
        frozen = sum(1 for row in rows if text(row.get("stopqty")).strip("0.-"))
        if frozen:
            found.append(("openapi_frozen", {"rows": str(frozen)}))
        if self._settings.ds_sequence is None:
            found.append(("openapi_first_account_set", {}))
        return found


def _fingerprint() -> str:
    return hashlib.sha256("\n".join(f"{listed.name}:{','.join(listed.key)}" for listed in READ).encode()).hexdigest()
