"""Watch a plant through the real bridge and write down what it said, run by run."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bench.truth.drive import Bridge
from bench.truth.naive import NaiveRule, Place, Translation
from bench.truth.plant import Plant, Reading
from bench.truth.trial import Trial
from bridge.cycle.run_report import UNCONFIRMED
from bridge.domain.report import RunReport
from bridge.domain.variance import Cause, Variance


@dataclass(frozen=True)
class Sighting:
    """A confirmed variance as one run stated it. `remainder` in millionths, `at` = the run's time."""

    at: datetime
    id: str
    remainder: int
    causes: tuple[Cause, ...]

    @classmethod
    def of(cls, at: datetime, identity: str, variance: Variance) -> "Sighting":
        """Return what a run said of a variance."""
        return cls(at, identity, variance.remainder, variance.causes)


@dataclass
class Log:
    """All that was seen. `sightings` by position, in time order; `seconds` = processor time of the bridge alone."""

    moments: list[tuple[Reading, datetime]] = field(default_factory=list)
    sightings: dict[Place, list[Sighting]] = field(default_factory=dict)
    refused: int = 0
    compared: int = 0
    seconds: float = 0.0

    def note(self, moment: Reading, at: datetime, report: RunReport) -> None:
        """Write down a run's confirmed variances."""
        self.moments.append((moment, at))
        self.refused += not report.admitted
        self.compared += report.compared
        for episode in report.variances:
            if episode.state in UNCONFIRMED or not episode.variance.exceeds:
                continue
            position = episode.variance.position
            place = (position.item, position.warehouse, position.batch)
            self.sightings.setdefault(place, []).append(Sighting.of(at, episode.id, episode.variance))


@contextmanager
def standing(trial: Trial, scratch: Path | None = None) -> Iterator[Plant]:
    """Give a trial's plant in a folder of its own, and take both away afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="truth-", dir=scratch))
    plant = trial.plant(folder / "plant")
    try:
        yield plant
    finally:
        plant.close()
        shutil.rmtree(folder, ignore_errors=True)


def watch(trial: Trial, plant: Plant) -> tuple[Log, NaiveRule]:
    """Given a plant at its start, run the bridge at all its readings. Return what it said, and the naive rule beside it."""
    bridge = Bridge.open(plant, grain=trial.grain)
    log, naive = Log(), NaiveRule(Translation.of(plant.items, by_batch="batch" in trial.grain))
    for moment in plant.readings(trial.every):
        before = time.process_time() - plant.seconds
        report = bridge.run(plant, moment)
        log.seconds += time.process_time() - plant.seconds - before
        log.note(moment, bridge.clock.now(), report)
        naive.look(bridge.clock.now(), bridge.readings)
    return log, naive
