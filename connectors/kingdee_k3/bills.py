"""The SELECT statements over stock bills, made for the columns this database really has."""

from typing import Any

import sqlalchemy as sa

from connectors.database import Schema, TableSchema, as_text, day_number, day_start
from connectors.kingdee_k3 import tables
from connectors.kingdee_k3.bill_types import BILL_TYPES, VMI_MODE

Condition = sa.ColumnElement[bool]
# A prime that keeps sums of ids and quantities far from overflow.
_MODULUS: sa.ColumnElement[Any] = sa.literal_column("1000003")
_ZERO: sa.ColumnElement[Any] = sa.literal_column("0")
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
    still_open = head.column("FStatus") == _ZERO
    if head.has("FCancellation"):
        still_open = sa.and_(still_open, head.column("FCancellation") == _ZERO)
    return sa.or_(dated(schema, since), still_open)


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
    found = [dated(schema, history), head.column("FStatus") == _ZERO]
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
        .where(condition, *_counted(head, upper))
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
        .where(condition, *_counted(head, upper))
    )


def fingerprints(schema: Schema, condition: Condition, known: int, upper: int) -> sa.Select[Any]:
    """Return per block of bill ids, and apart for bills up to `known` and after, sums that change when a line does.

    One row a block instead of a month of lines: the server reads, little travels. Each fact is weighed by its line's
    place in the block: without that two changes that are each other's reverse (one bill audited, another un-audited;
    two quantities swapped) would leave the sums as they were. The first three say which lines there are.
    """
    head, entry = bill_tables(schema)
    block = _whole(head.column("FInterID")) // sa.literal_column(str(BLOCK), sa.BigInteger)
    is_new = sa.case((newer(schema, known), sa.literal_column("1")), else_=_ZERO)
    weight = _weight(head, entry)
    facts = [weight, *(_whole(column) % _MODULUS for column in _watched_columns(head, entry))]
    facts.append(sa.cast(entry.column("FQty") * sa.literal_column("1000000"), sa.Numeric(38, 0)) % _MODULUS)
    sums = [weight, *(sa.func.coalesce(fact, _ZERO) * weight for fact in facts)]
    return (
        sa.select(
            block.label("block"),
            is_new.label("is_new"),
            sa.func.count().label("lines"),
            *(sa.func.sum(fact).label(f"sum_{n}") for n, fact in enumerate(sums)),
        )
        .select_from(entry.clause.join(head.clause, head.column("FInterID") == entry.column("FInterID")))
        .where(condition, *_counted(head, upper))
        .group_by(block, is_new)
    )


def _weight(head: TableSchema, entry: TableSchema) -> sa.ColumnElement[Any]:
    """Return a number that tells the lines of a block apart; small, so that a block's sums stay far from overflow."""
    of_bill = _whole(head.column("FInterID")) % sa.literal_column(str(BLOCK), sa.BigInteger)
    of_line = _whole(entry.column("FEntryID")) % sa.literal_column("1009", sa.BigInteger)
    return of_bill * sa.literal_column("1009", sa.BigInteger) + of_line + sa.literal_column("1", sa.BigInteger)


def _watched_columns(head: TableSchema, entry: TableSchema) -> list[sa.ColumnElement[Any]]:
    """Return what of a line may change: state, sign, item, warehouses, business date."""
    columns = [head.column(name) for name in ("FStatus", *_present(head, "FCancellation", "FROB", "FUpStockWhenSave"))]
    columns += [entry.column(name) for name in ("FItemID", "FDCStockID", *_present(entry, "FSCStockID"))]
    return [*columns, day_number(head.column("FDate"))]


def _whole(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    return sa.cast(column, sa.BigInteger)


def still_open(schema: Schema, before: str, upper: int) -> sa.Select[Any]:
    """Return how many lines of bills dated before that day can still change, and the sum of their bills' ids."""
    head, entry = bill_tables(schema)
    ids = sa.func.coalesce(sa.func.sum(_whole(head.column("FInterID"))), _ZERO)
    return (
        sa.select(sa.func.count(), ids)
        .select_from(entry.clause.join(head.clause, head.column("FInterID") == entry.column("FInterID")))
        .where(watched(schema, before), sa.not_(dated(schema, before)), *_counted(head, upper))
    )


def _counted(head: TableSchema, upper: int) -> list[Condition]:
    """Return what every statement leaves out: row 0, bills after `upper`, types without effect, supplier's stock."""
    key, kind = head.column("FInterID"), head.column("FTranType")
    found: list[Condition] = [key != _ZERO, key <= sa.literal_column(str(int(upper)))]
    found.append(kind.in_(literals(sorted(BILL_TYPES))))
    if head.has("FPOMode"):
        mode = head.column("FPOMode")
        is_vmi = sa.and_(kind == sa.literal_column("1"), mode == sa.literal_column(str(VMI_MODE)))
        found.append(sa.or_(mode.is_(None), sa.not_(is_vmi)))
    return found


def literals(numbers: list[int]) -> list[sa.ColumnElement[Any]]:
    """Return numbers written into the statement, so that GROUP BY and SELECT show one text."""
    return [sa.literal_column(str(number)) for number in numbers]


def _present(table: TableSchema, *columns: str) -> tuple[str, ...]:
    return tuple(column for column in columns if table.has(column))


def _or_null(table: TableSchema, column: str) -> sa.ColumnElement[Any]:
    return table.column(column) if table.has(column) else sa.null()


def _or_blank(table: TableSchema, column: str) -> sa.ColumnElement[Any]:
    return as_text(table.column(column), 255) if table.has(column) else sa.literal_column("''")
