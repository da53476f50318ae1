"""What a run found, as the report that the contract, the mails and the terminal show."""

from collections.abc import Mapping, Sequence

from bridge.cycle.admit import Judged
from bridge.cycle.inputs import RunInputs
from bridge.domain.episode import ENDED, Episode, EpisodeState
from bridge.domain.report import RunReport
from bridge.domain.variance import Variance
from reconcilers.engine import Comparison

UNCONFIRMED = ENDED | {EpisodeState.CANDIDATE, EpisodeState.SUSPENDED, EpisodeState.VERIFYING}
"""States in which a variance is not (or no longer) a confirmed difference."""


def report_of(
    inputs: RunInputs, judged: Mapping[str, Judged], comparison: Comparison | None, episodes: Sequence[Episode]
) -> RunReport:
    """Return the report as decided; suspended runs compare nothing and show what stands frozen."""
    plan = inputs.plan
    readings = tuple(judged[source].reading for source in plan.sources)
    standing = tuple(sorted((e for e in episodes if e.state not in ENDED), key=_by_value))
    confirmed = sum(1 for e in standing if e.state not in UNCONFIRMED and e.variance.exceeds)
    exceeding = [e.variance for e in standing if e.variance.exceeds] if comparison else []
    waiting = comparison.waiting if comparison else ()
    pending = len(exceeding) - confirmed + len(waiting)
    compared = comparison.compared if comparison else 0
    return RunReport(
        run=inputs.number,
        pair=plan.id,
        pair_label=plan.label,
        as_of=min((r.as_of or r.taken_from for r in readings), default=inputs.at),
        mode=plan.holds.mode,
        snapshots=readings,
        compared=compared,
        agreeing=compared - pending - confirmed if comparison else 0,
        pending=pending if comparison else 0,
        confirmed=confirmed if comparison else 0,
        gross_value=sum(variance.value or 0 for variance in exceeding),
        net_value=sum(variance.signed_value or 0 for variance in exceeding),
        variances=standing,
        waiting=tuple(_shown(inputs, variance) for variance in waiting),
        unmapped=comparison.unmapped if comparison else (),
        collisions=tuple((c.source, c.code, " ".join(c.spellings)) for c in comparison.collisions)
        if comparison
        else (),
        unit_problems=comparison.unit_problems if comparison else (),
        unknown=comparison.unknown if comparison else 0,
    )


def _shown(inputs: RunInputs, variance: Variance) -> Episode:
    """Return a fully explained difference in the shape of a variance; it is no episode and has no id."""
    at = inputs.at
    return Episode(
        id="",
        pair=inputs.plan.id,
        state=EpisodeState.CANDIDATE,
        variance=variance,
        owner=inputs.plan.owner,
        since=at,
        updated_at=at,
        counted_at=at,
        first_run=inputs.number,
        last_run=inputs.number,
        streak=0,
    )


def _by_value(episode: Episode) -> tuple[bool, int, str]:
    value = episode.variance.value
    return value is None, -(value or 0), episode.id
