"""The whole story of a plant, before anything is written: normal papers and faults in the order they happen."""

import heapq
import itertools
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bench.truth.deviations import Ground
from bench.truth.floor import Floor, working_times
from bench.truth.masters import PLACES
from bench.truth.paper import FAMILIES, Booking, Line, Paper, Step
from bench.truth.planter import GRACE_AFTER, Planter
from bench.truth.schedule import Schedule
from bench.truth.truth import KINDS, PlantedFault

LINES_PER_PAPER = 1.55
REPORTED = ("product_receipt", "material_issue")
"""Families whose papers are MES reports."""

Act = Callable[[datetime], None]
Slot = tuple[datetime, int, Act]


@dataclass
class Story:
    """What is to happen: steps in time order, MES moves (time, fields), planted faults, lines per system."""

    steps: list[Step] = field(default_factory=list)
    moves: list[tuple[datetime, dict[str, str]]] = field(default_factory=list)
    faults: list[PlantedFault] = field(default_factory=list)
    lines: int = 0


@dataclass
class Narrator:
    """Draws a story from a seed."""

    rng: random.Random
    floor: Floor
    schedule: Schedule
    story: Story = field(default_factory=Story)
    _slots: list[Slot] = field(default_factory=list)
    _ticket: Iterator[int] = field(default_factory=itertools.count)

    def at(self, when: datetime, act: Act) -> None:
        """Let something happen at a time."""
        heapq.heappush(self._slots, (when, next(self._ticket), act))

    def tell(
        self, start: datetime, days: int, papers_per_day: int, faults: int, at_audit: Mapping[tuple[str, str], bool]
    ) -> Story:
        """Return the story of `days` days from `start` (midnight) with `faults` faults, kinds evenly mixed."""
        for day in range(days):
            for when in working_times(self.rng, start + timedelta(days=day), papers_per_day):
                self.at(when, self._normal)
            self.at(noon(start, day), self._noise)
        planter = Planter(Ground(self.rng, self.floor), self.schedule, at_audit, self.at, self._report)
        end = start + timedelta(days=days)
        last = max(end - self.schedule.profile.grace - GRACE_AFTER, start + (end - start) * 0.4)
        for kind, when in zip(self._kinds(faults), self._fault_times(start, last, faults), strict=True):
            self.at(when, self._fault(planter, kind, max(last, when + timedelta(hours=6))))
        while self._slots:
            when, _, act = heapq.heappop(self._slots)
            act(when)
        self.story.faults = sorted(planter.faults, key=lambda fault: fault.planted_at)
        self.story.steps = sorted(self.schedule.steps)
        self.story.moves.sort(key=lambda move: move[0])
        return self.story

    def _normal(self, now: datetime) -> None:
        paper = self.floor.draw(now)
        self.story.lines += len(paper.lines)
        self.schedule.book(paper)
        self._report(paper)

    def _report(self, paper: Paper) -> None:
        """Let the MES write down what was really made or used, at once."""
        if paper.family.key not in REPORTED or not paper.reference:
            return
        for number, line in enumerate(paper.lines, start=1):
            fields = {
                "report_no": paper.reference,
                "line": str(number),
                "type": "产品入库" if paper.family.sign > 0 else "领料",
                "part_no": line.item.code,
                "area": PLACES[line.place].u8,
                "batch": line.batch,
                "qty": format(paper.effect(line), "f"),
                "uom": "公斤" if line.item.weighed else "个",
            }
            self.story.moves.append((paper.at, fields))

    def _noise(self, now: datetime) -> None:
        """Once a day: documents that look like movements and are none (假退料, a VMI receipt)."""
        item = self.rng.choice(self.floor.items)
        lines = (Line(item, item.home, self.floor.lot(item)),)
        sham = Booking("u8", FAMILIES["material_issue"], "", lines, now.date(), "", "李明", red=True, business="假退料")
        vmi = Booking("k3", FAMILIES["purchase_receipt"], "", lines, now.date(), "", "王芳", business="VMI")
        for booking, prefix in ((sham, "CLCK"), (vmi, "WIN")):
            booking.number = self.schedule.number(booking.system, prefix, now.date())
            self.schedule.add(now, booking.system, "save", booking)
            self.schedule.add(now + timedelta(minutes=20), booking.system, "audit", booking)

    def _fault(self, planter: Planter, kind: str, until: datetime) -> Act:
        def plant(now: datetime) -> None:
            planter.plant(kind, now, until)

        return plant

    def _kinds(self, faults: int) -> list[str]:
        """Return kinds in random order, each as often as any other (give or take one)."""
        drawn: list[str] = []
        while len(drawn) < faults:
            drawn += self.rng.sample(list(KINDS), len(KINDS))
        return drawn[:faults]

    def _fault_times(self, start: datetime, last: datetime, faults: int) -> list[datetime]:
        """Return working moments from half a day after the start."""
        times: list[datetime] = []
        while len(times) < faults:
            when = start + (last - start) * self.rng.random()
            if 7 <= when.hour < 20 and when > start + timedelta(hours=9):
                times.append(when.replace(microsecond=0))
        return times


def noon(start: datetime, day: int) -> datetime:
    """Return noon of the n-th day."""
    return start + timedelta(days=day, hours=12)
