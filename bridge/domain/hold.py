"""A hold: item × warehouse (× batch) × operations, for the disputed quantity, for a limited time."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class HoldState(StrEnum):
    """States of users.md 3.8."""

    PLANNED = "planned"
    REQUESTED = "requested"
    ACTIVE = "active"
    UNKNOWN = "unknown"
    FAILED = "failed"
    OVERRIDDEN = "overridden"
    RELEASING = "releasing"
    RELEASED = "released"
    EXPIRED = "expired"
    ORPHAN = "orphan"


STANDING = frozenset(
    {HoldState.REQUESTED, HoldState.ACTIVE, HoldState.UNKNOWN, HoldState.OVERRIDDEN, HoldState.RELEASING}
)
"""States in which something may be blocked in a target."""


def hold_ref(variance: str, target: str, item: str, warehouse: str, batch: str) -> str:
    """Return the reference a target stores: 16 characters, the same for the same dispute, so a repeat is recognised.

    Characters are upper-case base32, safe in every system's note field.
    """
    digest = hashlib.sha256(f"{variance}\x1f{target}\x1f{item}\x1f{warehouse}\x1f{batch}".encode()).digest()
    return "SB" + base64.b32encode(digest).decode()[:14]


@dataclass(frozen=True)
class HoldOrder:
    """What to block. Codes are the target system's own; `quantity` is in millionths of its base unit."""

    ref: str
    item: str
    warehouse: str
    batch: str
    operations: tuple[str, ...]
    quantity: int
    reason: str
    expires_at: datetime


@dataclass(frozen=True)
class HoldReading:
    """What a target says of one of our holds. `present` is false when it knows no such reference."""

    ref: str
    present: bool
    item: str = ""
    warehouse: str = ""
    batch: str = ""
    quantity: int | None = None
    detail: str = ""


@dataclass(frozen=True)
class Receipt:
    """The answer to place or lift. `quantity` is what the target really blocked or freed, in millionths."""

    ref: str
    done: bool
    quantity: int
    detail: str = ""


@dataclass(frozen=True)
class TargetAbility:
    """What a target can do; a target without probe and list_own is advise-only."""

    level: str  # advise (提醒级), bypass (旁路级), system (系统级)
    partial: bool  # can block a part of the stock
    operations: tuple[str, ...]  # operations it can block
    can_probe: bool = True


@dataclass(frozen=True)
class Hold:
    """A hold in the bridge's register, `id` is `H-yyyymmdd-nnn`.

    `item`, `warehouse`, `batch` are the common codes, the order's are the target's own. `placed` is what the target
    confirmed, in millionths.
    """

    id: str
    state: HoldState
    pair: str
    variance: str
    target: str
    item: str
    warehouse: str
    batch: str
    order: HoldOrder
    created_at: datetime
    updated_at: datetime
    placed: int = 0
    detail: str = ""
    override_until: datetime | None = None
    override_quantity: int = 0
    override_note: str = ""
    extensions: int = 0
