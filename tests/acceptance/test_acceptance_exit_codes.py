"""Exit codes for scripts: 0 fine · 1 internal · 2 config · 3 unreachable · 4 gate · 5 not permitted · 10 differences."""

import pytest
from acceptance_plant import Plant


def test_clean_plant_exits_0_with_no_variance(plant: Plant):
    """Two equal account sets: everything compared, everything agrees, no variance, exit 0."""
    done = plant.reconcile()
    assert done.code == 0
    assert (done.json["compared"], done.json["agreeing"], done.json["variances"]) == (120, 120, [])


def test_candidates_alone_exit_0_and_confirmed_ones_10(plant: Plant):
    """One look is no difference yet; the second, half an hour later, is."""
    plant.stock(M_001__01="500")
    assert plant.reconcile().code == 0
    plant.later(minutes=30)
    assert plant.reconcile().code == 10


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("reconcile", "--pair", "nosuch"), "BR-2021"),
        (("baseline", "accept", "nosuch"), "BR-2022"),
        (("variances", "show", "V-1"), "BR-2009"),
        (("holds", "show", "H-1"), "BR-2011"),
        (("plan", "approve", "P-1"), "BR-2013"),
        (("replay", "99"), "BR-2020"),
        (("variances", "take", "V-1", "--by", "nobody"), "BR-2010"),
        (("variances", "list", "--state", "green"), "BR-2027"),
        (("holds", "panic", "--reason", "x"), "BR-2024"),
        (("reconcile", "--now", "yesterday"), "BR-2019"),
        (("reconcile", "--lang", "fr"), "BR-2052"),
        (("reconcile", "--config"), "BR-2051"),
    ],
)
def test_what_does_not_exist_exits_2_with_one_sentence(plant: Plant, words, code):
    """A wrong name or value is answered by one sentence with its code; no traceback, nothing on stdout."""
    done = plant.run(*words)
    assert done.code == 2
    assert f"[{code}]" in done.err
    assert "Traceback" not in done.err
    if words[:2] != ("holds", "panic"):
        assert done.out == ""


@pytest.mark.parametrize("words", [("nosuch",), ("reconcile", "--nosuch"), ("variances",), ("replay", "x")])
def test_wrong_command_line_exits_2(plant: Plant, words):
    """An unknown verb or option is a wrong command line, not a defect."""
    done = plant.run(*words)
    assert done.code == 2
    assert "Traceback" not in done.err


def test_unreachable_source_exits_3(plant: Plant):
    """A file that is gone is a source out of reach, named with its path."""
    plant.u8.rename(plant.folder / "moved.db")
    done = plant.reconcile("--lang", "en")
    assert done.code == 3
    assert done.json["snapshots"][1]["admitted"] is False
    assert "BR-1101" in done.json["snapshots"][1]["reason"]
    assert str(plant.u8) in done.json["snapshots"][1]["reason"]


def test_first_snapshot_exits_4_until_a_person_accepts_it(fresh: Plant):
    """The gate is named "no baseline"; after `baseline accept` of both sources the same command exits 0."""
    first = fresh.reconcile()
    assert first.code == 4
    assert [s["reason"].split(":")[0] for s in first.json["snapshots"]] == ["no baseline"] * 2
    assert first.json["compared"] == 0
    fresh.accept("k3")
    assert fresh.reconcile().code == 4
    fresh.accept("u8")
    fresh.later(minutes=1)
    assert fresh.reconcile().code == 0


def test_unreachable_comes_before_refused(fresh: Plant):
    """With one source out of reach and one refused, the exit code is 3: reach it first."""
    fresh.u8.unlink()
    assert fresh.reconcile().code == 3


def test_not_permitted_exits_5(plant: Plant):
    """A keeper's boss may not explain: exit 5, the variance is as before."""
    plant.stock(M_001__01="500")
    variance = plant.confirm().json["variances"][0]["id"]
    done = plant.run("variances", "take", variance, "--by", "zhao.lei", "--lang", "en")
    assert done.code == 5
    assert "[BR-2001]" in done.err
    assert plant.run("variances", "show", variance, "--json").json["state"] == "confirmed"


@pytest.mark.slow
def test_the_installed_program_exits_alike(fresh: Plant):
    """As a process of its own: 4 without a baseline, 2 for a missing file, and JSON on stdout only."""
    done = fresh.process("reconcile", "--pair", "fin_wms", "--json", "--lang", "en")
    assert done.code == 4
    assert done.json["snapshots"][0]["reason"].startswith("no baseline: ")
    fresh.config.unlink()
    missing = fresh.process("status")
    assert (missing.code, missing.out) == (2, "")
    assert "[BR-1002]" in missing.err
