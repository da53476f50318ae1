"""An honest working day: goods move, U8 is typed at once, K3 when the paper has reached finance (users.md 2.2, row 2)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import exp
from random import Random
from typing import Final

from bridge.demo.articles import FINISHED, FRAME, PER_BOX, RAW, STORIED, Article, Shelf
from bridge.demo.clerks import ISSUE, PRODUCTION, PURCHASE, SALE, Kind, Movement
from bridge.demo.plant import ZONE

MOVEMENTS: Final = 170
SLOT: Final = timedelta(minutes=30)
FIRST_ROUND, LAST_ROUND = time(8, 0), time(16, 30)
_SHIFTS: Final = ((time(8, 3), time(11, 50)), (time(13, 3), time(16, 10)))
_MEDIAN_MIN: Final = 15.0
_SPREAD: Final = 0.65
_LONGEST: Final = timedelta(minutes=58)
_BUSY_SHARE: Final = 0.2
_FORGOTTEN: Final = 0.06
_HALF_DONE: Final = {"made": 19, "made booked": 22, "used": 25, "made audited": 41, "used booked": 44}
"""Minutes after nine."""


@dataclass(frozen=True)
class Errand:
    """One movement with its times: reported, saved in U8, audited there (None = needs none), booked in K3."""

    moved: Movement
    at: datetime
    audited_at: datetime | None
    booked_at: datetime

    @property
    def lateness(self) -> timedelta:
        """Return how long one side stood behind the other."""
        return abs(self.booked_at - (self.audited_at or self.at))


def rounds(day: date) -> Iterator[datetime]:
    """Yield the moments at which the bridge looks."""
    moment, last = datetime.combine(day, FIRST_ROUND, ZONE), datetime.combine(day, LAST_ROUND, ZONE)
    while moment <= last:
        yield moment
        moment += SLOT


def plan_day(articles: Sequence[Article], day: date, *, punctual: bool) -> tuple[Errand, ...]:
    """Given the articles, return a day's errands, always the same for the same day, in the order of their time.

    A fifth of the articles takes most of the traffic. Lateness has a median of a quarter of an hour; some papers take up
    to an hour but none is missing at two rounds in a row, and an article moves again only once both sides have it: so
    lateness alone never looks like a lasting difference, whether or not documents are read. `punctual`: K3 is typed
    before the next round, always.
    """
    rng = Random(day.toordinal())
    pool = [article for article in articles if article not in STORIED]
    rng.shuffle(pool)
    busy = pool[: int(len(pool) * _BUSY_SHARE)]
    free_at: dict[str, datetime] = {}
    numbers = dict.fromkeys((kind.paper for kind in (PURCHASE, PRODUCTION, ISSUE, SALE)), 100)
    found = []
    for at in sorted(_moments(day, rng)):
        article = _free(busy if rng.random() > _BUSY_SHARE else pool, free_at, at, rng)
        shelf = article.shelves[rng.randrange(len(article.shelves))]
        kind = _kind(shelf, rng)
        numbers[kind.paper] += 1
        reference = f"{kind.paper}-{day:%m%d}-{numbers[kind.paper]}"
        errand = _errand(_movement(kind, article, shelf, reference, rng), at, rng, punctual=punctual)
        free_at[article.code] = slot_after(max(errand.booked_at, errand.audited_at or errand.at))
        found.append(errand)
    return tuple(sorted((*found, *_two_sides_of_one_item(day, punctual=punctual)), key=lambda errand: errand.at))


def _two_sides_of_one_item(day: date, *, punctual: bool) -> Iterator[Errand]:
    """Two honest papers of the item that is typed twice, both half done at 09:30: the bridge has to tell them apart."""
    made, used = (
        Movement(kind, FRAME, FRAME.shelves[0].warehouse, Decimal(quantity), f"{kind.paper}-{day:%m%d}-061")
        for kind, quantity in ((PRODUCTION, 300), (ISSUE, 120))
    )
    clock = {name: datetime.combine(day, time(9, minute), ZONE) for name, minute in _HALF_DONE.items()}
    minute = timedelta(minutes=1)
    if punctual:
        yield Errand(made, clock["made"], clock["made"] + minute, clock["made"] + minute)
        yield Errand(used, clock["used"], None, clock["used"] + minute)
    else:
        yield Errand(made, clock["made"], clock["made audited"], clock["made booked"])
        yield Errand(used, clock["used"], None, clock["used booked"])


def slot_after(moment: datetime) -> datetime:
    """Return the first round at or after a moment."""
    past = timedelta(minutes=moment.minute % 30, seconds=moment.second)
    return moment if not past else moment - past + SLOT


def _moments(day: date, rng: Random) -> list[datetime]:
    found = []
    for n in range(MOVEMENTS):
        begin, end = (datetime.combine(day, clock, ZONE) for clock in _SHIFTS[n % 2])
        found.append(begin + timedelta(seconds=rng.randrange(int((end - begin).total_seconds()))))
    return found


def _free(wanted: Sequence[Article], free_at: dict[str, datetime], at: datetime, rng: Random) -> Article:
    idle = [article for article in wanted if article.code not in free_at or free_at[article.code] < at]
    return idle[rng.randrange(len(idle))]


def _kind(shelf: Shelf, rng: Random) -> Kind:
    if shelf.warehouse == RAW:
        return PURCHASE if rng.random() < 0.4 else ISSUE
    if shelf.warehouse == FINISHED and rng.random() < 0.5:
        return SALE
    return PRODUCTION if rng.random() < 0.5 else ISSUE


def _movement(kind: Kind, article: Article, shelf: Shelf, reference: str, rng: Random) -> Movement:
    """Move between a twentieth and a sixth of what lay on the shelf."""
    part = shelf.quantity * rng.randrange(50, 170) / 1000
    boxes = max(1, int(part) // PER_BOX) if article.boxed else 0
    if article.boxed:
        quantity = Decimal(boxes * PER_BOX)
    elif article.unit == "kg":
        quantity = max(Decimal("0.25"), part.quantize(Decimal("0.25")))
    else:
        quantity = Decimal(max(1, int(part)))
    return Movement(kind, article, shelf.warehouse, quantity, reference, shelf.batch, boxes)


def _errand(moved: Movement, at: datetime, rng: Random, *, punctual: bool) -> Errand:
    audited_at = at + timedelta(seconds=rng.randrange(60, 240)) if moved.kind.incoming else None
    delay = min(timedelta(minutes=_MEDIAN_MIN * exp(rng.gauss(0, _SPREAD))), _LONGEST)
    forgotten = rng.random() < _FORGOTTEN
    if punctual:
        end = slot_after(at)  # the round sees all of it or nothing
        audited_at = audited_at and min(audited_at, end)
        return Errand(moved, at, audited_at, min((audited_at or at) + timedelta(seconds=20), end))
    counts_at = audited_at or at
    booked_at = min(counts_at + delay, slot_after(counts_at) + SLOT - timedelta(seconds=30)).replace(microsecond=0)
    if audited_at is not None and forgotten:
        audited_at, booked_at = booked_at, audited_at  # finance was quick, the keeper forgot to press 审核
    return Errand(moved, at, audited_at, booked_at)
