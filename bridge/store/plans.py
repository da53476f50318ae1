"""Hold plans that were too large for the budget and wait for a person. An approval is bound to the plan's hash."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, insert, select, update

from bridge.store import canonical
from bridge.store.columns import clean
from bridge.store.tables import plans


class PlanState(StrEnum):
    """Where a plan stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    EXPIRED = "expired"
    DONE = "done"


@dataclass(frozen=True)
class HoldPlan:
    """What a run wanted to hold. `id` is `P-yyyymmdd-nnn`; `orders` is JSON, made and read by the caller."""

    id: str
    pair: str
    run: int
    orders: str
    created_at: datetime
    expires_at: datetime
    state: PlanState = PlanState.WAITING
    approved_by: str = ""
    approved_at: datetime | None = None

    @property
    def hash(self) -> str:
        """Return the hash of what would be done; an approval names it."""
        return hashlib.sha256(canonical.dump([self.id, self.pair, self.run, self.orders]).encode()).hexdigest()


@dataclass(frozen=True)
class Plans:
    """The plans inside one transaction."""

    connection: Connection

    def add(self, plan: HoldPlan) -> None:
        """Keep a new plan. Raise InvariantBroken if its id is taken."""
        row = {column.name: getattr(plan, column.name) for column in plans.c}
        self.connection.execute(insert(plans).values({**row, "orders": clean(plan.orders)}))

    def get(self, plan_id: str) -> HoldPlan | None:
        """Return the plan with this id, None when there is none."""
        return next(iter(self._read(select(plans).where(plans.c.id == plan_id))), None)

    def waiting(self, now: datetime, pair: str | None = None) -> list[HoldPlan]:
        """Return the plans that may still be approved, oldest first."""
        live = select(plans).where(plans.c.state == PlanState.WAITING, plans.c.expires_at > now)
        chosen = live if pair is None else live.where(plans.c.pair == pair)
        return self._read(chosen.order_by(plans.c.created_at, plans.c.id))

    def approve(self, plan_id: str, plan_hash: str, *, by: str, at: datetime) -> bool:
        """Approve a waiting plan. Return False, changing nothing, when it no longer waits or is another plan.

        The hash is what the person saw: what was read must be what is done.
        """
        plan = self.get(plan_id)
        if plan is None or plan.hash != plan_hash:
            return False
        live = (plans.c.id == plan_id) & (plans.c.state == PlanState.WAITING) & (plans.c.expires_at > at)
        bound = update(plans).where(live, plans.c.hash == plan_hash)
        approved = bound.values(state=PlanState.APPROVED, approved_by=by, approved_at=at)
        return self.connection.execute(approved).rowcount == 1

    def done(self, plan_id: str) -> bool:
        """Note that an approved plan was queued. Return False when it was not approved or is done already."""
        ready = (plans.c.id == plan_id) & (plans.c.state == PlanState.APPROVED)
        return self.connection.execute(update(plans).where(ready).values(state=PlanState.DONE)).rowcount == 1

    def expire(self, now: datetime) -> list[HoldPlan]:
        """Turn waiting plans whose time is over into expired ones, and return them."""
        late = select(plans).where(plans.c.state == PlanState.WAITING, plans.c.expires_at <= now)
        ids = [plan.id for plan in self._read(late.order_by(plans.c.created_at, plans.c.id))]
        self.connection.execute(update(plans).where(plans.c.id.in_(ids)).values(state=PlanState.EXPIRED))
        return [plan for plan_id in ids if (plan := self.get(plan_id))]

    def supersede(self, pair: str, now: datetime) -> list[HoldPlan]:
        """Turn the pair's waiting plans into expired ones and return them: a newer plan tells what is wanted now."""
        older = self.waiting(now, pair)
        ids = [plan.id for plan in older]
        self.connection.execute(update(plans).where(plans.c.id.in_(ids)).values(state=PlanState.EXPIRED))
        return older

    def _read(self, chosen: Select[Any]) -> list[HoldPlan]:
        found = []
        for row in self.connection.execute(chosen):
            values = {name: value for name, value in row._mapping.items() if name != "hash"}  # noqa: SLF001
            found.append(HoldPlan(**{**values, "state": PlanState(row.state)}))
        return found
