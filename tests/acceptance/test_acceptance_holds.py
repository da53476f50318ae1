"""Holds: only in mode hold, only for confirmed variances, written back for real, lifted when settled, respected by hand."""

from collections.abc import Callable

import pytest
from acceptance_books import change, rows
from acceptance_plant import Plant, copy

Holding = Callable[[str], Plant]


@pytest.fixture(scope="session")
def held_plant(accepted_plant: Plant, tmp_path_factory: pytest.TempPathFactory) -> Plant:
    """Give a plant with one hold standing in U8's frozen quantity: M-001 (class B), short by 530. Copy it."""
    plant = copy(accepted_plant, tmp_path_factory.mktemp("held"))
    plant.configure(
        plant__mode="hold", sources__u8__hold={"via": "frozen_quantity", "account_sets": ["UFDATA_002_2026"]}
    )
    plant.stock(M_001__01="500")
    plant.confirm()
    return plant


@pytest.fixture
def held(held_plant: Plant, tmp_path) -> Plant:
    """Give an own plant with one hold standing."""
    plant = copy(held_plant, tmp_path)
    plant.later(minutes=30)
    return plant


def _settle(plant: Plant, *, by: str = "li.zong") -> None:
    """Take, explain and approve the one open variance."""
    variance = plant.run("variances", "list", "--json").json[0]["id"]
    for words in (
        ("take", variance, "--by", "wang.fang"),
        ("explain", variance, "--by", "wang.fang", "--cause", "D2", "--doc", "CLCK-001"),
        ("approve", variance, "--by", by),
    ):
        done = plant.run("variances", *words)
        assert done.code == 0, done.err


@pytest.mark.parametrize(("mode", "state"), [("observe", "planned"), ("alert", "planned"), ("hold", "active")])
def test_only_mode_hold_writes(plant: Plant, mode, state):
    """The same confirmed variance in three modes: a plan on paper, a plan on paper, a hold in U8."""
    plant.configure(plant__mode=mode, sources__u8__hold={"via": "frozen_quantity", "account_sets": ["UFDATA_002_2026"]})
    plant.stock(M_001__01="500")
    done = plant.confirm()
    assert [h["state"] for h in done.json["holds"]] == [state]
    assert plant.frozen() == ({("M-001", "01"): 500.0} if mode == "hold" else {})
    assert len(plant.run("holds", "list", "--json").json) == (1 if mode == "hold" else 0)


def test_a_candidate_holds_nothing(holding: Holding):
    """One look is not enough to stop anybody."""
    plant = holding("frozen_quantity")
    plant.stock(M_001__01="500")
    assert plant.reconcile().json["holds"] == []
    assert plant.frozen() == {}


def test_frozen_quantity_is_a_delta_on_one_full_key_row(holding: Holding):
    """Only the disputed quantity, only that row, on top of what others froze; on-hand is untouched."""
    plant = holding("frozen_quantity")
    plant.stock(NA__01="1500")  # 490 more than the books: 490 disputed, 1,010 may move
    change(plant.u8, "UPDATE CurrentStock SET fStopQuantity = 7 WHERE cInvCode = 'NA' AND cWhCode = '01'")
    done = plant.confirm()
    assert done.code == 10
    assert plant.frozen() == {("NA", "01"): 497.0}
    assert rows(plant.u8, "SELECT iQuantity FROM CurrentStock WHERE cInvCode = 'NA' AND cWhCode = '01'") == [(1500,)]
    hold = done.json["holds"][0]
    assert (hold["quantity"], hold["operations"], hold["target"], hold["state"]) == (
        "490",
        ["out", "transfer"],
        "u8",
        "active",
    )
    assert len(hold["ref"]) == 16
    assert rows(plant.u8, "SELECT hold_ref, delta FROM stockbridge_freeze") == [(hold["ref"], "490")]


