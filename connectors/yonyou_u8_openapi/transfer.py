"""Holds as transfers into a quarantine warehouse: real documents, which people see and U8's own rules bind.

Each verb first looks up what stands under the reference, takes only the steps that are missing, and looks again.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from bridge.domain.errors import EffectRefused, EffectUnknown
from bridge.domain.hold import HoldOrder, HoldReading, Receipt, TargetAbility
from bridge.domain.quantity import to_text
from bridge.ports import Clock
from config.base import SourceSettings
from connectors.holds.note import note_for
from connectors.web import Pause, as_effect
from connectors.yonyou_u8_openapi.config import ViaQuarantineTransfer, YonyouOpenApiSettings
from connectors.yonyou_u8_openapi.exchange import Wire, opened
from connectors.yonyou_u8_openapi.own import Transfer, lift_note, open_transfers, standing, transfers_of
from connectors.yonyou_u8_openapi.plan import document, plan
from connectors.yonyou_u8_openapi.session import Login
from connectors.yonyou_u8_openapi.steps import (
    add_transfer,
    finish,
    finish_or_take_back,
    has_moved,
    looking,
    unverify,
    verify,
)


class QuarantineTransfer:
    """A HoldTarget of the system level (系统级): what lies in quarantine cannot be issued from where it was."""

    def __init__(
        self,
        target: str,
        settings: YonyouOpenApiSettings,
        hold: ViaQuarantineTransfer,
        clock: Clock,
        *,
        pause: Pause = time.sleep,
    ) -> None:
        self.id = target
        self.ability = TargetAbility(level="system", partial=True, operations=("out", "transfer"))
        self._settings = settings
        self._hold = hold
        self._clock = clock
        self._login = Login(clock)
        self._pause = pause

    def place(self, order: HoldOrder) -> Receipt:
        """Move the order's quantity into quarantine, or what of it is free; the receipt tells which.

        What stands is finished, not doubled. Raise EffectRefused if nothing is free or U8 says no; a draft that U8 did
        not audit stays behind, for it cannot be deleted: the same reference uses it again.
        """
        if order.warehouse == self._hold.warehouse:
            raise EffectRefused("BR-1646", target=self.id, warehouse=order.warehouse)
        with self._line() as wire:
            found = transfers_of(wire, self._hold, order.ref)
            for each in standing(found) or [self._made(wire, order, found)]:
                finish_or_take_back(wire, self._hold, each)
            with looking(wire, order.ref):
                held = standing(transfers_of(wire, self._hold, order.ref))
        if not held or not all(each.finished for each in held):
            raise EffectUnknown("BR-1641", target=self.id, ref=order.ref)
        placed, detail = sum(each.quantity for each in held), _details(held)
        if placed < order.quantity:
            detail = f"{to_text(placed)} / {to_text(order.quantity)} {detail}"
        return Receipt(order.ref, done=True, quantity=placed, detail=detail)

    def lift(self, order: HoldOrder) -> Receipt:
        """Move back what `order.ref` moved. An unknown reference is done with quantity 0.

        While neither 09 nor 08 is audited the audit of the transfer is taken back; later the way back is a transfer.
        """
        with self._line() as wire:
            found = transfers_of(wire, self._hold, order.ref)
            held = standing(found)
            for each in held:
                if has_moved(each):
                    finish(wire, self._hold, each)
                    finish(wire, self._hold, self._way_back(wire, each, found))
                else:
                    unverify(wire, self._hold, each)
            with looking(wire, order.ref):
                left = standing(transfers_of(wire, self._hold, order.ref)) if held else []
        freed = sum(each.quantity for each in held)
        if left:
            raise EffectUnknown("BR-1642", target=self.id, ref=order.ref, left=to_text(freed))
        return Receipt(order.ref, done=True, quantity=freed, detail=_details(held) or "not standing")

    def probe(self, ref: str) -> HoldReading:
        """Return what stands under `ref`: what an audited transfer moved and no finished one moved back."""
        with self._line() as wire:
            return _reading(ref, standing(transfers_of(wire, self._hold, ref)))

    def list_own(self) -> tuple[HoldReading, ...]:
        """Return every hold of ours of which something stands."""
        by_ref: dict[str, list[Transfer]] = {}
        with self._line() as wire:
            for each in standing(open_transfers(wire, self._hold, self._clock.now().date(), brief=True)):
                by_ref.setdefault(each.ref, []).append(each)
        return tuple(_reading(ref, held) for ref, held in sorted(by_ref.items()))

    def _made(self, wire: Wire, order: HoldOrder, found: list[Transfer]) -> Transfer:
        """Return an audited transfer for the order: a draft of ours that fits, or a new one."""
        draft = next((each for each in found if not each.audited and not each.lifts), None)
        if draft is None:
            lines = plan(wire, order)
            if not lines:
                facts = {"item": order.item, "warehouse": order.warehouse, "quantity": to_text(order.quantity)}
                raise EffectRefused("BR-1640", target=self.id, **facts)
            way, today = (order.warehouse, self._hold.warehouse), self._clock.now().date()
            body = document(self._hold, *way, lines, note=note_for(order.ref, order.reason), on=today)
            draft = add_transfer(wire, self._hold, body, order.ref, found, today)
        elif not _fits(draft, order):
            raise EffectRefused("BR-1643", target=self.id, number=draft.code, ref=order.ref)
        return verify(wire, self._hold, draft)

    def _way_back(self, wire: Wire, held: Transfer, found: list[Transfer]) -> Transfer:
        """Return the audited transfer that takes `held` back: one already begun, or a new one."""
        begun = next((each for each in found if each.lifts == held.code), None)
        if begun is None:
            note, today = lift_note(held.ref, held.code), self._clock.now().date()
            body = document(self._hold, held.target, held.source, held.lines, note=note, on=today)
            begun = add_transfer(wire, self._hold, body, held.ref, found, today)
        return begun if begun.audited else verify(wire, self._hold, begun)

    @contextmanager
    def _line(self) -> Iterator[Wire]:
        """Open a line. What fails while only looking certainly had no effect."""
        with as_effect(), opened(self.id, self._settings, self._login, self._pause) as wire:
            yield wire


def _fits(draft: Transfer, order: HoldOrder) -> bool:
    """Return whether a draft moves what the order holds, and not more."""
    moved = {(line.item, line.batch if order.batch else "") for line in draft.lines}
    is_its = draft.source == order.warehouse and moved == {(order.item, order.batch)}
    return is_its and 0 < draft.quantity <= order.quantity


def _reading(ref: str, held: list[Transfer]) -> HoldReading:
    if not held:
        return HoldReading(ref, present=False)
    lines = [line for each in held for line in each.lines]
    batches = {line.batch for line in lines}
    return HoldReading(
        ref,
        present=True,
        item=lines[0].item if lines else "",
        warehouse=held[0].source,
        batch=batches.pop() if len(batches) == 1 else "",
        quantity=sum(each.quantity for each in held),
        detail=_details(held),
    )


def _details(held: list[Transfer]) -> str:
    return ", ".join(each.detail for each in held)


def open_target(target: str, settings: SourceSettings, clock: Clock) -> QuarantineTransfer:
    """Given an OpenAPI source with `[hold]`, return its target. Nothing is connected yet.

    Raise EffectRefused if the source has no `[hold]`.
    """
    if not isinstance(settings, YonyouOpenApiSettings) or settings.hold is None:
        raise EffectRefused("BR-1608", target=target)
    return QuarantineTransfer(target, settings, settings.hold, clock)
