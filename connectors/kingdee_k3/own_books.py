"""K/3's balance by its own books: the openings of the open period (ICInvBal) and the bills that count since.

What stands in ICInventory must be the same (kingdee.md 2.3); where it is not, K/3 disagrees with itself (S1). Asked on
the server, a row for each item and warehouse: a period's bills do not travel.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy import Connection

from bridge.domain.errors import SnapshotRejected
from bridge.domain.snapshot import SelfAgreement
from connectors.database import Booked, Schema, as_text, exact_number, exact_sum, own_gaps, read_columns
from connectors.kingdee_k3 import bills, tables
from connectors.kingdee_k3.account import Account
from connectors.kingdee_k3.bill_types import BILL_TYPES, TRANSFER
from connectors.kingdee_k3.cards import Cards
from connectors.kingdee_k3.config import KingdeeK3Settings

Key = tuple[Any, Any, str]
"""Item id, warehouse id, batch ('' also where batches are summed)."""
Sums = dict[Key, Decimal]
_SUPPLIERS = 504  # t_Stock.FTypeID of VMI warehouses: their receipts are in no statement over bills
_EVERY_BILL = 2**31 - 1


def booked(
    connection: Connection, schema: Schema, settings: KingdeeK3Settings, account: Account, *, by_batch: bool
) -> Sums | None:
    """Return opening plus counting bills by position.

    Return None where K/3 does not say (no open period, no openings), and where a figure is no number, which is for the
    reading itself to refuse by name.
    """
    with suppress(SnapshotRejected):
        return _booked(connection, schema, settings, account, by_batch=by_batch)
    return None


def _booked(
    connection: Connection, schema: Schema, settings: KingdeeK3Settings, account: Account, *, by_batch: bool
) -> Sums | None:
    asked = statements(schema, settings, account.open_from, by_batch=by_batch, on_save=account.counts_on_save)
    if asked is None:
        return None
    openings, moved = (read_columns(connection, each, source=schema.source, row_cap=settings.row_cap) for each in asked)
    if not openings["item_id"]:
        return None
    found: Sums = {}
    for item, stock, batch, quantity in zip(*openings.values(), strict=True):
        _add(found, (item, stock, batch), exact_number(quantity))
    for kind, item, to, out, batch, quantity in zip(*moved.values(), strict=True):
        for stock, sign in _legs(int(kind), to, out):
            _add(found, (item, stock, batch), sign * exact_number(quantity))
    return found


def held_against(
    lines: pa.Table,
    cards: Cards,
    settings: KingdeeK3Settings,
    own: Callable[[], Sums | None],
    before: Sums | None,
    since: date | None,
) -> tuple[SelfAgreement | None, pa.Table]:
    """Given stock lines, `booked` and what it was before them, return what `own_gaps` says of our own real warehouses."""
    ours = {
        key: card.code
        for key, card in cards.warehouses.items()
        if card.code
        and card.kind != "virtual"
        and card.type not in {*tables.VIRTUAL_TYPES, _SUPPLIERS}
        and (card.type is None or card.type in settings.warehouse_types)
    }

    def named(sums: Sums | None) -> Booked | None:
        return None if sums is None else _named(sums, cards, ours)

    units = {card.code: card.unit for card in cards.items.values()}
    codes = frozenset(ours.values())
    return own_gaps(lines, named(before), lambda: named(own()), since, units, codes.__contains__)


def _named(sums: Sums, cards: Cards, places: Mapping[Any, str]) -> Booked:
    return {
        (cards.items[item].code, places[stock], batch): quantity
        for (item, stock, batch), quantity in sums.items()
        if stock in places and item in cards.items and cards.items[item].code
    }


def statements(
    schema: Schema, settings: KingdeeK3Settings, since: date | None, *, by_batch: bool, on_save: bool
) -> tuple[sa.Select[Any], sa.Select[Any]] | None:
    """Return the statements over openings and over bills of the period that began at `since`; None if one is not possible."""
    opening = schema.table(tables.OPENINGS.name)
    known = (opening, schema.table(tables.BILLS.name), schema.table(tables.ENTRIES.name))
    if since is None or opening is None or None in known or not opening.has(*tables.OPENINGS.columns):
        return None
    in_period = [opening.column(name) == number for name, number in (("FYear", since.year), ("FPeriod", since.month))]
    keys = [opening.column("FItemID").label("item_id"), opening.column("FStockID").label("stock_id")]
    batch = _batch(opening.column("FBatchNo") if by_batch and opening.has("FBatchNo") else None)
    begin = (
        sa.select(*keys, batch.label("batch"), exact_sum(opening.column("FBegQty")).label("quantity"))
        .select_from(opening.clause)
        .where(*in_period)
        .group_by(*_grouped((*(key.element for key in keys), batch)))
    )
    return begin, _moved(schema, settings, since.isoformat(), by_batch=by_batch, on_save=on_save)


def _moved(schema: Schema, settings: KingdeeK3Settings, since: str, *, by_batch: bool, on_save: bool) -> sa.Select[Any]:
    """Return the sums of the counting bills by type, item and both warehouses; a red line is negative (see bill_lines)."""
    head, entry = bills.bill_tables(schema)
    quantity = entry.column("FQty")
    if head.has("FROB"):
        quantity = sa.case((head.column("FROB") < bills.ZERO, -sa.func.abs(quantity)), else_=quantity)
    out = entry.column("FSCStockID") if entry.has("FSCStockID") else bills.ZERO
    batch = _batch(entry.column("FBatchNo") if by_batch and entry.has("FBatchNo") else None)
    keys = (head.column("FTranType"), entry.column("FItemID"), entry.column("FDCStockID"), out, batch)
    labels = ("type", "item_id", "dc_id", "sc_id", "batch")
    return (
        sa.select(
            *(key.label(label) for key, label in zip(keys, labels, strict=True)), exact_sum(quantity).label("quantity")
        )
        .select_from(entry.clause.join(head.clause, head.column("FInterID") == entry.column("FInterID")))
        .where(
            bills.dated(schema, since),
            bills.counting(head, settings.stock_effect, default_on_save=on_save),
            *bills.counted(head, _EVERY_BILL),
        )
        .group_by(*_grouped(keys))
    )


def _batch(column: sa.ColumnElement[Any] | None) -> sa.ColumnElement[Any]:
    return sa.literal_column("''") if column is None else as_text(column, 255)


def _grouped(keys: Iterable[sa.ColumnElement[Any]]) -> list[sa.ColumnElement[Any]]:
    """Return what to group by: SQL Server groups by nothing that has no column in it."""
    return [key for key in keys if not isinstance(key, sa.sql.elements.ColumnClause) or not key.is_literal]


def _legs(kind: int, to: Any, out: Any) -> tuple[tuple[Any, int], ...]:
    """Return the warehouses a bill type moves, with their signs."""
    if kind == TRANSFER:
        return ((to, 1), (out, -1))
    meant = BILL_TYPES[kind]
    first, second = (to, out) if meant.warehouse == "dc" else (out, to)
    return ((first or second, meant.sign),)


def _add(found: Sums, key: Key, quantity: Decimal) -> None:
    found[key] = found.get(key, Decimal(0)) + quantity
