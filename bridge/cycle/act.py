"""What people do, carried out: an episode after a person's move, with its holds and its line in the audit log."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from alerts.decide import HOLDABLE, HoldPolicy, is_settled
from bridge.cycle.planned import planned_holds
from bridge.cycle.release import no_new_until, queue_lift, queue_place
from bridge.cycle.run_report import UNCONFIRMED
from bridge.domain.episode import Episode
from bridge.domain.errors import ConfigError, NotPermitted
from bridge.domain.hold import STANDING, Hold, HoldState
from bridge.store.plans import HoldPlan, PlanState
from bridge.store.store import Store
from bridge.store.unit import UnitOfWork

Move = Callable[[Episode], Episode]
PANIC = timedelta(hours=24)
"""How long nothing new is held after a panic."""


def move(
    store: Store,
    name: str,
    action: str,
    by: str,
    change: Move,
    holds: HoldPolicy,
    at: datetime,
    *,
    dry_run: bool = False,
) -> Episode:
    """Given a variance's id and a person's move, carry it out. Return the episode after it; raise what forbids it.

    Holds that the move settles (class B approved, say) are queued for lifting in the same transaction. A refused
    attempt is recorded and changes nothing. A dry run ends before the commit, and records no attempt.
    """
    try:
        with store.begin() as uow:
            before = find(uow, name)
            after = change(before)
            uow.episodes.save(after)
            facts = {"from": before.state.value, "to": after.state.value, **_said(after)}
            uow.audit.append(by, f"variance.{action}", name, facts, at)
            if is_settled(after, holds):
                for hold in uow.holds.list(variance=name):
                    if hold.state in STANDING and hold.state is not HoldState.RELEASING:
                        queue_lift(uow, hold, by, "settled", at)
            if not dry_run:
                uow.commit()
    except NotPermitted as refused:
        if not dry_run:
            with store.begin() as uow:
                uow.audit.append(by, f"variance.{action}.refused", name, {"code": refused.code}, at)
                uow.commit()
        raise
    return after


def find(uow: UnitOfWork, name: str) -> Episode:
    """Return the episode of this id. Raise ConfigError if there is none."""
    episode = uow.episodes.get(name)
    if episode is None:
        raise ConfigError("BR-2009", variance=name)
    return episode


def release(store: Store, name: str, by: str, why: str, at: datetime, *, dry_run: bool = False) -> Hold:
    """Given a hold's id, queue its lifting. Return it; raise ConfigError or NotPermitted if there is nothing to lift."""
    with store.begin() as uow:
        hold = uow.holds.get(name)
        if hold is None:
            raise ConfigError("BR-2011", hold=name)
        if hold.state not in STANDING or hold.state is HoldState.RELEASING:
            allowed = ", ".join(sorted(state.value for state in STANDING - {HoldState.RELEASING}))
            raise NotPermitted("BR-2012", hold=name, state=hold.state.value, allowed=allowed)
        lifted = queue_lift(uow, hold, by, why, at)
        if not dry_run:
            uow.commit()
    return lifted


def retry(store: Store, name: str, by: str, ttl: timedelta, at: datetime, *, dry_run: bool = False) -> Hold:
    """Given a hold that failed, queue its placing again, under the same reference and for a whole life.

    Return it; raise ConfigError or NotPermitted if there is no such hold, it did not fail, or its difference is over.
    """
    with store.begin() as uow:
        hold = uow.holds.get(name)
        if hold is None:
            raise ConfigError("BR-2011", hold=name)
        if hold.state is not HoldState.FAILED:
            raise NotPermitted("BR-2070", hold=name, state=hold.state.value)
        episode = uow.episodes.get(hold.variance)
        if episode is None or episode.state in UNCONFIRMED or not episode.variance.exceeds:
            raise NotPermitted("BR-2071", hold=name, variance=hold.variance)
        order = replace(hold.order, expires_at=at + ttl)
        again = replace(hold, order=order, state=HoldState.REQUESTED, detail="", updated_at=at)
        queue_place(uow, again, at)
        uow.audit.append(by, "hold.retried", name, {"ref": order.ref}, at)
        if not dry_run:
            uow.commit()
    return again


