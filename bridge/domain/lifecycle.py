"""How an episode moves when a run has looked at its position again (users.md 3.7). Pure; people's moves are in workflow.py."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bridge.domain.episode import Episode, EpisodeState
from bridge.domain.variance import Variance

_UNREVIEWED = frozenset({EpisodeState.CANDIDATE, EpisodeState.CONFIRMED})


@dataclass(frozen=True)
class ConfirmPolicy:
    """How often a variance must be seen before it counts: `times` admitted pairs, each at least `gap` after the last."""

    times: int = 2
    gap: timedelta = timedelta(minutes=25)


@dataclass(frozen=True)
class Look:
    """One admitted look at a position: which run, when, and by when an owner must answer once it is confirmed."""

    run: int
    at: datetime
    due: Callable[[Variance], datetime | None]


def first_seen(identity: str, pair: str, owner: str, variance: Variance, look: Look, policy: ConfirmPolicy) -> Episode:
    """Given a variance nobody follows yet, return its new episode: a candidate (confirmed at once when one look is enough)."""
    episode = Episode(
        id=identity,
        pair=pair,
        state=EpisodeState.CANDIDATE,
        variance=variance,
        owner=owner,
        since=look.at,
        updated_at=look.at,
        counted_at=look.at,
        first_run=look.run,
        last_run=look.run,
    )
    return _confirm_if_due(episode, look, policy)


def still_exceeding(before: Episode, variance: Variance, look: Look, policy: ConfirmPolicy) -> Episode:
    """Given an open episode whose position exceeds its limit again, return it after this look."""
    episode = replace(_resumed(before, look), variance=variance, last_run=look.run, updated_at=look.at, clean=0)
    if episode.state is EpisodeState.VERIFYING:
        return replace(episode, state=EpisodeState.REVIEWING, counted_at=look.at)
    if episode.state is not EpisodeState.CANDIDATE:
        return episode
    if (variance.remainder > 0) != (before.variance.remainder > 0):
        return replace(episode, streak=1, counted_at=look.at)
    if look.at - episode.counted_at < policy.gap:
        return episode
    return _confirm_if_due(replace(episode, streak=episode.streak + 1, counted_at=look.at), look, policy)


def within_limit(before: Episode, variance: Variance, look: Look, policy: ConfirmPolicy) -> Episode:
    """Given an open episode whose position is within its limit now, return it after this look.

    Unreviewed ones clear at once: releasing early is the safe side. Reviewed ones need as many clean looks to close as
    they needed to be confirmed.
    """
    episode = replace(_resumed(before, look), variance=variance, last_run=look.run, updated_at=look.at)
    if episode.state is EpisodeState.EXPLAINED:
        episode = replace(episode, approvals=())  # a first signature that waited for a second one approves nothing
    if episode.state in _UNREVIEWED:
        return replace(episode, state=EpisodeState.CLEARED, clean=1)
    if episode.state is not EpisodeState.VERIFYING:
        episode = replace(episode, state=EpisodeState.VERIFYING, clean=1, counted_at=look.at)
    elif look.at - episode.counted_at >= policy.gap:
        episode = replace(episode, clean=episode.clean + 1, counted_at=look.at)
    return replace(episode, state=EpisodeState.CLOSED) if episode.clean >= policy.times else episode


def suspended(before: Episode, at: datetime) -> Episode:
    """Given an open episode whose data cannot be believed now, return it frozen; nothing else changes."""
    if before.state is EpisodeState.SUSPENDED:
        return before
    return replace(before, state=EpisodeState.SUSPENDED, resume=before.state, updated_at=at)


def _resumed(episode: Episode, look: Look) -> Episode:
    if episode.state is EpisodeState.SUSPENDED:
        episode = replace(episode, state=episode.resume or EpisodeState.CANDIDATE, resume=None)
    if episode.state is EpisodeState.PARKED and episode.park_until is not None and look.at >= episode.park_until:
        episode = replace(episode, state=EpisodeState.REVIEWING, park_until=None)
    return episode


def _confirm_if_due(episode: Episode, look: Look, policy: ConfirmPolicy) -> Episode:
    if episode.streak < policy.times:
        return episode
    return replace(episode, state=EpisodeState.CONFIRMED, confirmed_at=look.at, due_at=look.due(episode.variance))
