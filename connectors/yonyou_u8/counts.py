"""盘点单: what was last counted of each position, from audited count sheets (yonyou-u8.md 2.4).

A witness, not a part of the stock: where the tables are missing or not granted there are no counts, and nothing fails.
"""

from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy import Engine

from bridge.domain.errors import BridgeError
from bridge.domain.quantity import from_micro, to_micro
from bridge.domain.snapshot import PHYSICAL_COUNTS
from config.durations import parse_duration
from connectors.database import Schema, as_text, day_start, read_columns, read_schema, transaction
from connectors.yonyou_u8.config import YonyouU8Settings
from connectors.yonyou_u8.options import moment
from connectors.yonyou_u8.tables import COUNT_TABLES

_TIMES = {"dated": "dCVDate", "made": "dnmaketime"}
_BATCHES = ("cCVBatch", "cBatch")
_DAY = timedelta(days=1)
_Position = tuple[str, str, str]


def sheet_statement(schema: Schema, since: date) -> sa.Select[Any]:
    """Return the reading of the lines of audited sheets dated since a day. Raise SourceRefused if something is missing."""
    head = schema.require("CheckVouch", "ID", "cCVCode", "cWhCode", "dCVDate", "cAccounter")
    body = schema.require("CheckVouchs", "ID", "cInvCode", "iCVCQuantity")
    h, b = head.alias("h"), body.alias("b")
    batch = body.first(*_BATCHES)
    columns: list[sa.ColumnElement[Any]] = [
        head.column("ID", h).label("sheet"),
        as_text(head.column("cCVCode", h), 60).label("number"),
        as_text(head.column("cWhCode", h), 60).label("warehouse"),
        as_text(body.column("cInvCode", b), 60).label("item"),
        body.column("iCVCQuantity", b).label("counted"),
    ]
    columns += [as_text(body.column(batch, b), 60).label("batch")] if batch else []
    columns += [head.column(real, h).label(label) for label, real in _TIMES.items() if head.has(real)]
    return (
        sa.select(*columns)
        .select_from(h.join(b, head.column("ID", h) == body.column("ID", b)))
        .where(
            as_text(head.column("cAccounter", h), 60) != "",
            head.column("dCVDate", h) >= day_start(sa.literal(since.isoformat())),
        )
    )


def read_counts(engine: Engine, source: str, settings: YonyouU8Settings, now: datetime) -> tuple[pa.Table, str]:
    """Given an engine and the present in the plant's zone, return PHYSICAL_COUNTS and why there are none ('' = no trouble).

    Counts of `counts_since` are read, in a transaction of their own: a refusal must not spoil the reading of the stock.
    """
    since = (now - parse_duration(settings.counts_since)).date()
    try:
        with transaction(engine, source) as connection:
            statement = sheet_statement(read_schema(connection, source, COUNT_TABLES), since)
            found = read_columns(connection, statement, source=source, row_cap=settings.row_cap)
        return _last_counts(found, now.tzinfo), ""
    except BridgeError as cause:
        return PHYSICAL_COUNTS.empty_table(), cause.packed()


def _last_counts(found: dict[str, list[Any]], zone: tzinfo | None) -> pa.Table:
    """Return the newest sheet's word on each position. Lines of one position (free items, bins) add up."""
    last: dict[_Position, tuple[tuple[datetime, int], str, int | None]] = {}
    for values in zip(*found.values(), strict=True):
        line = dict(zip(found, values, strict=True))
        at = _counted_at(line, zone)
        if at is None:
            continue
        place = (line["item"], line["warehouse"], line.get("batch", ""))
        sheet = (at, int(line["sheet"]))
        quantity = None if line["counted"] is None else to_micro(line["counted"])
        known = last.get(place)
        if known is not None and known[0] == sheet:
            more = known[2]
            quantity = None if quantity is None or more is None else to_micro(from_micro(quantity + more))
        if known is None or known[0] <= sheet:
            last[place] = (sheet, line["number"], quantity)
    rows = [(*place, quantity, at, number) for place, ((at, _), number, quantity) in sorted(last.items())]
    columns = zip(*rows, strict=True) if rows else ((),) * len(PHYSICAL_COUNTS)
    return pa.Table.from_pydict(
        dict(zip(PHYSICAL_COUNTS.names, map(list, columns), strict=True)), schema=PHYSICAL_COUNTS
    )


def _counted_at(line: dict[str, Any], zone: tzinfo | None) -> datetime | None:
    """Return when the shelf was as stated: when the sheet was made and took the book figure, else the end of its day."""
    dated, made = moment(line["dated"], zone), moment(line.get("made"), zone)
    if dated is None or (made is not None and made.date() == dated.date()):
        return made
    return dated + _DAY - timedelta(microseconds=1) if dated.time() == time() else dated
