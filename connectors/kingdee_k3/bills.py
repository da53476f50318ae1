"""The SELECT statements over stock bills, made for the columns this database really has."""

from typing import Any

import sqlalchemy as sa

from connectors.database import Schema, TableSchema, as_text, day_start
from connectors.kingdee_k3 import tables
from connectors.kingdee_k3.bill_types import BILL_TYPES, VMI_MODE

Condition = sa.ColumnElement[bool]
ZERO: sa.ColumnElement[Any] = sa.literal_column("0")
BLOCK = 256
"""Bill ids a fingerprint covers. Ids grow as bills are entered, so late audits of old business dates fall into few
blocks; the primary key finds them."""
_MOST_RUNS = 50


def bill_tables(schema: Schema) -> tuple[TableSchema, TableSchema]:
    """Return header and entry table. Raise SourceRefused if they are not there as needed."""
    return (
        schema.require(tables.BILLS.name, *tables.BILLS.columns),
        schema.require(tables.ENTRIES.name, *tables.ENTRIES.columns),
    )


def highest(schema: Schema) -> sa.Select[Any]:
    """Return the highest bill id in use."""
    head, _ = bill_tables(schema)
    return sa.select(sa.func.max(head.column("FInterID"))).select_from(head.clause)


def newer(schema: Schema, max_id: int) -> Condition:
    """Return the condition "made after the bill `max_id`"."""
    head, _ = bill_tables(schema)
    return head.column("FInterID") > sa.literal_column(str(int(max_id)))


def dated(schema: Schema, since: str) -> Condition:
    """Return the condition "business date at or after `since`" (`YYYY-MM-DD`)."""
    head, _ = bill_tables(schema)
    found: Condition = head.column("FDate") >= day_start(sa.literal(since, sa.String()))
    return found


def watched(schema: Schema, since: str) -> Condition:
    """Return the condition "can still change": dated since, or older and neither audited nor void."""
    head, _ = bill_tables(schema)
    still_open = head.column("FStatus") == ZERO
    if head.has("FCancellation"):
        still_open = sa.and_(still_open, head.column("FCancellation") == ZERO)
    return sa.or_(dated(schema, since), still_open)


def counting(head: TableSchema, stock_effect: str, *, default_on_save: bool) -> Condition:
    """Return the condition "has moved on-hand": not void, and audited or a bill that moves stock when it is saved.

    `stock_effect` is the setting; `default_on_save` the system's switch, for bills without a flag of their own.
    """
    on_save: Condition = sa.true() if default_on_save else sa.false()
    if stock_effect != "auto":
        on_save = sa.true() if stock_effect == "on_save" else sa.false()
    elif head.has("FUpStockWhenSave"):
        on_save = (
            sa.func.coalesce(head.column("FUpStockWhenSave"), sa.literal_column(str(int(default_on_save)))) != ZERO
        )
    found = sa.or_(head.column("FStatus") > ZERO, on_save)
    if head.has("FCancellation"):
        found = sa.and_(found, sa.func.coalesce(head.column("FCancellation"), ZERO) == ZERO)
    return found


def in_blocks(schema: Schema, blocks: list[int]) -> Condition:
    """Return the condition "in one of these blocks of bill ids" (ascending); see `fingerprints`."""
    head, _ = bill_tables(schema)
    key = head.column("FInterID")
    return sa.or_(
        *(
            key.between(sa.literal_column(str(first * BLOCK)), sa.literal_column(str((last + 1) * BLOCK - 1)))
            for first, last in _runs(blocks)
        )
    )


def _runs(blocks: list[int]) -> list[tuple[int, int]]:
    """Return neighbouring blocks as runs; as one run where there are many: no server takes a condition without end."""
    runs: list[tuple[int, int]] = []
    for block in blocks:
        first, last = runs.pop() if runs and runs[-1][1] + 1 == block else (block, block)
        runs.append((first, max(last, block)))
    return runs if len(runs) <= _MOST_RUNS else [(blocks[0], blocks[-1])]


def in_reach(schema: Schema, history: str, window: str) -> Condition:
    """Return the condition "not older than the ledger": dated since `history`, or not audited, or audited since `window`.

    Without it a block read again would bring bills from before the first reading, as if they were news.
    """
    head, _ = bill_tables(schema)
    found = [dated(schema, history), head.column("FStatus") == ZERO]
    if head.has("FCheckDate"):
        found.append(head.column("FCheckDate") >= day_start(sa.literal(window, sa.String())))
    return sa.or_(*found)


