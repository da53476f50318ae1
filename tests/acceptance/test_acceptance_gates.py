"""A bad reading suspends: it never clears a variance, never confirms one, and never looks like one."""

from collections.abc import Callable

import pytest
from acceptance_books import change, write_u8
from acceptance_plant import Plant, copy


def _dead(plant: Plant) -> None:
    plant.u8.rename(plant.folder / "gone.db")


def _damaged(plant: Plant) -> None:
    plant.u8.write_bytes(b"SQLite format 3\x00" + b"\xff" * 4096)


def _empty(plant: Plant) -> None:
    change(plant.u8, "DELETE FROM CurrentStock")


def _half(plant: Plant) -> None:
    change(plant.u8, "DELETE FROM CurrentStock WHERE cWhCode = '02'")


def _zeros(plant: Plant) -> None:
    """Pass through the moment of a recalculation (整理现存量) in which everything of a warehouse is zero."""
    change(plant.u8, "UPDATE CurrentStock SET iQuantity = 0 WHERE cWhCode = '02'")


def _other_account(plant: Plant) -> None:
    other = write_u8(plant.folder / "UFDATA_009_2026.db")
    plant.configure(sources__u8__url=f"sqlite:///{other}")


def _narrowed(plant: Plant) -> None:
    """Rights narrowed to a part of the items, filled up with others: as many rows, other positions."""
    change(plant.u8, "UPDATE CurrentStock SET cBatch = 'X', cWhCode = '03' WHERE cWhCode = '02'")


def _upgraded(plant: Plant) -> None:
    change(plant.u8, "ALTER TABLE CurrentStock ADD COLUMN fNewQuantity decimal(28,6)")


def _no_table(plant: Plant) -> None:
    change(plant.u8, "ALTER TABLE CurrentStock RENAME TO CurrentStock_old")


def _no_column(plant: Plant) -> None:
    change(plant.u8, "ALTER TABLE CurrentStock RENAME COLUMN iQuantity TO iQty")


def _no_number(plant: Plant) -> None:
    change(plant.u8, "UPDATE CurrentStock SET iQuantity = '1.234,5' WHERE cInvCode = 'M-010' AND cWhCode = '01'")


BAD = [
    (_dead, 3, "BR-1101"),
    (_damaged, 3, "BR-1108"),
    (_no_table, 3, "BR-1201"),
    (_no_column, 3, "BR-1202"),
    (_empty, 4, "BR-1812"),
    (_half, 4, "BR-1819"),
    (_zeros, 4, "BR-1819"),
    (_narrowed, 4, "BR-1820"),
    (_other_account, 4, "BR-1817"),
    (_upgraded, 4, "BR-1818"),
    (_no_number, 4, "BR-1804"),
]


@pytest.fixture(scope="session")
def disputed(accepted_plant: Plant, tmp_path_factory: pytest.TempPathFactory) -> Plant:
    """Give a plant with a confirmed difference (M-001), a candidate (M-002), and later one that is gone (M-003)."""
    plant = copy(accepted_plant, tmp_path_factory.mktemp("disputed"))
    plant.stock(M_001__01="500", M_003__01="9")
    plant.confirm()
    plant.later(minutes=30)
    plant.stock(M_002__01="400", M_003__01="1050")
    plant.reconcile()
    plant.later(minutes=30)
    return plant


