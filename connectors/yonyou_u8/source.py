"""Yonyou U8 as a Source: snapshot, probe and movements of one account set."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy import Connection

from bridge.domain.movement import MovementBatch
from bridge.domain.quantity import to_micro, to_text
from bridge.domain.snapshot import Identity, Provenance, Scope, Snapshot
from bridge.ports import Clock, SourceAbility
from config.base import SourceSettings
from connectors.database import (
    Booked,
    Schema,
    own_gaps,
    read_schema,
    refuse_in_blackout,
    source_clock,
    sql_text,
    transaction,
)
from connectors.yonyou_u8.books import Books, find_books
from connectors.yonyou_u8.config import YonyouU8Settings
from connectors.yonyou_u8.counts import read_counts
from connectors.yonyou_u8.items import item_cards, read_items
from connectors.yonyou_u8.months import open_from
from connectors.yonyou_u8.movements import read_movements
from connectors.yonyou_u8.options import quantity_decimals, read_options, stock_start
from connectors.yonyou_u8.own_books import booked
from connectors.yonyou_u8.probe import identify
from connectors.yonyou_u8.rates import unit_rates
from connectors.yonyou_u8.reading import open_reading
from connectors.yonyou_u8.stock import (
    count_statement,
    frozen_statement,
    read_stock,
    stock_lines,
    stock_statement,
    vendor_statement,
    with_cards,
)
from connectors.yonyou_u8.tables import MOVEMENT_TABLES, STOCK_TABLES
from connectors.yonyou_u8.warehouses import read_warehouses, warehouse_cards


class YonyouU8:
    """One account set. Every call finds the year database anew, so a change of year needs no restart."""

    ability = SourceAbility(movements=True, batches=True)

    def __init__(self, source: str, settings: YonyouU8Settings, clock: Clock) -> None:
        self.id = source
        self._settings = settings
        self._clock = clock

    def snapshot(self, scope: Scope) -> Snapshot:
        """Return 现存量 with the item and warehouse cards that give it meaning, all read in one transaction.

        Raise SourceUnavailable, SourceRefused (table, column, right) or SnapshotRejected (row cap, codes without a
        card, a row without an item).
        """
        began = self._clock.now()
        books = self._books()
        with transaction(books.open(self.id), self.id) as connection:
            schema = read_schema(connection, self.id, STOCK_TABLES)
            read_began = self._clock.now()
            server_time = source_clock(connection)
            own = self._own_sums(connection, scope)
            before = own()
            cap = min(scope.row_cap, self._settings.row_cap)
            stock = read_stock(connection, schema, self._settings, by_batch=scope.by_batch, cap=cap)
            items = read_items(connection, schema, self._settings)
            warehouses = read_warehouses(connection, schema, self._settings)
            options = read_options(connection, schema)
            if items is not None:
                stock = with_cards(self.id, stock, "item", "Inventory", items.code)
            if warehouses is not None:
                stock = with_cards(self.id, stock, "warehouse", "Warehouse", list(warehouses))
            units = items.unit_names() if items is not None else {}
            lines = stock_lines(self.id, stock, units)
            agreement, gaps = own_gaps(lines, before, own, stock_start(options), units)
            first_open = open_from(connection, schema)
            notes = _notes(connection, schema, self._settings)
            statements = _statements(connection, schema, self._settings, by_batch=scope.by_batch)
        frames: dict[str, pa.Table] = {"gaps": gaps}
        if items is not None:
            frames["items"] = item_cards(items, decimals=quantity_decimals(options), today=began)
            frames["rates"], doubtful = unit_rates(items)
            notes += (f"conversions left out because they contradict each other: {doubtful}",) if doubtful else ()
        if warehouses is not None:
            frames["warehouses"] = warehouse_cards(warehouses)
        provenance = Provenance(
            source=self.id,
            fetched_from=began,
            fetched_to=self._clock.now(),
            as_of=server_time,
            account=_account(books, schema.database),
            schema=schema.fingerprint(),
            rows=stock.rows,
            expected_rows=stock.expected,
            clock_offset_s=_offset(server_time, read_began),
            statements=statements,
            notes=notes,
            open_from=first_open,
            self_agreement=agreement,
        )
        frames["counts"], _ = read_counts(books.open(self.id), self.id, self._settings, began)
        return Snapshot(provenance, lines, **frames)

    def probe(self) -> Identity:
        """Return what this account set is and how it is set; read only."""
        books = self._books()
        with transaction(books.open(self.id), self.id) as connection:
            schema = read_schema(connection, self.id, STOCK_TABLES | MOVEMENT_TABLES)
            server_time = source_clock(connection)
            found = identify(
                connection,
                schema,
                self._settings,
                books,
                account=_account(books, schema.database),
                now=self._clock.now(),
                clock_offset_s=_offset(server_time, self._clock.now()),
            )
        _, trouble = read_counts(books.open(self.id), self.id, self._settings, self._clock.now())
        more = (("u8_no_counts", {"detail": trouble}),) if trouble else ()
        return replace(found, findings=(*found.findings, *more))

    def movements(self, since: str) -> MovementBatch:
        """Return the stock documents changed since the cursor (movements.py)."""
        return read_movements(self.id, self._settings, self._books(), self._clock.now(), since)

    def _own_sums(self, connection: Connection, scope: Scope) -> Callable[[], Booked | None]:
        if not (scope.own_books and self._settings.own_books):
            return lambda: None
        return partial(booked, open_reading(connection, self.id, self._settings), by_batch=scope.by_batch)

    def _books(self) -> Books:
        refuse_in_blackout(self._settings, self.id, self._clock.now())
        return find_books(self.id, self._settings, self._clock)


def open_source(source: str, settings: SourceSettings, clock: Clock) -> YonyouU8:
    """Given a source's id and settings, return it. Nothing is connected yet."""
    assert isinstance(settings, YonyouU8Settings)  # noqa: S101 - the registry pairs kind and settings
    return YonyouU8(source, settings, clock)


def _account(books: Books, database: str) -> str:
    """Return what tells this account set from another: the database, or with UFSystem's word the account itself.

    The latter stays the same when U8 opens the next year's database, so that the year change needs no new baseline.
    """
    if books.how != "UFSystem":
        return database
    return f"U8 {books.settings.account} {books.account_name}".strip()


def _offset(server_time: datetime | None, now: datetime) -> float | None:
    return None if server_time is None else (server_time - now) / timedelta(seconds=1)


def _notes(connection: Connection, schema: Schema, settings: YonyouU8Settings) -> tuple[str, ...]:
    """Return what was left out and what is frozen, in figures."""
    notes = []
    for label, statement in (
        ("vendors' goods (VMI) outside consigned warehouses, left out", vendor_statement(schema, settings)),
        ("frozen rows (bStopFlag, BGSPSTOP, fStopQuantity), counted as stock", frozen_statement(schema)),
    ):
        if statement is None:
            continue
        rows, total = connection.execute(statement).one()[:2]
        if rows:
            notes.append(f"{label}: {rows} rows, quantity {to_text(to_micro(total or 0))}")
    return tuple(notes)


def _statements(
    connection: Connection, schema: Schema, settings: YonyouU8Settings, *, by_batch: bool
) -> tuple[str, ...]:
    wanted: tuple[sa.Select[Any], ...] = (
        stock_statement(schema, settings, by_batch=by_batch),
        count_statement(schema, settings),
    )
    return tuple(sql_text(statement, connection.dialect) for statement in wanted)
