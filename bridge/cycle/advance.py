"""Fifth step, first half: carry every episode of a pair on by one look. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from bridge.domain.episode import Episode
from bridge.domain.lifecycle import ConfirmPolicy, Look, first_seen, still_exceeding, suspended, within_limit
from bridge.domain.variance import Variance
from reconcilers.engine import Comparison

Place = tuple[str, str, str]


def advance(
    open_before: Sequence[Episode],
    comparison: Comparison,
    policy: ConfirmPolicy,
    look: Look,
    *,
    pair: str,
    owner: str,
    number: Callable[[], str],
) -> tuple[Episode, ...]:
    """Given the pair's open episodes and what the run found, return every episode after this look, the ended ones too.

    A position that a side lists without a figure is frozen: missing data neither clear nor confirm. `number` gives the
    next id; it is asked in the order of the comparison's variances, so that a replay numbers alike.
    """
    before = {_place(episode.variance): episode for episode in open_before}
    unknown = set(comparison.unknown_positions)
    exceeding = {_place(variance): variance for variance in comparison.variances}
    within = {_place(variance): variance for variance in (*comparison.waiting, *comparison.within)}
    after: list[Episode] = []
    for place, variance in exceeding.items():
        if place in before:
            after.append(still_exceeding(before[place], variance, look, policy))
        else:
            after.append(first_seen(number(), pair, owner, variance, look, policy))
    for place, episode in before.items():
        if place in exceeding:
            continue
        if place in unknown:
            after.append(suspended(episode, look.at))
            continue
        now = within.get(place) or _agreeing(episode.variance, comparison.quantity_at(place))
        after.append(within_limit(episode, now, look, policy))
    return tuple(after)


def freeze(open_before: Sequence[Episode], at: datetime) -> tuple[Episode, ...]:
    """Given the pair's open episodes in a run whose data cannot be believed, return them suspended."""
    return tuple(suspended(episode, at) for episode in open_before)


def _place(variance: Variance) -> Place:
    position = variance.position
    return position.item, position.warehouse, position.batch


def _agreeing(before: Variance, quantity: int) -> Variance:
    """Return the figures of a position whose two sides agree exactly at `quantity`."""
    return replace(
        before,
        book=quantity,
        stock=quantity,
        explained=0,
        percent=Decimal(0),
        value=None if before.cost is None else 0,
        exceeds=False,
        documents=(),
        causes=(),
        suspects=(),
        waiting=False,
    )
