"""What a person was last told of an episode, as short readable text, so that an unchanged variance stays silent."""

from collections.abc import Iterable
from dataclasses import dataclass

from bridge.domain.episode import Episode, EpisodeState
from bridge.domain.hold import Hold, HoldState

_VERSION = "1"

# What the reader hears of a hold. Requested and active are one word, and so are releasing and released: the decision is
# the news, its read-back a minute later is not. A plan on paper (observe, dry run) is no hold.
_HOLD_WORDS = {
    HoldState.PLANNED: "none",
    HoldState.REQUESTED: "standing",
    HoldState.ACTIVE: "standing",
    HoldState.OVERRIDDEN: "overridden",
    HoldState.UNKNOWN: "unknown",
    HoldState.ORPHAN: "unknown",
    HoldState.FAILED: "failed",
    HoldState.RELEASING: "released",
    HoldState.RELEASED: "released",
    HoldState.EXPIRED: "expired",
}
# Of several holds on one variance the one that blocks somebody now is the one to speak of.
_WEIGHT = ("overridden", "standing", "unknown", "failed", "expired", "released", "none")


@dataclass(frozen=True)
class Told:
    """State, hold word, remainder (millionths of the base unit), money (millionths, None = no cost) and reader."""

    state: EpisodeState
    hold: str
    remainder: int
    value: int | None
    owner: str


def fingerprint(episode: Episode, hold: Hold | None) -> str:
    """Given an episode and the hold to speak of, return what a mail about them says, to be kept in `Episode.mailed`."""
    told = present(episode, hold)
    value = "" if told.value is None else str(told.value)
    return "|".join((_VERSION, told.state, told.hold, str(told.remainder), value, told.owner))


def present(episode: Episode, hold: Hold | None) -> Told:
    """Given an episode and its hold, return what there is to tell now."""
    return Told(base_state(episode), hold_word(hold), episode.variance.remainder, episode.variance.value, episode.owner)


def remembered(mailed: str) -> Told | None:
    """Given `Episode.mailed`, return what was told; None when nothing was, or when an older program wrote it."""
    version, _, rest = mailed.partition("|")
    parts = rest.split("|", 4)
    if version != _VERSION or len(parts) != 5:  # noqa: PLR2004
        return None
    state, hold, remainder, value, owner = parts
    return Told(EpisodeState(state), hold, int(remainder), int(value) if value else None, owner)


def base_state(episode: Episode) -> EpisodeState:
    """Return the state that stands: missing data freeze an episode, which is IT's news and not its owner's."""
    if episode.state is EpisodeState.SUSPENDED and episode.resume is not None:
        return episode.resume
    return episode.state


def hold_word(hold: Hold | None) -> str:
    """Return none, standing, overridden, unknown, failed, released or expired."""
    return "none" if hold is None else _HOLD_WORDS[hold.state]


def speaking_hold(variance: str, holds: Iterable[Hold]) -> Hold | None:
    """Given a variance id and all holds, return the one to speak of: what blocks first, then the newest, else None."""
    own = [hold for hold in holds if hold.variance == variance]
    newest_first = sorted(own, key=lambda hold: (hold.updated_at, hold.id), reverse=True)
    return min(newest_first, key=lambda hold: _WEIGHT.index(hold_word(hold)), default=None)


def moved(before: Told, now: Told, percent: int) -> bool:
    """Return whether the remainder or its money moved by more than `percent`; a change of sign always does."""
    if (before.value is None) != (now.value is None):
        return True
    figures = [(before.remainder, now.remainder)]
    if before.value is not None and now.value is not None:
        figures.append((before.value, now.value))
    return any(abs(new - old) * 100 > percent * abs(old) for old, new in figures)
