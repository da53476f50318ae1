"""The sums over stock bills that tell what changed without reading it: a row for 256 bills instead of a month of lines."""

from typing import Any

import sqlalchemy as sa

from connectors.database import Schema, TableSchema, day_number, text_number
from connectors.kingdee_k3.bills import (
    BLOCK,
    REFERENCES,
    ZERO,
    Condition,
    bill_tables,
    counted,
    dated,
    newer,
    present,
    watched,
)

# A prime that keeps sums of ids and quantities far from overflow.
_MODULUS: sa.ColumnElement[Any] = sa.literal_column("1000003")


def fingerprints(schema: Schema, condition: Condition, known: int, upper: int) -> sa.Select[Any]:
    """Return per block of bill ids, and apart for bills up to `known` and after, sums that change when a line does.

    One row a block instead of a month of lines: the server reads, little travels. Each fact is weighed by its line's
    place in the block: without that two changes that are each other's reverse (one bill audited, another un-audited;
    two quantities swapped) would leave the sums as they were. The first three say which lines there are.
    """
    head, entry = bill_tables(schema)
    block = _whole(head.column("FInterID")) // sa.literal_column(str(BLOCK), sa.BigInteger)
    is_new = sa.case((newer(schema, known), sa.literal_column("1")), else_=ZERO)
    weight = _weight(head, entry)
    facts = [weight, *(_whole(column) % _MODULUS for column in _watched_columns(head, entry))]
    facts.append(sa.cast(entry.column("FQty") * sa.literal_column("1000000"), sa.Numeric(38, 0)) % _MODULUS)
    # A text's number is never NULL, and SQL Server works out twice what stands in COALESCE.
    texts = text_number(*_texts(head, entry)) % _MODULUS
    sums = [weight, *(sa.func.coalesce(fact, ZERO) * weight for fact in facts), texts * weight]
    return (
        sa.select(
            block.label("block"),
            is_new.label("is_new"),
            sa.func.count().label("lines"),
            *(sa.func.sum(fact).label(f"sum_{n}") for n, fact in enumerate(sums)),
        )
        .select_from(entry.clause.join(head.clause, head.column("FInterID") == entry.column("FInterID")))
        .where(condition, *counted(head, upper))
        .group_by(block, is_new)
    )


def _weight(head: TableSchema, entry: TableSchema) -> sa.ColumnElement[Any]:
    """Return a number that tells the lines of a block apart; small, so that a block's sums stay far from overflow."""
    of_bill = _whole(head.column("FInterID")) % sa.literal_column(str(BLOCK), sa.BigInteger)
    of_line = _whole(entry.column("FEntryID")) % sa.literal_column("1009", sa.BigInteger)
    return of_bill * sa.literal_column("1009", sa.BigInteger) + of_line + sa.literal_column("1", sa.BigInteger)


def _watched_columns(head: TableSchema, entry: TableSchema) -> list[sa.ColumnElement[Any]]:
    """Return what of a line may change: state, sign, item, warehouses, business date."""
    columns = [head.column(name) for name in ("FStatus", *present(head, "FCancellation", "FROB", "FUpStockWhenSave"))]
    columns += [entry.column(name) for name in ("FItemID", "FDCStockID", *present(entry, "FSCStockID"))]
    return [*columns, day_number(head.column("FDate"))]


def _texts(head: TableSchema, entry: TableSchema) -> list[sa.ColumnElement[Any]]:
    """Return the texts of a line that are read: bill number, batch, references."""
    return [head.column("FBillNo"), *(entry.column(name) for name in present(entry, "FBatchNo", *REFERENCES))]


def _whole(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    return sa.cast(column, sa.BigInteger)


def still_open(schema: Schema, before: str, upper: int) -> sa.Select[Any]:
    """Return how many lines of bills dated before that day can still change, and the sum of their bills' ids."""
    head, entry = bill_tables(schema)
    ids = sa.func.coalesce(sa.func.sum(_whole(head.column("FInterID"))), ZERO)
    return (
        sa.select(sa.func.count(), ids)
        .select_from(entry.clause.join(head.clause, head.column("FInterID") == entry.column("FInterID")))
        .where(watched(schema, before), sa.not_(dated(schema, before)), *counted(head, upper))
    )