@pytest.mark.parametrize(("spoil", "code", "error"), BAD, ids=[each[0].__name__[1:] for each in BAD])
def test_bad_reading_suspends_names_its_cause_and_recovers(disputed: Plant, tmp_path, spoil, code, error):
    """Exit code and sentence of the case; everything frozen; with the old data back all stands as before."""
    plant = copy(disputed, tmp_path)
    good = plant.u8.read_bytes(), plant.config.read_bytes()
    before = {v["id"]: (v["item"], v["state"], v["remainder"]) for v in plant.run("variances", "list", "--json").json}
    assert {item: state for item, state, _ in before.values()} == {"M-001": "confirmed", "M-002": "candidate"}

    spoil(plant)
    bad = plant.reconcile("--lang", "en")
    assert bad.code == code
    reason = bad.json["snapshots"][1]["reason"]
    assert f"[{error}]" in reason
    assert "u8" in reason
    assert "<" not in reason.replace("<login>", ""), "a fact is missing in the sentence"
    assert (bad.json["compared"], bad.json["confirmed"], bad.json["holds"]) == (0, 0, [])
    assert {v["id"]: v["state"] for v in bad.json["variances"]} == dict.fromkeys(before, "suspended")
    plant.later(minutes=30)
    assert plant.reconcile().code == code, "the same bad reading twice is still bad"

    plant.u8.unlink(missing_ok=True)
    plant.u8.write_bytes(good[0])
    plant.config.write_bytes(good[1])
    plant.later(minutes=10)
    after = plant.reconcile()
    assert after.code == 10
    now = {v["id"]: (v["item"], v["state"], v["remainder"]) for v in after.json["variances"]}
    assert set(now) == set(before)
    assert {item: state for item, state, _ in now.values()} == {"M-001": "confirmed", "M-002": "confirmed"}
    assert plant.run("audit", "verify").code == 0


def test_bad_readings_do_not_count_as_looks(disputed: Plant, tmp_path):
    """A candidate that only bad readings followed is still a candidate; the time passed in between counts for nothing."""
    plant = copy(disputed, tmp_path)
    plant.now -= plant.now - plant.now.replace(minute=plant.now.minute)  # same moment, made explicit
    _half(plant)
    for _ in range(3):
        plant.reconcile()
        plant.later(minutes=30)
    states = {v["item"]: v["state"] for v in plant.run("variances", "list", "--json").json}
    assert states == {"M-001": "suspended", "M-002": "suspended"}


def test_people_cannot_move_a_suspended_variance(disputed: Plant, tmp_path):
    """Any change while the data cannot be believed is refused with exit 5."""
    plant = copy(disputed, tmp_path)
    _empty(plant)
    plant.reconcile()
    variance = plant.run("variances", "list", "--json").json[0]["id"]
    done = plant.run("variances", "take", variance, "--by", "wang.fang", "--lang", "en")
    assert done.code == 5
    assert "suspended" in done.err


def test_bad_reading_lifts_and_places_no_hold(holding: Callable[[str], Plant]):
    """Holds stay as they are while the data cannot be believed, even if the bad data would settle them."""
    plant = holding("frozen_quantity")
    plant.stock(M_001__01="500")
    plant.confirm()
    assert plant.frozen() == {("M-001", "01"): 500.0}
    plant.later(minutes=30)
    plant.stock(M_001__01="1030", M_002__01="1")
    change(plant.u8, "UPDATE CurrentStock SET cBatch = 'X' WHERE cWhCode = '02'")
    change(plant.k3, "DELETE FROM ICInventory WHERE FStockID = 701")
    assert plant.reconcile().code == 4
    assert plant.frozen() == {("M-001", "01"): 500.0}
    assert [h["state"] for h in plant.run("holds", "list", "--json").json] == ["active"]


def test_a_person_may_accept_the_new_normal(disputed: Plant, tmp_path):
    """A refused picture becomes the normal one by `baseline accept`; who did it stands in the audit log."""
    plant = copy(disputed, tmp_path)
    _half(plant)
    assert plant.reconcile().code == 4
    plant.later(minutes=1)
    plant.accept("u8")
    plant.later(minutes=1)
    done = plant.reconcile()
    assert done.json["snapshots"][1]["admitted"] is True
    entries = plant.run("audit", "show", "u8", "--json").json
    assert (entries[0]["action"], entries[0]["actor"]) == ("baseline.accepted", "sun.it")


def test_nobody_can_accept_an_empty_reading(disputed: Plant, tmp_path):
    """Zero rows are no baseline, whoever signs: exit 4 and the sentence of the gate."""
    plant = copy(disputed, tmp_path)
    _empty(plant)
    done = plant.run("baseline", "accept", "u8", "--by", "sun.it", "--lang", "en")
    assert done.code == 4
    assert "[BR-1812]" in done.err
