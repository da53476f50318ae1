"""The budget: a plan over it places none, waits for a person, and is placed only as it was shown."""

import pytest
from acceptance_plant import Plant, copy


@pytest.fixture(scope="session")
def over_plant(accepted_plant: Plant, tmp_path_factory: pytest.TempPathFactory) -> Plant:
    """Give a plant with twelve confirmed variances, more than ten may be held at once. Copy it."""
    plant = copy(accepted_plant, tmp_path_factory.mktemp("over"))
    plant.configure(
        plant__mode="hold",
        sources__u8__hold={"via": "frozen_quantity", "account_sets": ["UFDATA_002_2026"]},
        holds__share_floor=50,
    )
    plant.stock(**{f"M_{n:03d}__01": "500" for n in range(1, 13)})
    plant.confirm()
    return plant


@pytest.fixture
def over(over_plant: Plant, tmp_path) -> Plant:
    """Give an own plant whose plan waits."""
    return copy(over_plant, tmp_path)


def _plan(plant: Plant) -> dict[str, object]:
    waiting = plant.run("plan", "list", "--json").json
    assert len(waiting) == 1
    return waiting[0]


def test_over_the_budget_none_is_placed(over: Plant):
    """Twelve wanted, ten allowed: nothing is frozen, one plan waits and says why; further rounds ask no second time."""
    assert over.frozen() == {}
    plan = _plan(over)
    assert (plan["limit"], plan["count"], plan["state"]) == ("max_items_per_run:10", 12, "waiting")
    over.later(minutes=30)
    done = over.reconcile()
    assert done.json["plan"] == plan["id"]
    assert _plan(over)["id"] == plan["id"]
    assert over.frozen() == {}


def test_approval_places_all_of_it(over: Plant):
    """`plan approve` places the twelve at once, and the plan is done."""
    plan = _plan(over)
    done = over.run("plan", "approve", plan["id"], "--hash", plan["hash"], "--by", "li.zong")
    assert done.code == 0, done.err
    assert over.frozen() == {(f"M-{n:03d}", "01"): 500.0 for n in range(1, 13)}
    assert over.run("plan", "list", "--json").json == []
    again = over.run("plan", "approve", plan["id"], "--by", "li.zong", "--lang", "en")
    assert (again.code, "[BR-2014]" in again.err) == (5, True)


def test_another_hash_is_refused(over: Plant):
    """What was shown is what is approved: a hash of something else places nothing."""
    plan = _plan(over)
    done = over.run("plan", "approve", plan["id"], "--hash", "0" * 64, "--by", "li.zong", "--lang", "en")
    assert done.code == 5
    assert over.frozen() == {}
    assert _plan(over)["state"] == "waiting"


def test_approval_is_over_after_four_hours(over: Plant):
    """A plan of this morning is not approved in the afternoon; the next round makes a new one."""
    plan = _plan(over)
    over.later(hours=4, seconds=1)
    assert over.run("plan", "approve", plan["id"], "--by", "li.zong").code == 5
    assert over.frozen() == {}
    assert over.reconcile().json["plan"] != plan["id"]


def test_what_is_settled_meanwhile_is_not_held(over: Plant):
    """Two differences are gone when the plan is approved: the other ten are held, those two are not."""
    plan = _plan(over)
    over.stock(M_001__01="1030", M_002__01="1040")
    over.later(minutes=30)
    over.reconcile()
    assert over.run("plan", "approve", plan["id"], "--by", "li.zong").code == 0
    assert ("M-001", "01") not in over.frozen()
    assert ("M-002", "01") not in over.frozen()


def test_the_share_of_a_small_plant(plant: Plant):
    """Without share_floor set higher, four holds in a plant of 120 positions are over 1 % (floor 3)."""
    plant.configure(plant__mode="hold")
    plant.stock(**{f"M_{n:03d}__01": "500" for n in range(1, 5)})
    assert plant.confirm().json["plan"]
    assert _plan(plant)["limit"] == "max_share:3"


def test_the_day_has_a_budget_too(plant: Plant):
    """Ten in the morning and ten at noon and ten in the afternoon: the third ten are too many for a day."""
    plant.configure(plant__mode="hold", holds__share_floor=50)
    for first in (1, 11, 21):
        plant.stock(**{f"M_{n:03d}__01": "500" for n in range(first, first + 10)})
        done = plant.confirm()
        plant.later(minutes=30)
    assert _plan(plant)["limit"] == "max_per_day:25"
    assert len([h for h in done.json["holds"] if h["state"] == "active"]) == 20
