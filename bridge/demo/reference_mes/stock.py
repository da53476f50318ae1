"""GET /open/stock: all stock of one moment, page by page."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from bridge.demo.reference_mes.answers import (
    DEFAULT_PAGE,
    LARGEST_PAGE,
    Refused,
    figure,
    milliseconds_of,
    moment,
    whole,
)

_KEPT = 5
_COPY = """
INSERT INTO picture_line
SELECT :picture, item, location, batch,
       qty - coalesce((SELECT sum(effect.qty) FROM effect WHERE effect.item = stock.item
                       AND effect.location = stock.location AND effect.batch = stock.batch AND effect.time > :as_of), 0),
       unit, status, frozen, deleted, updated_at
FROM stock"""


@dataclass(frozen=True)
class Caller:
    """Who asks, and the server's time in Unix milliseconds and zone."""

    name: str
    now: int
    zone: tzinfo | None


def page(db: sqlite3.Connection, asked: Mapping[str, str], caller: Caller) -> dict[str, Any]:
    """Return a page of the picture that page 1 took; `asOf` winds stock back to a moment. Raise Refused.

    Rows come in the order of their key: without a fixed order, a row can be on no page or on two.
    Soft-deleted rows are listed with `deleted`: a row that is just missing looks like a lost page.
    """
    number, size = whole(asked, "pageNo", 1, 10**9 - 1), whole(asked, "pageSize", DEFAULT_PAGE, LARGEST_PAGE)
    as_of = milliseconds_of(asked["asOf"], "asOf") if "asOf" in asked else None
    if as_of is not None and as_of > caller.now:
        raise Refused(400, "asOf lies in the future")
    picture = _take(db, as_of, caller) if number == 1 else _taken(db, as_of, caller)
    total = db.execute("SELECT count(*) FROM picture_line WHERE picture = ?", (picture["id"],)).fetchone()[0]
    rows = db.execute(
        "SELECT * FROM picture_line WHERE picture = ? ORDER BY item, location, batch LIMIT ? OFFSET ?",
        (picture["id"], size, (number - 1) * size),
    )
    return {
        "snapshot_id": f"S{picture['id']}",
        "snapshot_time": moment(picture["time"], caller.zone),
        "total": total,
        "list": [_row(row, caller) for row in rows],
    }


def _take(db: sqlite3.Connection, as_of: int | None, caller: Caller) -> sqlite3.Row:
    """Copy all stock in this one transaction; the copy does not move while its pages are read."""
    time = caller.now if as_of is None else as_of
    facts = (caller.name, as_of, time)
    picture = db.execute("INSERT INTO picture (caller, as_of, time) VALUES (?, ?, ?) RETURNING *", facts).fetchone()
    db.execute(_COPY, {"picture": picture["id"], "as_of": 2**62 if as_of is None else as_of})
    db.execute("DELETE FROM picture WHERE caller = ? AND id <= ?", (caller.name, picture["id"] - _KEPT))
    return picture  # type: ignore[no-any-return]


def _taken(db: sqlite3.Connection, as_of: int | None, caller: Caller) -> sqlite3.Row:
    """Return the caller's newest picture. If they began anew meanwhile, they see another snapshot_id and start over."""
    picture = db.execute(
        "SELECT * FROM picture WHERE caller = ? AND as_of IS ? ORDER BY id DESC LIMIT 1", (caller.name, as_of)
    ).fetchone()
    if picture is None:
        raise Refused(409, "ask for pageNo 1 first: it takes the picture that the other pages are cut from")
    return picture  # type: ignore[no-any-return]


def _row(row: sqlite3.Row, caller: Caller) -> dict[str, Any]:
    return {
        "item_code": row["item"],
        "warehouse": row["location"],
        "batch": row["batch"],
        "qty": figure(row["qty"]),
        "unit": row["unit"],
        "status": row["status"],
        "frozen": bool(row["frozen"]),
        "deleted": bool(row["deleted"]),
        "updated_at": moment(row["updated_at"], caller.zone),
    }
