"""What other limits would have done: past runs decided again from what was stored, with another percentage everywhere.

The limits as they were need no deciding: that row is counted from the states that the runs themselves stored. The others
begin with the episodes as they stood before the first run in the window, people's moves included; from there each run's
outcome feeds the next. What a person did between two runs is done again to an episode that stood in the same state as
the real one, so a percentage that was in force everywhere gives the past itself; where the episode stood differently,
the move had nothing to move, and what the person would have done instead nobody knows. Documents explain the same
whatever the limits, so they are explained once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from decimal import Decimal
from itertools import takewhile
from typing import Any

import pyarrow as pa

from bridge.cycle.advance import Place, advance, freeze
from bridge.cycle.decide import explaining_of, sides_of
from bridge.cycle.inputs import RunInputs
from bridge.cycle.ledger import from_blobs
from bridge.cycle.own_books import past_stock
from bridge.cycle.replay import inputs_of, judged_in
from bridge.domain.episode import ENDED, Episode, EpisodeState
from bridge.domain.lifecycle import Look
from bridge.store.runs import StoredRun
from bridge.store.store import Store
from reconcilers.align import Aligned
from reconcilers.engine import compare
from reconcilers.judge import Explanations


@dataclass(frozen=True)
class Outcome:
    """What one percentage would have done. `percent` None = what the limits as they were did.

    `runs` counts the believable ones, `confirmed` the variances confirmed in the window, `gross_value` is their money
    when confirmed, `standing` how many stood confirmed at once, older ones among them.
    """

    percent: Decimal | None
    runs: int
    confirmed: int
    gross_value: int
    standing: int


@dataclass
class _Tally:
    confirmed: dict[str, int] = field(default_factory=dict)
    standing: int = 0

    def count(self, episodes: Sequence[Episode], at: datetime) -> None:
        """Count the open episodes as they are after the run at `at`."""
        for episode in episodes:
            if episode.confirmed_at == at:  # those confirmed before the window only stand in it
                self.confirmed.setdefault(episode.id, episode.variance.value or 0)
        self.standing = max(self.standing, sum(episode.state is EpisodeState.CONFIRMED for episode in episodes))


@dataclass
class _Trial:
    percent: Decimal
    episodes: tuple[Episode, ...] = ()
    tally: _Tally = field(default_factory=_Tally)
    given: int = 0

    def number(self) -> str:
        self.given += 1
        return f"W-{self.given:04d}"


def what_if(store: Store, pair: str, percents: Sequence[Decimal], since: datetime) -> tuple[Outcome, ...]:
    """Given a pair, percentages and a moment, decide every run since then again under each of them.

    The first outcome is the past itself. Raise SourceUnavailable if what a run was made from is no longer kept.
    """
    past, trials, believable = _Tally(), [_Trial(percent) for percent in percents], 0
    was: Sequence[Episode] | None = None
    for run in _runs_since(store, pair, since):
        inputs = inputs_of(store, run)
        for trial in trials:
            trial.episodes = inputs.before if was is None else _with_moves(trial.episodes, was, inputs.before)
        _again(store, run, inputs, trials)
        was = run.report.variances
        past.count(was, inputs.at)
        believable += run.report.admitted
    tallies = [(None, past), *((trial.percent, trial.tally) for trial in trials)]
    return tuple(
        Outcome(percent, believable, len(tally.confirmed), sum(tally.confirmed.values()), tally.standing)
        for percent, tally in tallies
    )


def _runs_since(store: Store, pair: str, since: datetime) -> Iterator[StoredRun]:
    """Return the pair's runs that decided at or after `since`, oldest first."""
    with store.read() as uow:
        latest = uow.runs.list(limit=100_000, pair=pair)
    return reversed(list(takewhile(lambda run: _decided_since(store, run, since), latest)))


def _decided_since(store: Store, run: StoredRun, since: datetime) -> bool:
    """Return whether a run decided at or after `since`; only one that had read by then must be opened to know."""
    if max(reading.taken_to for reading in run.report.snapshots) >= since:
        return True
    return store.blobs.exists(run.inputs["inputs"]) and inputs_of(store, run).at >= since


def _with_moves(own: Sequence[Episode], was: Sequence[Episode], now: Sequence[Episode]) -> tuple[Episode, ...]:
    """Given a trial's episodes, and the real ones after a run and before the next, do to the former what people did between."""
    before_next = {episode.id: episode for episode in now}
    moves = {(_place(each), each.state): _changed(each, before_next[each.id]) for each in was if each.id in before_next}
    return tuple(replace(episode, **moves.get((_place(episode), episode.state), {})) for episode in own)


def _changed(before: Episode, after: Episode) -> dict[str, Any]:
    """Return the fields in which an episode differs from its former self, with their new values."""
    names = [each.name for each in fields(Episode)]
    return {name: getattr(after, name) for name in names if getattr(after, name) != getattr(before, name)}


def _place(episode: Episode) -> Place:
    position = episode.variance.position
    return position.item, position.warehouse, position.batch


def _again(store: Store, run: StoredRun, inputs: RunInputs, trials: Sequence[_Trial]) -> None:
    """Carry every trial's episodes on by one run."""
    if not run.report.admitted:
        for trial in trials:
            trial.episodes = freeze(trial.episodes, inputs.at)
        return
    judged = judged_in(store, run)
    explaining = explaining_of(inputs, judged, from_blobs(store.blobs, inputs.documents), past_stock(store.blobs))
    known: dict[str, Explanations] = {}

    def once(differing: pa.Table, alignments: Mapping[str, Aligned]) -> Explanations:
        if "all" not in known:
            known["all"] = explaining(differing, alignments)
        return known["all"]

    look = Look(inputs.number, inputs.at, lambda variance: inputs.deadlines[variance.position.abc or "C"])
    for trial in trials:
        policy = inputs.plan.compare
        policy = replace(policy, thresholds=policy.thresholds.with_percent(trial.percent))
        after = advance(
            trial.episodes,
            compare(sides_of(inputs.plan, judged), policy, once),
            inputs.plan.confirm,
            look,
            pair=inputs.plan.id,
            owner="",
            number=trial.number,
        )
        trial.episodes = tuple(episode for episode in after if episode.state not in ENDED)
        trial.tally.count(trial.episodes, inputs.at)
