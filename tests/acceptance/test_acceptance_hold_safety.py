"""No hold outlives its register: renewals refused, lifts by hand in the wrong moment, plans approved too late."""

from collections.abc import Callable

import pytest
from acceptance_books import change, rows
from acceptance_plant import Plant

from bridge.bootstrap import bootstrap
from bridge.cycle import round as cycle
from bridge.cycle.deliver import Delivered
from bridge.cycle.self_check import self_check

Holding = Callable[[str], Plant]
_FROZEN = {"via": "frozen_quantity", "account_sets": ["UFDATA_002_2026"]}
_UNFREEZE = "UPDATE CurrentStock SET fStopQuantity = 0"


@pytest.fixture
def frozen(holding: Holding) -> Plant:
    """Give a plant with one hold standing in U8's frozen quantity: M-001, short by 530."""
    plant = holding("frozen_quantity")
    plant.stock(M_001__01="500")
    plant.confirm()
    plant.later(minutes=30)
    return plant


@pytest.fixture
def tabled(holding: Holding) -> Plant:
    """Give a plant with one hold standing in the hold table of U8's database."""
    plant = holding("hold_table")
    plant.stock(M_001__01="500")
    plant.confirm()
    plant.later(minutes=30)
    return plant


def _states(plant: Plant) -> list[str]:
    return [hold["state"] for hold in plant.run("holds", "list", "--all", "--json").json]


def test_a_refused_renewal_leaves_a_hold_that_is_lifted_later(frozen: Plant):
    """The target said no to a longer life, so the old hold stands: it is in doubt, not failed, and goes next round."""
    frozen.configure(sources__u8__hold={"via": "frozen_quantity", "account_sets": []})
    frozen.later(hours=9)
    frozen.reconcile()
    assert (_states(frozen), list(frozen.frozen().values())) == (["unknown"], [500.0])
    frozen.configure(sources__u8__hold=_FROZEN)
    frozen.later(minutes=30)
    frozen.reconcile()
    assert (_states(frozen), frozen.frozen()) == (["released"], {})


@pytest.mark.parametrize("via", ["frozen_quantity", "hold_table"])
def test_a_renewal_does_not_revive_what_was_lifted_by_hand(holding: Holding, via):
    """The renewal waited while writing was paused; meanwhile somebody lifted the hold: it stays lifted."""
    plant = holding(via)
    plant.stock(M_001__01="500")
    plant.confirm()
    plant.run("pause", "--reason", "U8 升级", "--by", "sun.it")
    plant.later(hours=9)
    plant.reconcile()
    by_hand = _UNFREEZE if via == "frozen_quantity" else "UPDATE stockbridge_hold SET state = 'lifted'"
    change(plant.u8, by_hand)
    plant.later(minutes=30)
    plant.run("resume", "--by", "sun.it")
    assert (_states(plant), plant.frozen(), plant.table() if via == "hold_table" else []) == (["released"], {}, [])
    (hold,) = plant.run("holds", "list", "--all", "--json").json
    assert "hold.lifted_by_hand" in [e["action"] for e in plant.run("audit", "show", hold["id"], "--json").json]


def test_a_placing_whose_time_is_over_places_nothing(holding: Holding, monkeypatch):
    """A hold was decided, then writing was paused for days: on resume its life is over and nobody is blocked."""
    plant = holding("frozen_quantity")
    plant.stock(M_001__01="500")
    with monkeypatch.context() as patch:
        patch.setattr(cycle, "deliver", lambda *_: Delivered(busy=True))
        plant.confirm()
    assert _states(plant) == ["requested"]
    plant.run("pause", "--reason", "U8 升级", "--by", "sun.it")
    plant.later(hours=72)
    plant.run("resume", "--by", "sun.it")
    assert (_states(plant), plant.frozen()) == (["expired"], {})


def test_a_row_set_to_lifted_is_no_hold(tabled: Plant):
    """Somebody wrote only `state` in the hold table: that is lifted by hand, and it is never placed again."""
    change(tabled.u8, "UPDATE stockbridge_hold SET state = 'lifted'")
    assert "by hand" in tabled.reconcile("--lang", "en").err
    tabled.later(hours=9)
    tabled.reconcile()
    assert (_states(tabled), tabled.table()) == (["released"], [])


