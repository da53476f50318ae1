"""Stock documents as signed movements, read incrementally.

A document tells its last change (FModifyDate), creation and audit; deletions and un-audits leave no trace in a query
(kingdee.md 3.6). So: what changed since the latest change seen, less an overlap; and every `full_pass` the whole window
of `reread` by FDate, whose keys then are complete. FStockFlag says whether a line has moved stock: forms post on save or
on audit, by bill type.

Documents of the bridge's own holds are left out: a hold is no explanation of a variance.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta, tzinfo
from typing import Any

import pyarrow as pa

from bridge.domain.errors import SnapshotRejected
from bridge.domain.movement import MOVEMENTS, MovementBatch
from config.durations import parse_duration
from connectors.holds.note import ref_in
from connectors.kingdee_cloud.answers import is_yes
from connectors.kingdee_cloud.cursor import Cursor, parse
from connectors.kingdee_cloud.filters import both, either
from connectors.kingdee_cloud.forms import Shape
from connectors.kingdee_cloud.http import Wire
from connectors.kingdee_cloud.movement_keys import FormKeys, part_name
from connectors.kingdee_cloud.query import Query, read_rows
from connectors.web.values import micro, text

Row = dict[str, Any]
_STATES = {"Z": "draft", "A": "saved", "B": "saved", "C": "audited", "D": "saved"}


def read_movements(wire: Wire, forms: Iterable[FormKeys], since: str, now: datetime) -> MovementBatch:
    """Given the last cursor ('' = none), return what was added or changed since, and the next cursor."""
    settings, resolved = wire.settings, list(forms)
    last = parse(since)
    names = tuple(sorted(keys.form.id for keys in resolved))
    if last is not None and (last.account != settings.acct_id or last.forms != names):
        last = None
    is_full = last is None or now - last.full_at >= parse_duration(settings.full_pass)
    window = _day_before(now, settings.history if last is None else settings.reread)
    legs: list[Row] = []
    latest = last.changed if last else window
    for keys in resolved:
        where = either(
            f"{keys.columns['date']}>='{window}'" if is_full else "",
            _changed(keys, last.changed, settings.overlap) if last else "",
        )
        for row in _read(wire, keys, where, confirm=is_full):
            latest = max(latest, *(_stamp(row.get(name)) for name in ("modified", "created", "approved")))
            legs += _legs(row, keys, wire, now.tzinfo)
    rows = pa.Table.from_pylist(legs, schema=MOVEMENTS)
    full_at = now if is_full or last is None else last.full_at
    # A document stamped by a clock gone wild must not push the cursor past all that is still to come.
    latest = min(latest, (now.replace(tzinfo=None) + timedelta(days=1)).isoformat(timespec="seconds"))
    cursor = Cursor(settings.acct_id, latest, full_at, names).text()
    if not is_full:
        return MovementBatch(rows, cursor)
    since_day = datetime.combine(datetime.fromisoformat(window), time(), tzinfo=now.tzinfo)
    return MovementBatch(rows, cursor, frozenset(leg["key"] for leg in legs), since_day)


def movement_query(keys: FormKeys, where: str) -> Query:
    """Return the query over a form's lines."""
    return Query(keys.form.id, ("FID", keys.entry), tuple(keys.columns.values()), where)


def _read(wire: Wire, keys: FormKeys, where: str, *, confirm: bool) -> Iterable[Row]:
    names = ("document", "line", *keys.columns)
    query = movement_query(keys, both(where))
    for row in read_rows(wire, query, wire.settings.row_cap, confirm=confirm):
        yield dict(zip(names, row, strict=True))


