"""Every figure can be recomputed, and nobody changes the past unseen."""

import sqlite3

import pytest
from acceptance_books import change, rows
from acceptance_plant import Plant, copy


@pytest.fixture(scope="session")
def lived(accepted_plant: Plant, tmp_path_factory: pytest.TempPathFactory) -> Plant:
    """Give a plant with five runs in mode hold, good and bad ones, holds and decisions. Copy it."""
    plant = copy(accepted_plant, tmp_path_factory.mktemp("lived"))
    plant.configure(plant__mode="hold", sources__u8__hold={"via": "hold_table"})
    plant.stock(M_001__01="500", NA__01="1500")
    plant.confirm()
    variance = plant.run("variances", "list", "--json").json[0]["id"]
    plant.run("variances", "take", variance, "--by", "wang.fang")
    plant.later(minutes=30)
    moved = plant.u8.rename(plant.folder / "gone.db")
    plant.reconcile()
    moved.rename(plant.u8)
    plant.later(minutes=30)
    plant.stock(M_001__01="1030", M_007__02="3")
    plant.reconcile()
    plant.later(minutes=30)
    plant.reconcile()
    return plant


def _runs(plant: Plant) -> list[int]:
    return [int(str(number)) for (number,) in rows(plant.store, "SELECT number FROM runs ORDER BY number")]


def test_every_run_recomputes_to_the_same_bytes(lived: Plant):
    """`replay` of good, suspended and holding runs alike; the last word is the hash."""
    assert len(_runs(lived)) == 5
    for number in _runs(lived):
        done = lived.run("replay", str(number), "--json")
        assert (done.code, done.json["same"]) == (0, True)
        assert done.json["stored"] == done.json["recomputed"]


def test_replay_does_not_look_at_the_systems_or_the_present_rules(lived: Plant, tmp_path):
    """A year later, other limits and both account sets gone: a past run is still what it was."""
    plant = copy(lived, tmp_path)
    plant.configure(thresholds__percent=99.0)
    plant.u8.unlink()
    plant.k3.unlink()
    plant.later(days=300)
    assert plant.run("replay", "2").code == 0


def test_the_chain_is_whole(lived: Plant):
    """`audit verify` exits 0 and says so."""
    done = lived.run("audit", "verify", "--json")
    assert (done.code, done.json) == (0, {"whole": True, "first_broken": None})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'li.zong' WHERE sequence = 5",
        "UPDATE audit SET facts = facts || ' ' WHERE sequence = 5",
        "UPDATE audit SET at = at + 1 WHERE sequence = 5",
        "DELETE FROM audit WHERE sequence = 5",
        "UPDATE audit SET subject = subject || ' ' WHERE sequence = 5",
    ],
)
def test_tampering_with_one_entry_is_located(lived: Plant, tmp_path, statement):
    """One changed or removed entry in the SQLite file: exit 1 and its number."""
    plant = copy(lived, tmp_path)
    assert change(plant.store, statement) == 1
    done = plant.run("audit", "verify", "--json")
    assert (done.code, done.json) == (1, {"whole": False, "first_broken": 5})
    assert "5" in plant.run("audit", "verify", "--lang", "en").out


def test_cutting_off_the_end_is_found(lived: Plant, tmp_path):
    """The last three entries removed: the head, kept elsewhere, does not fit."""
    plant = copy(lived, tmp_path)
    change(plant.store, "DELETE FROM audit WHERE sequence > (SELECT max(sequence) - 3 FROM audit)")
    assert plant.run("audit", "verify").code == 1


def test_a_changed_snapshot_is_refused_by_name(lived: Plant, tmp_path):
    """One flipped byte in a stored file: replay says which file, exit 1, and reports no wrong figure."""
    plant = copy(lived, tmp_path)
    for path in (plant.data / "blobs").rglob("*"):
        if path.is_file() and path.read_bytes()[:4] == b"PAR1":
            path.write_bytes(path.read_bytes()[:-1] + b"?")
    done = plant.run("replay", "2", "--lang", "en")
    assert done.code == 1
    assert "[BR-1706]" in done.err
    assert done.out == ""


def test_backup_is_a_whole_plant(lived: Plant, tmp_path):
    """A backup holds store, snapshots and configuration; a run recomputes from it."""
    plant = copy(lived, tmp_path / "origin")
    folder = tmp_path / "backup"
    assert plant.run("backup", str(folder)).code == 0
    link = sqlite3.connect(folder / "stockbridge.db")
    assert link.execute("SELECT count(*) FROM runs").fetchone() == (5,)
    link.close()
    back = Plant(folder, plant.now)
    back.configure(plant__data_dir=str(folder))
    assert back.run("replay", "5").code == 0
    assert back.run("audit", "verify").code == 0
