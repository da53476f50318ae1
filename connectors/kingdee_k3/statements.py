"""The SELECT statements of a snapshot, made for the columns this database really has."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from connectors.database import Schema, TableSchema, as_text, exact_sum
from connectors.kingdee_k3 import tables
from connectors.kingdee_k3.config import KingdeeK3Settings

Statement = sa.Select[Any]
Column = sa.ColumnElement[Any]


@dataclass(frozen=True)
class StockStatements:
    """Of one stock table: `lines` grouped on the server, `count` its rows again per warehouse."""

    table: str
    lines: Statement
    count: Statement


def stock(table: TableSchema, *, by_batch: bool) -> StockStatements:
    """Given ICInventory or POInventory, return its statements.

    Grouped by id and joined to the cards in memory: an id without a card is then an error to name, where a join on the
    server would lose the row. `unknown` counts NULL quantities, which no sum may hide.
    """
    item, warehouse, quantity = (table.column(name) for name in tables.STOCK.columns)
    # Zero rows stay behind for good in K/3, so they are left there (kingdee.md 2.2).
    moved = sa.or_(quantity != sa.literal_column("0"), quantity.is_(None))
    keys = [item.label("item_id"), warehouse.label("stock_id")]
    if by_batch and table.has("FBatchNo"):
        keys.append(as_text(table.column("FBatchNo"), 255).label("batch"))
    plain = [key.element for key in keys]
    is_unknown = sa.case((quantity.is_(None), sa.literal_column("1")), else_=sa.literal_column("0"))
    lines = (
        sa.select(
            *keys,
            exact_sum(quantity).label("quantity"),
            sa.func.count().label("rows"),
            sa.func.sum(is_unknown).label("unknown"),
        )
        .select_from(table.clause)
        .where(moved)
        .group_by(*plain)
        .order_by(*plain)
    )
    count = (
        sa.select(warehouse.label("stock_id"), sa.func.count().label("rows"))
        .select_from(table.clause)
        .where(moved)
        .group_by(warehouse)
    )
    return StockStatements(table.name, lines, count)


def items(schema: Schema, settings: KingdeeK3Settings) -> Statement:
    """Return every material card; `cost_0`, `cost_1` ... are the cost columns that are there."""
    table = schema.require(tables.ITEMS.name, *tables.ITEMS.columns)
    key = table.column("FItemID")
    fields = [
        key.label("id"),
        as_text(table.column("FNumber"), 255).label("code"),
        _text(table, "FName", "name"),
        _text(table, "FModel", "spec"),
        _text(table, "FABCCls", "abc"),  # [likely]
        *(_value(table, name, label) for name, label in _ITEM_VALUES),
        *(table.column(name).label(f"cost_{n}") for n, name in enumerate(cost_columns(schema, settings))),
    ]
    # Row 0 is K/3's dummy for "none".
    return sa.select(*fields).select_from(table.clause).where(key != sa.literal_column("0")).order_by(key)


_ITEM_VALUES = (
    ("FUnitID", "unit_id"),
    ("FUnitGroupID", "group_id"),
    ("FParentID", "parent_id"),
    ("FDeleted", "deleted"),
    ("FQtyDecimal", "decimals"),
)


def cost_columns(schema: Schema, settings: KingdeeK3Settings) -> tuple[str, ...]:
    """Return those of the configured cost columns that t_ICItem has."""
    table = schema.require(tables.ITEMS.name)
    return tuple(name for name in settings.cost if table.has(name))


def warehouses(schema: Schema) -> Statement:
    """Return every warehouse card."""
    table = schema.require(tables.WAREHOUSES.name, *tables.WAREHOUSES.columns)
    key = table.column("FItemID")
    fields = [
        key.label("id"),
        as_text(table.column("FNumber"), 255).label("code"),
        _text(table, "FName", "name"),
        _value(table, "FTypeID", "type"),
    ]
    return sa.select(*fields).select_from(table.clause).where(key != sa.literal_column("0")).order_by(key)


def units(schema: Schema) -> Statement | None:
    """Return every unit of measure, None without the table."""
    table = schema.table(tables.UNITS.name)
    key = table.first("FMeasureUnitID", "FItemID") if table else None  # the two are equal
    if table is None or key is None or not table.has(*tables.UNITS.columns):
        return None
    fields = [
        table.column(key).label("id"),
        _text(table, "FName", "name"),
        _value(table, "FUnitGroupID", "group_id"),
        _value(table, "FCoefficient", "coefficient"),
        _value(table, "FConversation", "fixed"),  # spelt so by K/3
    ]
    return sa.select(*fields).select_from(table.clause).order_by(table.column(key))


def classes(schema: Schema) -> Statement | None:
    """Return the names of material groups, None without the table."""
    table = schema.table(tables.CLASSES.name)
    if table is None or not table.has(*tables.CLASSES.columns):
        return None
    statement = sa.select(table.column("FItemID").label("id"), _text(table, "FName", "name")).select_from(table.clause)
    if table.has("FItemClassID"):
        statement = statement.where(table.column("FItemClassID") == sa.literal_column("4"))
    if table.has("FDetail"):
        statement = statement.where(table.column("FDetail") == sa.literal_column("0"))
    return statement


def profile(schema: Schema) -> Statement | None:
    """Return the whole system profile (a few hundred rows), None without the table."""
    table = schema.table(tables.PROFILE.name)
    if table is None or not table.has(*tables.PROFILE.columns):
        return None
    fields: list[Column] = [as_text(table.column(name), 255) for name in tables.PROFILE.columns]
    labelled = [field.label(name.lower()) for field, name in zip(fields, tables.PROFILE.columns, strict=True)]
    return sa.select(*labelled).select_from(table.clause).order_by(*fields)


def _text(table: TableSchema, column: str, label: str) -> Column:
    found: Column = as_text(table.column(column), 255) if table.has(column) else sa.literal_column("''")
    return found.label(label)


def _value(table: TableSchema, column: str, label: str) -> Column:
    found: Column = table.column(column) if table.has(column) else sa.null()
    return found.label(label)
