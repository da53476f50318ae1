"""What a clerk may do wrong with a paper: for each kind, a fitting paper and the deviation from it."""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from bench.truth.floor import Floor
from bench.truth.masters import PLACES, Item
from bench.truth.paper import FAMILIES, RIGHT, Deviation, Line, Paper

SHARE = Decimal("0.15")
"""A fault is at least this share of what lies there, so that any usual threshold sees it."""
MONEY = Decimal(1500)
"""… and at least this much money, unless no such item is left."""


class Spot(NamedTuple):
    """An item at a place where nothing is planted yet, and how much usually lies there (or lies now, if more)."""

    item: Item
    place: int
    level: Decimal


@dataclass
class Ground:
    """The items and places faults may be planted on; each carries one fault at most."""

    rng: random.Random
    floor: Floor
    _used: set[tuple[int, int]] = field(default_factory=set)

    def take(self, item: Item, place: int) -> None:
        """Mark a position as planted."""
        self._used.add((item.index, place))

    def taken(self, item: Item, place: int) -> bool:
        """Return whether something is planted there."""
        return (item.index, place) in self._used

    def spots(self) -> Iterator[Spot]:
        """Draw positions that are worth a fault."""
        for attempt in range(4000):
            item = self.rng.choice(self.floor.items)
            place = item.second if item.second >= 0 and self.rng.random() < 0.3 else item.home
            level, there = self.usual(item, place), self.floor.total(item, place)
            rich = level * SHARE * item.cost >= MONEY or attempt > 2000
            full = there >= level / 2 and there >= 40
            if not item.alias and full and rich and not self.taken(item, place):
                yield Spot(item, place, level)

    def usual(self, item: Item, place: int) -> Decimal:
        """Return what usually lies there, or what lies there now if that is more; later movements keep below twice it."""
        share = Decimal(1) if place == item.home else Decimal("0.3")
        return max(self.floor.total(item, place), item.target * share)


def amount_of(rng: random.Random, spot: Spot) -> Decimal:
    """Return a quantity between 15 and 40 % of what lies there, in whole boxes where there are some."""
    amount = spot.level * Decimal(str(round(rng.uniform(0.16, 0.38), 3)))
    if spot.item.weighed:
        return amount.quantize(Decimal("0.1"))
    if spot.item.factor:
        return max(Decimal(1), (amount / spot.item.factor).to_integral_value()) * spot.item.factor
    return max(Decimal(1), amount.to_integral_value())


Found = tuple[Paper, Deviation, list[tuple[Item, int]], str]


def paper_of(
    ground: Ground, spot: Spot, at: datetime, quantity: Decimal, *, inward: bool | None = None
) -> Paper | None:
    """Return a one-line paper of a usual family, not yet happened; None when the stock does not allow it."""
    rng, (item, place, _) = ground.rng, spot
    coming = (rng.random() < 0.5 if inward is None else inward) and place == item.home
    batch = ""
    if item.batch and coming:
        batch = f"B{at:%y%m%d}-9{rng.randint(100, 999)}"
    elif item.batch:
        heaps = ground.floor.stock[item.index, place]
        batch = next((name for name, amount in heaps.items() if amount >= quantity), "")
    there = ground.floor.stock[item.index, place].get(batch, Decimal(0))
    if (not coming and there < quantity) or (item.batch and not batch):
        return None
    receipt = "purchase_receipt" if item.kind == "raw" else "product_receipt"
    issue = "sales_issue" if item.kind == "finished" else "material_issue"
    family = receipt if coming else issue
    line = Line(item, place, quantity, batch)
    return Paper(FAMILIES[family], (line,), at, ground.floor.reference(family, at))


def _plain(deviation: Deviation) -> Callable[[Ground, str, Spot, datetime], Found | None]:
    def make(ground: Ground, _side: str, spot: Spot, at: datetime) -> Found | None:
        paper = paper_of(ground, spot, at, amount_of(ground.rng, spot))
        return None if paper is None else (paper, deviation, [(spot.item, spot.place)], "")

    return make


def _typed_as(
    ground: Ground, spot: Spot, at: datetime, right: Decimal, wrong: Decimal, *, boxed: bool = False
) -> Found | None:
    paper = paper_of(ground, spot, at, right)
    if paper is None or abs(wrong - right) < spot.level * SHARE:
        return None
    lines = (paper.lines[0]._replace(quantity=wrong, boxed=boxed),)
    shown = wrong / spot.item.factor if boxed else wrong
    detail = f"{right} → {shown}{' 箱' if boxed else ''}"
    return paper, Deviation(lines=lines), [(spot.item, spot.place)], detail


