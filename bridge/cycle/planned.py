"""Holds over the budget: a plan that waits for a person's word."""

from dataclasses import dataclass

from bridge.cycle.inputs import RunInputs
from bridge.domain.hold import Hold
from bridge.store import canonical
from bridge.store.plans import HoldPlan
from bridge.store.unit import UnitOfWork


@dataclass(frozen=True)
class PlannedHolds:
    """What a hold plan holds: the limit that it breaks and the holds it wants."""

    limit: str
    holds: tuple[Hold, ...]


def planned_holds(plan: HoldPlan) -> tuple[str, tuple[Hold, ...]]:
    """Given a stored plan, return the limit it breaks and the holds it wants."""
    content = canonical.load(PlannedHolds, plan.orders)
    return content.limit, content.holds


def waiting_plan(uow: UnitOfWork, inputs: RunInputs, holds: tuple[Hold, ...], limit: str) -> HoldPlan:
    """Keep a plan over the budget for a person's word; what waits already is not asked for twice.

    Older plans of the pair expire: their figures are not what is wanted now.
    """
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
    for older in uow.plans.supersede(plan.pair, inputs.at):
        uow.audit.append("system", "plan.superseded", older.id, {"by": plan.id}, inputs.at)
    uow.plans.add(plan)
    uow.audit.append("system", "plan.waiting", plan.id, {"limit": limit, "hash": plan.hash}, inputs.at)
    return plan


def _blocks(holds: tuple[Hold, ...]) -> set[tuple[str, int]]:
    return {(hold.order.ref, hold.order.quantity) for hold in holds}
