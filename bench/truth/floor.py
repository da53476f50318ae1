"""The floor: what physically lies where, and the papers of a normal day."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from itertools import accumulate

from bench.truth.habits import USUAL, Habits
from bench.truth.masters import Item
from bench.truth.paper import FAMILIES, Line, Paper

RED = 0.03
"""Share of papers that are returns."""
ORDERS = 40
"""How many purchase orders are open at a time; several receipts name the same one."""


@dataclass
class Floor:
    """Physical stock by (item index, place) and batch, and the draw of normal papers."""

    rng: random.Random
    items: Sequence[Item]
    habits: Habits = USUAL
    stock: dict[tuple[int, int], dict[str, Decimal]] = field(default_factory=dict)
    alias_stock: dict[int, Decimal] = field(default_factory=dict)
    _weights: list[float] = field(default_factory=list)
    _groups: dict[tuple[str, int], tuple[list[Item], list[float]]] = field(default_factory=dict)
    _counters: dict[str, int] = field(default_factory=dict)
    _all: list[Item] = field(default_factory=list)

    def fill(self) -> None:
        """Lay the opening stock out."""
        self._all = list(self.items)
        self._weights = list(accumulate(item.weight for item in self.items))
        for item in self.items:
            self.stock[item.index, item.home] = self._opening(item, Decimal(1))
            if item.second >= 0:
                self.stock[item.index, item.second] = self._opening(item, Decimal("0.3"))
            members, weights = self._groups.setdefault((item.kind, item.home), ([], []))
            members.append(item)
            weights.append(item.weight)

    def total(self, item: Item, place: int) -> Decimal:
        """Return what lies there over all batches."""
        return sum(self.stock.get((item.index, place), {}).values(), Decimal(0))

    def move(self, item: Item, place: int, batch: str, amount: Decimal) -> None:
        """Add a signed amount to a heap; an empty heap of a batch goes."""
        heaps = self.stock.setdefault((item.index, place), {})
        heaps[batch] = heaps.get(batch, Decimal(0)) + amount
        if batch and not heaps[batch]:
            del heaps[batch]

    def happen(self, paper: Paper) -> None:
        """Move the stock as a paper says."""
        for line in paper.lines:
            effect = paper.effect(line)
            self.move(line.item, line.place, line.batch, effect)
            if line.to >= 0:
                self.move(line.item, line.to, line.batch, -effect)
            if line.alias:
                self.alias_stock[line.item.index] = self.alias_stock.get(line.item.index, Decimal(0)) + effect

    def lot(self, item: Item) -> Decimal:
        """Return a usual quantity: 20 to 500 pieces in tens or boxes, or 2 to 60 kg with up to three places."""
        if self.habits.lots == "few":
            return self._few(item)
        if item.weighed:
            return Decimal(self.rng.randint(2000, 60000)) / Decimal(1000 if self.rng.random() < 0.3 else 500)
        pieces = round(20 * 25 ** self.rng.random())
        if item.factor and self.rng.random() < 0.7:
            return Decimal(max(1, round(pieces / item.factor)) * item.factor)
        return Decimal(pieces if self.rng.random() < 0.4 else max(10, round(pieces / 10) * 10))

    def _few(self, item: Item) -> Decimal:
        if item.weighed:
            return Decimal(self.rng.choice((5, 10, 25)))
        return Decimal(self.rng.choice((1, 2, 5)) * item.factor if item.factor else self.rng.choice((10, 20, 50, 100)))

    def reference(self, family: str, at: datetime) -> str:
        """Return the paper's reference: orders repeat, reports and delivery notes do not, odd papers may have none."""
        if family == "purchase_receipt":
            base = self._counters.get("PO", 0) + (1 if self.rng.random() < 0.4 else 0)
            self._counters["PO"] = base
            return f"PO26{at:%m}-{max(1, base + ORDERS - self.rng.randint(0, ORDERS - 1)):05d}"
        prefix = {"sales_issue": "FH", "product_receipt": "BG", "material_issue": "BG"}.get(family, "QT")
        if prefix == "QT" and self.rng.random() < 0.4:
            return ""
        self._counters[f"{prefix}{at.date()}"] = self._counters.get(f"{prefix}{at.date()}", 0) + 1
        return f"{prefix}-{at:%m%d}-{self._counters[f'{prefix}{at.date()}']:04d}"

    def draw(self, at: datetime) -> Paper:
        """Return the next normal paper, with 1 to 4 lines, and let it happen."""
        item = self.rng.choices(self._all, cum_weights=self._weights)[0]
        if item.second >= 0 and not item.alias and self.rng.random() < 0.22:
            transfer = self._transfer(item, at)
            if transfer:
                return transfer
        place, inward = self._where(item)
        red = self.rng.random() < RED and self.total(item, place) > item.target / 4
        count = self.rng.choices((1, 2, 3, 4), (0.62, 0.2, 0.1, 0.08))[0]
        members, weights = self._groups[item.kind, item.home]
        others = self.rng.choices(members, weights, k=count - 1) if count > 1 and place == item.home else []
        inward = inward or self.total(item, place) <= 0
        others = [one for one in others if self._fits(one, inward=inward != red)]
        family = self._family(item, inward=inward)
        chosen = {candidate.index: candidate for candidate in (item, *others)}
        lines = [self._line(one, place, inward=inward != red, at=at) for one in chosen.values()]
        paper = Paper(FAMILIES[family], tuple(lines), at, self.reference(family, at), red)
        self.happen(paper)
        return paper

    def supply(self, item: Item, place: int, at: datetime, quantity: Decimal) -> Paper:
        """Return a plain receipt of one item, and let it happen."""
        batch = self._new_batch(at) if item.batch else ""
        paper = Paper(FAMILIES["other_receipt"], (Line(item, place, quantity, batch),), at, "")
        self.happen(paper)
        return paper

    def _where(self, item: Item) -> tuple[int, bool]:
        if item.second >= 0 and self.rng.random() < 0.25 and self.total(item, item.second) > item.target / 10:
            return item.second, False
        level = float(self.total(item, item.home) / item.target)
        return item.home, self.rng.random() < min(0.98, max(0.02, 0.5 + (1 - level) * 0.9))

    def _fits(self, item: Item, *, inward: bool) -> bool:
        level = self.total(item, item.home)
        return level < item.target * 2 if inward else level > item.target / 4

    def _family(self, item: Item, *, inward: bool) -> str:
        if self.rng.random() < 0.05:
            return "other_receipt" if inward else "other_issue"
        if inward:
            return "purchase_receipt" if item.kind == "raw" else "product_receipt"
        return "sales_issue" if item.kind == "finished" else "material_issue"

    def _line(self, item: Item, place: int, *, inward: bool, at: datetime) -> Line:
        quantity = self.lot(item)
        heaps = self.stock.get((item.index, place), {})
        if inward:
            batch = self._new_batch(at) if item.batch else ""
            begins = item.index not in self.alias_stock  # a second code comes to be because somebody receives on it
            return Line(item, place, quantity, batch, alias=bool(item.alias) and (begins or self.rng.random() < 0.5))
        batch = next((name for name, amount in heaps.items() if amount > 0), "") if item.batch else ""
        there = heaps.get(batch, Decimal(0))
        quantity = min(quantity, there) if there > 0 else quantity
        alias = (
            bool(item.alias) and self.alias_stock.get(item.index, Decimal(0)) >= quantity and self.rng.random() < 0.5
        )
        return Line(item, place, quantity, batch, alias=alias)

    def _transfer(self, item: Item, at: datetime) -> Paper | None:
        heaps = self.stock[item.index, item.home]
        batch = next((name for name, amount in heaps.items() if amount > 0), "")
        quantity = min(self.lot(item), heaps.get(batch, Decimal(0)))
        if quantity <= 0 or self.total(item, item.second) > item.target:
            return None
        paper = Paper(FAMILIES["transfer"], (Line(item, item.home, quantity, batch, to=item.second),), at, "")
        self.happen(paper)
        return paper

    def _new_batch(self, at: datetime) -> str:
        key = f"B{at:%y%m%d}"
        self._counters[key] = self._counters.get(key, 0) + 1
        return f"{key}-{self._counters[key]:03d}"

    def _opening(self, item: Item, share: Decimal) -> dict[str, Decimal]:
        level = item.target * share * Decimal(str(round(self.rng.uniform(0.6, 1.3), 3)))
        amount = level.quantize(Decimal("0.5")) if item.weighed else level.to_integral_value()
        if not item.batch:
            return {"": amount}
        first = (amount / 3).to_integral_value()
        number = self.rng.randint(100, 999)
        return {f"B2610{day}-{number}": part for day, part in (("11", first), ("25", amount - first)) if part > 0}


def working_times(rng: random.Random, day: datetime, papers: int) -> list[datetime]:
    """Return `papers` moments between 06:00 and 22:00 of a day, denser in the daytime, sorted."""
    start = datetime.combine(day.date(), time(6), day.tzinfo)
    return sorted(start + timedelta(seconds=round(rng.triangular(0, 57600, 25200))) for _ in range(papers))
