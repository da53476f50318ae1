"""One-sided documents that people have answered for: accepted as a cut-off, or parked in an approved explanation."""

from collections.abc import Iterable
from dataclasses import dataclass

from bridge.domain.episode import Episode, EpisodeState

TIMING = frozenset({"T1", "T2"})
"""Causes that say a document will get its counterpart: approved, it may stand on one side. All others want a correction."""


@dataclass(frozen=True)
class Waived:
    """The numbers of such documents at one position."""

    item: str
    warehouse: str
    batch: str
    accepted: frozenset[str] = frozenset()
    parked: frozenset[str] = frozenset()

    @property
    def place(self) -> tuple[str, str, str]:
        """Return the position."""
        return self.item, self.warehouse, self.batch


def waived(episodes: Iterable[Episode]) -> tuple[Waived, ...]:
    """Given a pair's episodes, open and closed, return what their approved explanations waive, one entry a position."""
    accepted: dict[tuple[str, str, str], set[str]] = {}
    parked: dict[tuple[str, str, str], set[str]] = {}
    for episode in episodes:
        said, position = episode.explanation, episode.variance.position
        if said is None or not _is_approved(episode):
            continue
        place = (position.item, position.warehouse, position.batch)
        if said.cause in TIMING:
            accepted.setdefault(place, set()).update(said.documents)
        if said.parked:
            parked.setdefault(place, set()).update(said.parked)
    return tuple(
        Waived(*place, frozenset(accepted.get(place, ())), frozenset(parked.get(place, ())))
        for place in sorted(accepted.keys() | parked.keys())
    )


def _is_approved(episode: Episode) -> bool:
    """Return whether all signatures are there; what still waits for its second one waives nothing."""
    state = episode.resume or episode.state  # of a suspended one: what it was before
    return state is not EpisodeState.EXPLAINED and any(given.approved for given in episode.approvals)
