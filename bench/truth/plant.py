"""A plant that can be stepped through time: K/3 and U8 look-alikes that fill as the story goes."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, timezone
from pathlib import Path
from time import process_time
from types import MappingProxyType

from bench.truth.clerks import KingdeeClerk, YonyouClerk
from bench.truth.floor import Floor
from bench.truth.habits import USUAL, Habits
from bench.truth.masters import PLACES, Item, draw_items, enter_masters, write_maps
from bench.truth.paper import FAMILIES, Step
from bench.truth.profiles import PROFILES
from bench.truth.schedule import Schedule
from bench.truth.story import LINES_PER_PAPER, Narrator, Story
from bench.truth.truth import PlantedAlias, Truth, at_text
from bridge.demo.lookalikes import SWITCHES, KingdeeBooks, MesServer, StockLine, YonyouStock

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
START = datetime(2026, 11, 2, tzinfo=CHINA)
U8_FILE = "UFDATA_002_2026.db"
K3_FILE = "AIS20190101120000.db"
ALL_AT_AUDIT: Mapping[str, bool] = MappingProxyType(dict.fromkeys(SWITCHES, True))
MAX_CLOCK_OFFSET_S = 60


@dataclass(frozen=True)
class Reading:
    """When one run reads the two systems: at random moments up to five minutes apart, in either order."""

    k3_at: datetime
    u8_at: datetime

    @property
    def first(self) -> datetime:
        """Return the earlier read."""
        return min(self.k3_at, self.u8_at)

    @property
    def last(self) -> datetime:
        """Return the later read."""
        return max(self.k3_at, self.u8_at)


@dataclass
class Plant:
    """The plant at one moment. Files: K3_FILE, U8_FILE, UFSystem.db, maps/, truth.json under `folder`.

    `mes_moves` grows as the MES reports; with `mes` set, its server gets the same. Everything is decided by the seed
    before the first step, so that neither the K/3 parameter nor U8's boxes change the story. `seconds` = processor
    time that the plant itself took so far.
    """

    folder: Path
    k3: KingdeeBooks
    u8: YonyouStock
    truth: Truth
    items: list[Item]
    now: datetime
    end: datetime
    mes: MesServer | None = None
    mes_moves: list[dict[str, str]] = field(default_factory=list)
    _story: Story = field(default_factory=Story)
    _clerks: tuple[KingdeeClerk, YonyouClerk] | None = None
    _next_step: int = 0
    _next_move: int = 0
    seconds: float = 0.0

    def advance(self, to: datetime) -> int:
        """Apply all that happens up to `to` (aware) and return how many steps. Raise ValueError for a time gone by."""
        if to < self.now:
            raise ValueError(f"the plant stands at {self.now}, {to} is over")
        done, begun = 0, process_time()
        while self.now < to:
            self.now = min(to, self.now + timedelta(days=1))
            done += self._apply(self.now)
        self.seconds += process_time() - begun
        return done

    def finish(self) -> int:
        """Apply everything, entries after the end included, so that no correct document is one-sided any more."""
        last = max((step.at for step in self._story.steps), default=self.now)
        return self.advance(max(last, self.end, self.now))

    def readings(self, every: timedelta = timedelta(minutes=30)) -> Iterator[Reading]:
        """Return the reads of a working day's runs, 06:00 to 22:00 on every day of the story; the same for a seed."""
        rng = random.Random(f"readings {self.truth.seed}")
        slot = datetime.fromisoformat(self.truth.start) + timedelta(hours=6)
        while slot < self.end:
            if time(6) <= slot.time() < time(22):
                one = slot + timedelta(seconds=rng.randint(0, 600))
                other = one + timedelta(seconds=rng.randint(0, 300))
                yield Reading(one, other) if rng.random() < 0.5 else Reading(other, one)
            slot += every

    def slowest(self) -> timedelta:
        """Return the longest time from a paper to the last act on it, over all papers."""
        ages = (step.at - step.booking.since for step in self._story.steps if step.booking and step.booking.since)
        return max(ages, default=timedelta(0))

    def pending(self) -> int:
        """Return how many steps are still to come."""
        return len(self._story.steps) - self._next_step

    def close(self) -> None:
        """Close both databases and the MES."""
        self.k3.close()
        self.u8.close()
        if self.mes:
            self.mes.stop()
            self.mes = None

    def _apply(self, to: datetime) -> int:
        steps, first = self._story.steps, self._next_step
        with self.k3.writing(), self.u8.writing():
            while self._next_step < len(steps) and steps[self._next_step].at <= to:
                self._act(steps[self._next_step])
                self._next_step += 1
        while self._next_move < len(self._story.moves) and self._story.moves[self._next_move][0] <= to:
            self._report(*self._story.moves[self._next_move])
            self._next_move += 1
        return self._next_step - first

    def _act(self, step: Step) -> None:
        if self._clerks is None:
            raise LookupError("the plant has no clerks")
        self._clerks[0 if step.system == "k3" else 1].act(step)

    def _report(self, at: datetime, fields: dict[str, str]) -> None:
        self.mes_moves.append({**fields, "done_at": at_text(at)})
        if self.mes:
            stated = {
                "batch": fields["batch"],
                "kind": fields["type"],
                "unit": fields["uom"],
                "line": int(fields["line"]),
            }
            self.mes.add_move(fields["report_no"], fields["part_no"], fields["area"], fields["qty"], at, **stated)  # type: ignore[arg-type]


