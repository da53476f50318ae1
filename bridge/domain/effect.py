"""Something that leaves the house: a mail to one person, a hold to place or lift. Effects leave only from the outbox."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EffectKind(StrEnum):
    """What an effect does."""

    MAIL = "mail"
    PLACE = "place"
    LIFT = "lift"


class EffectState(StrEnum):
    """Where an effect stands. `unknown` must be probed before it may be tried again."""

    PENDING = "pending"
    CLAIMED = "claimed"
    DONE = "done"
    UNKNOWN = "unknown"
    FAILED = "failed"


@dataclass(frozen=True)
class Effect:
    """One row of the outbox. `key` is unique, so the same decision is queued once.

    `body` is JSON for its carrier: a mail holds the blob hash of the finished message and its recipient, a hold its id.
    """

    key: str
    kind: EffectKind
    run: int | None
    subject: str
    body: str
    created_at: datetime
    due_at: datetime
    state: EffectState = EffectState.PENDING
    attempts: int = 0
    epoch: int | None = None
    error: str = ""
    id: int | None = None
