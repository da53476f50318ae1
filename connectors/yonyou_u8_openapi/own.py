"""The bridge's own transfers, as U8 has them: found by the reference in their memory (备注).

A hold is a transfer into quarantine, its lift one back that names it. Each is finished when its 其他出库 (09) and its
其他入库 (08) are audited too. Documents cannot be deleted through the OpenAPI, so all stay as history.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from bridge.domain.errors import SnapshotRejected
from connectors.holds.note import note_for, ref_in
from connectors.web.values import micro, text
from connectors.yonyou_u8_openapi.config import ViaQuarantineTransfer
from connectors.yonyou_u8_openapi.exchange import Wire
from connectors.yonyou_u8_openapi.paging import Listed, Row, read_list
from connectors.yonyou_u8_openapi.stock import FREE, Shift

TRANSFER = "transvouch"
Leg = Literal["otherout", "otherin"]
LEGS: tuple[Leg, Leg] = ("otherout", "otherin")
_HEADS = Listed("transvouchlist", ("tvcode",), counted=False)
_OURS = "StockBridge"
_LIFTS = re.compile(r"解锁 (\S{1,40})$")
_SETTLED = timedelta(days=7)
"""A lift older than this is taken as finished without a further look: an unfinished one was an error for days."""


@dataclass(frozen=True)
class Line:
    """What one line moves, in millionths; `free` holds the free items that are filled."""

    item: str
    batch: str
    free: tuple[tuple[str, str], ...]
    quantity: int


@dataclass(frozen=True)
class Transfer:
    """One transfer. `lifts` is the number of the transfer it takes back, '' for a hold.

    `legs` tells for 09 and 08 the document's number and whether it is audited; missing ones are left out.
    """

    code: str
    ref: str
    lifts: str
    source: str
    target: str
    on: str
    audited: bool
    lines: tuple[Line, ...] = ()
    legs: tuple[tuple[Leg, str, bool], ...] = ()

    @property
    def quantity(self) -> int:
        """Return how much it moves, in millionths."""
        return sum(line.quantity for line in self.lines)

    @property
    def finished(self) -> bool:
        """Return whether both documents it creates are audited."""
        return self.audited and sum(audited for _, _, audited in self.legs) == len(LEGS)

    @property
    def detail(self) -> str:
        """Return number and state, as people see them in U8."""
        return f"调拨 {self.code} {'已完成' if self.finished else '已审核' if self.audited else '未审核'}"


def lift_note(ref: str, code: str) -> str:
    """Return the memory of the transfer that takes `code` back."""
    return note_for(ref, f"解锁 {code}")


def transfers_of(wire: Wire, hold: ViaQuarantineTransfer, ref: str) -> list[Transfer]:
    """Return every transfer of one reference, drafts too, each with its lines and the documents it created."""
    if ref_in(ref) != ref:
        return []
    return [_whole(wire, head) for head in _heads(wire, hold, ref)]


def open_transfers(
    wire: Wire, hold: ViaQuarantineTransfer, today: date, *, known: Iterable[Transfer] = (), brief: bool = False
) -> list[Transfer]:
    """Return every audited transfer of ours, but for holds that were taken back long ago, and their lifts.

    Those that were finished when they were last seen (`known`) are not asked for again: they do not change any more.
    `brief` looks at the created documents of lifts only, which is enough to tell what stands.
    """
    finished = {each.code: each for each in known if each.finished}
    heads, week_ago = _heads(wire, hold, _OURS), (today - _SETTLED).isoformat()
    settled = {head.lifts for head in heads if head.lifts and head.audited and head.on < week_ago}
    wanted = [head for head in heads if head.code not in settled and head.lifts not in settled]
    found = [finished.get(head.code) or _whole(wire, head, with_legs=bool(head.lifts) or not brief) for head in wanted]
    return [each for each in found if each.audited]


def standing(transfers: Iterable[Transfer]) -> list[Transfer]:
    """Return the audited holds that no finished lift has taken back."""
    given = list(transfers)
    lifted = {each.lifts for each in given if each.lifts and each.finished}
    return [each for each in given if each.audited and not each.lifts and each.code not in lifted]


def shifts(transfers: Iterable[Transfer], hold: ViaQuarantineTransfer) -> Iterator[Shift]:
    """Yield what the documents of transfers have done to on-hand so far."""
    for each in transfers:
        for kind, _, audited in each.legs:
            if audited or hold.stock_effect == "on_save":
                place, sign = (each.source, -1) if kind == "otherout" else (each.target, 1)
                yield from (Shift(line.item, place, line.batch, sign * line.quantity) for line in each.lines)


def _heads(wire: Wire, hold: ViaQuarantineTransfer, word: str) -> list[Transfer]:
    """Return our transfers whose memory holds `word`, without lines. The keyword filter of the platform is not trusted."""
    found = []
    for row in read_list(wire, _HEADS, wire.settings.row_cap, {"memory": word}):
        head = _head(row, hold)
        if head.ref and word in (head.ref, _OURS) and hold.warehouse in (head.source, head.target):
            found.append(head)
    return sorted(found, key=lambda head: head.code)


def _head(row: Row, hold: ViaQuarantineTransfer) -> Transfer:
    memory, source = text(row.get("memory")), text(row.get("owhcode"))
    lifts = _LIFTS.search(memory) if source == hold.warehouse else None  # a reason may end in anything
    return Transfer(
        code=text(row.get("tvcode")),
        ref=ref_in(memory),
        lifts=lifts[1] if lifts else "",
        source=source,
        target=text(row.get("iwhcode")),
        on=text(row.get("date"))[:10],
        audited=bool(text(row.get("auditperson"))),
    )


def _whole(wire: Wire, head: Transfer, *, with_legs: bool = True) -> Transfer:
    """Return a transfer with its lines and, once it is audited, the documents it created."""
    answer = wire.read(f"api/{TRANSFER}/get", {"id": head.code})
    stated = answer.get(TRANSFER)
    body: Row = stated if isinstance(stated, dict) else {}
    entries = [entry for entry in body.get("entry") or () if isinstance(entry, dict)]
    lines = tuple(_line(entry, wire) for entry in entries)
    if not lines:  # what it moves must be known before anything is audited
        raise SnapshotRejected("BR-1270", source=wire.source, object=f"{TRANSFER}/get", found="entry")
    audited = head.audited or bool(text(body.get("auditperson")))  # the list need not say it
    legs = [_leg(wire, head, kind) for kind in LEGS] if audited and with_legs else []
    found = tuple(leg for leg in legs if leg is not None)
    return replace(head, audited=audited, lines=lines, legs=found)


def _line(entry: Row, wire: Wire) -> Line:
    key = wire.settings.hold.batch_key if wire.settings.hold else ""
    free = tuple((name, text(entry.get(name))) for name in FREE if text(entry.get(name)))
    quantity = micro(entry.get("quantity"), wire.source, TRANSFER)
    return Line(text(entry.get("inventorycode")), text(entry.get(key)), free, quantity)


def _leg(wire: Wire, head: Transfer, kind: Leg) -> tuple[Leg, str, bool] | None:
    """Return the 09 or 08 that a transfer created. Its number is not unique over types, so warehouse and type count."""
    warehouse = head.source if kind == "otherout" else head.target
    listed = Listed(f"{kind}list", ("code",), counted=False)
    for row in read_list(wire, listed, wire.settings.row_cap, {"businesscode": head.code}):
        stated, business = text(row.get("businesscode")), text(row.get("businesstype"))
        is_its = stated in {"", head.code} and (not business or "调拨" in business)
        if is_its and text(row.get("warehousecode")) == warehouse:
            return kind, text(row.get("code")), bool(text(row.get("handler")) or text(row.get("auditdate")))
    return None
