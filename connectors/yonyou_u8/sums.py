"""What the stock documents of an account set add up to: summed on the server, for the history does not travel."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from connectors.database import Schema, as_text, exact_number, exact_sum, read_columns
from connectors.yonyou_u8.config import YonyouU8Settings
from connectors.yonyou_u8.documents import audited, counting_rows, document_tables, present_pairs
from connectors.yonyou_u8.tables import Documents


@dataclass(frozen=True, slots=True)
class Sum:
    """What the audited, or the unaudited, lines of one pair do to a position. `batch` is '' where batches are summed."""

    pair: Documents
    item: str
    warehouse: str
    batch: str
    is_audited: bool
    effect: Decimal


def read_sums(
    connection: Connection, schema: Schema, settings: YonyouU8Settings, start: date | None, *, by_batch: bool = False
) -> list[Sum]:
    """Given the module's first day, return the sums of every pair that is there.

    Raise SnapshotRejected if a sum is no number.
    """
    found = []
    for pair in present_pairs(schema):
        statement = sum_statement(schema, settings, pair, start, by_batch=by_batch)
        columns = read_columns(connection, statement, source=schema.source, row_cap=settings.row_cap)
        batches = columns.get("batch") or [""] * len(columns["w"])
        for item, warehouse, batch, done, total in zip(
            columns["i"], columns["w"], batches, columns["audited"], columns["total"], strict=True
        ):
            effect = pair.sign * exact_number(total)
            found.append(Sum(pair, item, warehouse, batch, bool(done), effect))
    return found


def sum_statement(
    schema: Schema, settings: YonyouU8Settings, pair: Documents, start: date | None, *, by_batch: bool = False
) -> sa.Select[Any]:
    """Return the sums of one pair by warehouse, item (and batch) and audited or not."""
    head, body, h, b = document_tables(schema, pair)
    keys: list[sa.Label[Any]] = [
        as_text(head.column("cWhCode", h), 60).label("w"),
        as_text(body.column("cInvCode", b), 60).label("i"),
    ]
    if by_batch and body.has("cBatch"):
        keys.append(as_text(body.column("cBatch", b), 60).label("batch"))
    done = sa.case((audited(head, h), sa.literal_column("1")), else_=sa.literal_column("0")).label("audited")
    found: sa.Select[Any] = (
        sa.select(*keys, done, exact_sum(body.column("iQuantity", b)).label("total"))
        .select_from(h.join(b, head.column("ID", h) == body.column("ID", b)))
        .where(*counting_rows(schema, settings, pair, start, (h, b)))
        # Without cHandler `done` is a constant, and SQL Server groups by nothing that has no column in it.
        .group_by(*(key.element for key in keys), *([done.element] if head.has("cHandler") else []))
    )
    return found
