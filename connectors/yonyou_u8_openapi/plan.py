"""Which rows of currentstock a hold may move, and how much of each; and the document that moves them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from bridge.domain.hold import HoldOrder
from bridge.domain.quantity import from_micro
from connectors.web.values import micro, text
from connectors.yonyou_u8_openapi.config import ViaQuarantineTransfer
from connectors.yonyou_u8_openapi.exchange import Wire
from connectors.yonyou_u8_openapi.own import Line
from connectors.yonyou_u8_openapi.paging import Row, read_list
from connectors.yonyou_u8_openapi.stock import FREE, NAME, STOCK

_HARMFUL = str.maketrans(dict.fromkeys("<>&'\"\\", " "))
"""Characters that U8's own interface below the platform may refuse (20005 非法字符)."""


def plan(wire: Wire, order: HoldOrder) -> list[Line]:
    """Return what of the order's stock can be moved, up to its quantity: what is neither frozen nor promised."""
    bounds = {"whcode": order.warehouse, "invcode": order.item}
    filters = {f"{name}_{end}": code for name, code in bounds.items() for end in ("begin", "end")}
    if order.batch:
        filters["batch"] = order.batch
    left, lines = order.quantity, []
    for row in read_list(wire, STOCK, wire.settings.row_cap, filters):
        taken = min(_free(row, order, wire), left)
        if taken > 0:
            free = tuple((name, text(row.get(name))) for name in FREE if text(row.get(name)))
            lines.append(Line(order.item, text(row.get("batch")), free, taken))
            left -= taken
    return lines


def _free(row: Row, order: HoldOrder, wire: Wire) -> int:
    """Return how much of a row may be moved, in millionths; filters by a range of codes are not trusted."""
    its = (text(row.get("whcode")), text(row.get("invcode"))) == (order.warehouse, order.item)
    if not its or (order.batch and text(row.get("batch")) != order.batch) or not text(row.get("qty")):
        return 0
    stated = {
        name: micro(row[name], wire.source, NAME) for name in ("qty", "stopqty", "availqty") if text(row.get(name))
    }
    unfrozen = stated["qty"] - stated.get("stopqty", 0)
    return min(unfrozen, stated.get("availqty", unfrozen))


def document(
    hold: ViaQuarantineTransfer, source: str, target: str, lines: Iterable[Line], *, note: str, on: date
) -> Mapping[str, Any]:
    """Return the 调拨单 that moves `lines` from one warehouse to another."""
    head = {
        "date": on.isoformat(),
        "owhcode": source,
        "iwhcode": target,
        "ordcode": hold.issue_type,
        "irdcode": hold.receipt_type,
        "memory": " ".join(note.translate(_HARMFUL).split()),
    }
    asked = {"odepcode": hold.department, "idepcode": hold.department, "personcode": hold.person}
    head |= {name: code for name, code in asked.items() if code is not None}
    return {**head, "entry": [_entry(line, hold) for line in lines]}


def _entry(line: Line, hold: ViaQuarantineTransfer) -> Mapping[str, Any]:
    batch = {hold.batch_key: line.batch} if line.batch else {}
    return {"inventorycode": line.item, "quantity": from_micro(line.quantity), **batch, **dict(line.free)}