def _legs(row: Row, keys: FormKeys, wire: Wire, zone: tzinfo | None) -> list[Row]:
    """Return the movements of one document line: one, or the two legs of a transfer; none for our own holds."""
    settings = wire.settings
    if ref_in(row.get("note")) or not _is_ours(row, settings.owner_types):
        return []
    is_void = text(row.get("void")) == "B"
    state = "voided" if is_void else _STATES.get(text(row["document_status"]), "saved")
    shared = {
        "source": wire.source,
        "document_type": keys.stock.name,
        "document_number": text(row["number"]),
        "line": text(row["line"]),
        "item": text(row["item"]),
        "state": state,
        "business_time": moment(row["date"], zone),
        "audited_time": moment(row.get("approved"), zone) if state == "audited" else None,
        "maker": text(row.get("maker")),
        "reference": _reference(row),
        "first_seen": None,
    }
    quantity = row["quantity"]
    steps = 0 if quantity is None else micro(quantity, wire.source, keys.form.id)
    if text(row.get("direction")).upper() == "RETURN":
        steps = -steps
    found = []
    for leg in keys.legs:
        if not _counts_here(row, leg, wire):
            continue
        family, sign = _effect(row, leg, keys)
        counts = not is_void and _has_posted(row, leg, state)
        if not shared["item"]:
            if counts:
                raise SnapshotRejected("BR-1265", source=wire.source, form=keys.form.id, row=text(row["number"]))
            continue  # a draft whose line names no material yet
        other = {"in": "out", "out": "in"}.get(leg, "")
        base = f"{keys.form.id}:{text(row['document'])}:{text(row['line'])}"
        found.append(
            shared
            | {
                "key": f"{base}:{leg}" if leg else base,
                "family": family,
                "warehouse": text(row.get(part_name(leg, "warehouse"))),
                "batch": text(row.get(part_name(leg, "lot"))),
                "effect": sign * steps,
                "counts": counts,
                "counterpart": text(row.get(part_name(other, "warehouse"))) if other in keys.legs else "",
            }
        )
    return found


def _effect(row: Row, leg: str, keys: FormKeys) -> tuple[str, int]:
    if leg:
        return (f"transfer_{leg}", 1 if leg == "in" else -1)
    if keys.stock.shape is Shape.CONVERT:
        return ("conversion_out", -1) if text(row["convert"]).upper() == "A" else ("conversion_in", 1)
    return keys.stock.family, keys.stock.sign


def _has_posted(row: Row, leg: str, state: str) -> bool:
    """Return whether this leg has moved stock: by its own flag, and only without one by its audit."""
    name = part_name(leg, "flag")
    return is_yes(row[name]) if name in row else state == "audited"


def _counts_here(row: Row, leg: str, wire: Wire) -> bool:
    """Return whether this leg's stock is part of what the snapshot counts: its status and its organisation."""
    settings = wire.settings
    status, org = text(row.get(part_name(leg, "status"))), text(row.get(part_name(leg, "org")))
    return (not status or settings.counts_status(status)) and (
        not settings.stock_orgs or not org or org in settings.stock_orgs
    )


def _is_ours(row: Row, owner_types: tuple[str, ...]) -> bool:
    owner = text(row.get("owner"))
    return not owner or owner in owner_types


def _reference(row: Row) -> str:
    names = sorted((name for name in row if name.startswith("reference")), key=lambda name: int(name[9:]))
    return next((text(row[name]) for name in names if text(row[name])), "")


def _changed(keys: FormKeys, since: str, overlap: str) -> str:
    start = (datetime.fromisoformat(since) - parse_duration(overlap)).isoformat(timespec="seconds")
    return either(*(f"{key}>='{start}'" for key in keys.times))


def moment(value: object, zone: tzinfo | None) -> datetime | None:
    """Return a time as the WebAPI writes it, local and without a zone, as an aware one; None if it is none."""
    try:
        found = datetime.fromisoformat(text(value))
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=zone)


def _stamp(value: object) -> str:
    """Return a change's time in the one form that sorts, '' if there is none."""
    found = moment(value, None)
    return "" if found is None else found.replace(tzinfo=None).isoformat(timespec="seconds")


def _day_before(now: datetime, length: str) -> str:
    return (now - max(parse_duration(length), timedelta(0))).date().isoformat()
