"""`--dry-run`: shows what would be, writes nothing and sends nothing."""

import hashlib
from collections.abc import Callable

from acceptance_plant import Plant
from acceptance_sink import Sink, mail_table


def _bytes(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_dry_round_changes_no_byte_anywhere(holding: Callable[[str], Plant], sink: Sink):
    """Ready to hold and to mail, a dry round leaves the data folder, both account sets and the mailbox as they were."""
    plant = holding("frozen_quantity")
    plant.configure(mail=mail_table(sink))
    plant.stock(M_001__01="500")
    plant.reconcile()
    plant.later(minutes=30)
    before = plant.memory(), _bytes(plant.u8), _bytes(plant.k3), len(sink.received)
    dry = plant.reconcile("--dry-run")
    assert (plant.memory(), _bytes(plant.u8), _bytes(plant.k3), len(sink.received)) == before
    assert dry.code == 10
    assert dry.json["confirmed"] == 1
    real = plant.reconcile()
    assert plant.frozen() == {("M-001", "01"): 500.0}
    assert [(h["item"], h["quantity"]) for h in real.json["holds"]] == [("M-001", "500")]
    assert [(h["item"], h["quantity"]) for h in dry.json["holds"]] == [("M-001", "500")]
    assert len(sink.received) > before[3]


def test_dry_round_of_a_plant_never_read_stores_no_snapshot(fresh: Plant):
    """A dry round in front of the baseline gate leaves neither a snapshot nor a run."""
    assert fresh.reconcile("--dry-run").code == 4
    assert not list((fresh.data / "blobs").rglob("*")) or not any(
        p.is_file() for p in (fresh.data / "blobs").rglob("*")
    )
    assert fresh.run("sources", "list", "--json").json[0]["rows"] is None
    assert fresh.run("status", "--json").json["pairs"][0]["run"] is None


def test_dry_baseline_release_panic_and_approval_change_nothing(holding: Callable[[str], Plant]):
    """Every writing verb that takes --dry-run only tells."""
    plant = holding("frozen_quantity")
    plant.stock(M_001__01="500")
    hold = plant.confirm().json["holds"][0]
    before = plant.memory(), _bytes(plant.u8)
    for words in (
        ("baseline", "accept", "u8", "--dry-run"),
        ("holds", "release", hold["id"], "--reason", "drill", "--dry-run"),
        ("holds", "panic", "--reason", "drill", "--dry-run"),
        ("pause", "--reason", "drill", "--by", "sun.it", "--dry-run"),
        ("resume", "--by", "sun.it", "--dry-run"),
        ("variances", "take", hold["variance"], "--by", "wang.fang", "--dry-run"),
        ("variances", "explain", hold["variance"], "--by", "wang.fang", "--cause", "D3", "--note", "x", "--dry-run"),
        (
            "variances",
            "park",
            hold["variance"],
            "--by",
            "wang.fang",
            "--until",
            "2027-01-01",
            "--note",
            "x",
            "--dry-run",
        ),
    ):
        assert plant.run(*words).code == 0, words
        assert (plant.memory(), _bytes(plant.u8)) == before, words


def test_rehearsed_move_is_refused_as_the_real_one_and_leaves_no_trace(holding: Callable[[str], Plant]):
    """A rehearsal says the state that would follow, or the refusal; not even the refused attempt is written down."""
    plant = holding("frozen_quantity")
    plant.stock(M_001__01="500")
    variance = plant.confirm().json["holds"][0]["variance"]
    before = plant.memory()
    said = plant.run("variances", "take", variance, "--by", "wang.fang", "--dry-run", "--lang", "en")
    assert (said.code, said.out.strip()) == (0, f"dry run: {variance} would become reviewing")
    refused = plant.run("variances", "take", variance, "--by", "sun.it", "--dry-run")
    assert (refused.code, "[BR-2001]" in refused.err) == (5, True)
    unknown = plant.run("holds", "release", "H-1", "--reason", "drill", "--dry-run")
    assert (unknown.code, "[BR-2011]" in unknown.err) == (2, True)
    assert plant.memory() == before


def test_a_rehearsed_release_is_refused_as_the_real_one(holding: Callable[[str], Plant]):
    """What is lifted already cannot be lifted, nor what never failed tried again: the rehearsal says so too, and writes nothing."""
    plant = holding("frozen_quantity")
    plant.stock(M_001__01="500")
    hold = plant.confirm().json["holds"][0]["id"]
    retried = plant.run("holds", "retry", hold, "--dry-run")
    assert (retried.code, "[BR-2070]" in retried.err) == (5, True)
    assert plant.run("holds", "release", hold, "--reason", "done").code == 0
    before = plant.memory()
    again = plant.run("holds", "release", hold, "--reason", "drill", "--dry-run")
    assert (again.code, "[BR-2012]" in again.err) == (5, True)
    assert plant.memory() == before
