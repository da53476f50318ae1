"""What the store knows around a variance: when its figures were read, in which run it last agreed, its other codes."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from bridge.bootstrap import Application
from bridge.domain.episode import Episode
from bridge.domain.report import RunReport
from bridge.store.unit import UnitOfWork
from reconcilers.footing import witness_footing

_LOOK_BACK = 50
"""A run that lies further back is not looked for: each costs a whole report."""


@dataclass(frozen=True)
class OwnCode:
    """What one system calls an item."""

    source: str
    code: str


def read_at(uow: UnitOfWork, episode: Episode) -> dict[str, datetime]:
    """Return when each source was read whose figures the variance shows; nothing when that run is no longer kept."""
    stored = uow.runs.get(episode.last_run)
    return {} if stored is None else {reading.source: reading.taken_from for reading in stored.report.snapshots}


def agreement_run(uow: UnitOfWork, episode: Episode, agreed: datetime | None) -> int | None:
    """Return the run that found the position agreeing at `agreed`, None if there is none or it is too far back.

    Mostly that is the run before the variance was first seen; an ended variance may have agreed since.
    """
    if agreed is None:
        return None
    last = uow.runs.last(episode.pair) if agreed >= episode.since else None
    newest = last.report.run if last else episode.first_run
    for number in range(newest, max(newest - _LOOK_BACK, 0), -1):
        stored = uow.runs.get(number)
        if stored is not None and stored.report.pair == episode.pair:
            found = _instant(stored.report)
            if found is not None and found <= agreed:
                return number if found == agreed else None
    return None


def own_codes(app: Application, sources: Collection[str], item: str) -> Iterator[OwnCode]:
    """Given a common item, yield what the maps say each source calls it; a source in no map calls it as it is."""
    rules, today = app.settings.master.code_rules, app.clock.now().date()
    for source in sources:
        for code in sorted(witness_footing(source, app.maps, rules, today).own_codes({item}).folded):
            yield OwnCode(source, code)


def _instant(report: RunReport) -> datetime | None:
    """Return the moment both sides of a run are compared at."""
    return min((reading.taken_from for reading in report.snapshots), default=None)
