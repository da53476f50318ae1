"""PUT, GET and DELETE /open/holds/{hold_id}: a part of the stock that must not leave for a while."""

import re
import sqlite3
from collections.abc import Mapping
from typing import Any

from bridge.demo.reference_mes.answers import (
    DEFAULT_PAGE,
    LARGEST_PAGE,
    Refused,
    figure,
    micro_of,
    milliseconds_of,
    moment,
    whole,
)
from bridge.demo.reference_mes.stock import Caller

OPERATIONS = ("out", "transfer")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_BODY = {"scope", "item", "location", "batch", "qty", "reason", "until"}
_SAME = ("scope", "item", "location", "batch", "qty")


def put(db: sqlite3.Connection, hold_id: str, body: Any, caller: Caller) -> dict[str, Any]:
    """Place the hold under the caller's own id, and return it. Raise Refused with the reason.

    The caller makes the id, so a repeat after a lost answer meets the hold it made and blocks nothing twice. What
    stands can be renewed (`until`, `reason`); another item, place, scope or quantity under its id is a mistake of
    somebody's, and is refused. After a release the id is free again, for the same dispute come back.
    """
    wanted = _parsed(body, caller)
    if not _ID.fullmatch(hold_id):
        raise _refusal(400, hold_id, "hold_id must be 1 to 64 of A-Z a-z 0-9 _ -")
    found = _owned(db, hold_id, caller)
    if found is not None and found["released_at"] is None:
        differing = [name for name in _SAME if found[name] != wanted[name]]
        if differing:
            raise _refusal(409, hold_id, f"{hold_id} stands with another {', '.join(differing)}; release it first")
        db.execute(
            "UPDATE hold SET until = ?, reason = ? WHERE hold_id = ?", (wanted["until"], wanted["reason"], hold_id)
        )
        return get(db, hold_id, caller)
    key = (wanted["item"], wanted["location"])
    if not db.execute("SELECT 1 FROM stock WHERE item = ? AND location = ? AND deleted = 0", key).fetchone():
        raise _refusal(409, hold_id, f"no stock row of {key[0]!r:.80} at {key[1]!r:.80}: nothing to hold")
    row = wanted | {"hold_id": hold_id, "owner": caller.name, "applied_at": caller.now, "released_at": None}
    db.execute(f"INSERT OR REPLACE INTO hold ({', '.join(row)}) VALUES ({', '.join(f':{name}' for name in row)})", row)
    return get(db, hold_id, caller)


def get(db: sqlite3.Connection, hold_id: str, caller: Caller) -> dict[str, Any]:
    """Return the hold as it stands, released ones too. Raise Refused 404 with state `absent` if there never was one.

    The state stands in the body because a 404 can come from any proxy, and "no such hold" must not be guessed.
    """
    row = _owned(db, hold_id, caller)
    if row is None:
        raise Refused(404, f"no hold {hold_id[:64]!r}", {"hold_id": hold_id[:64], "state": "absent"})
    return _shown(row, caller)


def delete(db: sqlite3.Connection, hold_id: str, caller: Caller) -> dict[str, Any]:
    """Release the hold and return it; a released one again changes nothing. Raise Refused as `get` does."""
    get(db, hold_id, caller)
    db.execute("UPDATE hold SET released_at = ? WHERE hold_id = ? AND released_at IS NULL", (caller.now, hold_id))
    return get(db, hold_id, caller)


def page(db: sqlite3.Connection, asked: Mapping[str, str], caller: Caller) -> dict[str, Any]:
    """Return a page of the owner's holds that are not released, so that both sides can compare their books.

    The expired ones are among them: they block nothing any more, but nobody has put them away yet.
    """
    owner = asked.get("owner", caller.name)
    if owner != caller.name:
        raise Refused(403, f"these holds are not yours; your name here is {caller.name}")
    number, size = whole(asked, "pageNo", 1, 10**6), whole(asked, "pageSize", DEFAULT_PAGE, LARGEST_PAGE)
    standing = "FROM hold WHERE owner = ? AND released_at IS NULL"
    total = db.execute(f"SELECT count(*) {standing}", (owner,)).fetchone()[0]
    rows = db.execute(f"SELECT * {standing} ORDER BY hold_id LIMIT ? OFFSET ?", (owner, size, (number - 1) * size))
    return {"total": total, "list": [_shown(row, caller) for row in rows]}


