"""Holds as U8's own frozen quantity (CurrentStock.fStopQuantity), the only write into a U8 table the bridge knows.

Off unless the admin lists the account database in `[sources.X.hold] account_sets`. A hold adds a delta to full-key rows
and records it in the companion table in the same transaction; lifting subtracts what the record says and is still
there. iQuantity and documents are never touched (yonyou-u8.md 4, option 8).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bridge.domain.errors import EffectRefused, EffectUnknown
from bridge.domain.hold import HoldOrder, HoldReading, Receipt, TargetAbility
from bridge.domain.quantity import to_text
from bridge.ports import Clock
from connectors.database import read_schema
from connectors.holds.released import check_released
from connectors.holds.writing import Writer, has_table, read_back, reading, writing
from connectors.yonyou_u8.config import YonyouU8Settings
from connectors.yonyou_u8.freeze_plan import StockRow, plan_freeze, standing_parts
from connectors.yonyou_u8.freeze_rows import FreezeBook, part_of
from connectors.yonyou_u8.freeze_table import FREEZE, freeze_table

_TABLES = ("CurrentStock", "Inventory", "ComputationUnit", "Warehouse")


class FrozenQuantity:
    """A HoldTarget of the system level (系统级): U8 itself refuses to issue the frozen part.

    It stops issues and transfers out, not receipts, and only where U8's availability control forbids over-issue.
    """

    def __init__(
        self, target: str, settings: YonyouU8Settings, account_sets: tuple[str, ...], writer: Writer, clock: Clock
    ) -> None:
        self.id = target
        self.ability = TargetAbility(level="system", partial=True, operations=("out", "transfer"))
        self._settings = settings
        self._account_sets = account_sets
        self._writer = writer
        self._clock = clock
        self._table = freeze_table(clock.now().tzinfo)

    def place(self, order: HoldOrder) -> Receipt:
        """Freeze the order's quantity, or what of it is free; the receipt tells which.

        Raise EffectRefused if nothing is free, the account set is not released for writing, or a right is missing.
        """
        already = False
        try:
            with self._writing() as book:
                already = bool(book.parts(self._table.c.hold_ref == order.ref))
                if not already:
                    self._freeze(book, order)
        except EffectRefused as refusal:
            # A key that exists already may be our own hold, written by another process in the same moment.
            if refusal.code != "BR-1605" or not self.probe(order.ref).present:
                raise
        with read_back(self._writer):
            seen = self.probe(order.ref)
        if not already and not seen.present:
            raise EffectUnknown("BR-1606", target=self.id, table="CurrentStock", ref=order.ref)
        placed = seen.quantity or 0
        detail = (
            seen.detail if placed >= order.quantity else f"{to_text(placed)} / {to_text(order.quantity)} {seen.detail}"
        )
        return Receipt(order.ref, done=True, quantity=placed, detail=detail.strip())

    def lift(self, order: HoldOrder) -> Receipt:
        """Take back what `order.ref` froze, as far as it still stands. Others' frozen quantity stays as it is."""
        with self._writing() as book:
            standing = book.parts(self._table.c.hold_ref == order.ref)
            freed = [self._thaw(book, row) for row in standing]
        if not standing:
            return Receipt(order.ref, done=True, quantity=0, detail="not standing")
        with read_back(self._writer):
            seen = self.probe(order.ref)
        if seen.present:
            raise EffectUnknown("BR-1606", target=self.id, table="CurrentStock", ref=order.ref)
        notes = "; ".join(dict.fromkeys(note for _, note in freed if note))
        return Receipt(order.ref, done=True, quantity=sum(quantity for quantity, _ in freed), detail=notes)

    def close_record(self, ref: str) -> None:
        """End the entries of a hold that was unfrozen by hand. What is frozen there now is somebody else's and stays."""
        with self._writing() as book:
            for row in book.parts(self._table.c.hold_ref == ref):
                self._close(book, row, 0)

    def probe(self, ref: str) -> HoldReading:
        """Return what of `ref` still stands, on a fresh connection; present = false once all was unfrozen by hand."""
        found = [seen for seen in self._readings(ref) if seen.ref == ref]
        return found[0] if found else HoldReading(ref, present=False)

    def list_own(self) -> tuple[HoldReading, ...]:
        """Return every hold of ours of which something still stands."""
        return tuple(seen for seen in self._readings(None) if seen.present)

    def _freeze(self, book: FreezeBook, order: HoldOrder) -> None:
        rows = book.rows_of(order)
        takes = plan_freeze(rows, order.quantity)
        if not takes:
            raise EffectRefused(
                "BR-1614",
                target=self.id,
                item=order.item,
                warehouse=order.warehouse,
                quantity=to_text(order.quantity),
                on_hand=to_text(sum(row.on_hand for row in rows)),
                frozen=to_text(sum(row.on_hand if row.stopped else row.frozen for row in rows)),
            )
        table = book.table
        last = sa.select(sa.func.max(table.c.line)).where(table.c.hold_ref == order.ref)
        first = int(book.connection.execute(last).scalar() or 0) + 1  # an earlier life of the same reference stays
        rate = book.piece_rate(str(takes[0][0].key[book.key_columns.index("cInvCode")]))
        now = self._clock.now()
        for line, (row, take) in enumerate(takes, start=first):
            book.record(order, line, row, take, now)
            book.change(row, take, rate)

    def _thaw(self, book: FreezeBook, part: dict[str, Any]) -> tuple[int, str]:
        """Take back one entry; return how much was there and, if less than recorded, why."""
        key = book.key_of(part)
        row = book.row_at(key)
        standing, note = self._standing(book, part, row)
        if row is not None and standing:
            book.change(row, -standing, book.piece_rate(str(part["cInvCode"])))
        self._close(book, part, standing)
        return standing, note

    def _close(self, book: FreezeBook, part: dict[str, Any], freed: int) -> None:
        """End one entry of the record, with what was freed of it."""
        table = book.table
        book.connection.execute(
            sa.update(table)
            .where(table.c.hold_ref == part["hold_ref"], table.c.line == part["line"])
            .values(lifted_at=self._clock.now(), freed=freed)
        )

    def _standing(self, book: FreezeBook, part: dict[str, Any], row: StockRow | None) -> tuple[int, str]:
        """Return what of an entry still stands in its row, and a note if that is not all."""
        if row is None:
            return 0, "row gone from CurrentStock"
        columns = book.table.c
        same = [columns[name] == part[name] for name in book.key_columns]
        shares = standing_parts(row.frozen, [part_of(book, other) for other in book.parts(*same)])
        standing = shares[part["hold_ref"], part["line"]]
        if standing == part["delta"]:
            return standing, ""
        rebuilt = row.auto_id != part["stock_auto_id"]
        why = "row rebuilt (整理现存量)" if rebuilt else "unfrozen in U8"
        return standing, f"{why}: {to_text(standing)} of {to_text(part['delta'])} left"

    def _readings(self, ref: str | None) -> tuple[HoldReading, ...]:
        with reading(self._writer) as connection:
            if connection.dialect.name == "sqlite" and not has_table(connection, FREEZE):
                return ()
            book = self._book(connection)
            wanted = [] if ref is None else [self._table.c.hold_ref == ref]
            by_ref: dict[str, list[tuple[dict[str, Any], int, str]]] = {}
            for part in book.parts(*wanted):
                standing, note = self._standing(book, part, book.row_at(book.key_of(part)))
                by_ref.setdefault(part["hold_ref"], []).append((part, standing, note))
        return tuple(_reading(found) for _, found in sorted(by_ref.items()))

    @contextmanager
    def _writing(self) -> Iterator[FreezeBook]:
        with writing(self._writer) as connection:
            check_released(self.id, connection, self._account_sets)
            if connection.dialect.name == "sqlite":
                # A file has no DBA who could run the script; listing it in account_sets is the permission.
                self._table.create(connection, checkfirst=True)
            yield self._book(connection, locking=True)

    def _book(self, connection: Connection, *, locking: bool = False) -> FreezeBook:
        schema = read_schema(connection, self.id, _TABLES)
        schema.require("CurrentStock", "cWhCode", "cInvCode", "iQuantity", "fStopQuantity")
        return FreezeBook(connection, schema, self._settings, self.id, self._table, locking)


def _reading(found: list[tuple[dict[str, Any], int, str]]) -> HoldReading:
    part = found[0][0]
    quantity = sum(standing for _, standing, _ in found)
    return HoldReading(
        ref=part["hold_ref"],
        present=quantity > 0,
        item=part["cInvCode"],
        warehouse=part["cWhCode"],
        batch=part["asked_batch"],
        quantity=quantity,
        detail="; ".join(dict.fromkeys(note for _, _, note in found if note)),
    )
