"""One run of one pair: compare, decide, commit. One transaction holds all of it; effects leave later, from the outbox."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from alerts.decide import HoldDecision, Place, decide_holds
from alerts.register import REGISTER
from bridge.cycle.admit import Judged
from bridge.cycle.advance import advance, freeze
from bridge.cycle.explaining import Explaining, ExplainPlan, Window
from bridge.cycle.ledger import EVERYWHERE, Lookup, Recorder, Settled, from_store, settled_of
from bridge.cycle.ledger import Place as Place3
from bridge.cycle.own_books import Earlier, OwnBooks, PastLines, earlier_readings, past_lines
from bridge.cycle.plan import PairPlan
from bridge.cycle.pull import Pulled, absorb
from bridge.cycle.release import queue_lift, queue_place
from bridge.domain.contract import report_json
from bridge.domain.episode import ENDED, Episode, EpisodeState
from bridge.domain.hold import Hold, HoldState
from bridge.domain.lifecycle import Look
from bridge.domain.report import MailNote, RunReport
from bridge.domain.variance import Variance
from bridge.store import canonical
from bridge.store.agreements import Agreement as StoredAgreement
from bridge.store.plans import HoldPlan
from bridge.store.store import Store
from bridge.store.unit import UnitOfWork
from reconcilers.engine import Comparison, SideInput, compare
from reconcilers.footing import Footing, witness_footing
from reconcilers.request import ExplainPolicy

UNCONFIRMED = ENDED | {EpisodeState.CANDIDATE, EpisodeState.SUSPENDED, EpisodeState.VERIFYING}
"""States in which a variance is not (or no longer) a confirmed difference."""


@dataclass(frozen=True)
class Decision:
    """What a run decided, before anything is written. `episodes` holds the ended ones too; ids of holds are still empty."""

    report: RunReport
    episodes: tuple[Episode, ...]
    holds: HoldDecision
    agreements: Mapping[Place3, StoredAgreement] | None = None


@dataclass(frozen=True)
class RunInputs:
    """Everything a decision depends on; stored with the run, so that a replay decides alike.

    `ids` are the variance ids that the run gave out, in order; `ledgers` the sources whose documents are known;
    `documents` the blobs of the documents looked up; `earlier` the readings that today's balances are checked against.
    """

    plan: PairPlan
    number: int
    at: datetime
    before: tuple[Episode, ...]
    known_holds: tuple[Hold, ...]
    placed_today: int
    deadlines: dict[str, datetime]
    agreements: Settled
    ledgers: frozenset[str]
    documents: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    earlier: tuple[Earlier, ...] = ()


Tell = Callable[[UnitOfWork, Decision, "HoldPlan | None"], tuple[MailNote, ...]]
"""Given what a run decided, write and queue the mails; return them."""


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
        recorder = Recorder(from_store(uow))
        inputs = RunInputs(
            plan=_braked(uow, plan, at),
            number=uow.runs.next_number(),
            at=at,
            before=tuple(uow.episodes.open_for(plan.id)),
            known_holds=tuple(uow.holds.list(pair=plan.id)),
            placed_today=uow.holds.placed_since(at.replace(hour=0, minute=0, second=0, microsecond=0)),
            deadlines=deadlines,
            agreements=settled,
            ledgers=frozenset(name for name in plan.everyone if uow.movements.knows(name)),
            earlier=earlier_readings(uow, plan.sources, settled),
        )
        decision = decide(inputs, judged, recorder, past_lines(store.blobs), lambda: _numbered(uow, at, given))
        kept = replace(inputs, ids=tuple(given), documents=recorder.keep(store.blobs))
        report = _commit(uow, kept, decision, tell, store)
        if not dry_run:
            uow.commit()
    return report


def _braked(uow: UnitOfWork, plan: PairPlan, at: datetime) -> PairPlan:
    """Return the plan with no new holds while a person has paused the bridge or called a panic."""
    paused, panic = uow.flags.get("paused"), uow.flags.get("no_new_holds")
    stopped = paused is not None or (panic is not None and datetime.fromisoformat(panic.value["until"]) > at)
    return replace(plan, holds=replace(plan.holds, no_new="stopped")) if stopped else plan


def decide(
    inputs: RunInputs, judged: Mapping[str, Judged], documents: Lookup, past: PastLines, number: Callable[[], str]
) -> Decision:
    """Given the inputs of a run, its judged readings and look-ups of documents and past stock, decide. Write nothing."""
    plan = inputs.plan
    if any(judged[source].snapshot is None for source in plan.sources):
        episodes = freeze(inputs.before, inputs.at)
        return Decision(_report(inputs, judged, None, episodes), episodes, HoldDecision((), (), ""))
    explaining = explaining_of(inputs, judged, documents, past)
    comparison = compare(sides_of(plan, judged), plan.compare, explaining)
    look = Look(inputs.number, inputs.at, lambda variance: inputs.deadlines[variance.position.abc or "C"])
    episodes = advance(inputs.before, comparison, plan.confirm, look, pair=plan.id, owner=plan.owner, number=number)
    holds = decide_holds(
        episodes,
        inputs.known_holds,
        {episode.id: _places(plan, episode, comparison) for episode in episodes},
        plan.holds,
        compared=comparison.compared,
        placed_today=inputs.placed_today,
        now=inputs.at,
    )
    report = _report(inputs, judged, comparison, episodes)
    return Decision(report, episodes, holds, explaining.agreements(_instant(plan, judged)))


def explaining_of(inputs: RunInputs, judged: Mapping[str, Judged], documents: Lookup, past: PastLines) -> Explaining:
    """Given a run's inputs and look-ups of documents and past stock, return the explainer of that run."""
    return Explaining(
        _explain_plan(inputs),
        _windows(inputs, judged),
        documents,
        inputs.agreements,
        OwnBooks(inputs.earlier, past),
        _witnesses(inputs.plan),
    )