def test_a_hold_placed_during_the_look_is_not_taken_for_lifted(holding: Holding, monkeypatch):
    """Another process places between the look at the target and the look at the register: the hold stays known."""
    plant = holding("frozen_quantity")
    plant.stock(M_001__01="500")
    with monkeypatch.context() as patch:
        patch.setattr(cycle, "deliver", lambda *_: Delivered(busy=True))
        plant.confirm()
    plant.later(minutes=1)
    app, other = bootstrap(plant.config, now=plant.now), bootstrap(plant.config, now=plant.now)

    class Meanwhile:
        """A target whose list is old by the time it is looked at."""

        def __init__(self) -> None:
            self.real = app.target("u8")
            self.ability = self.real.ability

        def list_own(self):
            """Return what stood before the other process placed."""
            found = self.real.list_own()
            other.deliver()
            return found

    found = self_check(app.store, ("u8",), lambda _: Meanwhile(), app.clock)
    app.store.close()
    other.store.close()
    assert (found.lifted_by_hand, _states(plant), list(plant.frozen().values())) == ((), ["active"], [500.0])


def test_a_hold_lifted_by_hand_claims_nothing_of_a_later_one(frozen: Plant):
    """The record of the lifted hold is closed, so a later hold on the same row is read and lifted in full."""
    change(frozen.u8, _UNFREEZE)
    frozen.reconcile()
    assert _states(frozen) == ["released"]
    assert rows(frozen.u8, "SELECT freed FROM stockbridge_freeze WHERE lifted_at IS NOT NULL") == [("0",)]
    frozen.stock(M_001__01="1030")
    frozen.later(minutes=30)
    frozen.reconcile()
    frozen.later(hours=24)
    frozen.stock(M_001__01="700")
    frozen.confirm()
    assert list(frozen.frozen().values()) == [330.0]
    frozen.later(minutes=30)
    frozen.reconcile()
    assert sorted(_states(frozen)) == ["active", "released"]
    frozen.stock(M_001__01="1030")
    frozen.later(minutes=30)
    frozen.reconcile()
    assert frozen.frozen() == {}


def test_closing_the_record_touches_nobody_elses_freeze(frozen: Plant):
    """Writing was paused when the lift by hand was found; a stranger's freeze on that row is left as it is."""
    frozen.run("pause", "--reason", "盘点", "--by", "sun.it")
    change(frozen.u8, _UNFREEZE)
    frozen.reconcile()
    change(frozen.u8, "UPDATE CurrentStock SET fStopQuantity = 200 WHERE cInvCode = 'M-001' AND cWhCode = '01'")
    frozen.later(minutes=30)
    frozen.run("resume", "--by", "sun.it")
    frozen.later(hours=12)
    frozen.reconcile()
    assert (_states(frozen), frozen.frozen()) == (["released"], {("M-001", "01"): 200.0})
    assert rows(frozen.u8, "SELECT freed FROM stockbridge_freeze WHERE lifted_at IS NOT NULL") == [("0",)]


def test_closing_the_record_is_tried_until_it_is_done(frozen: Plant):
    """A target that refuses for now does not leave the record open for ever, and the hold stays released."""
    change(frozen.u8, _UNFREEZE)
    frozen.configure(sources__u8__hold={"via": "frozen_quantity", "account_sets": []})
    frozen.reconcile()
    assert rows(frozen.u8, "SELECT lifted_at FROM stockbridge_freeze") == [(None,)]
    frozen.configure(sources__u8__hold=_FROZEN)
    frozen.later(minutes=30)
    frozen.reconcile()
    assert (_states(frozen), frozen.frozen()) == (["released"], {})
    assert rows(frozen.u8, "SELECT freed FROM stockbridge_freeze") == [("0",)]


@pytest.fixture
def planned(holding: Holding) -> tuple[Plant, str]:
    """Give a plant whose two holds are over the budget of one, and the plan that waits for a person."""
    plant = holding("frozen_quantity")
    plant.configure(holds__max_items_per_run=1)
    plant.stock(M_001__01="500", M_004__01="100")
    plant.confirm()
    plant.later(minutes=5)
    (plan,) = plant.run("plan", "list", "--json").json
    assert plant.frozen() == {}
    return plant, plan["id"]


def _approve(plant: Plant, plan: str) -> tuple[int, str]:
    done = plant.run("plan", "approve", plan, "--by", "li.zong", "--lang", "en")
    return done.code, done.err


