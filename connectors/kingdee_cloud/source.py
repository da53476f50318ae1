"""A data centre of Kingdee Cloud as a source: what it is, what it has, what moved."""

import hashlib
import time

from bridge.domain.errors import BridgeError
from bridge.domain.movement import MOVEMENTS, MovementBatch
from bridge.domain.snapshot import Identity, Provenance, Scope, Snapshot, empty
from bridge.ports import Clock, SourceAbility
from connectors.kingdee_cloud import cards, stock
from connectors.kingdee_cloud.config import KingdeeCloudSettings
from connectors.kingdee_cloud.datacenter import datacenter_name
from connectors.kingdee_cloud.http import Wire, opened
from connectors.kingdee_cloud.keys import Form, read_form, with_row_id
from connectors.kingdee_cloud.movement_keys import FormKeys, resolve
from connectors.kingdee_cloud.movements import read_movements
from connectors.kingdee_cloud.query import Query
from connectors.web import Pause, to_json
from connectors.web.clock import server_clock

_ROW_IDS = {cards.MATERIALS: cards.MATERIAL_IDS, cards.WAREHOUSES: cards.WAREHOUSE_IDS}
_MASTERS = (stock.FORM, cards.MATERIALS, cards.WAREHOUSES)


class KingdeeCloud:
    """One data centre, read through the WebAPI. A form's field keys are asked for once in the object's life."""

    def __init__(self, source: str, settings: KingdeeCloudSettings, clock: Clock, *, pause: Pause = time.sleep) -> None:
        self.id = source
        self.ability = SourceAbility(movements=settings.movements)
        self._settings = settings
        self._clock = clock
        self._pause = pause
        self._forms: dict[str, Form] = {}
        self._movement_keys: dict[str, FormKeys] = {}

    def probe(self) -> Identity:
        """Return what the data centre is, with findings on statuses, owners and forms; read only."""
        settings = self._settings
        with opened(self.id, settings, self._pause) as wire:
            name = datacenter_name(wire)
            inventory = self._form(wire, stock.FORM)
            lines = stock.read_stock(wire, inventory, by_batch=False, row_cap=settings.row_cap)
            return Identity(
                source=self.id,
                product="Kingdee K/3 Cloud (云星空)",
                version="",
                account=settings.acct_id,
                account_name=name,
                schema=_fingerprint(self._queries(wire)),
                switches={"statuses": ", ".join(lines.statuses), "stock_orgs": ", ".join(settings.stock_orgs)},
                clock_offset_s=server_clock(wire.server_time, self._clock)[1],
                findings=(*_of_stock(lines), *self._of_forms(wire)),
            )

    def snapshot(self, scope: Scope) -> Snapshot:
        """Return all stock in base units, added up over the statuses that count, with materials and warehouses."""
        settings, fetched_from = self._settings, self._clock.now()
        row_cap = min(scope.row_cap, settings.row_cap)
        with opened(self.id, settings, self._pause) as wire:
            lines = stock.read_stock(wire, self._form(wire, stock.FORM), by_batch=scope.by_batch, row_cap=row_cap)
            as_of, offset = server_clock(wire.server_time, self._clock)
            items = cards.read_items(wire, self._form(wire, cards.MATERIALS), lines.items, row_cap)
            warehouses = cards.read_warehouses(wire, self._form(wire, cards.WAREHOUSES), row_cap)
            queries = self._queries(wire)
        return Snapshot(
            provenance=Provenance(
                source=self.id,
                fetched_from=fetched_from,
                fetched_to=self._clock.now(),
                as_of=as_of,
                account=settings.acct_id,
                schema=_fingerprint(queries),
                rows=lines.rows,
                expected_rows=lines.rows,  # the second reading of the ids agreed, else there would be no snapshot
                clock_offset_s=offset,
                statements=tuple(to_json(query.data) for query in queries),
                notes=tuple(f"left_out {name} rows={rows}" for name, rows in lines.left_out.items()),
            ),
            lines=lines.table,
            items=items,
            warehouses=warehouses,
        )

    def movements(self, since: str) -> MovementBatch:
        """Return the stock documents added or changed since the cursor (see movements.py for what a cursor holds)."""
        if not self._settings.movements:
            return MovementBatch(rows=empty(MOVEMENTS), cursor=since)
        with opened(self.id, self._settings, self._pause) as wire:
            return read_movements(wire, self._resolved(wire), since, self._clock.now())

    def _form(self, wire: Wire, name: str) -> Form:
        if name not in self._forms:
            form = read_form(wire, name)
            self._forms[name] = with_row_id(wire, form, *_ROW_IDS[name]) if name in _ROW_IDS else form
        return self._forms[name]

    def _resolved(self, wire: Wire) -> list[FormKeys]:
        for name in (*self._settings.forms, *self._settings.more_forms):
            if name not in self._movement_keys:
                self._movement_keys[name] = resolve(wire, self._form(wire, name))
        return list(self._movement_keys.values())

    def _queries(self, wire: Wire) -> tuple[Query, ...]:
        inventory, materials, warehouses = (self._form(wire, name) for name in _MASTERS)
        return (
            stock.stock_query(inventory, self._settings),
            cards.material_query(materials, self._settings),
            cards.warehouse_query(warehouses, self._settings),
        )

    def _of_forms(self, wire: Wire) -> tuple[tuple[str, dict[str, str]], ...]:
        """Return what is amiss with the stock forms: not readable, or without the flag that says a line has posted."""
        if not self._settings.movements:
            return ()
        found: list[tuple[str, dict[str, str]]] = []
        for name in (*self._settings.forms, *self._settings.more_forms):
            try:
                keys = resolve(wire, self._form(wire, name))
            except BridgeError as error:
                found.append(("cloud_form_unread", {"form": name, "detail": error.text("zh")}))
                continue
            if not keys.has_flags:
                found.append(("cloud_no_stock_flag", {"form": name}))
        return tuple(found)


def _of_stock(lines: stock.Lines) -> tuple[tuple[str, dict[str, str]], ...]:
    if not lines.left_out:
        return ()
    named = ", ".join(f"{name} × {rows}" for name, rows in lines.left_out.items())
    return (("cloud_left_out", {"rows": str(sum(lines.left_out.values())), "named": named}),)


def _fingerprint(queries: tuple[Query, ...]) -> str:
    return hashlib.sha256("\n".join(f"{query.form}:{','.join(query.fields)}" for query in queries).encode()).hexdigest()