def held(db: sqlite3.Connection, place: tuple[str, str, str | None], operation: str, now: int) -> tuple[int, list[str]]:
    """Return how much of an item at a location is held against `operation`, in millionths, and why.

    `place` is item, location and batch; batch None = all holds there, those on single batches too. Past `until` a hold
    ends by itself: whoever placed it may be down, and the stock must move.
    """
    item, location, batch = place
    rows = db.execute(
        "SELECT * FROM hold WHERE released_at IS NULL AND until > ? AND item = ? AND location = ?"
        " AND (? IS NULL OR batch = ?)",
        (now, item, location, batch, batch),
    )
    stopping = [row for row in rows if operation in row["scope"].split(",")]
    return sum(row["qty"] for row in stopping), [f"{row['hold_id']} {row['reason']}" for row in stopping]


def _owned(db: sqlite3.Connection, hold_id: str, caller: Caller) -> sqlite3.Row | None:
    """Return the row of the caller's own hold; nobody touches another's."""
    row: sqlite3.Row | None = db.execute("SELECT * FROM hold WHERE hold_id = ?", (hold_id,)).fetchone()
    if row is not None and row["owner"] != caller.name:
        raise _refusal(403, hold_id, f"{hold_id} was placed by {row['owner']}, who alone may see and change it")
    return row


def _parsed(body: Any, caller: Caller) -> dict[str, Any]:
    if not isinstance(body, dict) or set(body) != _BODY:
        raise Refused(400, f"the body must be one object with exactly: {', '.join(sorted(_BODY))}")
    scope = body["scope"]
    if not isinstance(scope, list) or not scope or not all(each in OPERATIONS for each in scope):
        raise Refused(400, f"scope must list what is stopped, of: {', '.join(OPERATIONS)}")
    for name, empty_allowed in (("item", False), ("location", False), ("batch", True), ("reason", False)):
        if not isinstance(body[name], str) or not (body[name] or empty_allowed) or not _is_text(body[name]):
            raise Refused(400, f"{name} must be a text" + (", '' for every batch" if empty_allowed else ""))
    qty, until = micro_of(body["qty"]), milliseconds_of(body["until"], "until")
    if qty <= 0 or until <= caller.now:
        raise Refused(400, "qty must be above 0" if qty <= 0 else "until lies in the past")
    texts = {name: body[name] for name in ("item", "location", "batch", "reason")}
    return texts | {"scope": ",".join(each for each in OPERATIONS if each in scope), "qty": qty, "until": until}


def _is_text(text: str) -> bool:
    """Return whether `text` can be stored: JSON can spell half a character that no text can hold."""
    return not any("\ud800" <= each <= "\udfff" for each in text)


def _shown(row: sqlite3.Row, caller: Caller) -> dict[str, Any]:
    expired = row["until"] <= caller.now
    state = "released" if row["released_at"] is not None else "expired" if expired else "active"
    return {
        "hold_id": row["hold_id"],
        "state": state,
        "owner": row["owner"],
        "scope": row["scope"].split(","),
        "item": row["item"],
        "location": row["location"],
        "batch": row["batch"],
        "qty": figure(row["qty"]),
        "reason": row["reason"],
        "until": moment(row["until"], caller.zone),
        "applied_at": moment(row["applied_at"], caller.zone),
        "released_at": None if row["released_at"] is None else moment(row["released_at"], caller.zone),
        "refused_reason": None,
    }


def _refusal(status: int, hold_id: str, reason: str) -> Refused:
    return Refused(status, reason, {"hold_id": hold_id[:64], "state": "refused", "refused_reason": reason})