def _explain_plan(inputs: RunInputs) -> ExplainPlan:
    plan, rules = inputs.plan, inputs.plan.explain
    policy = ExplainPolicy(
        now=inputs.at,
        grace=rules.grace,
        grace_by_doc=rules.grace_by_doc,
        close_since=rules.close_since,
        period_start=rules.period_start,
    )
    return ExplainPlan(plan.book, plan.stock, plan.evidence, plan.compare.grain, policy)


def _witnesses(plan: PairPlan) -> dict[str, Footing]:
    """Return how the documents of the sources that only testify are read."""
    compared = plan.compare
    return {name: witness_footing(name, compared.maps, compared.code_rules, compared.as_of) for name in plan.evidence}


def _windows(inputs: RunInputs, judged: Mapping[str, Judged]) -> dict[str, Window]:
    """Return when each source was read; a witness without a snapshot counts as read now."""
    found = {}
    for name in inputs.plan.everyone:
        reading = judged[name].reading if name in judged else None
        begin, end = (reading.taken_from, reading.taken_to) if reading else (inputs.at, inputs.at)
        found[name] = Window(begin, end, name in inputs.ledgers)
    return found


def _instant(plan: PairPlan, judged: Mapping[str, Judged]) -> datetime:
    """Return the common instant: the earlier of the two reads' starts."""
    return min(judged[source].reading.taken_from for source in plan.sources)


def result_text(decision: Decision) -> str:
    """Return a decision as canonical text, for the proof that a replay gives the same."""
    holds = [canonical.dump(hold.order) for hold in (*decision.holds.new, *decision.holds.lift)]
    return canonical.dump({"report": report_json(decision.report, "en"), "holds": holds, "over": decision.holds.over})


def sides_of(plan: PairPlan, judged: Mapping[str, Judged]) -> list[SideInput]:
    """Given judged readings, return the pair's sides for the comparison."""
    sides = []
    for role, sources in (("book", plan.book), ("stock", plan.stock)):
        for source in sources:
            snapshot = judged[source].snapshot
            if snapshot is not None:
                sides.append(SideInput("book" if role == "book" else "stock", source, snapshot))
    return sides


