"""现存量: CurrentStock summed on the server at item x warehouse (x batch), and its own second count."""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy import Connection

from bridge.domain.errors import SnapshotRejected
from bridge.domain.snapshot import STOCK_LINES
from connectors.database import Schema, TableSchema, as_text, exact_sum, folded, read_columns, stated_quantity
from connectors.yonyou_u8.config import YonyouU8Settings

CODE_LENGTH = 60
_SHOWN = 5


@dataclass(frozen=True)
class Stock:
    """Stock as read: one entry per group. `rows` rows of CurrentStock are in the groups, `expected` were counted."""

    item: list[str]
    warehouse: list[str]
    batch: list[str]
    total: list[Any]
    unknown: list[int]
    rows: int
    expected: int


def stock_table(schema: Schema) -> TableSchema:
    """Return CurrentStock. Raise SourceRefused if it, or one of the three columns nothing works without, is missing."""
    return schema.require("CurrentStock", "cWhCode", "cInvCode", "iQuantity")


def own_goods(
    schema: Schema, settings: YonyouU8Settings, owner: sa.ColumnElement[Any], warehouse: sa.ColumnElement[Any]
) -> sa.ColumnElement[bool]:
    """Return the condition that leaves out vendors' goods (VMI) which lie in an ordinary warehouse.

    A consigned warehouse (代管仓, bProxyWh) is read whole: its kind tells what its goods are.
    """
    if settings.include_vmi:
        return sa.true()
    ours = sa.func.coalesce(owner, "") == ""
    warehouses = schema.table("Warehouse")
    if warehouses is None or not warehouses.has("cWhCode", "bProxyWh"):
        return ours
    consigned = sa.select(warehouses.column("cWhCode")).where(warehouses.column("bProxyWh") == 1)
    return sa.or_(ours, warehouse.in_(consigned))


def counted_rows(schema: Schema, settings: YonyouU8Settings) -> list[sa.ColumnElement[bool]]:
    """Return the conditions a row of CurrentStock must meet: on hand (or not stated), and ours."""
    table = stock_table(schema)
    quantity = table.column("iQuantity")
    conditions = [sa.or_(quantity != 0, quantity.is_(None))]
    if table.has("cVMIVenCode"):
        ours = own_goods(schema, settings, table.column("cVMIVenCode"), table.column("cWhCode"))
        conditions += [] if settings.include_vmi else [ours]
    return conditions


def stock_statement(schema: Schema, settings: YonyouU8Settings, *, by_batch: bool) -> sa.Select[Any]:
    """Return the grouped reading: item, warehouse, batch, total, unknown (rows without a figure), rows."""
    table = stock_table(schema)
    keys: list[sa.ColumnElement[Any]] = [
        as_text(table.column("cInvCode"), CODE_LENGTH).label("item"),
        as_text(table.column("cWhCode"), CODE_LENGTH).label("warehouse"),
    ]
    if by_batch and table.has("cBatch"):
        keys.append(as_text(table.column("cBatch"), CODE_LENGTH).label("batch"))
    quantity = table.column("iQuantity")
    return (
        sa.select(
            *keys,
            exact_sum(quantity).label("total"),
            sa.func.sum(sa.case((quantity.is_(None), sa.literal_column("1")), else_=sa.literal_column("0"))).label(
                "unknown"
            ),
            sa.func.count().label("line_count"),
        )
        .select_from(table.clause)
        .where(*counted_rows(schema, settings))
        .group_by(*(key.element for key in keys))
    )


def count_statement(schema: Schema, settings: YonyouU8Settings) -> sa.Select[Any]:
    """Return the second count of the same rows, asked in the same transaction."""
    table = stock_table(schema)
    return sa.select(sa.func.count()).select_from(table.clause).where(*counted_rows(schema, settings))


