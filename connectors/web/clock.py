"""The server's own clock, as its Date header tells."""

from datetime import datetime

from bridge.ports import Clock


def server_clock(date: datetime | None, clock: Clock) -> tuple[datetime | None, float | None]:
    """Given the Date of the last answer (None = none), return it in the plant's time zone, and how far it is ahead in s."""
    if date is None:
        return None, None
    now = clock.now()
    return date.astimezone(now.tzinfo), (date - now).total_seconds()
