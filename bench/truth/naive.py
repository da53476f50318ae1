"""The rule that everybody writes first: the two snapshots as they are, and an alarm above three percent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bench.truth.masters import PLACES, Item
from bridge.cycle.collect import Reading

Place = tuple[str, str, str]
PERCENT = 3
GAP = timedelta(minutes=25)


@dataclass
class Translation:
    """The plant's codes, as the maps hold them; a code that no map knows is left out."""

    items: Mapping[str, Mapping[str, str]]
    places: Mapping[str, Mapping[str, str]]
    by_batch: bool

    @classmethod
    def of(cls, items: list[Item], *, by_batch: bool) -> "Translation":
        """Given the plant's items, return how either system's codes are read."""
        return cls(
            {"k3": {item.code: item.code for item in items}, "u8": {item.u8: item.code for item in items}},
            {"k3": {place.k3: place.name for place in PLACES}, "u8": {place.u8: place.name for place in PLACES}},
            by_batch,
        )

    def balances(self, source: str, reading: Reading) -> dict[Place, int]:
        """Return a reading's quantities (millionths) by common position."""
        found: dict[Place, int] = {}
        if reading.snapshot is None:
            return found
        columns = [reading.snapshot.lines[name].to_pylist() for name in ("item", "warehouse", "batch", "quantity")]
        items, places = self.items[source], self.places[source]
        for code, warehouse, batch, quantity in zip(*columns, strict=True):
            if code in items:
                place = (items[code], places[warehouse], batch if self.by_batch else "")
                found[place] = found.get(place, 0) + (quantity or 0)
        return found


@dataclass
class NaiveRule:
    """Raw differences over the limit on one snapshot, and on two in a row at least `GAP` apart with the same sign.

    `once` and `twice` hold every alarm as (place, time, raw difference in millionths): a position that stays over is
    one alarm. `over` counts the positions over the limit at each reading.
    """

    translation: Translation
    over: list[int] = field(default_factory=list)
    once: list[tuple[Place, datetime, int]] = field(default_factory=list)
    twice: list[tuple[Place, datetime, int]] = field(default_factory=list)
    _since: dict[Place, tuple[datetime, int]] = field(default_factory=dict)
    _told: set[Place] = field(default_factory=set)

    def look(self, at: datetime, readings: Mapping[str, Reading]) -> None:
        """Given a run's readings, apply the rule."""
        book, stock = (self.translation.balances(name, readings[name]) for name in ("k3", "u8"))
        now: dict[Place, int] = {}
        for place in book.keys() | stock.keys():
            ours, theirs = book.get(place, 0), stock.get(place, 0)
            if abs(theirs - ours) * 100 > PERCENT * max(abs(ours), abs(theirs)):
                now[place] = theirs - ours
        self.over.append(len(now))
        for place in [place for place in self._since if place not in now or _turned(now[place], self._since[place])]:
            del self._since[place]
            self._told.discard(place)
        for place, difference in sorted(now.items()):
            if place not in self._since:
                self._since[place] = (at, difference)
                self.once.append((place, at, difference))
            elif place not in self._told and at - self._since[place][0] >= GAP:
                self._told.add(place)
                self.twice.append((place, at, difference))


def _turned(now: int, before: tuple[datetime, int]) -> bool:
    return (now > 0) != (before[1] > 0)
