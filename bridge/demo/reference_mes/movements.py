"""GET /open/movements: what was added, changed or deleted in a span of time; and how the MES itself books."""

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass
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
from bridge.demo.reference_mes.holds import held
from bridge.demo.reference_mes.stock import Caller

_CURSOR = re.compile(r"[0-9]{1,18}-[0-9]{1,18}")


@dataclass(frozen=True)
class Movement:
    """One line that moved. Without `to_loc`, `qty` is what `from_loc` gained; with it, what went from one to the other.

    `qty` is in millionths. A wrong report is never changed in place: a second one reverses it and names it.
    """

    id: str
    item: str
    from_loc: str
    qty: int
    to_loc: str = ""
    batch: str = ""
    unit: str = "个"
    doc_type: str = "产品入库"
    doc_no: str = ""
    work_order: str = ""
    operator: str = ""
    reversal_of: str = ""


def page(db: sqlite3.Connection, asked: Mapping[str, str], caller: Caller) -> dict[str, Any]:
    """Return the next movements by change, from `from` (of `updated_at`) or after `cursor`. Raise Refused.

    The span is of the time of *writing*, not of business: a report entered late for yesterday is news of today.
    The cursor counts changes instead of times, as two rows may carry the same time, and it ends where the first page
    found the end: what changes while the pages are read belongs to the next reading. `next_cursor` is null on the last.

    SQLite lets one writer in at a time, so a lower `change` is always written first. On a server with many writers a
    row can appear behind the cursor; there, list only up to the oldest transaction that is still open.
    """
    size = whole(asked, "pageSize", DEFAULT_PAGE, LARGEST_PAGE)
    low = milliseconds_of(asked["from"], "from") if "from" in asked else 0
    high = milliseconds_of(asked["to"], "to") if "to" in asked else 2**62
    after, end = _span(db, asked.get("cursor", ""))
    rows = db.execute(
        "SELECT * FROM movement WHERE change > ? AND change <= ? AND updated_at >= ? AND updated_at < ?"
        " ORDER BY change LIMIT ?",
        (after, end, low, high, size + 1),
    ).fetchall()
    more = len(rows) > size
    cursor = f"{rows[size - 1]['change']}-{end}" if more else None
    return {"next_cursor": cursor, "list": [_row(row, caller) for row in rows[:size]]}


def book(db: sqlite3.Connection, moved: Movement, now: int) -> None:
    """Book a movement and its effect on stock in one transaction. The same id again changes nothing.

    Raise Refused if a place would give more than is there and not held: this is where a hold takes effect.
    """
    if db.execute("SELECT 1 FROM movement WHERE id = ?", (moved.id,)).fetchone():
        return
    giver = moved.from_loc if moved.to_loc or moved.qty < 0 else None
    if giver is not None and not moved.reversal_of:
        _check_free(db, moved, giver, "transfer" if moved.to_loc else "out", now)
    row = {key: value for key, value in asdict(moved).items() if key != "unit"}
    row |= {"change": _next_change(db), "time": now, "updated_at": now, "deleted": 0}
    db.execute(f"INSERT INTO movement ({', '.join(row)}) VALUES ({', '.join(f':{name}' for name in row)})", row)
    _add(db, moved, moved.from_loc, -moved.qty if moved.to_loc else moved.qty, now)
    if moved.to_loc:
        _add(db, moved, moved.to_loc, moved.qty, now)


def delete(db: sqlite3.Connection, movement: str, now: int) -> None:
    """Take a movement back: stock returns, the row stays with `deleted` and a new change. Raise Refused if unknown.

    A row that really vanished would never reach whoever reads by changes: their copy keeps it for ever.
    """
    row = db.execute("SELECT * FROM movement WHERE id = ? AND deleted = 0", (movement,)).fetchone()
    if row is None:
        raise Refused(404, f"no movement {movement[:40]!r}")
    moved = Movement(row["id"], row["item"], row["from_loc"], row["qty"], row["to_loc"], row["batch"])
    _add(db, moved, moved.from_loc, moved.qty if moved.to_loc else -moved.qty, now)
    if moved.to_loc:
        _add(db, moved, moved.to_loc, -moved.qty, now)
    db.execute(
        "UPDATE movement SET deleted = 1, change = ?, updated_at = ? WHERE id = ?", (_next_change(db), now, movement)
    )


def _check_free(db: sqlite3.Connection, moved: Movement, place: str, operation: str, now: int) -> None:
    """Refuse what would leave less than is held: of the batch, and of the item there whatever its batch."""
    rows = db.execute(
        "SELECT batch, qty, frozen FROM stock WHERE item = ? AND location = ?", (moved.item, place)
    ).fetchall()
    of_batch = sum(row["qty"] for row in rows if row["batch"] == moved.batch)
    wanted, name = abs(moved.qty), f"{moved.item} at {place}"
    if any(row["frozen"] for row in rows if row["batch"] == moved.batch):
        raise Refused(409, f"{name} is frozen as a whole")
    if wanted > of_batch:
        raise Refused(409, f"{name}: {figure(of_batch)} there, {figure(wanted)} wanted")
    for batch, there in ((None, sum(row["qty"] for row in rows)), (moved.batch, of_batch)):
        blocked, reasons = held(db, (moved.item, place, batch), operation, now)
        if blocked and wanted > there - blocked:
            free = figure(max(there - blocked, 0))
            raise Refused(409, f"{name} is held, {free} of {figure(there)} may leave: {'; '.join(reasons)}")


def _add(db: sqlite3.Connection, moved: Movement, place: str, qty: int, now: int) -> None:
    db.execute(
        "INSERT INTO stock VALUES (?, ?, ?, ?, ?, 'OK', 0, 0, ?) ON CONFLICT DO UPDATE"
        " SET qty = qty + excluded.qty, updated_at = excluded.updated_at, deleted = 0",
        (moved.item, place, moved.batch, qty, moved.unit, now),
    )


def _next_change(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT coalesce(max(change), 0) + 1 FROM movement").fetchone()[0])


def _span(db: sqlite3.Connection, cursor: str) -> tuple[int, int]:
    if not cursor:
        return 0, _next_change(db) - 1
    if not _CURSOR.fullmatch(cursor):
        raise Refused(400, "cursor is none of ours; give back next_cursor as it came")
    after, end = cursor.split("-")
    return int(after), int(end)


def _row(row: sqlite3.Row, caller: Caller) -> dict[str, Any]:
    texts = ("id", "item", "from_loc", "to_loc", "batch", "doc_type", "doc_no", "work_order", "operator", "reversal_of")
    return {name: row[name] for name in texts} | {
        "time": moment(row["time"], caller.zone),
        "qty": figure(row["qty"]),
        "deleted": bool(row["deleted"]),
        "updated_at": moment(row["updated_at"], caller.zone),
    }
