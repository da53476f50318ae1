"""Sixth step: effects leave, only from the outbox, each claimed by one process under its lease epoch.

A mail goes out rather twice (with the same Message-ID) than never. A hold whose outcome is unknown is probed before
anything else is done with it. Each outcome is committed with what it changes, in one transaction.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.backoff import next_attempt
from bridge.cycle.hold_effects import (
    Finish,
    carry_hold,
    closes,
    doubt_hold,
    hold_of,
    is_closing,
    refuse_hold,
    settle_hold,
)
from bridge.domain.effect import Effect, EffectKind, EffectState
from bridge.domain.errors import BridgeError, EffectRefused, EffectRetryable, EffectUnknown, SourceUnavailable
from bridge.domain.hold import Receipt
from bridge.ports import Clock, HoldTarget
from bridge.store.store import Store
from bridge.store.unit import UnitOfWork

SendMail = Callable[[bytes, str], object]
"""Given a finished message and its recipient, send it or raise EffectRetryable, EffectRefused, EffectUnknown."""
_BATCH = 50
_LEASE = "deliver"
_TENURE = timedelta(minutes=5)


@dataclass(frozen=True)
class Carriers:
    """What carries effects out: the hold targets by id, and the mail (None = no mail is configured)."""

    targets: Callable[[str], HoldTarget]
    send: SendMail | None


@dataclass(frozen=True)
class Delivered:
    """How many effects were done, will be tried again, and failed for good. `busy` = another process delivers."""

    done: int = 0
    waiting: int = 0
    failed: int = 0
    busy: bool = False

    def __add__(self, other: "Delivered") -> "Delivered":
        return Delivered(self.done + other.done, self.waiting + other.waiting, self.failed + other.failed)


def deliver(store: Store, carriers: Carriers, clock: Clock) -> Delivered:
    """Carry out every due effect. Return the count; nothing is raised for a single effect's failure."""
    epoch = store.lease.acquire(_LEASE, _TENURE)
    if epoch is None:
        return Delivered(busy=True)
    try:
        _recover(store, carriers, epoch, clock)
        return _deliver_due(store, carriers, epoch, clock)
    finally:
        store.lease.release(_LEASE, epoch)


def _deliver_due(store: Store, carriers: Carriers, epoch: int, clock: Clock) -> Delivered:
    total = Delivered()
    while claimed := _claim(store, epoch, clock.now(), paused=is_paused(store)):
        for effect in claimed:
            if not store.lease.renew(_LEASE, epoch, _TENURE):
                return total  # somebody else has taken over and will probe what we claimed
            total += _carry(store, carriers, epoch, effect, clock)
    return total


def is_paused(store: Store) -> bool:
    """Return whether a person stopped all writing into other systems. Mails still go; somebody must be told."""
    with store.begin() as uow:
        return uow.flags.get("paused") is not None


def _claim(store: Store, epoch: int, now: datetime, *, paused: bool) -> list[Effect]:
    kinds = (EffectKind.MAIL,) if paused else tuple(EffectKind)
    with store.begin() as uow:
        effects = uow.outbox.claim(epoch, now, _BATCH, kinds=kinds)
        uow.commit()
    return effects


def _recover(store: Store, carriers: Carriers, epoch: int, clock: Clock) -> None:
    """Take over what a dead process had claimed: mails go again, holds are read back first."""
    with store.begin() as uow:
        uow.outbox.recover(epoch)
        unknown = uow.outbox.list(state=EffectState.UNKNOWN)
        uow.commit()
    for effect in unknown:
        if effect.kind is EffectKind.MAIL:
            _requeue(store, effect, clock.now())
        else:
            _read_back(store, carriers, effect, clock)


def _requeue(store: Store, effect: Effect, now: datetime) -> None:
    with store.begin() as uow:
        uow.outbox.settle(_id(effect), EffectState.PENDING, due_at=now)
        uow.commit()