def test_hold_table_tells_other_programs_what_is_blocked(holding: Holding):
    """The customer's table carries reference, U8's codes, quantity, reason and expiry for MES and scanners."""
    plant = holding("hold_table")
    plant.stock(M_001__01="500", NA__01="1500")
    done = plant.confirm()
    variances = {v["item"]: v["id"] for v in done.json["variances"]}
    assert plant.table() == [("M-001", "01", "500", variances["M-001"]), ("NA", "01", "490", variances["NA"])]
    assert plant.frozen() == {}
    until = {h["item"]: h["until"] for h in done.json["holds"]}
    kept = rows(plant.u8, "SELECT item, expires_at FROM stockbridge_hold ORDER BY item")
    assert [(item, str(at)[:19].replace(" ", "T") + "+08:00") for item, at in kept] == sorted(until.items())


def test_without_a_target_the_register_advises(holding: Holding):
    """No `[sources.X.hold]`: the hold stands in the bridge's own register and no system is written to."""
    plant = holding("")
    before = plant.u8.read_bytes()
    plant.stock(M_001__01="500")
    after_change = plant.u8.read_bytes()
    done = plant.confirm()
    assert [(h["state"], h["target"]) for h in done.json["holds"]] == [("active", "register")]
    assert plant.u8.read_bytes() == after_change != before


def test_the_same_variance_is_held_once(held: Plant):
    """Every later round leaves the one hold alone: same reference, same quantity."""
    for _ in range(3):
        done = held.reconcile()
        held.later(minutes=30)
        assert [h["state"] for h in done.json["holds"]] == ["active"]
    assert held.frozen() == {("M-001", "01"): 500.0}
    assert rows(held.u8, "SELECT count(*) FROM stockbridge_freeze") == [(1,)]


def test_approval_lifts_a_class_b_hold_at_once(held: Plant):
    """After take, explain and approve the frozen quantity is back at zero, before the next round."""
    _settle(held)
    assert held.frozen() == {}
    assert held.run("holds", "list", "--json").json == []
    assert [h["state"] for h in held.run("holds", "list", "--all", "--json").json] == ["released"]


def test_class_a_stays_held_until_verified(holding: Holding):
    """Class A: approval is not enough; the hold goes when two clean rounds prove the correction."""
    plant = holding("frozen_quantity")
    plant.stock(NA__01="500")
    plant.confirm()
    plant.later(minutes=30)
    _settle(plant)
    assert plant.frozen() == {("NA", "01"): 500.0}
    plant.stock(NA__01="1010")
    plant.reconcile()
    assert plant.frozen() == {("NA", "01"): 500.0}
    plant.later(minutes=30)
    plant.reconcile()
    assert plant.frozen() == {}
    assert plant.run("variances", "list", "--all", "--json").json[0]["state"] == "closed"


def test_an_unreviewed_variance_that_is_gone_lifts_its_hold(held: Plant):
    """The late document was entered: the next round clears the variance and frees the stock."""
    held.stock(M_001__01="1030")
    held.reconcile()
    assert held.frozen() == {}


def test_a_hold_lifted_by_hand_is_respected(held: Plant):
    """Somebody unfroze it in U8: the bridge notes it, says so, and never places it again for this variance."""
    change(held.u8, "UPDATE CurrentStock SET fStopQuantity = 0 WHERE cInvCode = 'M-001'")
    seen = held.reconcile("--lang", "en")
    assert "by hand" in seen.err
    held.later(minutes=30)
    held.reconcile()
    assert held.frozen() == {}
    hold = held.run("holds", "list", "--all", "--json").json[0]
    assert hold["state"] == "released"
    actions = [e["action"] for e in held.run("audit", "show", hold["id"], "--json").json]
    assert "hold.lifted_by_hand" in actions


