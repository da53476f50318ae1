"""Faults planted into the plant, each with the remainder it must leave and the cause it must be given."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from explain_plant import ISSUES, MICRO, RECEIPTS, START, Fault, Paper, Plant

KINDS = {
    "missing_book": "D2", "missing_stock": "D2", "deleted_book": "D2", "duplicate_book": "D3", "duplicate_stock": "D3",
    "times_ten": "D4", "digits": "D4", "quantity": "D4", "edited": "D4", "direction": "D5", "unit": "D6", "item": "D7",
    "warehouse": "D8", "batch": "D9", "unaudited": "D1", "period": "T2", "tampered": "S1", "drift": "B1",
    "count": "P1", "alias": "M1",
}  # fmt: skip
FIGURES = ("times_ten", "digits", "quantity", "unit", "direction")
PARTS = ("item", "warehouse", "batch")
FACTOR = 40


@dataclass
class Scene:
    """Where a fault is planted: one side (`sign` in stock - book), one position, and what came of it."""

    plant: Plant
    kind: str
    at: datetime
    place: tuple[str, str, str]
    family: str
    side: str
    amounts: Counter = field(default_factory=Counter)
    last: datetime = START

    @property
    def sign(self) -> int:
        """Return the side's direction in stock - book."""
        return 1 if self.side == "stock" else -1

    def event(self, minutes: float = 0, family: str = "", quantity: int | None = None) -> tuple[Paper, Paper]:
        """Let something ordinary happen and return the faulty side's paper and the other's."""
        at = self.at + timedelta(minutes=minutes)
        book, stock = self.plant.happen(at, self.place, family or self.family, quantity, plain=True)
        self.last = max(self.last, book[0].made, stock[0].made)
        return (book[0], stock[0]) if self.side == "book" else (stock[0], book[0])


def plant_fault(plant: Plant, kind: str, *, at: datetime | None = None) -> Fault:
    """Let one thing go wrong at `at` and note what it must lead to."""
    r = plant.random
    when = at or START + timedelta(hours=r.uniform(2, plant.habits.hours * 0.5))
    side = kind.rpartition("_")[2]
    side = side if side in ("book", "stock") else r.choice(("book", "stock"))
    scene = Scene(plant, kind, when, r.choice(plant.places()), r.choice((*RECEIPTS, *ISSUES)), side)
    many = {"drift": _drift, "alias": _alias, "tampered": _tampered, "count": _count}
    if kind in many:
        many[kind](scene)
    else:
        _single(scene)
    amounts = {where: amount for where, amount in scene.amounts.items() if amount}
    plant.faults.append(Fault(kind, KINDS[kind], amounts, scene.last))
    return plant.faults[-1]


def _drift(scene: Scene) -> None:
    scene.side = "book"
    r = scene.plant.random
    for step in range(4):
        book, stock = scene.event(40 * step, "material_issue", r.randint(200, 500) * MICRO)
        less = int(abs(stock.effect) * r.uniform(0.02, 0.08)) // MICRO * MICRO or MICRO
        _set_effect(book, book.effect + less)
        scene.amounts[scene.place] -= less


def _alias(scene: Scene) -> None:
    scene.side = "book"
    other = scene.plant.random.choice(_differing(scene, "item"))
    for step in range(3):
        book, stock = scene.event(30 * step)
        _move(book, other)
        scene.amounts[scene.place] += stock.effect
        scene.amounts[other] -= book.effect


def _tampered(scene: Scene) -> None:
    amount = scene.plant.random.randint(20, 400) * MICRO * scene.plant.random.choice((-1, 1))
    scene.plant.tampered.append((scene.side, scene.place, scene.at, amount))
    scene.amounts[scene.place] += scene.sign * amount
    scene.last = scene.at


def _count(scene: Scene) -> None:
    scene.side = "book"
    book, stock = scene.event(family=scene.plant.random.choice(("count_gain", "count_loss")))
    scene.plant.papers.remove(book)
    scene.amounts[scene.place] += stock.effect


