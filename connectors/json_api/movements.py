"""Rows of the movement request as signed movements, read since the last change seen.

The next reading asks again from a while (`overlap`) before the newest change: a report that was being written while we
read carries an earlier time than some we saw. What comes twice has the same key.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

import pyarrow as pa

from bridge.domain.movement import MOVEMENTS, MovementBatch
from bridge.ports import Clock
from config.durations import parse_duration
from connectors.json_api.http import Link
from connectors.json_api.page import Row
from connectors.json_api.paging import Listing, read_list, unique_of
from connectors.json_api.requests import MovementRequest
from connectors.json_api.rows import Rows
from connectors.json_api.unwrapping import lines_in
from connectors.json_api.words import shown

_COUNTING = frozenset({"audited", "posted"})
_FIELDS = ("item", "qty", "warehouse", "batch", "id", "deleted", "doc", "line", "type", "at", "updated", "state", "to")


@dataclass(frozen=True)
class Cursor:
    """How far was read: `since` is the newest change seen, in ISO form."""

    account: str
    since: str

    def text(self) -> str:
        """Return the cursor as opaque text (JSON)."""
        return json.dumps({"v": 1, **asdict(self)}, separators=(",", ":"))


def parse_cursor(text: str, account: str) -> datetime | None:
    """Given a cursor, return the newest change seen; None for '', another account or anything not understood."""
    try:
        found = json.loads(text)
        if found["v"] != 1 or found["account"] != account:
            return None
        since = datetime.fromisoformat(found["since"])
    except (ValueError, KeyError, TypeError):
        return None
    return since if since.tzinfo is not None else None


def read_movements(link: Link, wanted: MovementRequest, clock: Clock, *, account: str, since: str) -> MovementBatch:
    """Given the last cursor, return what changed since and the next cursor.

    Without a `since` parameter all is read each time, so that deletions show.
    """
    settings, now = link.settings, clock.now()
    fields = settings.fields.with_names(wanted.fields)
    last = parse_cursor(since, account)
    start = now - parse_duration(wanted.history) if last is None else last - parse_duration(wanted.overlap)
    written, until = _written(start, wanted, now.tzinfo), _written(now, wanted, now.tzinfo)
    listing = read_list(
        link,
        wanted,
        row_cap=settings.row_cap,
        unique=unique_of(fields, wanted),
        filled={"since": written, "now": until},
        more={wanted.since: written} if wanted.since else {},
    )
    lines = lines_in(listing.rows, wanted.unwrap, source=link.source, request=wanted.name)
    rows = Rows(link.source, wanted.name, lines, fields, settings.constants)
    table, newest = _table(rows, wanted, now.tzinfo)
    if not wanted.is_since:
        return MovementBatch(table, Cursor(account, now.isoformat()).text(), frozenset(table["key"].to_pylist()))
    is_still = clock.now() == now  # --now, a replay: then the system's clock belongs to another time
    reached = _reached(listing, newest, last, now if is_still or listing.date is None else listing.date)
    return MovementBatch(table, Cursor(account, reached.isoformat()).text())


def _reached(listing: Listing, newest: datetime | None, last: datetime | None, clock: datetime) -> datetime:
    """Return how far was read: never behind the last time, never beyond the system's own clock at the request.

    A change dated into the future would otherwise hide all that follows it.
    """
    if newest is None:
        newest = last if last is not None and not listing.rows else clock
    return max(min(newest, clock), last) if last is not None else min(newest, clock)


def _written(start: datetime, wanted: MovementRequest, zone: tzinfo | None) -> str | int:
    match wanted.since_format:
        case "iso":
            return start.astimezone(zone).isoformat(timespec="seconds")
        case "utc":
            return start.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        case "local":
            return start.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
        case "seconds":
            return int(start.timestamp())
        case "milliseconds":
            return int(start.timestamp()) * 1000


def _table(rows: Rows, wanted: MovementRequest, zone: tzinfo | None) -> tuple[pa.Table, datetime | None]:
    """Return MOVEMENTS and the newest change among them (None = the rows do not tell)."""
    rows.require(*_FIELDS)
    documents = _documents(rows, wanted, zone)
    places = zip(rows.texts("warehouse"), rows.texts("to"), strict=True)
    keys, effects = _keys(rows, documents), _effects(rows)
    found: dict[str, Row] = {}
    for at, (document, (warehouse, to)) in enumerate(zip(documents, places, strict=True)):
        for leg in _legs(keys[at], warehouse, to, effects[at], document["family"]):
            row = document | leg
            if found.setdefault(row["key"], row) != row:  # two movements under one key: which of them is meant?
                raise rows.refused("BR-1456", "id", at, key=shown(row["key"]))
    columns = {name: [row[name] for row in found.values()] for name in MOVEMENTS.names}
    newest = max((moment for moment in rows.moments("updated", zone) if moment is not None), default=None)
    return pa.table(columns, schema=MOVEMENTS), newest


def _documents(rows: Rows, wanted: MovementRequest, zone: tzinfo | None) -> list[Row]:
    """Return of each row what its legs share."""
    types = rows.texts("type")
    columns = {
        "document_type": types,
        "document_number": rows.texts("doc"),
        "line": rows.texts("line"),
        "family": [wanted.types.get(kind, wanted.family) for kind in types],
        "item": rows.texts("item", code=True),
        "batch": rows.texts("batch"),
        "state": (states := _states(rows, wanted)),
        "counts": [state in _COUNTING for state in states],
        "business_time": rows.moments("at", zone),
        "maker": rows.texts("maker"),
        "reference": rows.texts("reference"),
    }
    same = {"source": rows.source, "audited_time": None, "first_seen": None}
    cells: Iterator[tuple[Any, ...]] = zip(*columns.values(), strict=True)
    return [dict(zip(columns, row, strict=True)) | same for row in cells]


def _legs(key: str, warehouse: str, to: str, effect: int, family: str) -> list[Row]:
    """Return the movement of a row, or the two legs of one that names a receiving warehouse."""
    if not to:
        return [{"key": key, "warehouse": warehouse, "counterpart": "", "effect": effect, "family": family}]
    out = {"key": f"{key}:out", "warehouse": warehouse, "counterpart": to, "effect": -effect, "family": "transfer_out"}
    receipt = {"key": f"{key}:in", "warehouse": to, "counterpart": warehouse, "effect": effect, "family": "transfer_in"}
    return [out, receipt]


def _keys(rows: Rows, documents: list[Row]) -> list[str]:
    """Return each row's own identity, else number and line."""
    found = [
        identity or (f"{document['document_number']}:{document['line']}" if document["document_number"] else "")
        for identity, document in zip(rows.texts("id"), documents, strict=True)
    ]
    if "" in found:
        raise rows.refused("BR-1452", "doc", found.index(""))
    return found


def _effects(rows: Rows) -> list[int]:
    effects, _ = rows.quantities()
    known = [effect for effect in effects if effect is not None]
    if len(known) != len(effects):
        raise rows.refused("BR-1452", "qty", effects.index(None))
    return known


def _states(rows: Rows, wanted: MovementRequest) -> list[str]:
    deleted = rows.flags("deleted")
    if rows.name("state") is None and "state" not in rows.constants:
        return ["deleted" if is_gone else "posted" for is_gone in deleted]
    words = rows.texts("state")
    for at, word in enumerate(words):
        if word not in wanted.states:
            raise rows.refused("BR-1457", "state", at, value=shown(word), allowed=", ".join(wanted.states) or "-")
    return ["deleted" if is_gone else wanted.states[word] for word, is_gone in zip(words, deleted, strict=True)]