def _report(
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


def _places(plan: PairPlan, episode: Episode, comparison: Comparison) -> tuple[Place, ...]:
    """Return where the stock of a position lies, in each target's own codes."""
    position = episode.variance.position
    found: list[Place] = []
    for target in plan.targets:
        if target == REGISTER:
            quantity = episode.variance.stock
            found.append(Place(target, position.item, position.warehouse, position.batch, quantity, quantity))
            continue
        grain = plan.compare.grain
        raws = comparison.alignments[target].raw_positions(
            position.item,
            position.warehouse if "warehouse" in grain else None,
            position.batch if "batch" in grain else None,
        )
        found.extend(Place(target, r.item, r.warehouse, r.batch, r.quantity, r.raw_quantity) for r in raws)
    return tuple(found)


def _commit(uow: UnitOfWork, inputs: RunInputs, decision: Decision, tell: Tell, store: Store) -> RunReport:
    """Write everything a run decided into one transaction."""
    at = inputs.at
    for episode in decision.episodes:
        uow.episodes.save(episode)
    planned = tuple(hold for hold in decision.holds.new if hold.state is HoldState.PLANNED)
    meant = tuple(
        replace(hold, id=_hold_number(uow, at)) for hold in decision.holds.new if hold.state is not HoldState.PLANNED
    )
    plan = _waiting_plan(uow, inputs, meant, decision.holds.over) if decision.holds.over else None
    if plan is None:
        for hold in meant:
            queue_place(uow, hold, at)
    lifted = tuple(queue_lift(uow, hold, "system", "settled", at) for hold in decision.holds.lift)
    if decision.agreements is not None:
        _agree(uow, inputs, decision)
    others = tuple(h for h in uow.holds.standing() if h.pair == inputs.plan.id)
    shown = {hold.id: hold for hold in (*others, *lifted)}
    report = replace(decision.report, holds=(*shown.values(), *planned), plan=plan.id if plan else "")
    decided = replace(decision, report=report)
    mails = tell(uow, decided, plan)
    proof = store.blobs.put(result_text(decision).encode())
    kept = store.blobs.put(canonical.dump(inputs).encode())
    report = replace(report, mails=mails)
    uow.runs.add(report, {"inputs": kept}, proof)
    facts = {"pair": report.pair, "confirmed": str(report.confirmed), "result": proof, "inputs": kept}
    uow.audit.append("system", "run.done" if report.admitted else "run.suspended", f"run {report.run}", facts, at)
    return report


def _agree(uow: UnitOfWork, inputs: RunInputs, decision: Decision) -> None:
    """Remember where the pair agreed at this run: everywhere but at the exceptions."""
    found = dict(decision.agreements or {})
    uow.agreements.forget(inputs.plan.id, [place for place in inputs.agreements.exceptions if place not in found])
    instant = min(reading.taken_from for reading in decision.report.snapshots)
    uow.agreements.save(inputs.plan.id, {**found, EVERYWHERE: StoredAgreement(instant)})


def _waiting_plan(uow: UnitOfWork, inputs: RunInputs, holds: tuple[Hold, ...], limit: str) -> HoldPlan:
    """Keep a plan over the budget for a person's word; what waits already is not asked for twice."""
    wanted = _blocks(holds)
    for waiting in uow.plans.waiting(inputs.at, inputs.plan.id):
        if _blocks(planned_holds(waiting)[1]) == wanted:
            return waiting
    plan = HoldPlan(
        id=f"P-{inputs.at:%Y%m%d}-{uow.counters.next('plan', f'{inputs.at:%Y%m%d}'):03d}",
        pair=inputs.plan.id,
        run=inputs.number,
        orders=canonical.dump(PlannedHolds(limit, holds)),
        created_at=inputs.at,
        expires_at=inputs.at + inputs.plan.approve_within,
    )
    uow.plans.add(plan)
    uow.audit.append("system", "plan.waiting", plan.id, {"limit": limit, "hash": plan.hash}, inputs.at)
    return plan


@dataclass(frozen=True)
class PlannedHolds:
    """What a hold plan holds: the limit that it breaks and the holds it wants."""

    limit: str
    holds: tuple[Hold, ...]


def planned_holds(plan: HoldPlan) -> tuple[str, tuple[Hold, ...]]:
    """Given a stored plan, return the limit it breaks and the holds it wants."""
    content = canonical.load(PlannedHolds, plan.orders)
    return content.limit, content.holds


def _blocks(holds: tuple[Hold, ...]) -> set[tuple[str, int]]:
    return {(hold.order.ref, hold.order.quantity) for hold in holds}


def _numbered(uow: UnitOfWork, at: datetime, given: list[str]) -> str:
    identity = f"V-{at:%Y%m%d}-{uow.counters.next('variance', f'{at:%Y%m%d}'):03d}"
    given.append(identity)
    return identity


def _hold_number(uow: UnitOfWork, at: datetime) -> str:
    return f"H-{at:%Y%m%d}-{uow.counters.next('hold', f'{at:%Y%m%d}'):03d}"


def _by_value(episode: Episode) -> tuple[bool, int, str]:
    value = episode.variance.value
    return value is None, -(value or 0), episode.id