def _single(scene: Scene) -> None:
    """One ordinary event, of which one side's paper goes wrong."""
    r, kind = scene.plant.random, scene.kind
    quantity = r.randint(3, 9) * 100 * MICRO + r.randint(1, 99) * MICRO
    own, other = scene.event(quantity=r.randint(2, 12) * FACTOR * MICRO if kind == "unit" else quantity)
    if kind in PARTS:
        where = r.choice(_differing(scene, kind))
        scene.amounts[scene.place] -= scene.sign * own.effect
        scene.amounts[where] += scene.sign * own.effect
        _move(own, where)
    elif kind in FIGURES:
        wrong = figure(kind, own.effect, r)
        scene.amounts[scene.place] += scene.sign * (wrong - own.effect)
        _set_effect(own, wrong)
    elif kind == "edited":
        scene.last += timedelta(hours=r.uniform(1, 5))
        less = (1 if own.effect > 0 else -1) * r.randint(5, 90) * MICRO
        again = scene.last + timedelta(seconds=30)
        own.versions = [
            (own.versions[0][0], scene.last, scene.place, own.effect),
            (again, None, scene.place, own.effect - less),
        ]
        scene.amounts[scene.place] -= scene.sign * less
    elif kind.startswith("duplicate"):
        later = own.made + timedelta(seconds=r.choice((20, 41, 300, 2000)))
        scene.plant.paper(scene.side, own.family, scene.place, own.effect, later, own.reference, day=own.day)
        scene.amounts[scene.place] += scene.sign * own.effect
        scene.last = max(scene.last, later)
    else:
        _lost(scene, own, other)


def _lost(scene: Scene, own: Paper, other: Paper) -> None:
    """Lose the paper: never written, deleted later, never audited, or its period was closed."""
    scene.amounts[scene.place] -= scene.sign * own.effect
    if scene.kind.startswith("deleted"):
        scene.last += timedelta(hours=scene.plant.random.uniform(0.5, 5))
        own.gone = scene.last
        own.versions = [(own.versions[0][0], scene.last, scene.place, own.effect)]
    elif scene.kind == "unaudited":
        own.versions = []
    else:
        scene.plant.papers.remove(own)
        if scene.kind == "period":
            other.day = START - timedelta(days=6)


def _differing(scene: Scene, part: str) -> list[tuple[str, str, str]]:
    """Return the positions that differ from the scene's in one part only."""
    wanted = [name != part for name in PARTS]
    return [
        place
        for place in scene.plant.places()
        if [one == two for one, two in zip(place, scene.place, strict=True)] == wanted
    ]


def _set_effect(paper: Paper, effect: int) -> None:
    paper.effect = effect
    paper.versions = [(start, end, where, effect) for start, end, where, _ in paper.versions]


def _move(paper: Paper, where: tuple[str, str, str]) -> None:
    paper.place = where
    paper.versions = [(start, end, where, effect) for start, end, _, effect in paper.versions]


def figure(kind: str, effect: int, r) -> int:
    """Return what somebody types instead of `effect`."""
    sign, whole = (1 if effect > 0 else -1), abs(effect) // MICRO
    if kind == "times_ten":
        return effect * 10
    if kind == "direction":
        return -effect
    if kind == "unit":
        return effect // FACTOR
    if kind == "quantity":
        return effect + sign * r.choice((17, 28, 53, 101)) * MICRO
    digits = list(str(whole))
    size = range(len(digits))
    pairs = [(a, b) for a in size for b in size if a < b and digits[a] != digits[b] and (a > 0 or digits[b] != "0")]
    if not pairs:
        return effect * 10
    a, b = r.choice(pairs)
    digits[a], digits[b] = digits[b], digits[a]
    return sign * int("".join(digits)) * MICRO
