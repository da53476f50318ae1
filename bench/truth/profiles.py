"""How documents reach the systems: the three lateness profiles of users.md 2.2."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from math import log
from types import MappingProxyType


@dataclass(frozen=True)
class Delay:
    """A right-skewed delay: half of them are shorter than `median_min`, none is longer than `cap_min`."""

    median_min: float
    cap_min: float
    spread: float = 0.8

    def draw(self, rng: random.Random) -> timedelta:
        """Return one delay."""
        minutes = min(rng.lognormvariate(log(self.median_min), self.spread), self.cap_min)
        return timedelta(seconds=round(minutes * 60) + 1)


@dataclass(frozen=True)
class Profile:
    """`first` = entry into the prompt system, `second` = into the late one; `audit` follows each entry.

    `next_day` of the late entries are made the next morning. `transit` = from the out leg of a transfer to its in leg.
    `grace` is the longest that a correct document may stand in one system only, corrections included; a plant of this
    kind would configure it, and a bridge configured so must stay silent without faults.
    """

    name: str
    first: Delay
    second: Delay
    audit: Delay
    transit: Delay
    next_day: float
    grace: timedelta

    def late_entry(self, rng: random.Random, at: datetime) -> datetime:
        """Return when the late system gets a document of `at`."""
        if rng.random() >= self.next_day:
            return at + self.second.draw(rng)
        morning = datetime.combine(at.date() + timedelta(days=1), time(7, 30), at.tzinfo)
        return morning + timedelta(minutes=rng.uniform(0, 180))


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        "scanned": Profile(
            "scanned", Delay(0.5, 5), Delay(2, 20), Delay(1, 10), Delay(4, 15), 0.0, timedelta(hours=1, minutes=15)
        ),
        "pda": Profile("pda", Delay(2, 20), Delay(15, 180), Delay(4, 60), Delay(20, 90), 0.02, timedelta(hours=32)),
        "paper": Profile(
            "paper", Delay(6, 60), Delay(45, 480), Delay(8, 90), Delay(30, 120), 0.10, timedelta(hours=33)
        ),
    }
)
