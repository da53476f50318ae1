"""The life of a variance across runs: one episode per pair and position, from candidate to closed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bridge.domain.variance import Variance


class EpisodeState(StrEnum):
    """States of users.md 3.7."""

    CANDIDATE = "candidate"
    CONFIRMED = "confirmed"
    REVIEWING = "reviewing"
    COUNTING = "counting"
    EXPLAINED = "explained"
    APPROVED = "approved"
    CORRECTING = "correcting"
    VERIFYING = "verifying"
    CLOSED = "closed"
    ACCEPTED = "accepted"
    PARKED = "parked"
    CLEARED = "cleared"
    SUSPENDED = "suspended"


ENDED = frozenset({EpisodeState.CLOSED, EpisodeState.CLEARED})


@dataclass(frozen=True)
class Explanation:
    """What the maker says: a cause code, the documents that sum to the remainder, and open ones that are not part of it."""

    cause: str
    documents: tuple[str, ...]
    note: str
    by: str
    at: datetime
    parked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Approval:
    """A checker's word on an explanation."""

    by: str
    role: str
    at: datetime
    approved: bool
    note: str = ""


@dataclass(frozen=True)
class Episode:
    """One variance as people follow it. `id` is `V-yyyymmdd-nnn`.

    `streak` counts consecutive admitted pairs over the limit with the same sign, at least the gap apart; `clean`
    counts those within it. `resume` is the state to go back to from suspended or parked. `mailed` is the digest of
    what the owner was last told, so that an unchanged variance stays silent.
    """

    id: str
    pair: str
    state: EpisodeState
    variance: Variance
    owner: str
    since: datetime
    updated_at: datetime
    counted_at: datetime
    first_run: int
    last_run: int
    streak: int = 1
    clean: int = 0
    confirmed_at: datetime | None = None
    resume: EpisodeState | None = None
    maker: str = ""
    explanation: Explanation | None = None
    approvals: tuple[Approval, ...] = ()
    park_until: datetime | None = None
    due_at: datetime | None = None
    mailed: str = ""
    thread: str = ""
