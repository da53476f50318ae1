"""A Kingdee K/3 WISE account set as a source: what it is, what it has, what moved."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import sqlalchemy as sa
from sqlalchemy import Connection

from bridge.domain.movement import MOVEMENTS, MovementBatch
from bridge.domain.snapshot import Identity, Provenance, Scope, Snapshot, empty
from bridge.ports import Clock, SourceAbility
from connectors.database import (
    Schema,
    open_engine,
    read_schema,
    refuse_in_blackout,
    source_clock,
    sql_text,
    surplus_rights,
    transaction,
)
from connectors.kingdee_k3 import findings, statements, tables
from connectors.kingdee_k3.account import read_account
from connectors.kingdee_k3.card_tables import item_table, rate_table, warehouse_table
from connectors.kingdee_k3.cards import Cards, read_cards
from connectors.kingdee_k3.config import KingdeeK3Settings
from connectors.kingdee_k3.movements import read_movements
from connectors.kingdee_k3.own_books import booked, held_against
from connectors.kingdee_k3.stock import Lines, Reading, lines_of, read_stock


@dataclass(frozen=True)
class _Stock:
    """Lines and cards read in one transaction."""

    lines: Lines
    cards: Cards
    asked: tuple[str, ...]


class KingdeeK3:
    """One account set, read by SQL. Every call opens its own connection and closes it."""

    def __init__(self, source: str, settings: KingdeeK3Settings, clock: Clock) -> None:
        self.id = source
        self.ability = SourceAbility(movements=settings.movements)
        self._settings = settings
        self._clock = clock

    def probe(self) -> Identity:
        """Return version, switches, surplus rights and findings of the account set; read only."""
        with self._connected(tables.ALL) as (connection, schema):
            account = read_account(connection, schema)
            stock = self._stock(connection, schema, Scope(row_cap=self._settings.row_cap))
            present = [table.name for table in schema.tables.values()]
            return Identity(
                source=self.id,
                product="Kingdee K/3 WISE",
                version=" ".join(part for part in (account.version, _server_version(connection)) if part),
                account=account.fingerprint,
                account_name=account.company,
                schema=_fingerprint(schema),
                switches=account.switches(),
                rights=surplus_rights(connection, present),
                clock_offset_s=self._offset(source_clock(connection)),
                findings=(
                    *findings.of_stock(stock.lines, stock.cards),
                    *findings.of_switches(account, self._settings),
                    *findings.of_bills(connection, schema, self._settings),
                ),
            )

    def snapshot(self, scope: Scope) -> Snapshot:
        """Return the stock of the warehouses wanted, in base units, with materials, warehouses and conversions."""
        fetched_from = self._clock.now()
        checks = scope.own_books and self._settings.own_books and self._settings.movements
        with self._connected(tables.FOR_STOCK + (tables.FOR_OWN_BOOKS if checks else ())) as (connection, schema):
            as_of = source_clock(connection)
            offset = self._offset(as_of)
            account = read_account(connection, schema)
            account.check(self.id, self._settings.account)
            own = partial(booked, connection, schema, self._settings, account, by_batch=scope.by_batch)
            before = own() if checks else None
            stock = self._stock(connection, schema, scope)
            agreement, gaps = held_against(
                stock.lines.table, stock.cards, self._settings, own, before, account.open_from
            )
        lines, cards = stock.lines, stock.cards
        kept = [card for key, card in cards.items.items() if card.code and (card.active or key in lines.items)]
        return Snapshot(
            provenance=Provenance(
                source=self.id,
                fetched_from=fetched_from,
                fetched_to=self._clock.now(),
                as_of=as_of,
                account=account.fingerprint,
                schema=_fingerprint(schema),
                rows=lines.rows,
                expected_rows=lines.expected,
                clock_offset_s=offset,
                statements=stock.asked,
                notes=tuple(findings.note(found) for found in findings.of_stock(lines, cards)),
                open_from=account.open_from,
                self_agreement=agreement,
            ),
            lines=lines.table,
            items=item_table(kept),
            warehouses=warehouse_table([card for card in cards.warehouses.values() if card.code]),
            rates=rate_table(cards, kept),
            gaps=gaps,
        )

    def movements(self, since: str) -> MovementBatch:
        """Return the stock bills added or changed since the cursor (see movements.py for what a cursor holds)."""
        with self._connected(tables.FOR_BILLS) as (connection, schema):
            if connection.dialect.name == "sqlite" and schema.table(tables.BILLS.name) is None:
                # A file shows all it has: it keeps no bills. On a server the table may merely be hidden, which refuses.
                return MovementBatch(rows=empty(MOVEMENTS), cursor=since)
            account = read_account(connection, schema)
            account.check(self.id, self._settings.account)
            return read_movements(connection, schema, self._settings, account, since=since, now=self._clock.now())

    @contextmanager
    def _connected(self, wanted: tuple[tables.Known, ...]) -> Iterator[tuple[Connection, Schema]]:
        refuse_in_blackout(self._settings, self.id, self._clock.now())
        engine = open_engine(self._settings, source=self.id)
        with transaction(engine, self.id) as connection:
            yield connection, read_schema(connection, self.id, [table.name for table in wanted])

    def _stock(self, connection: Connection, schema: Schema, scope: Scope) -> _Stock:
        settings = self._settings
        row_cap = min(scope.row_cap, settings.row_cap)
        real = schema.require(tables.STOCK.name, *tables.STOCK.columns)
        asked = [(statements.stock(real, by_batch=scope.by_batch), False)]
        virtual = schema.table(tables.VIRTUAL_STOCK.name)
        if settings.include_virtual and virtual is not None:
            asked.append((statements.stock(virtual, by_batch=scope.by_batch), True))
        readings = [read_stock(connection, one, self.id, row_cap, virtual=is_virtual) for one, is_virtual in asked]
        # Cards are read after the lines, so that a material made in between has its card.
        cards = _with_virtual_kinds(read_cards(connection, schema, settings, row_cap), readings)
        sent = [statement for one, _ in asked for statement in (one.lines, one.count)]
        return _Stock(
            lines=lines_of(readings, cards, settings, self.id),
            cards=cards,
            asked=tuple(sql_text(statement, connection.dialect) for statement in sent),
        )

    def _offset(self, as_of: datetime | None) -> float | None:
        """Return how many seconds the source's clock is ahead of ours."""
        return None if as_of is None else (as_of - self._clock.now()).total_seconds()


def _with_virtual_kinds(cards: Cards, readings: list[Reading]) -> Cards:
    """Mark ordinary-looking warehouses of POInventory as virtual: what stands there is not owned."""
    keys = {key for reading in readings if reading.virtual for key in reading.groups["stock_id"]}
    marked = {
        key: replace(card, kind="virtual") if key in keys and card.kind == "normal" else card
        for key, card in cards.warehouses.items()
    }
    return replace(cards, warehouses=marked)


def _fingerprint(schema: Schema) -> str:
    """Return the fingerprint over the tables a snapshot reads, whatever else was looked up."""
    names = {table.name.lower() for table in tables.FOR_STOCK}
    return replace(schema, tables={name: found for name, found in schema.tables.items() if name in names}).fingerprint()


def _server_version(connection: Connection) -> str:
    if connection.dialect.name != "mssql":
        return ""
    version = connection.scalar(sa.text("SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(50))"))
    return f"SQL Server {version}" if version else ""
