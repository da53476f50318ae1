"""Lifting holds: queued like placing them, in the transaction of whoever decided it."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

from bridge.domain.effect import Effect, EffectKind
from bridge.domain.hold import Hold, HoldState
from bridge.domain.quantity import to_text
from bridge.ports import HoldTarget, RecordKeeper
from bridge.store.unit import UnitOfWork

MAX_EXTENSIONS = 2
"""How often an unsettled hold is kept beyond its life before it goes all the same: no hold runs for ever."""
BY_HAND = "lifted by hand in the target"
"""Detail of a hold that somebody took out of its target."""


def queue_place(uow: UnitOfWork, hold: Hold, at: datetime) -> None:
    """Given a hold in state requested, store it and queue its placing. The same hold is queued once per life."""
    uow.holds.save(hold)
    uow.outbox.add(_effect(EffectKind.PLACE, hold, at))
    facts = {"target": hold.target, "ref": hold.order.ref, "quantity": to_text(hold.order.quantity)}
    uow.audit.append("system", "hold.requested", hold.id, facts, at)


def queue_lift(uow: UnitOfWork, hold: Hold, by: str, why: str, at: datetime) -> Hold:
    """Given a standing hold, mark it releasing and queue its lifting. Return it as stored."""
    releasing = replace(hold, state=HoldState.RELEASING, detail=why, updated_at=at)
    uow.holds.save(releasing)
    uow.outbox.add(_effect(EffectKind.LIFT, releasing, at))
    uow.audit.append(by, "hold.releasing", hold.id, {"why": why}, at)
    return releasing


def queue_closing(uow: UnitOfWork, hold: Hold, target: HoldTarget, at: datetime) -> None:
    """Given a hold that was lifted by hand, have a target that keeps a record close it: a lift that takes nothing back."""
    if isinstance(target, RecordKeeper):
        uow.outbox.add(_effect(EffectKind.LIFT, hold, at))


def expire(uow: UnitOfWork, at: datetime, *, on_expire: str, ttl: timedelta) -> tuple[Hold, ...]:
    """Deal with every hold whose life is over: `release` lifts it, `escalate` keeps it, at most MAX_EXTENSIONS times.

    A lifting that the target refused is tried again: nothing may stay blocked because one try failed. Return the holds
    touched, so that people are told.
    """
    touched = []
    tried = uow.outbox.unfinished()
    for hold in uow.holds.standing():
        if hold.state is HoldState.UNKNOWN and hold.id not in tried:
            touched.append(queue_lift(uow, hold, "system", "refused before", at))
            continue
        if hold.order.expires_at > at or hold.state not in {HoldState.ACTIVE, HoldState.OVERRIDDEN}:
            continue
        if on_expire == "escalate" and hold.extensions < MAX_EXTENSIONS:
            order = replace(hold.order, expires_at=at + ttl)
            kept = replace(hold, order=order, extensions=hold.extensions + 1, state=HoldState.REQUESTED, updated_at=at)
            queue_place(uow, kept, at)
            touched.append(kept)
        else:
            touched.append(queue_lift(uow, hold, "system", "expired", at))
    return tuple(touched)


def no_new_until(uow: UnitOfWork, at: datetime) -> datetime | None:
    """Return until when nothing new is held after a panic, None when none is in force."""
    flag = uow.flags.get("no_new_holds")
    until = datetime.fromisoformat(flag.value["until"]) if flag is not None else at
    return until if until > at else None


def _effect(kind: EffectKind, hold: Hold, at: datetime) -> Effect:
    life = f"{hold.order.ref}:{hold.extensions}:{hold.updated_at.isoformat()}"
    body = json.dumps({"hold": hold.id}, sort_keys=True)
    return Effect(key=f"{kind.value}:{life}", kind=kind, run=None, subject=hold.id, body=body, created_at=at, due_at=at)
