"""What happens when: the day's events in the order of the clock."""

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from bridge.demo.beats import Beat

Doing = Callable[[datetime], Iterable[Beat]]
"""Does something at its time and returns what of it is worth telling."""


@dataclass
class Agenda:
    """Events to come. New ones may be added while the day runs; of two at one moment the one added first goes first."""

    _heap: list[tuple[datetime, int, Doing]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=count)

    def add(self, at: datetime, doing: Doing) -> None:
        """Let `doing` happen at `at`."""
        heapq.heappush(self._heap, (at, next(self._order), doing))

    def until(self, moment: datetime) -> Iterator[Beat]:
        """Let everything up to `moment` happen. Yield what there is to tell."""
        while self._heap and self._heap[0][0] <= moment:
            at, _, doing = heapq.heappop(self._heap)
            yield from doing(at)
