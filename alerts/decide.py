"""Which holds to place and which to lift, from the episodes of a run. Pure.

When in doubt, no hold: only confirmed variances of trusted data, only in mode `hold`, only what the budget allows, and
once per variance and place - a hold that a person lifted by hand is respected.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bridge.domain.budget import Budget, exceeded
from bridge.domain.episode import ENDED, Episode, EpisodeState
from bridge.domain.hold import STANDING, Hold, HoldOrder, HoldState, hold_ref

HOLDABLE = frozenset({EpisodeState.CONFIRMED, EpisodeState.REVIEWING, EpisodeState.COUNTING, EpisodeState.EXPLAINED})
"""States in which a variance may be held: confirmed, believed, and not settled by anybody."""


@dataclass(frozen=True)
class HoldPolicy:
    """How a pair holds. `mode` is the pair's own; `no_new` says why nothing new may be held just now ('' = it may)."""

    mode: str
    operations: tuple[str, ...] = ("out", "transfer")
    classes: tuple[str, ...] = ("A", "B", "C")
    ttl: timedelta = timedelta(hours=8)
    release_on: dict[str, str] = field(default_factory=dict)
    allow_undisputed: bool = True
    no_new: str = ""
    budget: Budget = field(default_factory=Budget)


@dataclass(frozen=True)
class Place:
    """Where an item stands in a target system, under its own codes.

    `quantity` is what lies there in millionths of the common base unit, `own` the same in the target's base unit.
    """

    target: str
    item: str
    warehouse: str
    batch: str
    quantity: int
    own: int


@dataclass(frozen=True)
class HoldDecision:
    """What should happen: new holds, holds to lift, and the budget limit that the new ones break ('' = none)."""

    new: tuple[Hold, ...]
    lift: tuple[Hold, ...]
    over: str


def decide_holds(
    episodes: Sequence[Episode],
    known: Sequence[Hold],
    places: dict[str, tuple[Place, ...]],
    policy: HoldPolicy,
    *,
    compared: int,
    placed_today: int,
    now: datetime,
) -> HoldDecision:
    """Given a run's episodes, every hold already known for them, and where their stock lies (by episode id), decide.

    New holds carry an empty id: the store numbers them when they are committed. In modes observe and alert they are
    planned only.
    """
    held = {hold.variance for hold in known}
    wanted = tuple(
        hold
        for episode in episodes
        if episode.id not in held and _may_hold(episode, policy)
        for hold in _holds_for(episode, places.get(episode.id, ()), policy, now)
    )
    state = {episode.id: episode for episode in episodes}
    lift = tuple(
        hold
        for hold in known
        if hold.state in STANDING
        and hold.state is not HoldState.RELEASING
        and is_settled(state.get(hold.variance), policy)
    )
    if policy.mode != "hold" or policy.no_new:
        return HoldDecision(tuple(replace(hold, state=HoldState.PLANNED) for hold in wanted), lift, "")
    return HoldDecision(wanted, lift, exceeded(len(wanted), placed_today, compared, policy.budget) if wanted else "")


def _may_hold(episode: Episode, policy: HoldPolicy) -> bool:
    if episode.state not in HOLDABLE or not episode.variance.exceeds:
        return False
    abc = episode.variance.position.abc
    return not abc or abc in policy.classes


def is_settled(episode: Episode | None, policy: HoldPolicy) -> bool:
    """Return whether the difference behind a hold is settled: verified always, approved where the class says so."""
    if episode is None:
        return False
    if episode.state in ENDED:
        return True
    rule = policy.release_on.get(episode.variance.position.abc or "B", "approved")
    released = {EpisodeState.APPROVED, EpisodeState.CORRECTING, EpisodeState.VERIFYING, EpisodeState.ACCEPTED}
    return rule == "approved" and episode.state in released and _is_signed(episode)


def _is_signed(episode: Episode) -> bool:
    """Return whether a checker agreed; a rejection stands among the approvals too, and lifts nothing."""
    return any(given.approved for given in episode.approvals)


def _holds_for(episode: Episode, places: tuple[Place, ...], policy: HoldPolicy, now: datetime) -> tuple[Hold, ...]:
    """Spread the disputed quantity over the places, fullest first; nothing is held where nothing lies."""
    stocked = sorted((p for p in places if p.quantity > 0), key=lambda p: (-p.quantity, p.item, p.warehouse, p.batch))
    on_hand = sum(place.quantity for place in stocked)
    left = min(abs(episode.variance.remainder), on_hand) if policy.allow_undisputed else on_hand
    holds: list[Hold] = []
    for place in stocked:
        share = min(left, place.quantity)
        if share <= 0:
            break
        left -= share
        holds.append(_hold(episode, place, share, policy, now))
    return tuple(holds)


def _hold(episode: Episode, place: Place, share: int, policy: HoldPolicy, now: datetime) -> Hold:
    position = episode.variance.position
    order = HoldOrder(
        ref=hold_ref(episode.id, place.target, place.item, place.warehouse, place.batch),
        item=place.item,
        warehouse=place.warehouse,
        batch=place.batch,
        operations=policy.operations,
        quantity=share * place.own // place.quantity,
        reason=episode.id,
        expires_at=now + policy.ttl,
    )
    return Hold(
        id="",
        state=HoldState.REQUESTED,
        pair=episode.pair,
        variance=episode.id,
        target=place.target,
        item=position.item,
        warehouse=position.warehouse,
        batch=position.batch,
        order=order,
        created_at=now,
        updated_at=now,
    )