def _read_back(store: Store, carriers: Carriers, effect: Effect, clock: Clock) -> None:
    """Ask the target what became of a place or lift, and finish or repeat it. Targets are idempotent by reference."""
    try:
        hold = hold_of(store, effect)
        target = carriers.targets(hold.target)
        there = target.probe(hold.order.ref) if target.ability.can_probe else None
    except BridgeError:
        return  # stays unknown: nothing is repeated while the target cannot be read
    placing = effect.kind is EffectKind.PLACE
    if there is None or there.present is not placing or is_closing(hold, effect.kind):
        _requeue(store, effect, clock.now())
        return
    found = hold.order.quantity if there.quantity is None else there.quantity
    with store.begin() as uow:
        receipt = Receipt(ref=hold.order.ref, done=True, quantity=found, detail=there.detail or "read back")
        settle_hold(uow, hold, effect.kind, receipt, clock.now())
        uow.outbox.settle(_id(effect), EffectState.DONE)
        uow.commit()


def _carry(store: Store, carriers: Carriers, epoch: int, effect: Effect, clock: Clock) -> Delivered:
    try:
        finish = _finish_of(store, carriers, effect, clock)
    except EffectUnknown as error:
        return _unsure(store, epoch, effect, error, clock)
    except (EffectRetryable, SourceUnavailable) as error:
        return _later(store, epoch, effect, error, clock)
    except BridgeError as error:
        if closes(store, effect):
            return _later(store, epoch, effect, error, clock)
        return _refused(store, epoch, effect, error, clock)
    with store.begin() as uow:
        finish(uow, clock.now())
        uow.outbox.done(_id(effect), epoch)
        uow.commit()
    return Delivered(done=1)


def _finish_of(store: Store, carriers: Carriers, effect: Effect, clock: Clock) -> Finish:
    if effect.kind is EffectKind.MAIL:
        return _mail(store, carriers, effect)
    return carry_hold(store, carriers.targets, effect, clock.now())


def _mail(store: Store, carriers: Carriers, effect: Effect) -> Finish:
    if carriers.send is None:
        raise EffectRefused("BR-2056")
    body = json.loads(effect.body)
    carriers.send(store.blobs.get(body["message"]), body["to"])

    def finish(uow: UnitOfWork, at: datetime) -> None:
        uow.audit.append("system", "mail.sent", effect.key, {"to": body["to"], "subject": effect.subject}, at)

    return finish


def _unsure(store: Store, epoch: int, effect: Effect, error: BridgeError, clock: Clock) -> Delivered:
    now = clock.now()
    with store.begin() as uow:
        if effect.kind is EffectKind.MAIL:
            uow.outbox.retry(_id(effect), epoch, next_attempt(effect.attempts, now), error.packed())
        else:
            doubt_hold(uow, effect, error, now)
            uow.outbox.unknown(_id(effect), epoch, error.packed())
        uow.commit()
    return Delivered(waiting=1)


def _later(store: Store, epoch: int, effect: Effect, error: BridgeError, clock: Clock) -> Delivered:
    now = clock.now()
    with store.begin() as uow:
        uow.outbox.retry(_id(effect), epoch, next_attempt(effect.attempts, now), error.packed())
        uow.commit()
    return Delivered(waiting=1)


def _refused(store: Store, epoch: int, effect: Effect, error: BridgeError, clock: Clock) -> Delivered:
    now = clock.now()
    with store.begin() as uow:
        if effect.kind is not EffectKind.MAIL:
            refuse_hold(uow, effect, error, now)
        uow.outbox.failed(_id(effect), epoch, error.packed())
        about = effect.key if effect.kind is EffectKind.MAIL else effect.subject  # a hold's story tells its refusals
        uow.audit.append("system", f"{effect.kind.value}.failed", about, {"error": str(error)}, now)
        uow.commit()
    return Delivered(failed=1)


def _id(effect: Effect) -> int:
    if effect.id is None:
        raise EffectRefused("BR-2062", effect=effect.key)
    return effect.id
