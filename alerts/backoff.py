"""When a mail that did not go out is tried again."""

from datetime import datetime, timedelta
from typing import Final

_STEPS_MIN: Final = (1, 2, 5, 15, 60, 120, 240, 480, 960, 1440)


def next_attempt(attempts: int, now: datetime) -> datetime:
    """Given how often it was tried (1 or more), return when next: in 1, 2, 5, 15, 60 minutes, then doubling to a day.

    It never gives up: a plant whose mail server is down over a holiday still gets its mail.
    """
    step = _STEPS_MIN[min(max(attempts, 1), len(_STEPS_MIN)) - 1]
    return now + timedelta(minutes=step)
