"""The statements that read stock documents: which pairs there are, which of their rows count, what is new."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from connectors.database import Schema, TableSchema, as_text, day_start
from connectors.yonyou_u8.config import YonyouU8Settings
from connectors.yonyou_u8.stock import own_goods
from connectors.yonyou_u8.tables import DOCUMENTS, Documents
from connectors.yonyou_u8.versions import newer, version_number

_FIRSTS = ("bpufirst", "biafirst", "bOMFirst")
"""Openings of purchase, costing and subcontracting: they never moved stock."""
_HEAD_TEXTS = {"business": "cBusType", "origin": "cSource", "busy": "cBusCode", "maker": "cMaker"}
_SIGNATURES = {"handler": "cHandler", "accounter": "cAccounter"}
_HEAD_TIMES = {"dated": "dDate", "verified_on": "dVeriDate", "made": "dnmaketime", "verified": "dnverifytime"}


@dataclass(frozen=True)
class Window:
    """What to read: everything if all are None.

    Else what changed after row version `fence`; without versions what has a higher AutoID than `top`, was dated or
    audited since `reread_from`, or is unaudited.
    """

    fence: int | None = None
    top: int | None = None
    reread_from: date | None = None


def present_pairs(schema: Schema) -> tuple[Documents, ...]:
    """Return the pairs this database has with the columns nothing works without."""
    found = []
    for pair in DOCUMENTS:
        head, body = schema.table(pair.head), schema.table(pair.body)
        if head is None or body is None:
            continue
        schema.require(pair.head, "ID", "cCode", "cWhCode", "dDate")
        schema.require(pair.body, "AutoID", "ID", "cInvCode", "iQuantity")
        found.append(pair)
    return tuple(found)


def document_statement(
    schema: Schema, settings: YonyouU8Settings, pair: Documents, start: date | None, window: Window
) -> sa.Select[Any]:
    """Return the reading of one pair, head joined to body."""
    head, body, h, b = document_tables(schema, pair)
    columns: list[sa.ColumnElement[Any]] = [
        body.column("AutoID", b).label("auto_id"),
        as_text(head.column("cCode", h), 60).label("number"),
        as_text(head.column("cWhCode", h), 60).label("warehouse"),
        as_text(body.column("cInvCode", b), 60).label("item"),
        body.column("iQuantity", b).label("quantity"),
    ]
    texts = {**_HEAD_TEXTS, **_SIGNATURES, **{f"ref_{name}": name for name in settings.reference_columns}}
    columns += [as_text(head.column(real, h), 60).label(label) for label, real in texts.items() if head.has(real)]
    columns += [head.column(real, h).label(label) for label, real in _HEAD_TIMES.items() if head.has(real)]
    columns += [as_text(body.column("cBatch", b), 60).label("batch")] if body.has("cBatch") else []
    columns += [body.column("irowno", b).label("line")] if body.has("irowno") else []
    if body.has("rowufts"):
        columns.append(version_number(body.column("rowufts", b)).label("version"))
    return (
        sa.select(*columns)
        .select_from(h.join(b, head.column("ID", h) == body.column("ID", b)))
        .where(
            *counting_rows(schema, settings, pair, start, (h, b)),
            *_recent(head, body, window, h, b),
            *_not_before(head, settings, h),
        )
    )


def key_statement(
    schema: Schema, settings: YonyouU8Settings, pair: Documents, start: date | None, *, count: bool
) -> sa.Select[Any]:
    """Return all AutoIDs of one pair that count, or only how many there are."""
    head, body, h, b = document_tables(schema, pair)
    wanted = sa.func.count() if count else body.column("AutoID", b).label("auto_id")
    return (
        sa.select(wanted)
        .select_from(h.join(b, head.column("ID", h) == body.column("ID", b)))
        .where(*counting_rows(schema, settings, pair, start, (h, b)))
    )


def counting_rows(
    schema: Schema,
    settings: YonyouU8Settings,
    pair: Documents,
    start: date | None,
    aliases: tuple[sa.FromClause, sa.FromClause],
) -> list[sa.ColumnElement[bool]]:
    """Return which rows U8's own stock ledger counts (yonyou-u8.md 2.3), vendors' goods as in 现存量.

    Openings dated before the start of the module; later documents unless openings of other modules or 假退料.
    """
    head, body = schema.require(pair.head), schema.require(pair.body)
    h, b = aliases
    ordinary = [_zero(head.column(name, h)) for name in _FIRSTS if head.has(name)]
    if pair.type == "11" and head.has("cBusType"):
        ordinary.append(sa.func.coalesce(head.column("cBusType", h), "") != "假退料")
    opening = sa.not_(_zero(head.column("bIsSTQc", h))) if head.has("bIsSTQc") else sa.literal(pair.type == "34")
    if start is not None:
        dated, first_day = head.column("dDate", h), day_start(sa.literal(start.isoformat()))
        counted = sa.or_(sa.and_(dated < first_day, opening), sa.and_(dated >= first_day, *ordinary))
    else:
        counted = sa.or_(opening, sa.and_(sa.true(), *ordinary))
    conditions: list[sa.ColumnElement[bool]] = [counted]
    if body.has("cvmivencode") and not settings.include_vmi:
        conditions.append(own_goods(schema, settings, body.column("cvmivencode", b), head.column("cWhCode", h)))
    return conditions


def audited(head: TableSchema, h: sa.FromClause) -> sa.ColumnElement[bool]:
    """Return the condition a document is audited (cHandler not empty).

    Literals, not parameters: SQL Server matches GROUP BY expressions by their text, and no two parameters are alike.
    """
    if not head.has("cHandler"):
        return sa.true()
    blank: sa.ColumnElement[Any] = sa.literal_column("''")
    return sa.func.coalesce(head.column("cHandler", h), blank) != blank


def document_tables(schema: Schema, pair: Documents) -> tuple[TableSchema, TableSchema, sa.FromClause, sa.FromClause]:
    """Return head, body and their aliases `h` and `b`."""
    head, body = schema.require(pair.head), schema.require(pair.body)
    return head, body, head.alias("h"), body.alias("b")


def _not_before(head: TableSchema, settings: YonyouU8Settings, h: sa.FromClause) -> list[sa.ColumnElement[bool]]:
    if settings.documents_from is None:
        return []
    return [head.column("dDate", h) >= day_start(sa.literal(settings.documents_from.isoformat()))]


def _recent(
    head: TableSchema, body: TableSchema, window: Window, h: sa.FromClause, b: sa.FromClause
) -> list[sa.ColumnElement[bool]]:
    if window.fence is not None:
        changed = [newer(head.column("ufts", h), window.fence), newer(body.column("rowufts", b), window.fence)]
        return [sa.or_(*changed)]
    if window.top is None or window.reread_from is None:
        return []
    since = day_start(sa.literal(window.reread_from.isoformat()))
    late = [body.column("AutoID", b) > window.top, head.column("dDate", h) >= since]
    late += [head.column("dVeriDate", h) >= since] if head.has("dVeriDate") else []
    late += [sa.not_(audited(head, h))] if head.has("cHandler") else []
    return [sa.or_(*late)]


def _zero(column: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Return the condition a flag is not set, NULL being 0."""
    return sa.func.coalesce(column, 0) == 0
