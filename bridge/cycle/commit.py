"""Last step of a run: everything it decided, written into the one transaction it runs in."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bridge.cycle.decide import result_text
from bridge.cycle.inputs import Decision, RunInputs
from bridge.cycle.ledger import EVERYWHERE
from bridge.cycle.planned import waiting_plan
from bridge.cycle.release import queue_lift, queue_place
from bridge.domain.hold import HoldState
from bridge.domain.report import MailNote, RunReport
from bridge.store import canonical
from bridge.store.agreements import Agreement
from bridge.store.plans import HoldPlan
from bridge.store.store import Store
from bridge.store.unit import UnitOfWork

Tell = Callable[[UnitOfWork, Decision, HoldPlan | None], tuple[MailNote, ...]]
"""Given what a run decided, write and queue the mails; return them."""


def commit(uow: UnitOfWork, inputs: RunInputs, decision: Decision, tell: Tell, store: Store) -> RunReport:
    """Write everything a run decided into one transaction."""
    at = inputs.at
    for episode in decision.episodes:
        uow.episodes.save(episode)
    planned = tuple(hold for hold in decision.holds.new if hold.state is HoldState.PLANNED)
    meant = tuple(
        replace(hold, id=_hold_number(uow, at)) for hold in decision.holds.new if hold.state is not HoldState.PLANNED
    )
    plan = waiting_plan(uow, inputs, meant, decision.holds.over) if decision.holds.over else None
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
    uow.agreements.save(inputs.plan.id, {**found, EVERYWHERE: Agreement(instant)})


def _hold_number(uow: UnitOfWork, at: datetime) -> str:
    return f"H-{at:%Y%m%d}-{uow.counters.next('hold', f'{at:%Y%m%d}'):03d}"
