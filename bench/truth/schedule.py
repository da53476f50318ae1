"""When each clerk gets a paper, and what the clerk does with it: right, or as a deviation says."""

import random
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from bench.truth.habits import USUAL, Habits
from bench.truth.paper import RIGHT, Booking, Deviation, Family, Line, Paper, Step
from bench.truth.profiles import Profile

MAKERS = {"k3": ("陈会计", "刘会计", "王芳", "赵敏"), "u8": ("李明", "周涛", "孙库管", "吴库管", "郑仓")}
LATE_U8 = 0.12
"""Share of papers that finance enters first."""


@dataclass
class Schedule:
    """Collects steps in the order they are planned; numbers run by system and prefix."""

    rng: random.Random
    profile: Profile
    habits: Habits = USUAL
    steps: list[Step] = field(default_factory=list)
    _numbers: dict[tuple[str, str], int] = field(default_factory=dict)

    def add(self, at: datetime, system: str, verb: str, booking: Booking | None, extra: object = None) -> None:
        """Plan one step."""
        self.steps.append(Step(at, len(self.steps), system, verb, booking, extra))

    def number(self, system: str, prefix: str, on: date) -> str:
        """Return the next document number, as each system words it."""
        key = (system, prefix if system == "k3" else f"{prefix}{on}")
        self._numbers[key] = self._numbers.get(key, 0) + 1
        if system == "k3":
            return f"{prefix}{self._numbers[key]:06d}"
        return f"{prefix}-{on:%m%d}-{self._numbers[key]:03d}"

    def book(
        self, paper: Paper, k3: Deviation = RIGHT, u8: Deviation = RIGHT, *, plain: bool = False
    ) -> dict[str, list[Booking]]:
        """Plan a paper in both systems; return the bookings of each. `plain` = no splitting and no corrections."""
        prompt, late = paper.at + self.profile.first.draw(self.rng), self.profile.late_entry(self.rng, paper.at)
        if self.rng.random() < LATE_U8:
            times = {"k3": prompt, "u8": max(late, prompt)}
        else:
            times = {"k3": max(late, prompt), "u8": prompt}
        made: dict[str, list[Booking]] = {"k3": [], "u8": []}
        transfer_number = self.number("u8", "DBD", paper.at.date()) if paper.family.key == "transfer" else ""
        for system, deviation in (("k3", k3), ("u8", u8)):
            if deviation.skip:
                continue
            reference = transfer_number or self._copied(paper.reference, system)
            first = self._booking(system, paper, deviation, reference, transfer_number if system == "u8" else "")
            made[system] = [first]
            wild = not plain and deviation == RIGHT and paper.family.key != "transfer"
            if wild and self.rng.random() < self.habits.split(system):
                made[system] = self._split(first)
            for booking in made[system]:
                self._enter(
                    booking, times[system], deviation, corrected=wild and self.rng.random() < self.habits.corrected
                )
            if deviation.twice:
                number = self._next_number(system, paper.family, paper.at.date())
                again = replace(first, number=number)
                made[system].append(again)
                self._enter(again, times[system] + timedelta(seconds=self.rng.randint(41, 1200)), deviation)
        return made

    def last_step(self, bookings: list[Booking]) -> datetime:
        """Return when the last step of any of these bookings is planned. They must be the latest ones planned."""
        wanted = {id(booking) for booking in bookings}
        return max(step.at for step in self.steps[-24 * max(1, len(bookings)) :] if id(step.booking) in wanted)

    def _enter(self, booking: Booking, at: datetime, deviation: Deviation, *, corrected: bool = False) -> None:
        audit = at + self.profile.audit.draw(self.rng)
        if corrected:
            audit = self._stumble(booking, at, audit)
        else:
            self.add(at, booking.system, "save", booking)
        if deviation.unaudited:
            return
        self.add(audit, booking.system, "audit", booking)
        if booking.system == "u8" and booking.family.key == "transfer":
            out = audit + timedelta(seconds=self.rng.randint(1, 60))
            self.add(out, "u8", "child", booking, 0)
            self.add(out + self.profile.transit.draw(self.rng), "u8", "child", booking, 1)
        elif corrected and self.rng.random() < 0.4:
            self.add(audit + timedelta(seconds=30), booking.system, "unaudit", booking)
            self.add(audit + timedelta(seconds=200), booking.system, "audit", booking)

    def _stumble(self, booking: Booking, at: datetime, audit: datetime) -> datetime:
        """Save it wrong first, then edit it, or delete (K/3: perhaps void) and enter anew. Return the audit time."""
        slips = tuple(
            line._replace(quantity=line.quantity + self.rng.randint(1, 9), boxed=False) for line in booking.lines
        )
        right = at + timedelta(seconds=self.rng.randint(40, 400))
        if self.rng.random() < 0.5:
            self.add(at, booking.system, "wrong", booking, slips)
            self.add(right, booking.system, "edit", booking)
        else:
            bad = replace(booking, number=self._next_number(booking.system, booking.family, booking.on))
            self.add(at, booking.system, "wrong", bad, slips)
            verb = "void" if booking.system == "k3" and self.rng.random() < 0.5 else "delete"
            self.add(right, booking.system, verb, bad)
            self.add(right + timedelta(seconds=20), booking.system, "save", booking)
        return max(audit, right + timedelta(seconds=60))

    def _booking(self, system: str, paper: Paper, deviation: Deviation, reference: str, number: str) -> Booking:
        on = deviation.on or paper.at.date()
        lines = deviation.lines or tuple(self._typed(line) for line in paper.lines)
        return Booking(
            system=system,
            family=paper.family,
            number=number or self._next_number(system, paper.family, paper.at.date()),
            lines=lines,
            on=on,
            reference=reference,
            maker="" if self.rng.random() < 0.005 else self.rng.choice(MAKERS[system]),
            red=paper.red != deviation.turn,
            back_flushed=deviation.back_flushed,
            since=paper.at,
        )

    def _split(self, booking: Booking) -> list[Booking]:
        """Return the booking in two documents, each with a part of every line's quantity."""
        halves: tuple[list[Line], list[Line]] = ([], [])
        for line in booking.lines:
            part = (line.quantity / 3).to_integral_value()
            if part > 0:
                halves[0].append(line._replace(quantity=part, boxed=False))
            halves[1].append(line._replace(quantity=line.quantity - part, boxed=False))
        if not halves[0]:
            return [booking]
        number = self._next_number(booking.system, booking.family, booking.on)
        return [replace(booking, lines=tuple(halves[0])), replace(booking, lines=tuple(halves[1]), number=number)]

    def _next_number(self, system: str, family: Family, on: date) -> str:
        return self.number(system, family.k3_prefix if system == "k3" else family.u8_prefix, on)

    def _typed(self, line: Line) -> Line:
        factor = line.item.factor
        return line._replace(boxed=bool(factor) and line.quantity % factor == 0 and self.rng.random() < 0.5)

    def _copied(self, reference: str, system: str) -> str:
        """Return the reference as typed: K/3's is at times empty, finance's own, in small letters, or has a blank behind."""
        luck, habits = self.rng.random(), self.habits
        if system == "u8" or not reference:
            return reference
        if luck < habits.blank:
            return ""
        if luck < habits.blank + habits.own:
            return f"Z{self.rng.randint(1000, 9999)}"
        typed = luck - habits.blank - habits.own
        return reference.lower() if typed < 0.01 else f"{reference} " if typed <= 0.02 else reference
