"""Stock bills as signed movements, read incrementally.

K/3 has no dependable "last modified" on a bill (kingdee.md 2.4). So: bills after the highest FInterID are new; of the
bills of the last weeks (setting `reread`), and of every older one still unaudited, the server sums each block of ids,
and a block whose sums changed is read again. That notices audit, unaudit, void, edited quantities and deletions, and
bills whose id was drawn earlier than they were saved. Every `full_pass` the whole window is read regardless.

When lines may have gone, the keys of the window are scanned: `complete_keys` then holds every key of a bill dated from
`complete_since` on; the cursor's `window_from` says the same. Keys of older bills are not judged.
"""

from collections.abc import Iterable
from datetime import datetime, time, tzinfo
from functools import lru_cache
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection

from bridge.domain.movement import MOVEMENTS, MovementBatch
from bridge.domain.quantity import to_micro
from config.durations import parse_duration
from connectors.database import Schema, read_columns
from connectors.kingdee_k3 import bills
from connectors.kingdee_k3.account import Account
from connectors.kingdee_k3.bill_types import BILL_TYPES, TRANSFER
from connectors.kingdee_k3.cards import is_set
from connectors.kingdee_k3.config import KingdeeK3Settings
from connectors.kingdee_k3.cursor import Cursor, Sums, parse

Row = dict[str, Any]
_IDENTITY = 2  # the first sums of a block: number of lines, sum of bill ids
_REFERENCES = tuple(name.lower() for name in bills.REFERENCES)


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
    if last is None:
        back_to = history
        condition = bills.watched(schema, back_to)
    else:
        back_to = window
        # A highest id that fell means a restored database or a deleted last bill: look at everything again.
        is_full = upper < last.max_id or now - last.full_at >= parse_duration(settings.full_pass)
        changed = sorted(block for block in {*found, *last.blocks} if found.get(block) != last.blocks.get(block))
        condition = bills.newer(schema, known)
        if is_full:
            condition = bills.watched(schema, window) | condition
        if changed:
            condition = (bills.in_blocks(schema, changed) & bills.in_reach(schema, history, window)) | condition
    asked = bills.lines(schema, condition, upper)
    rows = read_columns(connection, asked, source=schema.source, row_cap=settings.row_cap)
    table = _table(_each(rows), schema.source, settings, account, now.tzinfo)
    keys: frozenset[str] | None = None
    if last is None:
        keys = frozenset(table["key"].to_pylist())
    elif is_full or any(_identity(found, block) != _identity(last.blocks, block) for block in changed):
        keys = _keys(connection, schema, settings, window, upper)
    full_at = now if last is None or is_full else last.full_at
    cursor = Cursor(account.fingerprint, upper, window, full_at, _added(found, fresh))
    return MovementBatch(table, cursor.text(), keys, None if keys is None else _midnight(back_to, now.tzinfo))


def _fingerprints(
    connection: Connection, schema: Schema, window: str, known: int, upper: int
) -> tuple[dict[int, Sums], dict[int, Sums]]:
    """Return the sums of each block of watched bills, of those up to `known` and of those after it."""
    asked = bills.fingerprints(schema, bills.watched(schema, window), known, upper)
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
    connection: Connection, schema: Schema, settings: KingdeeK3Settings, window: str, upper: int
) -> frozenset[str]:
    asked = bills.keys(schema, bills.dated(schema, window), upper)
    rows = read_columns(connection, asked, source=schema.source, row_cap=settings.row_cap)
    return frozenset(key for row in _each(rows) for key in _legs(row))


def _legs(row: Row) -> tuple[str, ...]:
    """Return the keys of a line: bill and entry, and for a transfer one per leg."""
    key = f"{row['bill_id']}:{row['entry_id']}"
    return (f"{key}:in", f"{key}:out") if int(row["type"]) == TRANSFER else (key,)


def _table(
    rows: Iterable[Row], source: str, settings: KingdeeK3Settings, account: Account, zone: tzinfo | None
) -> pa.Table:
    legs = [leg for row in rows for leg in _movements(row, source, settings, account, zone)]
    return pa.table({name: [leg[name] for leg in legs] for name in MOVEMENTS.names}, schema=MOVEMENTS)


def _movements(row: Row, source: str, settings: KingdeeK3Settings, account: Account, zone: tzinfo | None) -> list[Row]:
    """Return the movements of one bill line: one, or the two legs of a transfer."""
    kind = BILL_TYPES[int(row["type"])]
    is_void = is_set(row["void"])
    is_audited = int(row["status"] or 0) > 0
    shared = {
        "source": source,
        "document_type": kind.name,
        "document_number": row["number"],
        "line": str(row["entry_id"]),
        "item": row["item"] or f"#{row['item_id']}",
        "batch": row["batch"],
        "state": "voided" if is_void else "audited" if is_audited else "saved",
        "counts": not is_void and (is_audited or _moves_on_save(row, settings, account)),
        "business_time": _moment(row["date"], zone),
        "audited_time": _moment(row["check_date"], zone) if is_audited else None,
        "maker": row["maker"],
        "reference": next((row[name] for name in _REFERENCES if row[name].strip()), ""),
        "first_seen": None,
    }
    quantity = _quantity(row)
    to, out = _warehouse(row, "dc"), _warehouse(row, "sc")
    if int(row["type"]) == TRANSFER:
        receipt, issue = _legs(row)
        return [
            shared | _leg(receipt, "transfer_in", to, quantity, out),
            shared | _leg(issue, "transfer_out", out, -quantity, to),
        ]
    first, second = (to, out) if kind.warehouse == "dc" else (out, to)
    (key,) = _legs(row)
    return [shared | _leg(key, kind.family, first or second, kind.sign * quantity, "")]


def _leg(key: str, family: str, warehouse: str, effect: int, counterpart: str) -> Row:
    return {"key": key, "family": family, "warehouse": warehouse, "effect": effect, "counterpart": counterpart}


def _moves_on_save(row: Row, settings: KingdeeK3Settings, account: Account) -> bool:
    """Return whether this bill moved on-hand when it was saved: the bill's own flag, else the system's switch."""
    if settings.stock_effect != "auto":
        return settings.stock_effect == "on_save"
    return account.counts_on_save if row["on_save"] is None else is_set(row["on_save"])


def _quantity(row: Row) -> int:
    """Return the quantity in millionths of the base unit. Red lines are negative in K/3; if not, FROB makes them so."""
    value = row["quantity"]
    quantity = to_micro(value) if value is not None else 0
    return -abs(quantity) if int(row["red"] or 1) < 0 else quantity


def _warehouse(row: Row, side: str) -> str:
    """Return a warehouse's code; '' where the line names none (a draft), its id where it has no card."""
    key = row[f"{side}_id"]
    return "" if key in (None, 0, "0") else row[side] or f"#{key}"


def _each(columns: dict[str, list[Any]]) -> Iterable[Row]:
    names = tuple(columns)
    return (dict(zip(names, values, strict=True)) for values in zip(*columns.values(), strict=True))


@lru_cache(maxsize=4096)  # a day's bills share their date
def _moment(value: object, zone: tzinfo | None) -> datetime | None:
    """Return a K/3 time, which is local and carries no zone, as an aware one; None if it is none."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo is not None else value.replace(tzinfo=zone)


def _day_before(now: datetime, length: str) -> str:
    return (now - parse_duration(length)).date().isoformat()


def _midnight(day: str, zone: tzinfo | None) -> datetime:
    return datetime.combine(datetime.fromisoformat(day), time(), tzinfo=zone)
