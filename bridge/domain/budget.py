"""How many holds may be placed before a person has to agree. All or nothing: a plan over budget places none.

Limits after design.md 4 (#3): 10 a run, 25 a day, 1 % of the items compared. The share is never taken to mean fewer than
`share_floor`, or a plant with 80 items could not hold a single one.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Budget:
    """Limits on new holds."""

    per_run: int = 10
    per_day: int = 25
    share: float = 0.01
    share_floor: int = 3


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
