"""Third to fifth step of a pair, pure: compare, explain, carry the episodes on, decide on holds. Nothing is written."""

from collections.abc import Callable, Mapping
from datetime import datetime

from alerts.decide import HoldDecision, Place, decide_holds
from alerts.register import REGISTER
from bridge.cycle.admit import Judged
from bridge.cycle.advance import advance, freeze
from bridge.cycle.explaining import Explaining
from bridge.cycle.inputs import Decision, RunInputs
from bridge.cycle.ledger import Lookup
from bridge.cycle.own_books import OwnBooks, PastStock
from bridge.cycle.plan import ExplainPlan, PairPlan
from bridge.cycle.run_report import report_of
from bridge.cycle.window import Window
from bridge.domain.contract import report_json
from bridge.domain.episode import Episode
from bridge.domain.lifecycle import Look
from bridge.store import canonical
from reconcilers.engine import Comparison, SideInput, compare
from reconcilers.footing import Footing, witness_footing
from reconcilers.request import ExplainPolicy


def decide(
    inputs: RunInputs, judged: Mapping[str, Judged], documents: Lookup, past: PastStock, number: Callable[[], str]
) -> Decision:
    """Given the inputs of a run, its judged readings and look-ups of documents and past stock, decide. Write nothing."""
    plan = inputs.plan
    if any(judged[source].snapshot is None for source in plan.sources):
        episodes = freeze(inputs.before, inputs.at)
        return Decision(report_of(inputs, judged, None, episodes), episodes, HoldDecision((), (), ""))
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
    report = report_of(inputs, judged, comparison, episodes)
    return Decision(report, episodes, holds, explaining.agreements(_instant(plan, judged)))


def explaining_of(inputs: RunInputs, judged: Mapping[str, Judged], documents: Lookup, past: PastStock) -> Explaining:
    """Given a run's inputs and look-ups of documents and past stock, return the explainer of that run."""
    return Explaining(
        _explain_plan(inputs),
        _windows(inputs, judged),
        documents,
        inputs.agreements,
        OwnBooks(inputs.earlier, past),
        _witnesses(inputs.plan),
        inputs.waived,
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
        snapshot = judged[name].snapshot if name in judged else None
        found[name] = Window(begin, end, name in inputs.ledgers, snapshot.provenance.open_from if snapshot else None)
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
