"""Plant faults: a paper that one clerk treats wrongly, or an act without a paper. truth.py says what each kind is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from bench.truth.deviations import DEVIATIONS, SHARE, Ground, Spot, amount_of
from bench.truth.masters import PLACES, Item
from bench.truth.paper import FAMILIES, RIGHT, Booking, Deviation, Line, Paper
from bench.truth.schedule import Schedule
from bench.truth.truth import KINDS, PlantedFault, PlantedPosition, at_text

CLOSED_DAY = date(2026, 10, 30)
"""A day in the month that K/3 has closed and U8 has not."""
DRIFT_PAPERS = 8
GRACE_AFTER = timedelta(hours=14)
"""Room that a fault's own lateness needs before the end of the story."""

Effects = dict[tuple[Item, int, str], Decimal]


@dataclass
class Planter:
    """Plants one fault after another. `at_audit` tells for (system, family key) whether stock moves at audit.

    `report` lets the MES see a paper: it reports what was really made or used, whatever the clerks then do.
    """

    ground: Ground
    schedule: Schedule
    at_audit: Mapping[tuple[str, str], bool]
    later: Callable[[datetime, Callable[[datetime], None]], None]
    report: Callable[[Paper], None]
    faults: list[PlantedFault] = field(default_factory=list)

    def plant(self, kind: str, at: datetime, until: datetime) -> None:
        """Plant one fault of a kind at a time. Raise ValueError if the plant has no suitable item left."""
        side = self.ground.rng.choice(("k3", "u8"))
        acts = {"tampered_balance": self._tamper, "physical_count": self._count}
        for spot in self.ground.spots():
            if kind == "backflush_drift":
                if self._drift(spot, at, until):
                    return
            elif kind in acts:
                acts[kind](side, spot, at)
                return
            elif self._misbook(kind, side, spot, at):
                return
        raise ValueError(f"no item left for a fault of kind {kind}")

    def _misbook(self, kind: str, side: str, spot: Spot, at: datetime) -> bool:
        found = DEVIATIONS[kind](self.ground, side, spot, at)
        if found is None:
            return False
        paper, wrong, positions, detail = found
        deviations = {"k3": RIGHT, "u8": RIGHT, side: wrong}
        if kind == "cross_period":
            deviations, side = {"k3": Deviation(skip=True), "u8": Deviation(on=CLOSED_DAY)}, "u8"
        self.ground.floor.happen(paper)
        self.report(paper)
        booked = self.schedule.book(paper, deviations["k3"], deviations["u8"], plain=True)
        effects = self._difference(booked, deviations)
        visible = self.schedule.last_step([*booked["k3"], *booked["u8"]])
        for item, place in positions:
            self.ground.take(item, place)
        self._record(
            kind,
            side,
            at,
            visible,
            effects,
            documents=[b.name for b in (*booked["k3"], *booked["u8"])],
            reference=paper.reference,
            detail=detail,
        )
        return True

    def _difference(self, booked: Mapping[str, list[Booking]], deviations: Mapping[str, Deviation]) -> Effects:
        """Return U8's effects minus K/3's, as far as each has moved its balances once all is entered."""
        total: Effects = {}
        for system, sign in (("u8", 1), ("k3", -1)):
            for booking in booked[system]:
                if deviations[system].unaudited and self.at_audit[system, booking.family.key]:
                    continue
                paper = Paper(booking.family, booking.lines, datetime.min, "", booking.red)  # noqa: DTZ901 - not read
                for line in booking.lines:
                    key = (line.item, line.place, line.batch)
                    total[key] = total.get(key, Decimal(0)) + sign * paper.effect(line)
        return {key: amount for key, amount in total.items() if amount}

    def _record(
        self,
        kind: str,
        side: str,
        at: datetime,
        visible: datetime,
        effects: Effects,
        *,
        documents: list[tuple[str, str, str]],
        reference: str = "",
        detail: str = "",
        steps: tuple[tuple[str, str], ...] = (),
    ) -> None:
        positions = []
        for (item, place, batch), amount in effects.items():
            level = max(self.ground.floor.total(item, place), Decimal(1))
            percent = (abs(amount) * 100 / level).quantize(Decimal("0.1"))
            value = (abs(amount) * item.cost).quantize(Decimal("0.01"))
            stated = (format(amount.normalize(), "f"), str(percent), str(value))
            positions.append(PlantedPosition(item.code, PLACES[place].name, batch, *stated))
        self.faults.append(
            PlantedFault(
                kind=kind,
                cause=KINDS[kind],
                side=side,
                planted_at=at_text(at),
                visible_at=at_text(visible),
                positions=tuple(positions),
                documents=tuple(documents),
                reference=reference,
                grain="batch" if kind == "wrong_batch" else "item",
                visible=bool(positions),
                detail=detail,
                steps=steps,
            )
        )

    def _tamper(self, side: str, spot: Spot, at: datetime) -> None:
        batch = next(iter(self.ground.floor.stock[spot.item.index, spot.place]))
        delta = amount_of(self.ground.rng, spot) * self.ground.rng.choice((1, -1))
        self.schedule.add(at, side, "tamper", None, Line(spot.item, spot.place, delta, batch))
        self.ground.take(spot.item, spot.place)
        effects = {(spot.item, spot.place, batch): delta if side == "u8" else -delta}
        self._record("tampered_balance", side, at, at, effects, documents=[])

    def _count(self, _side: str, spot: Spot, at: datetime) -> None:
        """Let the shelf differ from both books: U8 posts the count, K/3 does not, so the fault lies with K/3."""
        batch = next(iter(self.ground.floor.stock[spot.item.index, spot.place]))
        found = amount_of(self.ground.rng, spot) * self.ground.rng.choice((1, -1, -1))
        number = self.schedule.number("u8", "PDD", at.date())
        family = FAMILIES["other_receipt" if found > 0 else "other_issue"]
        lines = (Line(spot.item, spot.place, found, batch),)
        booking = Booking("u8", family, "", lines, at.date(), number, "孙库管")
        audited = at + self.schedule.profile.audit.draw(self.ground.rng)
        self.schedule.add(at, "u8", "count", booking)
        self.schedule.add(audited, "u8", "child", booking, 0)
        self.ground.floor.move(spot.item, spot.place, batch, found)
        self.ground.take(spot.item, spot.place)
        effects = {(spot.item, spot.place, batch): found}
        documents = [("u8", "盘点单", number)]
        self._record("physical_count", "k3", at, audited, effects, documents=documents, reference=number)

    def _drift(self, spot: Spot, at: datetime, until: datetime) -> bool:
        item, place = spot.item, spot.place
        if item.kind == "finished" or item.batch or item.weighed:
            return False
        if self.ground.floor.total(item, place) < spot.level * SHARE:
            return False
        self.ground.take(item, place)
        total, documents, steps = [Decimal(0)], list[tuple[str, str, str]](), list[tuple[str, str]]()
        portion = max((spot.level * Decimal("0.12")).to_integral_value(), Decimal(20))

        def issue(now: datetime) -> None:
            if self.ground.floor.total(item, place) < portion * 3:
                self.schedule.book(self.ground.floor.supply(item, place, now, portion * 4), plain=True)
            extra = max(Decimal(2), (portion * Decimal(self.ground.rng.randint(15, 22)) / 100).to_integral_value())
            line = Line(item, place, portion + extra)
            paper = Paper(FAMILIES["material_issue"], (line,), now, self.ground.floor.reference("material_issue", now))
            self.ground.floor.happen(paper)
            self.report(paper)
            by_bill = Deviation(lines=(line._replace(quantity=portion),), back_flushed=True)
            booked = self.schedule.book(paper, by_bill, RIGHT, plain=True)
            both = [*booked["k3"], *booked["u8"]]
            total[0] -= extra
            documents.extend(booking.name for booking in both)
            visible = self.schedule.last_step(both)
            steps.append((at_text(visible), str(total[0])))
            if len(steps) == DRIFT_PAPERS:
                effects = {(item, place, ""): total[0]}
                detail = f"{DRIFT_PAPERS} issues"
                facts = ("backflush_drift", "k3", at, max(visible, now))
                self._record(*facts, effects, documents=documents, steps=tuple(steps), detail=detail)

        for number in range(DRIFT_PAPERS):
            self.later(at + (until - at) * number / DRIFT_PAPERS, issue)
        return True
