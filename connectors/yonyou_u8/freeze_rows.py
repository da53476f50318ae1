"""Reading and changing CurrentStock rows and our companion rows, inside the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bridge.domain.errors import EffectRefused, EffectRetryable
from bridge.domain.hold import HoldOrder
from bridge.domain.quantity import to_micro
from connectors.database import Schema, TableSchema
from connectors.holds.columns import Micro
from connectors.yonyou_u8.config import YonyouU8Settings
from connectors.yonyou_u8.delta import exact_add
from connectors.yonyou_u8.freeze_plan import Key, Part, StockRow, pieces
from connectors.yonyou_u8.stock import own_goods, stock_table
from connectors.yonyou_u8.tables import KEY
from connectors.yonyou_u8.units import FIXED
from connectors.yonyou_u8.versions import as_version, version_number

_LOCK, _LOCK_RANGE = "WITH (UPDLOCK, ROWLOCK)", "WITH (UPDLOCK, HOLDLOCK)"


@dataclass(frozen=True)
class FreezeBook:
    """One open account database, ready to freeze in.

    `table` is our companion table there; `locking` keeps what is read unchanged until the transaction ends.
    """

    connection: Connection
    schema: Schema
    settings: YonyouU8Settings
    target: str
    table: sa.Table
    locking: bool = False

    @property
    def stock(self) -> TableSchema:
        """CurrentStock."""
        return stock_table(self.schema)

    @property
    def key_columns(self) -> tuple[str, ...]:
        """The columns of the unique key this release has."""
        return tuple(name for name in KEY if self.stock.has(name))

    def rows_of(self, order: HoldOrder) -> list[StockRow]:
        """Return the rows of item x warehouse (x batch) that are ours, locked until the transaction ends."""
        stock = self.stock
        wanted = [self._is("cWhCode", order.warehouse), self._is("cInvCode", order.item)]
        wanted += [self._is("cBatch", order.batch)] if order.batch and stock.has("cBatch") else []
        if stock.has("cVMIVenCode"):
            owner, warehouse = stock.column("cVMIVenCode"), stock.column("cWhCode")
            wanted.append(own_goods(self.schema, self.settings, owner, warehouse))
        return self._rows(wanted)

    def row_at(self, key: Key) -> StockRow | None:
        """Return the row of a full key, locked; None if it is gone. Raise EffectRefused if the key is not unique."""
        rows = self._rows(self._at(key))
        if len(rows) > 1:
            raise EffectRefused("BR-1612", target=self.target, key=show(key), rows=len(rows))
        return rows[0] if rows else None

    def change(self, row: StockRow, delta: int, rate: int | None) -> StockRow:
        """Add `delta` to the row's frozen quantity and return the row as it is then.

        Raise EffectRetryable if the row changed since it was read, EffectRefused if the result is not what it must be
        or leaves 0 <= frozen <= on hand. The caller's transaction then rolls back.
        """
        stock = self.stock
        values: dict[str, Any] = {"fStopQuantity": exact_add(stock.column("fStopQuantity"), delta)}
        if rate and stock.has("fStopNum"):
            values["fStopNum"] = sa.bindparam("pieces", pieces(row.frozen + delta, rate), Micro)
        real = {stock.columns[name.lower()][0]: value for name, value in values.items()}
        seen = (
            [] if row.version is None else [stock.column("ufts") == as_version(sa.literal(row.version, sa.BigInteger))]
        )
        done = self.connection.execute(sa.update(_plain(stock)).where(*self._at(row.key), *seen).values(real))
        if done.rowcount == 0:
            raise EffectRetryable("BR-1611", target=self.target, key=show(row.key))
        after = self.row_at(row.key)
        bounded = after is not None and after.frozen >= 0 and (delta < 0 or after.frozen <= after.on_hand)
        if after is None or after.frozen != row.frozen + delta or not bounded:
            raise EffectRefused("BR-1613", target=self.target, key=show(row.key))
        return after

    def piece_rate(self, item: str) -> int | None:
        """Return main units per stock unit of an item with fixed conversion, in millionths; None for all others."""
        items, units = self.schema.table("Inventory"), self.schema.table("ComputationUnit")
        if items is None or not items.has("cInvCode", "iGroupType", "cSTComUnitCode"):
            return None
        if units is None or not units.has("cComunitCode", "iChangRate"):
            return None
        joined = items.clause.join(units.clause, items.column("cSTComUnitCode") == units.column("cComunitCode"))
        found = self.connection.execute(
            sa.select(units.column("iChangRate"))
            .select_from(joined)
            .where(items.column("cInvCode") == item, items.column("iGroupType") == FIXED)
        ).scalar()
        rate = None if found is None else to_micro(found)
        return rate if rate and rate > 0 else None

    def parts(self, *conditions: sa.ColumnElement[bool]) -> list[dict[str, Any]]:
        """Return our standing companion rows, oldest first."""
        table = self.table
        statement = (
            sa.select(table)
            .with_hint(table, _LOCK_RANGE if self.locking else "", "mssql")
            .where(table.c.lifted_at.is_(None), *conditions)
            .order_by(table.c.placed_at, table.c.hold_ref, table.c.line)
        )
        return [dict(row) for row in self.connection.execute(statement).mappings()]

    def record(self, order: HoldOrder, line: int, row: StockRow, delta: int, now: datetime) -> None:
        """Write down what the hold is about to freeze in this row."""
        facts = {**{name: blank(name) for name in KEY}, **dict(zip(self.key_columns, row.key, strict=True))}
        self.connection.execute(
            sa.insert(self.table).values(
                hold_ref=order.ref,
                line=line,
                asked_batch=order.batch,
                delta=delta,
                frozen_before=row.frozen,
                frozen_after=row.frozen + delta,
                on_hand=row.on_hand,
                ufts=row.version,
                stock_auto_id=row.auto_id,
                reason=" ".join(order.reason.split())[:400],
                placed_at=now,
                expires_at=order.expires_at,
                **facts,
            )
        )

    def key_of(self, part: dict[str, Any]) -> Key:
        """Return the stock key of a companion row."""
        return tuple(part[name] for name in self.key_columns)

    def _is(self, name: str, value: str) -> sa.ColumnElement[bool]:
        """Compare a code. SQL Server ignores trailing blanks by itself, and a function would cost it the index."""
        column = self.stock.column(name)
        if self.connection.dialect.name == "mssql":
            return column == value
        return sa.func.rtrim(column) == value.rstrip()

    def _at(self, key: Key) -> list[sa.ColumnElement[bool]]:
        conditions = []
        for name, value in zip(self.key_columns, key, strict=True):
            column = self.stock.column(name)
            same = column == value
            conditions.append(sa.or_(same, column.is_(None)) if value == blank(name) else same)
        return conditions

    def _rows(self, conditions: Sequence[sa.ColumnElement[bool]]) -> list[StockRow]:
        stock = self.stock
        columns = [stock.column(name).label(f"key_{name}") for name in self.key_columns]
        columns += [stock.column("iQuantity").label("on_hand"), stock.column("fStopQuantity").label("frozen")]
        flags = [name for name in ("bStopFlag", "BGSPSTOP") if stock.has(name)]
        columns += [stock.column(name).label(f"flag_{name}") for name in flags]
        columns += [version_number(stock.column("ufts")).label("version")] if stock.has("ufts") else []
        columns += [stock.column("AutoID").label("auto_id")] if stock.has("AutoID") else []
        table = _plain(stock)
        statement = (
            sa.select(*columns)
            .select_from(table)
            .with_hint(table, _LOCK if self.locking else "", "mssql")
            .where(*conditions)
        )
        if self.locking and self.connection.dialect.name == "postgresql":
            statement = statement.with_for_update()
        return [
            StockRow(
                key=tuple(
                    blank(name) if row[f"key_{name}"] is None else row[f"key_{name}"] for name in self.key_columns
                ),
                on_hand=to_micro(row["on_hand"] or 0),
                frozen=to_micro(row["frozen"] or 0),
                stopped=any(row[f"flag_{name}"] for name in flags),
                version=row.get("version"),
                auto_id=row.get("auto_id"),
            )
            for row in self.connection.execute(statement).mappings()
        ]


def part_of(book: FreezeBook, row: dict[str, Any]) -> Part:
    """Return a companion row as a value."""
    order = (str(row["placed_at"]), str(row["hold_ref"]), int(row["line"]))
    return Part(row["hold_ref"], row["line"], book.key_of(row), row["delta"], order)


def blank(name: str) -> str | int:
    """Return what a key column holds when it says nothing: 0 or ''; old releases have NULL there."""
    return 0 if name in {"ItemId", "iSoType"} else ""


def show(key: Key) -> str:
    """Return a stock key for a sentence."""
    return " / ".join(str(value) or "-" for value in key)


def _plain(stock: TableSchema) -> sa.TableClause:
    table = stock.clause
    assert isinstance(table, sa.TableClause)  # noqa: S101 - no alias was asked for
    return table
