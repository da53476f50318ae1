"""One run of one pair: compare, decide, commit. One transaction holds all of it; effects leave later, from the outbox."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bridge.cycle.admit import Judged
from bridge.cycle.commit import Tell, commit
from bridge.cycle.decide import decide
from bridge.cycle.inputs import RunInputs
from bridge.cycle.ledger import Recorder, from_store, settled_of
from bridge.cycle.own_books import earlier_readings, past_stock
from bridge.cycle.plan import PairPlan
from bridge.cycle.pull import Pulled, absorb
from bridge.cycle.release import no_new_until
from bridge.domain.episode import EpisodeState
from bridge.domain.report import RunReport
from bridge.domain.waived import waived
from bridge.store.store import Store
from bridge.store.unit import UnitOfWork
from reconcilers.request import ExplainPolicy


def run_pair(
    store: Store,
    plan: PairPlan,
    judged: Mapping[str, Judged],
    at: datetime,
    deadlines: dict[str, datetime],
    tell: Tell,
    *,
    dry_run: bool,
    pulled: Sequence[Pulled] = (),
) -> RunReport:
    """Given a pair and its judged readings, run it. Return the report; in a dry run nothing is written or queued."""
    with store.begin() as uow:
        if dry_run:
            for batch in pulled:
                absorb(uow, batch)  # rolled back with everything else
        given: list[str] = []
        settled = settled_of(uow.agreements.get(plan.id))
        before = tuple(uow.episodes.open_for(plan.id))
        closed = uow.episodes.recently_ended(plan.id, at - ExplainPolicy.reference_window, {EpisodeState.CLOSED})
        recorder = Recorder(from_store(uow))
        inputs = RunInputs(
            plan=_braked(uow, plan, at),
            number=uow.runs.next_number(),
            at=at,
            before=before,
            known_holds=tuple(uow.holds.concerning(plan.id)),
            placed_today=uow.holds.placed_since(at.replace(hour=0, minute=0, second=0, microsecond=0)),
            deadlines=deadlines,
            agreements=settled,
            ledgers=frozenset(name for name in plan.everyone if uow.movements.knows(name)),
            earlier=earlier_readings(uow, plan.sources, settled),
            waived=waived([*before, *closed]),
        )
        decision = decide(inputs, judged, recorder, past_stock(store.blobs), lambda: _numbered(uow, at, given))
        kept = replace(inputs, ids=tuple(given), documents=recorder.keep(store.blobs))
        report = commit(uow, kept, decision, tell, store)
        if not dry_run:
            uow.commit()
    return report


def _braked(uow: UnitOfWork, plan: PairPlan, at: datetime) -> PairPlan:
    """Return the plan with no new holds while a person has paused the bridge or called a panic."""
    stopped = uow.flags.get("paused") is not None or no_new_until(uow, at) is not None
    return replace(plan, holds=replace(plan.holds, no_new="stopped")) if stopped else plan


def _numbered(uow: UnitOfWork, at: datetime, given: list[str]) -> str:
    identity = f"V-{at:%Y%m%d}-{uow.counters.next('variance', f'{at:%Y%m%d}'):03d}"
    given.append(identity)
    return identity