def test_a_stranger_in_the_target_is_told_and_left_alone(holding: Holding):
    """A row of ours that the ledger does not know is an orphan: reported once, never removed."""
    plant = holding("hold_table")
    plant.stock(M_001__01="500")
    plant.confirm()
    change(
        plant.u8,
        """INSERT INTO stockbridge_hold SELECT 'SBUNKNOWNUNKNOWN', 'M-009', warehouse, batch, operations, quantity, 'x',
        'active', placed_by, placed_at, expires_at, NULL FROM stockbridge_hold""",
    )
    plant.later(minutes=30)
    assert "M-009" in plant.reconcile("--lang", "en").err
    assert ("M-009", "01", "500", "x") in plant.table()
    plant.later(minutes=30)
    plant.reconcile()
    assert [h["state"] for h in plant.run("holds", "list", "--json").json].count("orphan") == 1


def test_release_lifts_one_hold_and_needs_a_reason(held: Plant):
    """`holds release` frees the stock now; without --reason it is a wrong command line."""
    hold = held.run("holds", "list", "--json").json[0]["id"]
    assert held.run("holds", "release", hold).code == 2
    assert held.run("holds", "release", hold, "--reason", "急单", "--by", "zhao.lei").code == 0
    assert held.frozen() == {}
    again = held.run("holds", "release", hold, "--reason", "again", "--lang", "en")
    assert (again.code, "[BR-2012]" in again.err) == (5, True)


def test_panic_lifts_all_and_stops_new_ones_for_a_day(held: Plant):
    """After panic nothing is frozen, and for 24 hours nothing new is, whatever is confirmed."""
    held.run("holds", "panic", "--reason", "月末赶货", "--by", "li.zong", "--yes")
    assert held.frozen() == {}
    held.stock(NA__01="1500")
    held.confirm()
    assert held.frozen() == {}
    held.later(hours=25)
    held.reconcile()
    assert held.frozen() == {("NA", "01"): 490.0}


def test_pause_stops_writing_and_resume_starts_it(held: Plant):
    """Paused: read and compared goes on, nothing is placed or lifted; resume carries out what waits."""
    held.run("pause", "--reason", "U8 升级", "--by", "sun.it")
    assert held.run("status", "--json").json["paused"] == {"by": "sun.it", "reason": "U8 升级"}
    held.stock(M_001__01="1030", NA__01="1500")
    done = held.confirm()
    assert (done.code, done.json["confirmed"]) == (10, 1)
    assert held.frozen() == {("M-001", "01"): 500.0}
    held.run("resume", "--by", "sun.it")
    assert held.frozen() == {}
    held.later(minutes=30)
    held.reconcile()
    assert held.frozen() == {("NA", "01"): 490.0}


def test_pair_with_hold_false_and_classes_left_out_are_never_held(holding: Holding):
    """`hold = false` wins over the mode; a class that is not listed is only reported."""
    plant = holding("frozen_quantity")
    plant.configure(holds__classes=["A"])
    plant.stock(M_001__01="500", NA__01="1500")
    plant.confirm()
    assert plant.frozen() == {("NA", "01"): 490.0}


@pytest.mark.parametrize("reason", ["close_day", "quiet_hours"])
def test_close_days_and_quiet_hours_hold_nothing_new(holding: Holding, reason):
    """On the last day of the month and at night variances are confirmed, but nobody is stopped."""
    plant = holding("frozen_quantity")
    if reason == "quiet_hours":
        plant.configure(schedule__quiet_hours=["08:00-12:00"])
    else:
        plant.now = plant.now.replace(day=30)
    plant.stock(M_001__01="500")
    done = plant.confirm()
    assert done.json["confirmed"] == 1
    assert plant.frozen() == {}


def test_an_account_set_that_is_not_released_is_never_written(holding: Holding):
    """frozen_quantity without the database in account_sets: the hold fails with a sentence, U8 keeps its bytes."""
    plant = holding("frozen_quantity")
    plant.configure(sources__u8__hold={"via": "frozen_quantity"})
    plant.stock(M_001__01="500")
    before = plant.u8.read_bytes()
    done = plant.confirm()
    assert plant.u8.read_bytes() == before
    assert [(h["state"]) for h in done.json["holds"]] == ["failed"]
    assert "[BR-1610]" in plant.run("holds", "list", "--json").json[0]["detail"]


