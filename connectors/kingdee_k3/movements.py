"""Stock bills as signed movements, read incrementally.

K/3 has no dependable "last modified" on a bill (kingdee.md 2.4). So: bills after the highest FInterID are new; of the
bills of the last weeks (setting `reread`), and of every older one still unaudited, the server sums each block of ids,
and a block whose sums changed is read again. That notices audit, unaudit, void, edited quantities and texts, deletions,
and bills whose id was drawn earlier than they were saved. Every `full_pass` the whole window is read regardless: a
checksum may miss a change, and codes and names on cards are in no sum.

When lines may have gone, the keys of the window are scanned, and of the whole history at a full pass: `complete_keys`
then holds every key of a bill dated from `complete_since` on. Keys of older bills are not judged.
"""

from datetime import datetime, time, timedelta, tzinfo

from sqlalchemy import Connection

from bridge.domain.movement import MovementBatch
from config.durations import parse_duration
from connectors.database import Schema, read_columns
from connectors.kingdee_k3 import bills
from connectors.kingdee_k3.account import Account
from connectors.kingdee_k3.bill_lines import keys_of, movement_table
from connectors.kingdee_k3.cards import is_set
from connectors.kingdee_k3.config import KingdeeK3Settings
from connectors.kingdee_k3.cursor import Cursor, Sums, parse
from connectors.kingdee_k3.fingerprints import fingerprints, still_open

_IDENTITY = 3  # the first sums of a block say which lines there are: their number, their weights, these squared


def read_movements(
    connection: Connection, schema: Schema, settings: KingdeeK3Settings, account: Account, *, since: str, now: datetime
) -> MovementBatch:
    """Given the last cursor ('' = none), return what was added or changed since, and the next cursor.

    The first reading goes back by the setting `history` and takes along every older bill that is still unaudited.
    """
    last = parse(since)
    if last is not None and last.account != account.fingerprint:
        last = None
    upper = int(connection.scalar(bills.highest(schema)) or 0)
    window = _day_before(now, settings.reread)
    known = last.max_id if last else 0
    found, fresh = _fingerprints(connection, schema, window, known, upper)
    history = min(window, _day_before(now, settings.history))
    lines, ids = connection.execute(still_open(schema, window, upper)).one()
    waiting = (int(lines), int(ids))
    if last is None:
        is_full = True
        condition = bills.watched(schema, history)
    else:
        # A highest id that fell means a restored database or a deleted last bill: look at everything again. So it is
        # when an old bill that was open is no more so: was it closed, or deleted?
        is_due = not timedelta(0) <= now - last.full_at < parse_duration(settings.full_pass)
        is_full = is_due or upper < last.max_id or (last.window_from == window and last.still_open != waiting)
        changed = sorted(block for block in {*found, *last.blocks} if found.get(block) != last.blocks.get(block))
        condition = bills.newer(schema, known)
        if is_full:
            condition = bills.watched(schema, window) | condition
        if changed:
            condition = (bills.in_blocks(schema, changed) & bills.in_reach(schema, history, window)) | condition
    asked = bills.lines(schema, condition, upper)
    rows = read_columns(connection, asked, source=schema.source, row_cap=settings.row_cap)
    table = movement_table(rows, schema.source, lambda on_save: _moves_on_save(on_save, settings, account), now.tzinfo)
    keys: frozenset[str] | None = None
    if last is None:
        keys = frozenset(table["key"].to_pylist())
    elif is_full or any(_identity(found, block) != _identity(last.blocks, block) for block in changed):
        keys = _keys(connection, schema, settings, history if is_full else window, upper)
    full_at = now if last is None or is_full else last.full_at
    cursor = Cursor(account.fingerprint, upper, window, full_at, waiting, _added(found, fresh))
    since_day = _midnight(history if is_full else window, now.tzinfo)
    return MovementBatch(table, cursor.text(), keys, None if keys is None else since_day)


def _fingerprints(
    connection: Connection, schema: Schema, window: str, known: int, upper: int
) -> tuple[dict[int, Sums], dict[int, Sums]]:
    """Return the sums of each block of watched bills, of those up to `known` and of those after it."""
    asked = fingerprints(schema, bills.watched(schema, window), known, upper)
    parts: tuple[dict[int, Sums], dict[int, Sums]] = ({}, {})
    for block, is_new, *sums in connection.execute(asked).all():
        parts[int(is_new)][int(block)] = tuple(int(number) for number in sums)
    return parts


def _added(known: dict[int, Sums], fresh: dict[int, Sums]) -> dict[int, Sums]:
    both = dict(known)
    for block, sums in fresh.items():
        both[block] = tuple(map(sum, zip(both.get(block, (0,) * len(sums)), sums, strict=True)))
    return both


def _identity(blocks: dict[int, Sums], block: int) -> Sums:
    return blocks.get(block, ())[:_IDENTITY]


def _keys(
    connection: Connection, schema: Schema, settings: KingdeeK3Settings, since: str, upper: int
) -> frozenset[str]:
    asked = bills.keys(schema, bills.watched(schema, since), upper)
    rows = read_columns(connection, asked, source=schema.source, row_cap=settings.row_cap)
    lines = zip(rows["bill_id"], rows["entry_id"], rows["type"], strict=True)
    return frozenset(key for bill, entry, kind in lines for key in keys_of(bill, entry, int(kind)))


def _moves_on_save(on_save: object, settings: KingdeeK3Settings, account: Account) -> bool:
    """Return whether a bill moved on-hand when it was saved: the bill's own flag, else the system's switch."""
    if settings.stock_effect != "auto":
        return settings.stock_effect == "on_save"
    return account.counts_on_save if on_save is None else is_set(on_save)


def _day_before(now: datetime, length: str) -> str:
    return (now - parse_duration(length)).date().isoformat()


def _midnight(day: str, zone: tzinfo | None) -> datetime:
    return datetime.combine(datetime.fromisoformat(day), time(), tzinfo=zone)