def test_a_waiting_plan_is_placed_on_a_persons_word(planned: tuple[Plant, str]):
    """Nothing has changed since: the approval places both holds."""
    plant, plan = planned
    assert _approve(plant, plan) == (0, "")
    assert set(plant.frozen()) == {("M-001", "01"), ("M-004", "01")}


def test_an_approval_holds_nothing_of_data_that_is_not_believed(planned: tuple[Plant, str]):
    """The books could not be read since: the variances are suspended, and what no run would hold is not held."""
    plant, plan = planned
    change(plant.u8, "ALTER TABLE CurrentStock RENAME TO Elsewhere")
    plant.later(minutes=30)
    plant.reconcile()
    change(plant.u8, "ALTER TABLE Elsewhere RENAME TO CurrentStock")
    assert _approve(plant, plan)[0] == 0
    assert plant.frozen() == {}


def test_an_approval_holds_nothing_that_is_settled(planned: tuple[Plant, str]):
    """Both variances were explained and approved while the plan waited."""
    plant, plan = planned
    for variance in plant.run("variances", "list", "--json").json:
        for words in (
            ("take", variance["id"], "--by", "wang.fang"),
            ("explain", variance["id"], "--by", "wang.fang", "--cause", "D2", "--doc", "C1"),
            ("approve", variance["id"], "--by", "li.zong"),
        ):
            assert plant.run("variances", *words).code == 0
    _approve(plant, plan)
    assert plant.frozen() == {}


def test_after_a_panic_no_plan_is_approved_until_resumed(planned: tuple[Plant, str]):
    """Panic means nothing new for a day: the approval is refused by name and the plan still waits."""
    plant, plan = planned
    plant.run("holds", "panic", "--reason", "月末赶货", "--by", "li.zong", "--yes")
    code, error = _approve(plant, plan)
    assert (code, "[BR-2072]" in error, plant.frozen()) == (5, True, {})
    plant.run("resume", "--by", "sun.it")
    assert _approve(plant, plan)[0] == 0
    assert len(plant.frozen()) == 2


def test_a_pair_that_holds_no_more_has_no_plan_approved(planned: tuple[Plant, str]):
    """The admin went back to mode alert: the approval is refused by name."""
    plant, plan = planned
    plant.configure(plant__mode="alert")
    code, error = _approve(plant, plan)
    assert (code, "[BR-2073]" in error, plant.frozen()) == (5, True, {})


def test_a_newer_plan_replaces_the_older_one(planned: tuple[Plant, str]):
    """The differences changed and are still over the budget: only the newer plan waits, with today's figures."""
    plant, plan = planned
    plant.stock(M_001__01="900")
    plant.later(minutes=30)
    plant.reconcile()
    (newer,) = plant.run("plan", "list", "--json").json
    assert newer["id"] != plan
    code, error = _approve(plant, plan)
    assert (code, "[BR-2014]" in error) == (5, True)
    _approve(plant, newer["id"])
    assert plant.frozen()["M-001", "01"] == 130.0


def _open_variance(plant: Plant, *last: str) -> None:
    """Take and explain the one open variance, then do what `last` says of it."""
    variance = plant.run("variances", "list", "--json").json[0]["id"]
    for words in (
        ("take", variance, "--by", "wang.fang"),
        ("explain", variance, "--by", "wang.fang", "--cause", "X9", "--note", "点错了"),
        (last[0], variance, *last[1:]),
    ):
        done = plant.run("variances", *words)
        assert done.code == 0, done.err


@pytest.mark.parametrize(
    "last", [("reject", "--by", "li.zong", "--note", "没有单据"), ("approve", "--by", "li.zong")], ids=["no", "half"]
)
def test_only_a_whole_approval_lifts_before_the_proof(frozen: Plant, last):
    """A rejection, or one of two signatures, is no approval: one clean round does not lift, the closing does."""
    _open_variance(frozen, *last)
    frozen.stock(M_001__01="1030")
    frozen.later(minutes=30)
    frozen.reconcile()
    assert [v["state"] for v in frozen.run("variances", "list", "--json").json] == ["verifying"]
    assert list(frozen.frozen().values()) == [500.0]
    frozen.later(minutes=30)
    frozen.reconcile()
    assert frozen.frozen() == {}
