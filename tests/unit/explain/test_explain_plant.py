"""The whole engine on random plants: silent without a fault, exact and right about the cause with one."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pyarrow as pa
import pytest
from explain_faults import KINDS, plant_fault
from explain_plant import START, Habits, Plant
from explain_run import habits_of, request_at, run

from reconcilers.agreement import Reading, self_breaks
from reconcilers.explain import explain
from reconcilers.request import LedgerSide

HOUR = timedelta(hours=1)


def calm(seed: int) -> Habits:
    """Return random habits of a plant of moderate size."""
    return replace(habits_of(seed), hours=10, per_hour=10, items=10, lots=())


@pytest.mark.parametrize("seed", range(8))
def test_silent_when_nothing_is_wrong(seed):
    """No fault and nobody later than the grace: at every snapshot every remainder is zero and the equation adds up."""
    plant = Plant(seed, calm(seed))
    checked = 0
    for request, answer in run(plant, every=timedelta(minutes=50), keep=seed % 2 == 0, history=seed % 4 < 2):
        read = zip(request.positions["book"].to_pylist(), request.positions["stock"].to_pylist(), strict=True)
        for (book, stock), found in zip(read, answer.equations.values(), strict=True):
            assert found.remainder == 0, found
            assert found.explained == sum(ref.effect for ref in found.documents)
            assert stock - book == found.difference + found.rolled
            checked += 1
        assert set(Counter(answer.groups["id"].to_pylist()).values()) <= {1, 2}  # versions of one document share its id
    assert checked > 5


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_planted_fault_is_exact_and_named(kind):
    """Each planted fault is the remainder, exactly, at its positions only; the cause is the first or second guess."""
    seed = 300 + sorted(KINDS).index(kind)
    habits = replace(calm(seed), batches=2 if kind == "batch" else 1, style="report", blank=0.1)
    plant = Plant(seed, habits)
    fault = plant_fault(plant, kind, at=START + 3 * HOUR)
    due = fault.since + timedelta(minutes=habits.grace_minutes + 1)
    seen = 0
    for _, answer in run(plant, first=2 * HOUR, until=due + HOUR):
        if answer.as_of < due:
            continue
        seen += 1
        wrong = {place: found.remainder for place, found in answer.equations.items() if found.remainder}
        assert wrong == fault.amounts
        for place in wrong:
            assert fault.code in [cause.code for cause in answer.equations[place].causes[:2]]
    assert seen


def test_rows_in_any_order_give_the_same_answer():
    """Shuffled ledgers and positions change nothing."""
    plant = Plant(5, calm(5))
    plant_fault(plant, "times_ten", at=START + 2 * HOUR)
    request = request_at(plant, START + 6 * HOUR, {}, everything=True)

    def shuffled(table: pa.Table) -> pa.Table:
        return table.take(pa.array(plant.random.sample(range(table.num_rows), table.num_rows)))

    sides = {
        name: LedgerSide(shuffled(side.movements), side.read_from, side.read_to, changes=side.changes)
        for name, side in (("book", request.book), ("stock", request.stock))
    }
    other = replace(request, positions=shuffled(request.positions), **sides)
    first, second = explain(request), explain(other)
    assert dict(first.equations) == dict(second.equations)
    folded = [{tuple(sorted(ids)) for ids in _groups(answer).values()} for answer in (first, second)]
    assert folded[0] == folded[1]


def _groups(answer):
    found: dict = {}
    for row in answer.groups.to_pylist():
        found.setdefault(row["group"], []).append(row["id"])
    return found


@pytest.mark.parametrize("side", ["book", "stock"])
def test_self_agreement_finds_the_tampered_balance_only(side):
    """A system's balances agree with its own documents at every position but the tampered one."""
    plant = Plant(11, replace(calm(11), apart_s=0))
    fault = plant_fault(plant, "tampered", at=START + 4 * HOUR)
    now = START + 8 * HOUR
    readings = []
    for hours in (3, 5, 7):
        at = START + hours * HOUR
        balances = plant.balances(side, at, at + timedelta(seconds=20))
        columns = {
            name: pa.array([place[n] for place in balances]) for n, name in enumerate(("item", "warehouse", "batch"))
        }
        readings.append(
            Reading(
                at, at + timedelta(seconds=20), pa.table({**columns, "quantity": pa.array(list(balances.values()))})
            )
        )
    request = request_at(plant, now, {})
    breaks = self_breaks(side, readings, plant.side(side, now, now, now), request.grain, request.policy)
    tampered = {(where, amount) for who, where, _, amount in plant.tampered if who == side}
    assert {(found.place, found.amount) for found in breaks} == tampered
    assert fault.code == "S1"