def _times_ten(ground: Ground, _side: str, spot: Spot, at: datetime) -> Found | None:
    right = max((spot.level * Decimal(str(round(ground.rng.uniform(0.02, 0.08), 3)))).to_integral_value(), Decimal(2))
    return _typed_as(ground, spot, at, right, right * 10)


def _digits(ground: Ground, _side: str, spot: Spot, at: datetime) -> Found | None:
    if spot.item.weighed:
        return None
    swap = ground.rng.random() < 0.5
    for _ in range(60):
        right = int(spot.level * Decimal(str(round(ground.rng.uniform(0.1, 0.7), 3))))
        text = str(right)
        if swap and len(text) > 1:
            place = ground.rng.randrange(len(text) - 1)
            wrong = int(text[:place] + text[place + 1] + text[place] + text[place + 2 :])
        else:
            wrong = ground.rng.randint(max(1, right // 4), right * 3)
            if (wrong - right) % 9 == 0 or wrong == right * 2:
                continue
        if text[0] != "0" and len(str(wrong)) == len(text) and abs(wrong - right) >= spot.level * SHARE:
            return _typed_as(ground, spot, at, Decimal(right), Decimal(wrong))
    return None


def _unit(ground: Ground, _side: str, spot: Spot, at: datetime) -> Found | None:
    factor = spot.item.factor
    if not factor:
        return None
    if ground.rng.random() < 0.7:
        boxes = (amount_of(ground.rng, spot) / factor).to_integral_value()
        return _typed_as(ground, spot, at, boxes * factor, boxes)
    pieces = max((spot.level * Decimal("0.25") / (factor - 1)).to_integral_value(), Decimal(3))
    return _typed_as(ground, spot, at, pieces, pieces * factor, boxed=True)


def _item(ground: Ground, _side: str, spot: Spot, at: datetime) -> Found | None:
    item, place, level = spot
    if item.batch or item.weighed or place != item.home:
        return None
    for _ in range(40):
        other = ground.rng.choice(ground.floor.items)
        there = ground.usual(other, place)
        alike = other.kind == item.kind and other.home == place and not (other.batch or other.weighed or other.alias)
        taken = other is item or ground.taken(other, place)
        if taken or not alike or not level / 2 < there < level * 2:
            continue
        paper = paper_of(ground, Spot(item, place, level), at, (max(level, there) / 5).to_integral_value())
        if paper is None:
            return None
        lines = (paper.lines[0]._replace(item=other, boxed=False),)
        return paper, Deviation(lines=lines), [(item, place), (other, place)], f"{item.code} → {other.code}"
    return None


def _warehouse(ground: Ground, _side: str, spot: Spot, at: datetime) -> Found | None:
    item, place, _ = spot
    wrong = ground.rng.choice([n for n, other in enumerate(PLACES) if n != place and other.kind != "line"])
    paper = paper_of(ground, spot, at, amount_of(ground.rng, spot))
    if paper is None or ground.taken(item, wrong):
        return None
    lines = (paper.lines[0]._replace(place=wrong, boxed=False),)
    detail = f"{PLACES[place].name} → {PLACES[wrong].name}"
    return paper, Deviation(lines=lines), [(item, place), (item, wrong)], detail


def _batch(ground: Ground, _side: str, spot: Spot, at: datetime) -> Found | None:
    if not spot.item.batch:
        return None
    paper = paper_of(ground, spot, at, amount_of(ground.rng, spot), inward=False)
    heaps = ground.floor.stock[spot.item.index, spot.place]
    others = [name for name in heaps if paper is not None and name not in {"", paper.lines[0].batch}]
    if paper is None or not others:
        return None
    other = ground.rng.choice(others)
    lines = (paper.lines[0]._replace(batch=other, boxed=False),)
    return paper, Deviation(lines=lines), [(spot.item, spot.place)], f"{paper.lines[0].batch} → {other}"


DEVIATIONS: Mapping[str, Callable[[Ground, str, Spot, datetime], Found | None]] = {
    "missing": _plain(Deviation(skip=True)),
    "duplicate": _plain(Deviation(twice=True)),
    "times_ten": _times_ten,
    "digits_wrong": _digits,
    "wrong_sign": _plain(Deviation(turn=True)),
    "wrong_unit": _unit,
    "wrong_item": _item,
    "wrong_warehouse": _warehouse,
    "wrong_batch": _batch,
    "unaudited": _plain(Deviation(unaudited=True)),
    "cross_period": _plain(RIGHT),
}
