"""The built bridge let loose on a simulated plant: real connectors, real store, real rounds, a clock that follows the plant."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bench.truth.plant import K3_FILE, U8_FILE, Plant, Reading
from bridge.bootstrap import Application, bootstrap
from bridge.cycle.admit import accept_baseline, admit
from bridge.cycle.collect import Reading as SourceReading
from bridge.cycle.round import pull_documents, read
from bridge.cycle.run import run_pair
from bridge.domain.report import RunReport

PAIR = "fin_wms"


@dataclass
class PlantClock:
    """Stands where the plant stands."""

    moment: datetime

    def now(self) -> datetime:
        """Return the plant's time."""
        return self.moment


def configure(plant: Plant, *, grain: tuple[str, ...] = ("item", "warehouse"), percent: str = "1.0") -> Path:
    """Given a plant, write the bridge.toml an admin would write for it: the plant's own grace, mode observe."""
    grains = ", ".join(f'"{name}"' for name in grain)
    path = plant.folder / "bridge.toml"
    path.write_text(
        f"""schema_version = 1
[plant]
name = "bench"
mode = "observe"
[sources.k3]
kind = "kingdee_k3"
url = "sqlite:///{plant.folder / K3_FILE}"
[sources.u8]
kind = "yonyou_u8"
url = "sqlite:///{plant.folder / U8_FILE}"
[master]
items = "maps/items.csv"
warehouses = "maps/warehouses.csv"
[[pairs]]
id = "{PAIR}"
book = ["k3"]
stock = ["u8"]
grain = [{grains}]
[cutoff]
grace = "{plant.truth.grace_minutes}m"
grace_by_doc = {{ "调拨" = "{plant.truth.grace_minutes}m", "transfer_in" = "{plant.truth.grace_minutes}m", "transfer_out" = "{plant.truth.grace_minutes}m" }}
close_days = []
[thresholds]
percent = {percent}
""",
        encoding="utf-8",
    )
    return path


@dataclass
class Bridge:
    """The application on a plant. `open` accepts the baselines at the plant's start."""

    app: Application
    clock: PlantClock

    @classmethod
    def open(cls, plant: Plant, **options: object) -> "Bridge":
        """Given a plant at its start, return the bridge that watches it."""
        loaded = bootstrap(configure(plant, **options), now=plant.now)  # type: ignore[arg-type]
        clock = PlantClock(plant.now)
        app = Application(loaded.loaded, clock, loaded.store, loaded.maps, loaded.calendar, "zh")
        bridge = cls(app, clock)
        for name, reading in read(app.world, ["k3", "u8"]).items():
            accept_baseline(app.store, reading, f"bench {name}", clock.now())
        return bridge

    def runs(self, plant: Plant, every: timedelta) -> Iterator[RunReport]:
        """Step the plant through its days, run the pair at each reading, and yield what it found."""
        for moment in plant.readings(every):
            yield self.run(plant, moment)

    def run(self, plant: Plant, moment: Reading) -> RunReport:
        """Read the two systems at their own moments, the plant moving on in between, then run the pair."""
        self._to(plant, moment.first)
        pull_documents(self.app.world, ["k3", "u8"], keep=True)
        readings = self._read(plant, moment)
        pull_documents(self.app.world, ["k3", "u8"], keep=True)
        world, now = self.app.world, self.clock.now()
        judged = {name: admit(world.store, reading, now) for name, reading in readings.items()}
        plan = world.pair_plan(PAIR)
        return run_pair(world.store, plan, judged, now, world.deadlines(now), world.letters(PAIR), dry_run=False)

    def _read(self, plant: Plant, moment: Reading) -> dict[str, SourceReading]:
        first, second = ("k3", "u8") if moment.k3_at <= moment.u8_at else ("u8", "k3")
        found = read(self.app.world, [first])
        self._to(plant, moment.last)
        return {**found, **read(self.app.world, [second])}

    def _to(self, plant: Plant, at: datetime) -> None:
        plant.advance(at)
        self.clock.moment = at
