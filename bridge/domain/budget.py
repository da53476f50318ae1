"""How many holds may be placed before a person has to agree. All or nothing: a plan over budget places none.

Limits after design.md 4 (#3): 10 a run, 25 a day, 1 % of the items compared. The share is never taken to mean fewer than
`share_floor`, or a plant with 80 items could not hold a single one.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from bridge.domain.hold import Hold


@dataclass(frozen=True)
class Budget:
    """Limits on new holds."""

    per_run: int = 10
    per_day: int = 25
    share: float = 0.01
    share_floor: int = 3


@dataclass(frozen=True)
class HoldPlan:
    """New holds that wait for a person's word. `content` is the hash the approval is bound to."""

    id: str
    pair: str
    run: int
    content: str
    holds: tuple[Hold, ...]
    limit: str
    created_at: datetime
    expires_at: datetime
    state: str = "waiting"  # waiting | approved | done | expired
    approved_by: str = ""


def exceeded(new: int, placed_today: int, compared: int, budget: Budget) -> str:
    """Return which limit `new` more holds would break, as `name:limit`, '' when none."""
    if new > budget.per_run:
        return f"max_items_per_run:{budget.per_run}"
    if new + placed_today > budget.per_day:
        return f"max_per_day:{budget.per_day}"
    share = max(int(compared * budget.share), budget.share_floor)
    if new > share:
        return f"max_share:{share}"
    return ""


def content_hash(holds: tuple[Hold, ...]) -> str:
    """Return the hash of what a plan would block: order, quantity and place of each hold."""
    lines = sorted(
        "\x1f".join((h.order.ref, h.target, h.order.item, h.order.warehouse, h.order.batch, str(h.order.quantity)))
        for h in holds
    )
    return hashlib.sha256("\x1e".join(lines).encode()).hexdigest()
