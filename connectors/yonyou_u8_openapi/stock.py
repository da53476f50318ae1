"""currentstock (现存量): on-hand in the main unit, added up over free items, vendors and demands (yonyou-u8.md 3.1).

Counted is `qty`, frozen stock included: it lies there. Where our own transfers have moved stock into quarantine, it
counts where it came from: a hold must not look like a variance.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

import pyarrow as pa

from bridge.domain.errors import SnapshotRejected
from bridge.domain.quantity import from_micro
from bridge.domain.snapshot import STOCK_LINES
from connectors.web.values import NOTHING, Total, added, text
from connectors.yonyou_u8_openapi.paging import Listed, Row

NAME = "currentstock"
FREE = tuple(f"free{number}" for number in range(1, 11))
STOCK = Listed(NAME, ("whcode", "invcode", "batch", *FREE), unique=False)
Key = tuple[str, str, str]
"""Item, warehouse, batch."""


@dataclass(frozen=True)
class Shift:
    """What one of our own documents did to on-hand, in millionths."""

    item: str
    warehouse: str
    batch: str
    quantity: int


def summed(rows: Iterable[Row], shifts: Iterable[Shift], source: str, *, by_batch: bool) -> dict[Key, Total]:
    """Given the rows of currentstock and what our own transfers did, return on-hand as if they had not been made.

    Raise SnapshotRejected if a row names no item or warehouse, or a quantity is no number.
    """
    sums: dict[Key, Total] = {}
    for row in rows:
        item, warehouse = text(row.get("invcode")), text(row.get("whcode"))
        if not item or not warehouse:
            raise SnapshotRejected("BR-1271", source=source, object=NAME, item=item or "-", warehouse=warehouse or "-")
        key = (item, warehouse, text(row.get("batch")) if by_batch else "")
        stated = row.get("qty") if text(row.get("qty")) else None  # null, and the empty text, are no figure
        sums[key] = added(sums.get(key, NOTHING), stated, source, NAME)
    for shift in shifts:
        key = (shift.item, shift.warehouse, shift.batch if by_batch else "")
        sums[key] = _less(sums.get(key, NOTHING), shift.quantity)
        if sums[key] is not None and sums[key][0] == 0:  # type: ignore[index]
            del sums[key]
    return sums


def lines(sums: dict[Key, Total], units: dict[str, str]) -> pa.Table:
    """Return STOCK_LINES; `units` names the main unit by item."""
    columns: dict[str, list[Any]] = {name: [] for name in STOCK_LINES.names}
    for (item, warehouse, batch), total in sums.items():
        columns["item"].append(item)
        columns["warehouse"].append(warehouse)
        columns["batch"].append(batch)
        columns["quantity"].append(None if total is None else total[0])
        columns["raw_unit"].append(units.get(item, ""))
        columns["raw_quantity"].append("" if total is None else f"{total[1]:f}")
    return pa.table(columns, schema=STOCK_LINES)


def _less(total: Total, quantity: int) -> Total:
    if total is None:
        return None
    with localcontext() as exact:
        exact.prec = 60
        return total[0] - quantity, total[1] - Decimal(from_micro(quantity))