def build(
    folder: Path,
    seed: int,
    days: int,
    profile: str = "pda",
    faults: int = 14,
    *,
    clean: bool = False,
    items: int = 2000,
    movements_per_day: int = 1500,
    aliases: int = 0,
    k3_effect: str = "audit",
    u8_at_audit: Mapping[str, bool] = ALL_AT_AUDIT,
    old: bool = False,
    habits: Habits = USUAL,
    start: datetime = START,
) -> Plant:
    """Given a new folder, return a plant standing at `start` with its opening stock entered.

    `profile` = scanned, pda or paper; `clean` = no faults and no aliases; `aliases` = items with a second U8 code;
    `k3_effect` and `u8_at_audit` = the systems' switches; `old` = an old K/3, `habits` = how
    people work. Raise ValueError for a plant too small.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(seed)
    cards = draw_items(rng, items, 0 if clean else aliases)
    offsets = {"u8": rng.uniform(-1, 1) * MAX_CLOCK_OFFSET_S, "k3": rng.uniform(-1, 1) * MAX_CLOCK_OFFSET_S}
    floor = Floor(rng, cards, habits)
    floor.fill()
    k3 = KingdeeBooks.create(folder / K3_FILE, old=old, stock_effect=k3_effect, period=start.date())
    u8 = YonyouStock.create(folder / U8_FILE, at_audit=u8_at_audit, year=start.year)
    enter_masters(k3, u8, cards)
    _enter_openings(k3, u8, floor, start)
    write_maps(folder, cards)
    narrator = Narrator(rng, floor, Schedule(rng, PROFILES[profile], habits))
    papers = max(1, round(movements_per_day / LINES_PER_PAPER))
    story = narrator.tell(start, days, papers, 0 if clean else faults, _at_audit(k3_effect, u8_at_audit))
    truth = Truth(
        seed=seed,
        profile=profile,
        start=at_text(start),
        end=at_text(start + timedelta(days=days)),
        grace_minutes=int(PROFILES[profile].grace.total_seconds() // 60),
        items=items,
        movements=story.lines,
        clock_offsets_s={name: round(value, 1) for name, value in offsets.items()},
        k3_effect=k3_effect,
        u8_at_audit=dict(u8_at_audit),
        faults=story.faults,
        aliases=[_alias(item) for item in cards if item.alias],
    )
    truth.write(folder / "truth.json")
    clerks = (KingdeeClerk(k3), YonyouClerk(u8, timedelta(seconds=offsets["u8"])))
    return Plant(folder, k3, u8, truth, cards, start, start + timedelta(days=days), _story=story, _clerks=clerks)


def simulate(
    folder: Path,
    seed: int,
    days: int,
    profile: str,
    faults: int,
    *,
    clean: bool = False,
    items: int = 2000,
    movements_per_day: int = 1500,
    aliases: int = 0,
) -> Truth:
    """Given a new folder, play the whole story into it at once and return the truth. See `build` for the options."""
    sizes = {"items": items, "movements_per_day": movements_per_day, "aliases": aliases}
    plant = build(folder, seed, days, profile, faults, clean=clean, **sizes)  # type: ignore[arg-type]
    plant.advance(plant.end)
    plant.close()
    return plant.truth


def _enter_openings(k3: KingdeeBooks, u8: YonyouStock, floor: Floor, start: datetime) -> None:
    by_place: dict[int, list[StockLine]] = {}
    with k3.writing(), u8.writing():
        for (index, place), heaps in floor.stock.items():
            item = floor.items[index]
            for batch, amount in heaps.items():
                k3.set_opening(item.code, PLACES[place].k3, amount, batch)
                pieces = round(amount / 12) if item.weighed else 0
                by_place.setdefault(place, []).append(StockLine(item.u8, amount, batch, pieces=pieces))
        for place, lines in sorted(by_place.items()):
            u8.set_openings(PLACES[place].u8, lines)
        for period in range(start.month - 1):
            u8.close_period(start.year, period)  # the month before the start stays open in U8: faults of kind T2


def _at_audit(k3_effect: str, u8_at_audit: Mapping[str, bool]) -> dict[tuple[str, str], bool]:
    found = {("k3", key): k3_effect == "audit" for key in FAMILIES}
    for key, family in FAMILIES.items():
        found["u8", key] = u8_at_audit["08" if family.u8 in {"09", "12"} else family.u8]
    return found


def _alias(item: Item) -> PlantedAlias:
    return PlantedAlias(item.code, item.u8, item.alias, item.name, item.alias_name, item.alias_related)
