"""A random plant in memory: what physically happened, how two systems wrote it down, and what is wrong on purpose.

It knows nothing of the engine. Balances come from its own documents; the ledger is what a poller would have seen.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from reconcilers.request import LEDGER, LedgerSide

MICRO = 1_000_000
START = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
TYPES = {
    "product_receipt": "产品入库",
    "purchase_receipt": "外购入库",
    "material_issue": "生产领料",
    "sales_issue": "销售出库",
    "transfer_in": "调拨入库",
    "transfer_out": "调拨出库",
    "count_gain": "盘盈入库",
    "count_loss": "盘亏毁损",
}
RECEIPTS = ("product_receipt", "purchase_receipt")
ISSUES = ("material_issue", "sales_issue")


@dataclass
class Habits:
    """How a plant behaves; every figure is varied between seeds."""

    items: int = 25
    warehouses: int = 3
    batches: int = 1
    hours: int = 30
    per_hour: float = 12
    lots: tuple[int, ...] = ()  # empty = any quantity
    late_minutes: float = 10
    late_most: float = 50
    grace_minutes: float = 60
    style: str = "report"  # report | order | number | none
    blank: float = 0.1
    typo: float = 0.02
    split: float = 0.1
    transfer: float = 0.08
    red: float = 0.05
    reenter: float = 0.04
    unaudit: float = 0.04
    audit: bool = True
    poll_s: float = 5
    apart_s: float = 300
    read_s: float = 12
    decimals: bool = False
    dated: str = "entry"  # business date of late entries: entry | event


@dataclass
class Paper:
    """A document line of one side: the versions of what it says, each counting from `start` to `end`."""

    side: str
    number: str
    family: str
    reference: str
    made: datetime
    day: datetime
    versions: list[tuple[datetime, datetime | None, tuple[str, str, str], int]] = field(default_factory=list)
    gone: datetime | None = None
    place: tuple[str, str, str] = ("", "", "")
    effect: int = 0


@dataclass
class Fault:
    """What was planted: where, how much, from when it may be found, and what it ought to be called."""

    kind: str
    code: str
    amounts: dict[tuple[str, str, str], int]
    since: datetime
    allowed: frozenset[str] = frozenset()


class Plant:
    """One plant over some hours; `ledger` and `balance` answer for any moment in it."""

    def __init__(self, seed: int, habits: Habits) -> None:
        self.random = random.Random(seed)
        self.habits = habits
        self.papers: list[Paper] = []
        self.witness: list[dict] = []
        self.numbers = {"book": 0, "stock": 0}
        self.events = 0
        self.tampered: list[tuple[str, tuple[str, str, str], datetime, int]] = []
        self.faults: list[Fault] = []
        self.end = START + timedelta(hours=habits.hours)
        self.opening = {place: self.random.randint(2000, 9000) * MICRO for place in self.places()}
        for _ in range(int(habits.hours * habits.per_hour)):
            self.happen(START + timedelta(hours=self.random.uniform(0, habits.hours)))

    def places(self) -> list[tuple[str, str, str]]:
        """Return every position of the plant."""
        h = self.habits
        return [
            (f"I{item:03d}", f"W{warehouse}", f"B{batch}" if h.batches > 1 else "")
            for item in range(h.items) for warehouse in range(h.warehouses) for batch in range(h.batches)
        ]  # fmt: skip

    # -- what happens -------------------------------------------------------------------------------------------
    def quantity(self) -> int:
        """Draw a quantity."""
        if self.habits.lots:
            return self.random.choice(self.habits.lots) * MICRO
        if self.habits.decimals:
            return self.random.randint(1_000, 500_000) * 1000
        return self.random.randint(20, 500) * MICRO

    def lag(self, *, book: bool) -> timedelta:
        """Draw how late a side writes an event down."""
        h = self.habits
        late = self.random.lognormvariate(0, 0.8) * (h.late_minutes if book else 1.5)
        return timedelta(minutes=min(late, h.late_most if book else 6), seconds=self.random.uniform(0, 9))

    def references(self) -> tuple[str, str, str]:
        """Return the event's reference as book and stock write it, and as the witness has it."""
        h, r = self.habits, self.random
        self.events += 1
        true = f"BG-{self.events:05d}" if h.style == "report" else f"SO-{r.randint(1, 12):03d}"
        if h.style == "none":
            return "", "", true
        both = ["" if r.random() < h.blank else true for _ in range(2)]
        if r.random() < h.typo:
            both[0] = true[:-1] + "X"
        if h.style == "number":
            both = ["", f"GD{self.events:05d}"]
        return both[0], both[1], true

    def paper(self, side, family, place, effect, made, reference, *, counts_at=None, day=None) -> Paper:
        """Write one document line that counts from `counts_at`, by default at once."""
        self.numbers[side] += 1
        prefix = "WIN" if side == "book" else "CK"
        paper = Paper(side, f"{prefix}{self.numbers[side]:06d}", family, reference, made, day or made)
        start = counts_at or made
        paper.place, paper.effect = place, effect
        paper.versions = [(start, None, place, effect)]
        self.papers.append(paper)
        return paper

    def happen(
        self, at: datetime, place=None, family=None, quantity=None, plain=False
    ) -> tuple[list[Paper], list[Paper]]:
        """Let one thing happen and both sides write it down. Return the book's and the stock's papers."""
        r, h = self.random, self.habits
        place = place or r.choice(self.places())
        kind = r.random()
        if family is None and kind < h.transfer and not plain:
            return self.transfer(at, place)
        family = family or r.choice((*RECEIPTS, *ISSUES))
        effect = (quantity or self.quantity()) * (1 if family in (*RECEIPTS, "count_gain") else -1)
        if family in (*RECEIPTS, *ISSUES) and r.random() < h.red and not plain:
            effect = -effect
        references = self.references()
        stock = self.write("stock", family, place, effect, at, references[1], plain=plain)
        named = stock[0].number if h.style == "number" and r.random() >= h.blank else references[0]
        book = self.write("book", family, place, effect, at, named, plain=plain)
        if family == "product_receipt":
            self.witness.append({"number": references[2], "place": place, "effect": effect, "at": at})
        return book, stock

    def write(self, side, family, place, effect, at, reference, *, plain) -> list[Paper]:
        """Let one side write an event down: in parts, deleted and entered again, un-audited, as its habits are."""
        r, h = self.random, self.habits
        parts = [effect]
        if not plain and r.random() < h.split and abs(effect) > 3 * MICRO:
            cut = int(effect * r.uniform(0.2, 0.8)) // MICRO * MICRO
            parts = [part for part in (cut, effect - cut) if part]
        papers = []
        for part in parts:
            made = at + self.lag(book=side == "book")
            counts_at = made + timedelta(minutes=r.uniform(0, 4)) if side == "stock" and h.audit else made
            day = at if h.dated == "event" else made
            paper = self.paper(side, family, place, part, made, reference, counts_at=counts_at, day=day)
            papers.append(paper)
            if not plain and r.random() < h.reenter:
                wrong = paper.versions[0]
                gone = counts_at + timedelta(minutes=r.uniform(1, 200))
                paper.versions[0] = (wrong[0], gone, place, part)
                paper.gone = gone
                self.paper(side, family, place, part, gone + timedelta(seconds=r.uniform(5, 200)), reference, day=day)
            elif not plain and r.random() < h.unaudit:
                one = counts_at + timedelta(minutes=r.uniform(1, 400))
                paper.versions = [
                    (counts_at, one, place, part),
                    (one + timedelta(minutes=r.uniform(0.2, 5)), None, place, part),
                ]
        return papers

    def transfer(self, at, place):
        """Move something to another warehouse; the warehouse system books both legs one after the other."""
        other = self.random.choice([p for p in self.places() if p[0] == place[0] and p[1] != place[1]])
        quantity, references = self.quantity(), self.references()
        book, stock = [], []
        for side, found, reference in (("book", book, references[0]), ("stock", stock, references[1])):
            made = at + self.lag(book=side == "book")
            for family, where, sign in (("transfer_out", place, -1), ("transfer_in", other, 1)):
                when = made + (timedelta(minutes=self.random.uniform(0, 5)) if side == "stock" else timedelta(0))
                found.append(self.paper(side, family, where, sign * quantity, when, reference))
        return book, stock

    # -- what can be read ---------------------------------------------------------------------------------------
    def balances(self, side: str, read_from: datetime, read_to: datetime) -> dict:
        """Return every position read once, each at its own moment of the window."""
        r = random.Random(f"{side}{read_from}")
        moments = {place: read_from + (read_to - read_from) * r.random() for place in self.places()}
        totals = dict(self.opening)
        for paper in self.papers:
            if paper.side == side:
                for start, end, where, effect in paper.versions:
                    moment = moments[where]
                    if start <= moment and (end is None or end > moment):
                        totals[where] += effect
        for who, where, when, amount in self.tampered:
            if who == side and when <= moments[where]:
                totals[where] += amount
        return totals

    def seen(self, at: datetime) -> datetime:
        """Return the first poll at or after a moment."""
        poll = timedelta(seconds=self.habits.poll_s)
        return START + poll * (-(-(at - START) // poll))

    def ledger(self, side: str, now: datetime) -> tuple[pa.Table, pa.Table | None]:
        """Return what the poller has seen of a side by now, and what the rows said before they changed."""
        rows, changes = [], []
        for paper in self.papers:
            if paper.side != side or self.seen(paper.made) > now:
                continue
            row = {
                "source": "k3" if side == "book" else "u8", "key": paper.number, "document_type": TYPES[paper.family],
                "document_number": paper.number, "line": "1", "family": paper.family, "item": paper.place[0],
                "warehouse": paper.place[1], "batch": paper.place[2], "effect": paper.effect, "state": "saved",
                "counts": False, "business_time": paper.day.replace(hour=0, minute=0, second=0, microsecond=0),
                "audited_time": None, "maker": "x", "reference": paper.reference, "counterpart": "",
                "first_seen": self.seen(paper.made), "counted_at": None, "uncounted_at": None, "changed_at": None,
                "deleted": False,
            }  # fmt: skip
            past = dict(row)
            for start, end, where, effect in paper.versions:
                if self.seen(start) > now:
                    break
                facts = {"item": where[0], "warehouse": where[1], "batch": where[2], "effect": effect}
                if (row["effect"], row["item"], row["warehouse"], row["batch"]) != (effect, *where) or self.seen(
                    start
                ) > row["first_seen"]:
                    changes.append({**past, "at": self.seen(start)})
                row |= facts | {"counts": True, "counted_at": self.seen(start), "state": "audited"}
                past = dict(row)
                if end is not None and self.seen(end) <= now:
                    changes.append({**past, "at": self.seen(end)})
                    row |= {"counts": False, "uncounted_at": self.seen(end), "state": "saved"}
                    past = dict(row)
            if paper.gone is not None and self.seen(paper.gone) <= now:
                row |= {"deleted": True, "state": "deleted"}
            rows.append(row)
        schema = pa.schema([*LEDGER, pa.field("at", pa.timestamp("us", tz="UTC"))])
        return pa.Table.from_pylist(rows, schema=LEDGER), pa.Table.from_pylist(changes, schema=schema)

    def side(
        self, side: str, read_from: datetime, read_to: datetime, now: datetime, *, history: bool = True
    ) -> LedgerSide:
        """Return a side as the engine is given it."""
        rows, changes = self.ledger(side, now)
        return LedgerSide(rows, read_from, read_to, changes=changes if history else None)

    def witness_rows(self, now: datetime) -> pa.Table:
        """Return what the third system has reported by now."""
        rows = [
            {
                "source": "mes", "key": f"m{at}", "document_type": "报工", "document_number": seen["number"], "line": "1",
                "family": "report", "item": seen["place"][0], "warehouse": "LINE", "batch": "", "effect": seen["effect"],
                "state": "posted", "counts": True, "business_time": seen["at"], "audited_time": None, "maker": "",
                "reference": "", "counterpart": "", "first_seen": seen["at"], "counted_at": seen["at"],
                "uncounted_at": None, "changed_at": None, "deleted": False,
            }
            for at, seen in enumerate(self.witness) if seen["at"] <= now
        ]  # fmt: skip
        return pa.Table.from_pylist(rows, schema=LEDGER)