def panic(store: Store, by: str, why: str, at: datetime) -> tuple[Hold, ...]:
    """Lift every hold the bridge has placed and place no new ones for a day. Return the holds being lifted."""
    with store.begin() as uow:
        standing = [hold for hold in uow.holds.standing() if hold.state is not HoldState.RELEASING]
        lifted = tuple(queue_lift(uow, hold, by, why, at) for hold in standing)
        uow.flags.set("no_new_holds", {"reason": why, "until": (at + PANIC).isoformat()}, by=by, at=at)
        uow.audit.append(by, "holds.panic", "all", {"why": why, "lifted": str(len(lifted))}, at)
        uow.commit()
    return lifted


def approve_plan(
    store: Store, name: str, content: str, by: str, at: datetime, policy: Callable[[str], HoldPolicy]
) -> tuple[Hold, ...]:
    """Given a waiting plan and the hash that was shown, queue all its holds. Return them; raise what forbids it.

    `policy` tells how a pair holds by now: what no run would place is not placed by an approval either. A hold whose
    variance has meanwhile been settled or held is left out: approval never revives what is over.
    """
    with store.begin() as uow:
        plan = uow.plans.get(name)
        if plan is None:
            raise ConfigError("BR-2013", plan=name)
        _need_holding(uow, plan, policy(plan.pair), at)
        if not uow.plans.approve(name, content or plan.hash, by=by, at=at):
            raise NotPermitted(
                "BR-2014", plan=name, state=_state(plan, at), until=plan.expires_at.isoformat(timespec="minutes")
            )
        holds = tuple(hold for hold in planned_holds(plan)[1] if _still_wanted(uow, hold))
        for hold in holds:
            queue_place(uow, hold, at)
        uow.plans.done(name)
        uow.audit.append(by, "plan.approved", name, {"hash": plan.hash, "holds": str(len(holds))}, at)
        uow.commit()
    return holds


def pause(store: Store, by: str, why: str, at: datetime) -> None:
    """Stop all writing into other systems until `resume`. Reading, comparing and mailing go on."""
    with store.begin() as uow:
        uow.flags.set("paused", {"reason": why}, by=by, at=at)
        uow.audit.append(by, "paused", "all", {"why": why}, at)
        uow.commit()


def resume(store: Store, by: str, at: datetime) -> bool:
    """Allow writing again, new holds included. Return whether anything had been stopped."""
    with store.begin() as uow:
        stopped = [uow.flags.delete(name) for name in ("paused", "no_new_holds")]
        uow.audit.append(by, "resumed", "all", {}, at)
        uow.commit()
    return any(stopped)


def _still_wanted(uow: UnitOfWork, hold: Hold) -> bool:
    episode = uow.episodes.get(hold.variance)
    already = any(known.order.ref == hold.order.ref for known in uow.holds.list(variance=hold.variance))
    return episode is not None and episode.state in HOLDABLE and episode.variance.exceeds and not already


def _need_holding(uow: UnitOfWork, plan: HoldPlan, policy: HoldPolicy, at: datetime) -> None:
    """Raise NotPermitted while nothing new may be held: the plan was made before that."""
    until = no_new_until(uow, at)
    if until is not None:
        raise NotPermitted("BR-2072", plan=plan.id, until=until.isoformat(timespec="minutes"))
    if policy.mode != "hold":
        raise NotPermitted("BR-2073", plan=plan.id, pair=plan.pair, mode=policy.mode)


def _state(plan: HoldPlan, at: datetime) -> str:
    late = plan.state is PlanState.WAITING and plan.expires_at <= at
    return PlanState.EXPIRED.value if late else plan.state.value


def _said(episode: Episode) -> Mapping[str, str]:
    if episode.explanation is None:
        return {}
    return {"cause": episode.explanation.cause, "documents": " ".join(episode.explanation.documents)}
