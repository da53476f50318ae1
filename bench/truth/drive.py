"""The built bridge let loose on a simulated plant: real connectors, real store, real rounds, a clock that follows the plant."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from bench.truth.plant import K3_FILE, U8_FILE, Plant, Reading
from bridge.bootstrap import Application, bootstrap, kinds
from bridge.cycle.admit import accept_baseline, admit
from bridge.cycle.collect import Reading as SourceReading
from bridge.cycle.round import pull_documents, read, self_check_due
from bridge.cycle.run import run_pair
from bridge.demo.lookalikes import MesServer
from bridge.domain.report import RunReport

PAIR = "fin_wms"
STOCK_SOURCES = ("k3", "u8")
WITNESS = "mes"


@dataclass
class PlantClock:
    """Stands where the plant stands."""

    moment: datetime

    def now(self) -> datetime:
        """Return the plant's time."""
        return self.moment


_MES = """[sources.mes]
kind = "mes"
base_url = "{url}"
isolate = false
snapshot = {{ path = "/stock", items = "data", page = "page", size = 500 }}
movements = {{ path = "/moves", items = "data", since = "updated_after", history = "90d" }}
fields = {{ item = "part_no", warehouse = "area", qty = "qty", unit = "uom", doc = "report_no", type = "type", at = "done_at" }}
"""


def configure(plant: Plant, *, grain: tuple[str, ...] = ("item", "warehouse"), percent: str = "1.0") -> Path:
    """Given a plant, write the bridge.toml an admin would write for it: the plant's own grace, mode observe.

    The MES is a witness where the plant has one.
    """
    grains = ", ".join(f'"{name}"' for name in grain)
    grace = f"{plant.truth.grace_minutes}m"
    witness = _MES.format(url=plant.mes.url) if plant.mes else ""
    evidence = f'evidence = ["{WITNESS}"]\n' if plant.mes else ""
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
{witness}[master]
items = "maps/items.csv"
warehouses = "maps/warehouses.csv"
[[pairs]]
id = "{PAIR}"
book = ["k3"]
stock = ["u8"]
grain = [{grains}]
{evidence}[cutoff]
grace = "{grace}"
grace_by_doc = {{ "调拨" = "{grace}", "transfer_in" = "{grace}", "transfer_out" = "{grace}" }}
close_days = []
[thresholds]
percent = {percent}
""",
        encoding="utf-8",
    )
    return path


@dataclass
class Bridge:
    """The application on a plant. `open` accepts the baselines at the plant's start; `readings` are the last run's."""

    app: Application
    clock: PlantClock
    names: tuple[str, ...] = STOCK_SOURCES
    readings: dict[str, SourceReading] = field(default_factory=dict)

    @classmethod
    def open(cls, plant: Plant, **options: object) -> "Bridge":
        """Given a plant at its start, return the bridge that watches it. A MES joins where its connector is installed."""
        if plant.mes is None and WITNESS in kinds():
            plant.mes = MesServer().start()
        loaded = bootstrap(configure(plant, **options), now=plant.now)  # type: ignore[arg-type]
        clock = PlantClock(plant.now)
        app = Application(loaded.loaded, clock, loaded.store, loaded.maps, loaded.calendar, "zh")
        bridge = cls(app, clock, (*STOCK_SOURCES, WITNESS) if plant.mes else STOCK_SOURCES)
        for name, reading in read(app.world, STOCK_SOURCES).items():
            accept_baseline(app.store, reading, f"bench {name}", clock.now())
        return bridge

    def runs(self, plant: Plant, every: timedelta) -> Iterator[RunReport]:
        """Step the plant through its days, run the pair at each reading, and yield what it found."""
        for moment in plant.readings(every):
            yield self.run(plant, moment)

    def run(self, plant: Plant, moment: Reading) -> RunReport:
        """Read the two systems at their own moments, the plant moving on in between, then run the pair."""
        self._to(plant, moment.first)
        self._pull()
        readings = self.readings = self._read(plant, moment)
        self._pull()
        world, now = self.app.world, self.clock.now()
        judged = {name: admit(world.store, reading, now) for name, reading in readings.items()}
        plan = world.pair_plan(PAIR)
        return run_pair(world.store, plan, judged, now, world.deadlines(now), world.letters(PAIR), dry_run=False)

    def _pull(self) -> None:
        """Read the documents of all systems. Raise what stood in the way: the benchmark's plants are always up."""
        for pulled in pull_documents(self.app.world, self.names, keep=True):
            if pulled.error is not None:
                raise pulled.error

    def _read(self, plant: Plant, moment: Reading) -> dict[str, SourceReading]:
        first, second = ("k3", "u8") if moment.k3_at <= moment.u8_at else ("u8", "k3")
        world = self.app.world
        found = read(world, [first], own_books=self_check_due(world, [first]))
        self._to(plant, moment.last)
        return {**found, **read(world, [second], own_books=self_check_due(world, [second]))}

    def _to(self, plant: Plant, at: datetime) -> None:
        plant.advance(at)
        self.clock.moment = at
