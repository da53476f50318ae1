"""Reading stock documents: what changed since the cursor, and a key scan when something may have been deleted.

With row versions (`ufts` of the head, `rowufts` of the body) everything changed above the fence is read; without them
lines with a higher AutoID and, again, everything dated or audited in the `reread` window or still unaudited. Deletions
leave no version behind: every `count_every` the number of counting lines must be the former one plus the new ones,
else, and once a `key_scan` period, all keys are listed. A database that was set back (its versions lie below the fence,
or the newest lines known have older ones, or are gone) is read again whole, as is everything when a 修改现存量时点
switch changes.

Keys are `<account database>:<document type>:<AutoID>`: numbers repeat over the years, databases do not.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bridge.domain.errors import SourceRefused, SourceUnavailable
from bridge.domain.movement import MOVEMENTS, MovementBatch
from bridge.domain.snapshot import empty
from config.durations import parse_duration
from connectors.database import transaction
from connectors.yonyou_u8.books import Books
from connectors.yonyou_u8.changes import read_changes
from connectors.yonyou_u8.config import YonyouU8Settings
from connectors.yonyou_u8.counterparts import transfer_warehouses
from connectors.yonyou_u8.cursor import Cursor, parse_cursor
from connectors.yonyou_u8.lines import Meaning, movement_rows
from connectors.yonyou_u8.reading import Found, open_reading
from connectors.yonyou_u8.versions import read_fence

_ANCHORS = 4


def read_movements(source: str, settings: YonyouU8Settings, books: Books, now: datetime, since: str) -> MovementBatch:
    """Given a cursor's text ('' = from the start), return changed documents and the next cursor.

    A database without stock documents gives an empty batch. Raise SourceUnavailable or SourceRefused.
    """
    engine = books.open(source)
    with transaction(engine, source) as connection:
        # In a transaction of its own: under SNAPSHOT isolation a fence asked later than the rows' state would skip
        # what was committed in between.
        reading = open_reading(connection, source, settings)
        if not reading.pairs:
            return MovementBatch(empty(MOVEMENTS), since)
        fence = read_fence(connection, reading.schema, reading.pairs)
    cursor, former = _own(parse_cursor(since), reading.schema.database)
    due = cursor is None or cursor.scan_due(now, parse_duration(settings.key_scan).total_seconds())
    with transaction(engine, source) as connection:
        reading = replace(reading, connection=connection)
        changes = read_changes(reading, cursor, fence, now, measure=due)
        transfers = transfer_warehouses(connection, reading.schema, changes.found)
        expected = None if cursor is None else cursor.count + _new(cursor, changes.found)
        every_s = parse_duration(settings.count_every).total_seconds()
        counted = expected is None or changes.whole or due or (cursor is not None and cursor.count_due(now, every_s))
        count = reading.count() if counted or expected is None else expected
        scan = due or changes.whole or count != expected
        every_row = changes.whole and settings.documents_from is None
        scanned = reading.keys() if scan and not every_row else set()
    meaning = Meaning(
        source, reading.schema.database, changes.on_save, now.tzinfo, settings.reference_columns, carried=bool(former)
    )
    rows = movement_rows(changes.found, meaning, transfers)
    keys = set(rows["key"].to_pylist()) if every_row else scanned
    complete = _with_former(source, books, keys, former) if scan else None
    kept = None if changes.whole else cursor
    following = Cursor(
        database=reading.schema.database,
        fence=fence,
        top=max([*([kept.top] if kept else []), *_auto_ids(changes.found)], default=0),
        count=count,
        on_save=changes.on_save,
        assumed=changes.assumed,
        scanned_at=now.isoformat() if scan or cursor is None else cursor.scanned_at,
        anchors=_anchors(changes.found, kept.anchors if kept else ()),
        former=former,
        counted_at=now.isoformat() if counted or cursor is None else cursor.counted_at,
    )
    return MovementBatch(rows, following.text(), None if complete is None else frozenset(complete))


def _own(cursor: Cursor | None, database: str) -> tuple[Cursor | None, tuple[str, ...]]:
    """Return the cursor if it speaks of this database, and the databases of earlier years."""
    if cursor is None:
        return None, ()
    if cursor.database == database:
        return cursor, cursor.former
    return None, tuple(name for name in dict.fromkeys((*cursor.former, cursor.database)) if name != database)


def _with_former(source: str, books: Books, keys: set[str], former: Iterable[str]) -> set[str] | None:
    """Add the keys of earlier years' databases. None if one cannot be read: then absence says nothing."""
    for name in former:
        try:
            with transaction(books.beside(name).open(source), source) as connection:
                keys |= open_reading(connection, source, books.settings).keys()
        except (SourceRefused, SourceUnavailable):
            return None
    return keys


def _new(cursor: Cursor, found: Found) -> int:
    """Return how many lines are new: AutoID is one growing range over all bodies, so they lie above `top`."""
    return sum(auto_id > cursor.top for auto_id in _auto_ids(found))


def _auto_ids(found: Found) -> list[int]:
    return [int(auto_id) for _, columns in found for auto_id in columns["auto_id"]]


def _anchors(found: Found, kept: Iterable[tuple[str, int, int]]) -> tuple[tuple[str, int, int], ...]:
    """Return type, AutoID and version of the newest lines known, of several documents: one may be deleted any time."""
    newest = {
        (pair.type, number): (int(version), int(auto_id))
        for pair, columns in found
        for version, auto_id, number in sorted(
            zip(columns.get("version", ()), columns["auto_id"], columns["number"], strict=False),
            key=lambda line: int(line[0] or 0),
        )
        if version is not None
    }
    known = {(kind, auto_id): version for kind, auto_id, version in kept}
    known |= {(kind, auto_id): version for (kind, _), (version, auto_id) in newest.items()}
    latest = sorted(known.items(), key=lambda anchor: anchor[1], reverse=True)[:_ANCHORS]
    return tuple((kind, auto_id, version) for (kind, auto_id), version in latest)