def vendor_statement(schema: Schema, settings: YonyouU8Settings) -> sa.Select[Any] | None:
    """Return count and sum of the vendors' goods that are left out; None if nothing is left out."""
    table = stock_table(schema)
    if settings.include_vmi or not table.has("cVMIVenCode"):
        return None
    quantity = table.column("iQuantity")
    ours = own_goods(schema, settings, table.column("cVMIVenCode"), table.column("cWhCode"))
    return (
        sa.select(sa.func.count().label("line_count"), exact_sum(quantity).label("total"))
        .select_from(table.clause)
        .where(quantity != 0, sa.not_(ours))
    )


def frozen_statement(schema: Schema) -> sa.Select[Any] | None:
    """Return count, frozen quantity and wholly frozen rows; None if this release has none of the columns."""
    table = stock_table(schema)
    flags = [table.column(name) == 1 for name in ("bStopFlag", "BGSPSTOP") if table.has(name)]
    conditions = [*flags]
    if table.has("fStopQuantity"):
        conditions.append(table.column("fStopQuantity") != 0)
    if not conditions:
        return None
    quantity = table.column("fStopQuantity" if table.has("fStopQuantity") else "iQuantity")
    whole = sa.case((sa.or_(*flags), sa.literal_column("1")), else_=sa.literal_column("0")) if flags else sa.literal(0)
    return (
        sa.select(
            sa.func.count().label("line_count"), exact_sum(quantity).label("total"), sa.func.sum(whole).label("whole")
        )
        .select_from(table.clause)
        .where(sa.or_(*conditions))
    )


def read_stock(
    connection: Connection, schema: Schema, settings: YonyouU8Settings, *, by_batch: bool, cap: int
) -> Stock:
    """Read stock and its second count in the caller's transaction. Raise SnapshotRejected above the row cap."""
    statement = stock_statement(schema, settings, by_batch=by_batch)
    found = read_columns(connection, statement, source=schema.source, row_cap=cap)
    expected = int(connection.execute(count_statement(schema, settings)).scalar_one())
    batches = found.get("batch") or [""] * len(found["item"])
    return Stock(
        item=found["item"],
        warehouse=found["warehouse"],
        batch=batches,
        total=found["total"],
        unknown=[int(count) for count in found["unknown"]],
        rows=sum(int(count) for count in found["line_count"]),
        expected=expected,
    )


def stock_lines(source: str, stock: Stock, units: dict[str, str]) -> pa.Table:
    """Return STOCK_LINES. A group with a row that states no figure is Unknown as a whole: a part is no answer.

    Raise SnapshotRejected if a row names no item.
    """
    if "" in stock.item:
        raise SnapshotRejected("BR-1242", source=source, rows=stock.item.count(""))
    quantity = [
        None if missing or total is None else stated_quantity(total, source=source, item=item, warehouse=warehouse)
        for total, missing, item, warehouse in zip(stock.total, stock.unknown, stock.item, stock.warehouse, strict=True)
    ]
    return pa.Table.from_pydict(
        {
            "item": stock.item,
            "warehouse": stock.warehouse,
            "batch": stock.batch,
            "quantity": quantity,
            "raw_unit": [units.get(item, "") for item in stock.item],
            "raw_quantity": ["" if total is None else str(total) for total in stock.total],
        },
        schema=STOCK_LINES,
    )


def with_cards(source: str, stock: Stock, field: str, table: str, cards: list[str]) -> Stock:
    """Return the stock with codes spelled as on their cards. Raise SnapshotRejected for codes that have none.

    SQL Server ignores case and width when it compares, Python does not: `ａbc` on a stock row means the card `ABC`.
    """
    known = set(cards)
    by_fold = {folded(card): card for card in cards}
    codes: list[str] = getattr(stock, field)
    spelled = [code if code in known else by_fold.get(folded(code), "") for code in codes]
    strays = sorted({code for code, card in zip(codes, spelled, strict=True) if not card})
    if strays and not (field == "item" and strays == [""]):
        shown = ", ".join(repr(code) for code in strays[:_SHOWN]) + (" ..." if len(strays) > _SHOWN else "")
        raise SnapshotRejected("BR-1243", source=source, count=len(strays), codes=shown, table=table)
    return Stock(**{**stock.__dict__, field: spelled})
