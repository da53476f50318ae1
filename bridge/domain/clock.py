"""Time comes from a clock that is handed in, so that drills, tests and replays can stand at any moment."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class SystemClock:
    """The machine's time in the plant's zone."""

    zone: ZoneInfo

    def now(self) -> datetime:
        """Return the present."""
        return datetime.now(self.zone)


@dataclass(frozen=True)
class FixedClock:
    """A moment that stands still, for `--now`."""

    moment: datetime

    def now(self) -> datetime:
        """Return the moment."""
        return self.moment
