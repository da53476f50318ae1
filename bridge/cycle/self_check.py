"""The bridge reconciles itself: its ledger of holds against what each target says it holds.

A hold that is gone from its target was lifted by hand: that is respected and recorded. A hold in the target that the
ledger does not know is an orphan: it is reported and never removed silently.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bridge.cycle.release import BY_HAND, queue_closing
from bridge.domain.errors import BridgeError
from bridge.domain.hold import Hold, HoldOrder, HoldReading, HoldState
from bridge.ports import Clock, HoldTarget
from bridge.store.store import Store
from bridge.store.unit import UnitOfWork

_EXPECTED = frozenset({HoldState.ACTIVE, HoldState.OVERRIDDEN})


@dataclass(frozen=True)
class SelfCheck:
    """What the check found: holds lifted by hand, orphans, and targets that could not be read (id, error)."""

    lifted_by_hand: tuple[Hold, ...] = ()
    orphans: tuple[Hold, ...] = ()
    unread: tuple[tuple[str, BridgeError], ...] = ()


def self_check(
    store: Store, targets: Iterable[str], open_target: Callable[[str], HoldTarget], clock: Clock
) -> SelfCheck:
    """Given every target id, compare ledger and target. Return what differed; the ledger is brought up to date."""
    found = SelfCheck()
    for name in targets:
        try:
            target = open_target(name)
            if not target.ability.can_probe:
                continue
            expected = _expected(store, name)  # before the look: what is placed meanwhile cannot be in what was seen
            there = {reading.ref: reading for reading in target.list_own()}
        except BridgeError as error:
            found = replace(found, unread=(*found.unread, (name, error)))
            continue
        with store.begin() as uow:
            gone = _lifted_by_hand(uow, target, expected, there, clock.now())
            orphans = _orphans(uow, name, there, clock.now())
            uow.commit()
        found = replace(found, lifted_by_hand=(*found.lifted_by_hand, *gone), orphans=(*found.orphans, *orphans))
    return found


def _expected(store: Store, target: str) -> tuple[Hold, ...]:
    with store.read() as uow:
        return tuple(hold for hold in uow.holds.standing(target) if hold.state in _EXPECTED)


def _lifted_by_hand(
    uow: UnitOfWork, target: HoldTarget, expected: Iterable[Hold], there: dict[str, HoldReading], at: datetime
) -> list[Hold]:
    """Release what was expected and is gone. What has changed since the look says nothing: the next look tells."""
    gone = []
    for hold in expected:
        if hold.order.ref in there or uow.holds.get(hold.id) != hold:
            continue
        lifted = replace(hold, state=HoldState.RELEASED, detail=BY_HAND, updated_at=at)
        uow.holds.save(lifted)
        queue_closing(uow, lifted, target, at)
        facts = {"target": hold.target, "ref": hold.order.ref}
        uow.audit.append("system", "hold.lifted_by_hand", hold.id, facts, at)
        gone.append(lifted)
    return gone


def _orphans(uow: UnitOfWork, target: str, there: dict[str, HoldReading], at: datetime) -> list[Hold]:
    orphans = []
    for ref, reading in there.items():
        if _is_ours(uow, ref):
            continue
        orphan = _orphan(uow, target, reading, at)
        uow.holds.save(orphan)
        uow.audit.append("system", "hold.orphan", orphan.id, {"target": target, "ref": ref}, at)
        orphans.append(orphan)
    return orphans


def _is_ours(uow: UnitOfWork, ref: str) -> bool:
    """Return whether the ledger knows the reference: pending in the outbox, or an orphan told before."""
    return uow.holds.by_ref(ref) is not None


def _orphan(uow: UnitOfWork, target: str, reading: HoldReading, at: datetime) -> Hold:
    order = HoldOrder(
        ref=reading.ref,
        item=reading.item,
        warehouse=reading.warehouse,
        batch=reading.batch,
        operations=(),
        quantity=reading.quantity or 0,
        reason="",
        expires_at=at,
    )
    return Hold(
        id=f"H-{at:%Y%m%d}-{uow.counters.next('hold', f'{at:%Y%m%d}'):03d}",
        state=HoldState.ORPHAN,
        pair="",
        variance="",
        target=target,
        item=reading.item,
        warehouse=reading.warehouse,
        batch=reading.batch,
        order=order,
        created_at=at,
        updated_at=at,
        placed=reading.quantity or 0,
        detail=reading.detail,
    )
