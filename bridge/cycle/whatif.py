"""What other limits would have done: past runs decided again from what was stored, with another percentage everywhere.

The episodes of the first run in the window are taken as they were; from there each run's outcome feeds the next, without
the moves that people made in between. Documents explain the same whatever the limits, so they are explained once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

import pyarrow as pa

from bridge.cycle.advance import advance
from bridge.cycle.decide import explaining_of, sides_of
from bridge.cycle.inputs import RunInputs
from bridge.cycle.ledger import from_blobs
from bridge.cycle.own_books import past_lines
from bridge.cycle.replay import judged_of
from bridge.domain.episode import ENDED, Episode, EpisodeState
from bridge.domain.lifecycle import Look
from bridge.store import canonical
from bridge.store.runs import StoredRun
from bridge.store.store import Store
from reconcilers.align import Aligned
from reconcilers.engine import compare
from reconcilers.judge import Explanations


@dataclass(frozen=True)
class Outcome:
    """What one percentage would have done. `percent` None = the limits as they were.

    `confirmed` counts variances, `gross_value` is their money when confirmed, `standing` how many stood at once.
    """

    percent: Decimal | None
    runs: int
    confirmed: int
    gross_value: int
    standing: int


@dataclass
class _Trial:
    percent: Decimal | None
    episodes: tuple[Episode, ...] | None = None
    confirmed: dict[str, int] = field(default_factory=dict)
    standing: int = 0
    runs: int = 0
    given: int = 0

    def number(self) -> str:
        self.given += 1
        return f"W-{self.given:04d}"


def what_if(store: Store, pair: str, percents: Sequence[Decimal], since: datetime) -> tuple[Outcome, ...]:
    """Given a pair, percentages and a moment, decide every believable run since then again under each of them.

    The first outcome is that of the limits as they were.
    """
    with store.read() as uow:
        runs = [
            run for run in uow.runs.list(limit=100_000, pair=pair) if run.report.as_of >= since and run.report.admitted
        ]
    trials = [_Trial(None), *(_Trial(percent) for percent in percents)]
    for run in reversed(runs):
        _again(store, run, trials)
    return tuple(
        Outcome(trial.percent, trial.runs, len(trial.confirmed), sum(trial.confirmed.values()), trial.standing)
        for trial in trials
    )


def _again(store: Store, run: StoredRun, trials: Sequence[_Trial]) -> None:
    inputs = canonical.load(RunInputs, store.blobs.get(run.inputs["inputs"]).decode())
    judged = {reading.source: judged_of(store, reading) for reading in run.report.snapshots}
    explaining = explaining_of(inputs, judged, from_blobs(store.blobs, inputs.documents), past_lines(store.blobs))
    known: dict[str, Explanations] = {}

    def once(differing: pa.Table, alignments: Mapping[str, Aligned]) -> Explanations:
        if "all" not in known:
            known["all"] = explaining(differing, alignments)
        return known["all"]

    look = Look(inputs.number, inputs.at, lambda variance: inputs.deadlines[variance.position.abc or "C"])
    for trial in trials:
        policy = inputs.plan.compare
        if trial.percent is not None:
            policy = replace(policy, thresholds=policy.thresholds.with_percent(trial.percent))
        comparison = compare(sides_of(inputs.plan, judged), policy, once)
        before = inputs.before if trial.episodes is None else trial.episodes
        after = advance(
            before, comparison, inputs.plan.confirm, look, pair=inputs.plan.id, owner="", number=trial.number
        )
        trial.episodes = tuple(episode for episode in after if episode.state not in ENDED)
        trial.runs += 1
        standing = [episode for episode in after if episode.state is EpisodeState.CONFIRMED]
        trial.standing = max(trial.standing, len(standing))
        for episode in standing:
            trial.confirmed.setdefault(episode.id, episode.variance.value or 0)
