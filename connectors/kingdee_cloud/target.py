"""Holds as status conversions (库存状态转换): 可用 becomes 冻结, by a document that people see and can undo.

Unaudited by default: a draft without effect until a person audits it. Audited on request: the stock cannot be picked at
once. Each verb first looks up what stands under the reference, writes each step once, and reads back.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from bridge.domain.errors import (
    BridgeError,
    EffectRefused,
    EffectUnknown,
    SnapshotRejected,
    SourceRefused,
    SourceUnavailable,
)
from bridge.domain.hold import HoldOrder, HoldReading, Receipt, TargetAbility
from bridge.domain.quantity import to_text
from bridge.ports import Clock
from config.base import SourceSettings
from connectors.holds.note import note_for
from connectors.kingdee_cloud.config import KingdeeCloudSettings
from connectors.kingdee_cloud.conversion import IN_APPROVAL, Document, documents, standing, standing_lots
from connectors.kingdee_cloud.forms import CONVERT_FORM
from connectors.kingdee_cloud.free_stock import Take, plan, plan_lots, stock_rows
from connectors.kingdee_cloud.http import Wire, opened
from connectors.kingdee_cloud.keys import Form, read_form
from connectors.kingdee_cloud.model import model
from connectors.kingdee_cloud.operation import operate, save
from connectors.kingdee_cloud.stock import FORM as INVENTORY
from connectors.web import Pause, as_effect

_OPERATIONS = ("out", "transfer")


class StatusConversion:
    """A HoldTarget. `level` is system where it audits by itself, advise where a person does."""

    def __init__(self, target: str, settings: KingdeeCloudSettings, clock: Clock, *, pause: Pause = time.sleep) -> None:
        self.id = target
        self._settings = settings
        self._hold = settings.conversion
        self._audits = self._hold.convert == "audited"
        self.ability = TargetAbility(level="system" if self._audits else "advise", partial=True, operations=_OPERATIONS)
        self._clock = clock
        self._pause = pause

    def place(self, order: HoldOrder) -> Receipt:
        """Convert the order's quantity, or what of it is free; the receipt tells which. What stands is not doubled.

        Raise EffectRefused if nothing is free or Kingdee says no: then no document is left behind.
        """
        with self._line() as (wire, form):
            found = documents(wire, form, order.ref)
            if not standing(found):
                self._save(wire, form, order, self._takes(wire, order), frees=False)
                with self._looking(order.ref):
                    found = documents(wire, form, order.ref)
            if self._audits:
                found = self._audit(wire, form, found, order)
        if not standing(found, in_effect=self._audits):
            raise EffectUnknown("BR-1631", target=self.id, ref=order.ref)
        return self._receipt(order, found)

    def lift(self, order: HoldOrder) -> Receipt:
        """Take back what `order.ref` converted. An unknown reference is done with quantity 0.

        Drafts are deleted, audited documents un-audited and deleted, or mirrored.
        Raise EffectRefused if a person has audited the document and the bridge was not allowed to audit.
        """
        with self._line() as (wire, form):
            before = documents(wire, form, order.ref)
            freed = standing(before)
            if not freed:
                return Receipt(order.ref, done=True, quantity=0, detail="not standing")
            for document in before:
                if not document.audited:
                    self._delete(wire, document)
            self._free(wire, form, order, [document for document in before if document.audited])
            with self._looking(order.ref):
                left = standing(documents(wire, form, order.ref))
        if left:
            raise EffectUnknown("BR-1632", target=self.id, ref=order.ref, left=to_text(left))
        return Receipt(order.ref, done=True, quantity=freed, detail=", ".join(each.detail for each in before))

    def probe(self, ref: str) -> HoldReading:
        """Return what stands under `ref`: a draft too, unless the bridge was to audit it."""
        with self._line() as (wire, form):
            return self._reading(ref, documents(wire, form, ref))

    def list_own(self) -> tuple[HoldReading, ...]:
        """Return every hold of ours of which something stands."""
        by_ref: dict[str, list[Document]] = {}
        with self._line() as (wire, form):
            for document in documents(wire, form):
                by_ref.setdefault(document.ref, []).append(document)
        readings = (self._reading(ref, found) for ref, found in sorted(by_ref.items()))
        return tuple(reading for reading in readings if reading.present)

    def _takes(self, wire: Wire, order: HoldOrder) -> list[Take]:
        takes = plan(stock_rows(wire, read_form(wire, INVENTORY), order, self._hold.from_status), order.quantity)
        if not takes:
            facts = {"target": self.id, "item": order.item, "warehouse": order.warehouse}
            raise EffectRefused("BR-1633", **facts, status=self._hold.from_status, quantity=to_text(order.quantity))
        return takes

    def _save(self, wire: Wire, form: Form, order: HoldOrder, takes: list[Take], *, frees: bool) -> None:
        note, today = note_for(order.ref, order.reason), self._clock.now().date()
        save(wire, model(form, self._hold, order, takes, frees=frees, note=note, on=today))

    def _audit(self, wire: Wire, form: Form, found: list[Document], order: HoldOrder) -> list[Document]:
        """Submit and audit what is not audited yet. Kingdee's refusal takes the draft back: no half hold stays."""
        for document in found:
            if document.frees or document.audited:
                continue
            try:
                if document.status != IN_APPROVAL:
                    operate(wire, "Submit", document)
                operate(wire, "Audit", document)
            except EffectRefused:
                self._take_back(wire, form, order.ref)
                raise
        with self._looking(order.ref):
            return documents(wire, form, order.ref)

    def _take_back(self, wire: Wire, form: Form, ref: str) -> None:
        try:
            for document in documents(wire, form, ref):
                if not document.frees and not document.audited:
                    self._delete(wire, document)
        except BridgeError as cause:
            raise EffectUnknown("BR-1634", target=self.id, ref=ref, detail=cause.packed()) from None

    def _free(self, wire: Wire, form: Form, order: HoldOrder, audited: list[Document]) -> None:
        """Turn back what audited documents still hold."""
        lots = standing_lots(audited, in_effect=True)
        if not lots:
            return
        numbers = ", ".join(document.number for document in audited if not document.frees)
        if not self._audits:
            raise EffectRefused("BR-1635", target=self.id, number=numbers, ref=order.ref)
        if self._hold.lift_by == "unaudit" and not any(document.frees for document in audited):
            for document in audited:
                operate(wire, "UnAudit", document)
                operate(wire, "Delete", document)
            return
        takes = plan_lots(stock_rows(wire, read_form(wire, INVENTORY), order, self._hold.to_status), lots)
        if sum(take.quantity for take in takes) < sum(lots.values()):
            raise EffectRefused("BR-1636", target=self.id, number=numbers, ref=order.ref)
        self._save(wire, form, order, takes, frees=True)
        with self._looking(order.ref):
            mirrored = [each for each in documents(wire, form, order.ref) if each.frees and not each.audited]
        for document in mirrored:
            operate(wire, "Submit", document)
            operate(wire, "Audit", document)

    def _delete(self, wire: Wire, document: Document) -> None:
        if document.status == IN_APPROVAL:
            operate(wire, "CancelAssign", document)
        operate(wire, "Delete", document)

    def _receipt(self, order: HoldOrder, found: list[Document]) -> Receipt:
        placed = standing(found)
        detail = ", ".join(each.detail for each in found if not each.frees)
        if placed < order.quantity:
            detail = f"{to_text(placed)} / {to_text(order.quantity)} {detail}"
        return Receipt(order.ref, done=True, quantity=placed, detail=detail)

    def _reading(self, ref: str, found: list[Document]) -> HoldReading:
        quantity, holds = standing(found, in_effect=self._audits), [each for each in found if not each.frees]
        if not quantity:
            return HoldReading(ref, present=False)
        head = holds[0]
        batch = head.lots[0][0] if len(head.lots) == 1 else ""
        detail = ", ".join(each.detail for each in holds)
        return HoldReading(ref, True, head.item, head.warehouse, batch, quantity, detail)  # noqa: FBT003

    @contextmanager
    def _line(self) -> Iterator[tuple[Wire, Form]]:
        """Open a line. What fails while only looking certainly had no effect."""
        with as_effect(), opened(self.id, self._settings, self._pause) as wire:
            yield wire, read_form(wire, CONVERT_FORM)

    @contextmanager
    def _looking(self, ref: str) -> Iterator[None]:
        """Turn a failed look after a writing into EffectUnknown: it was written, but nobody has seen it."""
        try:
            yield
        except (SourceUnavailable, SourceRefused, SnapshotRejected) as cause:
            raise EffectUnknown("BR-1637", target=self.id, ref=ref, detail=cause.packed()) from None


def open_target(target: str, settings: SourceSettings, clock: Clock) -> StatusConversion:
    """Given a Kingdee Cloud source with `[hold]`, return its target. Nothing is connected yet.

    Raise EffectRefused if the source has no `[hold]`.
    """
    if settings.hold is None or not isinstance(settings, KingdeeCloudSettings):
        raise EffectRefused("BR-1608", target=target)
    return StatusConversion(target, settings, clock)
