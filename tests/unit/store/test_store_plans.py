"""Hold plans wait for a person, and an approval is good for exactly what was read."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from bridge.store.agreements import Agreement
from bridge.store.plans import HoldPlan, PlanState
from bridge.store.tables import plans

HOURS = timedelta(hours=4)


@pytest.fixture
def plan(sample):
    """Return a plan that waits for four hours."""
    return HoldPlan("P-20261123-001", "fin_wms", 529, '[{"item":"NA"}]', sample.now, sample.now + HOURS)


def test_approval_is_bound_to_the_hash(store, plan, sample):
    """Only the hash that was shown approves, only once, only in time; then the plan can be done once."""
    with store.begin() as uow:
        uow.plans.add(plan)
        assert uow.plans.get(plan.id) == plan
        assert uow.plans.waiting(sample.now) == uow.plans.waiting(sample.now, "fin_wms") == [plan]
        assert uow.plans.waiting(sample.now, "other") == uow.plans.waiting(sample.now + HOURS) == []
        assert not uow.plans.approve(plan.id, "0" * 64, by="wang", at=sample.now)
        assert not uow.plans.approve("P-0", plan.hash, by="wang", at=sample.now)
        assert not uow.plans.approve(plan.id, plan.hash, by="wang", at=sample.now + HOURS)
        assert not uow.plans.done(plan.id)
        assert uow.plans.approve(plan.id, plan.hash, by="wang", at=sample.now)
        assert not uow.plans.approve(plan.id, plan.hash, by="wang", at=sample.now)
        approved = uow.plans.get(plan.id)
        assert (approved.state, approved.approved_by, approved.approved_at) == (PlanState.APPROVED, "wang", sample.now)
        assert uow.plans.waiting(sample.now) == []
        assert uow.plans.done(plan.id)
        assert not uow.plans.done(plan.id)


def test_a_changed_plan_cannot_be_approved(store, plan, sample):
    """If the orders in the store were changed after the plan was shown, its hash no longer approves it."""
    with store.begin() as uow:
        uow.plans.add(plan)
        uow.connection.execute(update(plans).values(orders='[{"item":"NA"},{"item":"X"}]'))
        assert not uow.plans.approve(plan.id, plan.hash, by="wang", at=sample.now)


def test_plans_expire(store, plan, sample):
    """A plan nobody approved in time expires, once, and says so."""
    with store.begin() as uow:
        uow.plans.add(plan)
        assert uow.plans.expire(sample.now) == []
        assert [(each.id, each.state) for each in uow.plans.expire(sample.now + HOURS)] == [
            (plan.id, PlanState.EXPIRED)
        ]
        assert uow.plans.expire(sample.now + HOURS) == []
        assert not uow.plans.approve(plan.id, plan.hash, by="wang", at=sample.now)


def test_agreement_points(store, sample):
    """Agreement points are kept per position, replaced where given again, and can be forgotten."""
    first, second = ("NA", "", ""), ("00710", "01", "批😀")
    with store.begin() as uow:
        assert uow.agreements.get("p") == {}
        uow.agreements.save("p", {})
        uow.agreements.save("p", {first: Agreement(sample.now), second: Agreement(sample.now, ("k1", "键"))})
        uow.agreements.save("q", {first: Agreement(sample.now)})
        uow.agreements.save("p", {first: Agreement(sample.now + HOURS, ("k2",))})
        assert uow.agreements.get("p") == {
            first: Agreement(sample.now + HOURS, ("k2",)),
            second: Agreement(sample.now, ("k1", "键")),
        }
        uow.agreements.forget("p", [second])
        assert list(uow.agreements.get("p")) == [first]
        uow.agreements.forget("p")
        assert uow.agreements.get("p") == {}
        assert len(uow.agreements.get("q")) == 1