def lines(schema: Schema, condition: Condition, upper: int) -> sa.Select[Any]:
    """Return the bill lines that `condition` selects, up to the bill id `upper`, with codes and names joined.

    LEFT joins, so that a line whose material, warehouse or maker has no card stays; it is known by its id then.
    """
    head, entry = bill_tables(schema)
    items = schema.require(tables.ITEMS.name, *tables.ITEMS.columns)
    stocks = schema.require(tables.WAREHOUSES.name, *tables.WAREHOUSES.columns)
    to, out = stocks.alias("dc"), stocks.alias("sc")
    source = entry.clause.join(head.clause, head.column("FInterID") == entry.column("FInterID"))
    source = source.outerjoin(items.clause, items.column("FItemID") == entry.column("FItemID"))
    source = source.outerjoin(to, stocks.column("FItemID", to) == entry.column("FDCStockID"))
    issue_id: sa.ColumnElement[Any] = sa.null()
    issue_code: sa.ColumnElement[Any] = sa.literal_column("''")
    if entry.has("FSCStockID"):
        issue_id, issue_code = entry.column("FSCStockID"), as_text(stocks.column("FNumber", out), 255)
        source = source.outerjoin(out, stocks.column("FItemID", out) == issue_id)
    users = schema.table(tables.USERS.name)
    maker: sa.ColumnElement[Any] = sa.literal_column("''")
    if users is not None and users.has(*tables.USERS.columns) and head.has("FBillerID"):
        source = source.outerjoin(users.clause, users.column("FUserID") == head.column("FBillerID"))
        maker = as_text(users.column("FName"), 255)
    return (
        sa.select(
            head.column("FInterID").label("bill_id"),
            entry.column("FEntryID").label("entry_id"),
            head.column("FTranType").label("type"),
            as_text(head.column("FBillNo"), 255).label("number"),
            head.column("FDate").label("date"),
            _or_null(head, "FCheckDate").label("check_date"),
            head.column("FStatus").label("status"),
            _or_null(head, "FCancellation").label("void"),
            _or_null(head, "FROB").label("red"),
            _or_null(head, "FUpStockWhenSave").label("on_save"),
            entry.column("FItemID").label("item_id"),
            as_text(items.column("FNumber"), 255).label("item"),
            entry.column("FQty").label("quantity"),
            _or_blank(entry, "FBatchNo").label("batch"),
            entry.column("FDCStockID").label("dc_id"),
            as_text(stocks.column("FNumber", to), 255).label("dc"),
            issue_id.label("sc_id"),
            issue_code.label("sc"),
            maker.label("maker"),
            *(_or_blank(entry, column).label(column.lower()) for column in REFERENCES),
        )
        .select_from(source)
        .where(condition, *counted(head, upper))
        .order_by(head.column("FInterID"), entry.column("FEntryID"))
    )


REFERENCES = ("FSourceBillNo", "FOrderBillNo", "FICMOBillNo")
"""Where a line says what it was made from. The first that is filled wins: the source document is the one this line was
made from and the one other systems share; an order or a production task feeds many lines."""


def keys(schema: Schema, condition: Condition, upper: int) -> sa.Select[Any]:
    """Return the identities of the lines that `condition` selects: bill, entry, type."""
    head, entry = bill_tables(schema)
    return (
        sa.select(
            head.column("FInterID").label("bill_id"),
            entry.column("FEntryID").label("entry_id"),
            head.column("FTranType").label("type"),
        )
        .select_from(entry.clause.join(head.clause, head.column("FInterID") == entry.column("FInterID")))
        .where(condition, *counted(head, upper))
    )


def counted(head: TableSchema, upper: int) -> list[Condition]:
    """Return what every statement leaves out: row 0, bills after `upper`, types without effect, supplier's stock."""
    key, kind = head.column("FInterID"), head.column("FTranType")
    found: list[Condition] = [key != ZERO, key <= sa.literal_column(str(int(upper)))]
    found.append(kind.in_(literals(sorted(BILL_TYPES))))
    if head.has("FPOMode"):
        mode = head.column("FPOMode")
        is_vmi = sa.and_(kind == sa.literal_column("1"), mode == sa.literal_column(str(VMI_MODE)))
        found.append(sa.or_(mode.is_(None), sa.not_(is_vmi)))
    return found


def literals(numbers: list[int]) -> list[sa.ColumnElement[Any]]:
    """Return numbers written into the statement, so that GROUP BY and SELECT show one text."""
    return [sa.literal_column(str(number)) for number in numbers]


def present(table: TableSchema, *columns: str) -> tuple[str, ...]:
    """Return those of the columns that this database has."""
    return tuple(column for column in columns if table.has(column))


def _or_null(table: TableSchema, column: str) -> sa.ColumnElement[Any]:
    return table.column(column) if table.has(column) else sa.null()


def _or_blank(table: TableSchema, column: str) -> sa.ColumnElement[Any]:
    return as_text(table.column(column), 255) if table.has(column) else sa.literal_column("''")
