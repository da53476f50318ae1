"""Bill lines as signed movements: one of a line, of a transfer two legs.

Worked column by column: a full pass is tens of thousands of lines.
"""

from collections.abc import Callable
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any, NamedTuple

import pyarrow as pa

from bridge.domain.movement import MOVEMENTS
from bridge.domain.quantity import to_micro
from connectors.kingdee_k3.bill_types import BILL_TYPES, TRANSFER
from connectors.kingdee_k3.bills import REFERENCES
from connectors.kingdee_k3.cards import is_set

Columns = dict[str, list[Any]]
_REFERENCES = tuple(name.lower() for name in REFERENCES)


class Leg(NamedTuple):
    """One movement of a line, which stands at place `line` of the columns. `effect` in millionths of the base unit."""

    line: int
    key: str
    family: str
    warehouse: str
    effect: int
    counterpart: str


def keys_of(bill_id: int, entry_id: int, kind: int) -> tuple[str, ...]:
    """Return the keys of a line: bill and entry, and for a transfer one per leg."""
    key = f"{bill_id}:{entry_id}"
    return (f"{key}:in", f"{key}:out") if kind == TRANSFER else (key,)


def movement_table(
    columns: Columns, source: str, moves_on_save: Callable[[object], bool], zone: tzinfo | None
) -> pa.Table:
    """Given the columns of `bills.lines`, return MOVEMENTS rows.

    `moves_on_save` says of a bill's FUpStockWhenSave whether an unaudited bill has moved stock already.
    """
    is_void = [is_set(value) for value in columns["void"]]
    is_audited = [int(status or 0) > 0 for status in columns["status"]]
    lines = {
        "source": [source] * len(is_void),
        "document_type": [BILL_TYPES[int(kind)].name for kind in columns["type"]],
        "document_number": columns["number"],
        "line": [str(entry) for entry in columns["entry_id"]],
        "item": [code or f"#{key}" for code, key in zip(columns["item"], columns["item_id"], strict=True)],
        "batch": columns["batch"],
        "state": [
            "voided" if void else "audited" if audited else "saved"
            for void, audited in zip(is_void, is_audited, strict=True)
        ],
        "counts": [
            not void and (audited or moves_on_save(on_save))
            for void, audited, on_save in zip(is_void, is_audited, columns["on_save"], strict=True)
        ],
        "business_time": [_moment(value, zone) for value in columns["date"]],
        "audited_time": [
            _moment(value, zone) if audited else None
            for value, audited in zip(columns["check_date"], is_audited, strict=True)
        ],
        "maker": columns["maker"],
        "reference": [
            next((text for text in texts if text.strip()), "")
            for texts in zip(*(columns[name] for name in _REFERENCES), strict=True)
        ],
        "first_seen": [None] * len(is_void),
    }
    legs = _legs(columns)
    at = pa.array([leg.line for leg in legs], pa.int64())
    of_leg = {name: [getattr(leg, name) for leg in legs] for name in Leg._fields[1:]}
    return pa.table(
        {
            field.name: pa.array(of_leg[field.name], field.type)
            if field.name in of_leg
            else pa.array(lines[field.name], field.type).take(at)
            for field in MOVEMENTS
        },
        schema=MOVEMENTS,
    )


def _legs(columns: Columns) -> list[Leg]:
    names = ("bill_id", "entry_id", "type", "quantity", "red", "dc_id", "dc", "sc_id", "sc")
    legs: list[Leg] = []
    for line, values in enumerate(zip(*(columns[name] for name in names), strict=True)):
        bill_id, entry_id, code, stated, red, to_id, to_code, out_id, out_code = values
        kind, quantity = BILL_TYPES[int(code)], _quantity(stated, red)
        to, out = _warehouse(to_id, to_code), _warehouse(out_id, out_code)
        keys = keys_of(bill_id, entry_id, int(code))
        if int(code) == TRANSFER:
            legs.append(Leg(line, keys[0], "transfer_in", to, quantity, out))
            legs.append(Leg(line, keys[1], "transfer_out", out, -quantity, to))
        else:
            first, second = (to, out) if kind.warehouse == "dc" else (out, to)
            legs.append(Leg(line, keys[0], kind.family, first or second, kind.sign * quantity, ""))
    return legs


def _quantity(stated: Any, red: Any) -> int:
    """Return the quantity in millionths of the base unit. Red lines are negative in K/3; if not, FROB makes them so."""
    quantity = to_micro(stated) if stated is not None else 0
    return -abs(quantity) if int(red or 1) < 0 else quantity


def _warehouse(key: object, code: str) -> str:
    """Return a warehouse's code; '' where the line names none (a draft), its id where it has no card."""
    return "" if key in (None, 0, "0") else code or f"#{key}"


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
