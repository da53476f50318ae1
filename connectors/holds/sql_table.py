"""Holds in the customer's own hold table: idempotent by reference, read back on a fresh connection."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bridge.domain.errors import EffectRefused, EffectUnknown
from bridge.domain.hold import HoldOrder, HoldReading, Receipt, TargetAbility
from bridge.ports import Clock
from config.base import SourceSettings
from connectors.database import DatabaseSettings
from connectors.holds.released import check_released
from connectors.holds.settings import ViaHoldTable
from connectors.holds.table import ACTIVE, OWNER, hold_table
from connectors.holds.writing import Writer, has_table, hold_settings, open_writer, read_back, reading, writing

OPERATIONS = ("out", "transfer", "in")
"""What an asking program can be told to stop; the table only carries the words."""


class HoldTable:
    """A HoldTarget of the bypass level (旁路级): it blocks where MES, PDA or WMS ask the table."""

    def __init__(self, target: str, writer: Writer, clock: Clock, account_sets: tuple[str, ...] = ()) -> None:
        self.id = target
        self.ability = TargetAbility(level="bypass", partial=True, operations=OPERATIONS)
        self._writer = writer
        self._clock = clock
        self._account_sets = account_sets
        self._table = hold_table(writer.table, clock.now().tzinfo)

    def place(self, order: HoldOrder) -> Receipt:
        """Place the hold, or renew it when the reference stands there already. Return what the table now says."""
        try:
            with writing(self._writer) as connection:
                self._check(connection)
                self._create_in_file(connection)
                self._write(connection, order)
        except EffectRefused as refusal:
            # A key that exists already may be our own hold, written by another process in the same moment.
            if refusal.code != "BR-1605" or not self.probe(order.ref).present:
                raise
        with read_back(self._writer):
            seen = self.probe(order.ref)
        wanted = (order.item, order.warehouse, order.batch, order.quantity)
        if not seen.present or (seen.item, seen.warehouse, seen.batch, seen.quantity) != wanted:
            raise EffectUnknown("BR-1606", target=self.id, table=self._writer.table, ref=order.ref)
        return Receipt(order.ref, done=True, quantity=order.quantity, detail=seen.detail)

    def lift(self, order: HoldOrder) -> Receipt:
        """Mark the row of `order.ref` lifted; it stays as history. Nothing of ours there: done with quantity 0."""
        with writing(self._writer) as connection:
            self._check(connection)
            row = self._row(connection, order.ref)
            if row is None or row["lifted_at"] is not None or row["placed_by"] != OWNER:
                return Receipt(order.ref, done=True, quantity=0, detail="not standing")
            connection.execute(
                sa.update(self._table)
                .where(self._mine(order.ref), self._table.c.lifted_at.is_(None))
                .values(state="lifted", lifted_at=self._clock.now())
            )
        with read_back(self._writer):
            seen = self.probe(order.ref)
        if seen.present:
            raise EffectUnknown("BR-1606", target=self.id, table=self._writer.table, ref=order.ref)
        return Receipt(order.ref, done=True, quantity=row["quantity"])

    def probe(self, ref: str) -> HoldReading:
        """Return the row of `ref` as a fresh connection sees it."""
        with reading(self._writer) as connection:
            row = self._row(connection, ref)
        if row is None or not _in_force(row):
            return HoldReading(ref, present=False)
        return self._reading(row)

    def list_own(self) -> tuple[HoldReading, ...]:
        """Return every standing row the bridge placed, expired ones too (`detail` says so)."""
        columns = self._table.c
        statement = (
            sa.select(self._table)
            .where(columns.placed_by == OWNER, columns.lifted_at.is_(None), columns.state == ACTIVE)
            .order_by(columns.hold_ref)
        )
        with reading(self._writer) as connection:
            if self._absent_file_table(connection):
                return ()
            rows = connection.execute(statement).mappings().all()
        return tuple(self._reading(dict(row)) for row in rows)

    def _write(self, connection: Connection, order: HoldOrder) -> None:
        now = self._clock.now()
        row = self._row(connection, order.ref)
        if row is not None and row["placed_by"] != OWNER:
            raise EffectRefused("BR-1607", target=self.id, table=self._writer.table, ref=order.ref)
        facts: dict[str, Any] = {
            "item": order.item,
            "warehouse": order.warehouse,
            "batch": order.batch,
            "operations": ",".join(order.operations),
            "quantity": order.quantity,
            "reason": _one_line(order.reason),
            "state": ACTIVE,
            "expires_at": order.expires_at,
            "lifted_at": None,
        }
        if row is None:
            connection.execute(
                sa.insert(self._table).values(hold_ref=order.ref, placed_by=OWNER, placed_at=now, **facts)
            )
            return
        began = now if row["lifted_at"] is not None else row["placed_at"]
        done = connection.execute(sa.update(self._table).where(self._mine(order.ref)).values(placed_at=began, **facts))
        if done.rowcount not in {1, -1}:  # -1: the session does not count rows; the read-back decides
            raise EffectUnknown("BR-1606", target=self.id, table=self._writer.table, ref=order.ref)

    def _row(self, connection: Connection, ref: str) -> dict[str, Any] | None:
        if self._absent_file_table(connection):
            return None
        found = connection.execute(sa.select(self._table).where(self._table.c.hold_ref == ref)).mappings().first()
        return dict(found) if found is not None else None

    def _mine(self, ref: str) -> sa.ColumnElement[bool]:
        return sa.and_(self._table.c.hold_ref == ref, self._table.c.placed_by == OWNER)

    def _reading(self, row: dict[str, Any]) -> HoldReading:
        expired = row["expires_at"] <= self._clock.now()
        return HoldReading(
            ref=row["hold_ref"],
            present=True,
            item=row["item"],
            warehouse=row["warehouse"],
            batch=row["batch"],
            quantity=row["quantity"],
            detail="expired" if expired else "",
        )

    def _check(self, connection: Connection) -> None:
        if self._account_sets:
            check_released(self.id, connection, self._account_sets)

    def _create_in_file(self, connection: Connection) -> None:
        """Create the table in a SQLite file: it has no DBA who could run the script. Servers need the script."""
        if connection.dialect.name == "sqlite":
            self._table.create(connection, checkfirst=True)

    def _absent_file_table(self, connection: Connection) -> bool:
        return connection.dialect.name == "sqlite" and not has_table(connection, self._writer.table)


def open_hold_table(target: str, settings: SourceSettings, clock: Clock, *, database: str | None = None) -> HoldTable:
    """Given a SQL source's id and settings with `[hold]`, return its hold table. Nothing is connected yet.

    `database` replaces the configured one (U8 finds its year database itself). Raise EffectRefused if the source has
    no `[hold]` table or no database.
    """
    hold = settings.hold
    if not isinstance(hold, ViaHoldTable) or not isinstance(settings, DatabaseSettings):
        raise EffectRefused("BR-1608", target=target)
    writer = open_writer(target, hold_settings(settings, hold), table=hold.table, database=database)
    return HoldTable(target, writer, clock, hold.account_sets)


def _in_force(row: dict[str, Any]) -> bool:
    """Return whether our row blocks: whoever lifts by hand may set the state alone, and asking programs obey it."""
    return row["placed_by"] == OWNER and row["state"] == ACTIVE and row["lifted_at"] is None


def _one_line(reason: str) -> str:
    """Return the reason on one line of at most 400 characters: it is shown on small screens."""
    line = " ".join(reason.split())
    return line if len(line) <= 400 else line[:399] + "…"  # noqa: PLR2004
