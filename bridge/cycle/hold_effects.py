"""One hold placed or lifted: what is asked of the target, and what the register says of the hold afterwards.

The register says FAILED, RELEASED or EXPIRED only where nothing stands in the target. Whatever may stand stays standing
in the register too, so that `expire` lifts it.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bridge.cycle.release import BY_HAND, queue_closing
from bridge.domain.effect import Effect, EffectKind
from bridge.domain.errors import BridgeError, EffectRefused, EffectUnknown
from bridge.domain.hold import STANDING, Hold, HoldState, Receipt
from bridge.ports import HoldTarget, RecordKeeper
from bridge.store.store import Store
from bridge.store.unit import UnitOfWork

Finish = Callable[[UnitOfWork, datetime], None]
"""What to write once an effect is done, in the transaction that notes it as done."""
_PLACEABLE = frozenset({HoldState.REQUESTED, HoldState.UNKNOWN})


def carry_hold(store: Store, targets: Callable[[str], HoldTarget], effect: Effect, now: datetime) -> Finish:
    """Place or lift, then read back on a fresh connection: only what the target says itself counts as done.

    Return what to write. Raise what the target raises, EffectUnknown if it reads back differently.
    """
    hold = hold_of(store, effect)
    target = targets(hold.target)
    placing = effect.kind is EffectKind.PLACE
    if placing and hold.state not in _PLACEABLE:
        return lambda _uow, _at: None  # lifted while its placing still waited: nothing may be placed any more
    if is_closing(hold, effect.kind):
        return _close(hold, target)
    over = _over(hold, target, now) if placing else None
    if over is not None:
        return lambda uow, at: _drop(uow, hold, target, over, at)
    receipt = target.place(hold.order) if placing else target.lift(hold.order)
    if target.ability.can_probe and target.probe(hold.order.ref).present is not placing:
        raise EffectUnknown("BR-2061", hold=hold.id, target=hold.target)
    return lambda uow, at: settle_hold(uow, hold, effect.kind, receipt, at)


def settle_hold(uow: UnitOfWork, hold: Hold, kind: EffectKind, receipt: Receipt, at: datetime) -> None:
    """Given what a target answered to a place or lift, bring the register up to date."""
    if kind is EffectKind.PLACE:
        after = replace(hold, state=HoldState.ACTIVE, placed=receipt.quantity, detail=receipt.detail, updated_at=at)
    else:
        ended = HoldState.EXPIRED if hold.order.expires_at <= at else HoldState.RELEASED
        after = replace(hold, state=ended, detail=receipt.detail or hold.detail, updated_at=at)
    uow.holds.save(after)
    uow.audit.append("system", f"hold.{after.state.value}", hold.id, {"target": hold.target, "ref": hold.order.ref}, at)


def doubt_hold(uow: UnitOfWork, effect: Effect, error: BridgeError, at: datetime) -> None:
    """Note that nobody knows what became of a place or lift."""
    _mark(uow, effect, HoldState.UNKNOWN, error, at)


def refuse_hold(uow: UnitOfWork, effect: Effect, error: BridgeError, at: datetime) -> None:
    """Note that a target said no. A first placing failed; after a refused renewal or lift the hold still stands."""
    hold = _find(uow, effect)
    first = hold is not None and hold.state is HoldState.REQUESTED and not hold.placed
    never_stood = first and effect.kind is EffectKind.PLACE
    _mark(uow, effect, HoldState.FAILED if never_stood else HoldState.UNKNOWN, error, at)


def is_closing(hold: Hold, kind: EffectKind) -> bool:
    """Return whether an effect lifts what is over already: then it only closes the target's own record of the hold."""
    return kind is EffectKind.LIFT and hold.state not in STANDING


def closes(store: Store, effect: Effect) -> bool:
    """Return whether an effect only closes a record. It is tried until it is done: an open one claims others' stock."""
    with store.read() as uow:
        hold = _find(uow, effect) if effect.kind is EffectKind.LIFT else None
    return hold is not None and is_closing(hold, effect.kind)


def hold_of(store: Store, effect: Effect) -> Hold:
    """Return the hold an effect is about. Raise EffectRefused if the register has none such."""
    with store.read() as uow:
        hold = _find(uow, effect)
    if hold is None:
        raise EffectRefused("BR-2062", effect=effect.key)
    return hold


def _find(uow: UnitOfWork, effect: Effect) -> Hold | None:
    return uow.holds.get(json.loads(effect.body)["hold"])


def _close(hold: Hold, target: HoldTarget) -> Finish:
    if isinstance(target, RecordKeeper):
        target.close_record(hold.order.ref)

    def finish(uow: UnitOfWork, at: datetime) -> None:
        uow.audit.append("system", "hold.closed", hold.id, {"target": hold.target, "ref": hold.order.ref}, at)

    return finish


def _over(hold: Hold, target: HoldTarget, now: datetime) -> HoldState | None:
    """Return why a hold must not be placed any more: lifted by hand meanwhile, or its life over before it began."""
    expired = hold.order.expires_at <= now
    if not hold.placed and not expired:
        return None  # the usual case: nothing to ask the target before
    if target.ability.can_probe:
        stands = target.probe(hold.order.ref).present
    else:
        stands = hold.placed > 0 or hold.state is HoldState.UNKNOWN
    if stands:
        return None
    return HoldState.RELEASED if hold.placed else HoldState.EXPIRED


def _drop(uow: UnitOfWork, hold: Hold, target: HoldTarget, state: HoldState, at: datetime) -> None:
    by_hand = state is HoldState.RELEASED
    ended = replace(hold, state=state, detail=BY_HAND if by_hand else "expired", updated_at=at)
    uow.holds.save(ended)
    if by_hand:
        queue_closing(uow, ended, target, at)
    action = "hold.lifted_by_hand" if by_hand else f"hold.{state.value}"
    uow.audit.append("system", action, hold.id, {"target": hold.target, "ref": hold.order.ref}, at)


def _mark(uow: UnitOfWork, effect: Effect, state: HoldState, error: BridgeError, at: datetime) -> None:
    hold = _find(uow, effect)
    if hold is not None and not is_closing(hold, effect.kind):
        uow.holds.save(replace(hold, state=state, detail=error.packed(), updated_at=at))