def test_a_failed_hold_is_placed_again_once_its_cause_is_mended(holding: Holding):
    """`holds retry` places the same hold under the same reference; one that stands or is over is refused by name."""
    plant = holding("frozen_quantity")
    plant.configure(sources__u8__hold={"via": "frozen_quantity"})
    plant.stock(M_001__01="500")
    (failed,) = plant.confirm().json["holds"]
    plant.configure(sources__u8__hold={"via": "frozen_quantity", "account_sets": ["UFDATA_002_2026"]})
    plant.later(minutes=5)
    assert plant.run("holds", "retry", failed["id"], "--dry-run").code == 0
    assert plant.frozen() == {}
    assert plant.run("holds", "retry", failed["id"]).code == 0
    (placed,) = plant.run("holds", "list", "--json").json
    assert (placed["state"], placed["id"]) == ("active", failed["id"])
    assert list(plant.frozen().values()) == [500.0]
    again = plant.run("holds", "retry", failed["id"])
    assert again.code == 5
    assert "[BR-2070]" in again.err


def test_expired_holds_are_kept_and_then_released(held: Plant):
    """on_expire = release: when its life is over a hold goes by itself at the next round."""
    held.configure(holds__on_expire="release")
    held.later(hours=9)
    held.reconcile()
    assert held.frozen() == {}
    assert held.run("holds", "list", "--all", "--json").json[0]["state"] == "expired"


def _in_doubt(plant: Plant) -> None:
    """Make the placing of the one hold an effect whose outcome nobody knows, as a broken connection leaves it."""
    change(plant.store, "UPDATE outbox SET state = 'unknown' WHERE kind = 'place'")
    doubtful = "state = 'unknown', body = json_set(body, '$.state', 'unknown', '$.placed', 0)"
    assert change(plant.store, f"UPDATE holds SET {doubtful}") == 1


def test_a_hold_in_doubt_is_taken_over_with_what_the_target_says(held: Plant):
    """U8 froze only 300 before the connection broke: the register says 300, not the 500 asked for."""
    _in_doubt(held)
    change(held.u8, "UPDATE CurrentStock SET fStopQuantity = 300 WHERE fStopQuantity <> 0")
    held.reconcile()
    assert [(h["state"], h["quantity"]) for h in held.run("holds", "list", "--json").json] == [("active", "300")]


def test_a_target_lost_from_the_configuration_stops_nothing_else(held: Plant):
    """A hold in doubt whose target is gone stays in doubt; the round, and every mail, goes on."""
    _in_doubt(held)
    held.configure(sources__u8__hold=None)
    done = held.reconcile()
    assert (done.code, done.json["confirmed"]) == (10, 1)
    assert [h["state"] for h in held.run("holds", "list", "--json").json] == ["unknown"]


@pytest.mark.parametrize("over", ["its life is over", "its difference is gone"])
def test_a_refused_lift_is_tried_again_until_it_is_done(held: Plant, over):
    """The one round that would have lifted the hold was refused; no hold stays because of that."""
    hold = {"via": "frozen_quantity", "account_sets": ["UFDATA_002_2026"]}
    held.configure(holds__on_expire="release", sources__u8__hold=None)
    if over == "its difference is gone":
        held.stock(M_001__01="1030")
        held.confirm()
    else:
        held.later(hours=9)
        held.reconcile()
    assert [h["state"] for h in held.run("holds", "list", "--json").json] == ["unknown"]
    assert list(held.frozen().values()) == [500.0]
    assert "BR-2153" in held.run("doctor").out
    held.configure(sources__u8__hold=hold)
    held.later(minutes=30)
    held.reconcile()
    assert held.frozen() == {}
    assert held.run("holds", "list", "--json").json == []
