"""Self-agreement: each system held against its own openings and documents, before it is held against another."""

import sqlite3

import pytest
from acceptance_plant import Plant
from acceptance_posted import build_begun

from bridge.demo.lookalikes import KingdeeBooks, YonyouStock


def confirmed(plant: Plant):
    """Reconcile until a difference that stands is confirmed. Return the last round's report."""
    plant.reconcile()
    plant.later(minutes=45)
    plant.reconcile()
    plant.later(minutes=30)
    return plant.reconcile().json


def stands(report, source):
    """Return how a source stood to itself, by the report."""
    return next(s["self_agreement"] for s in report["snapshots"] if s["source"] == source)


def test_systems_that_agree_with_themselves_say_so(tmp_path):
    """Every balance is opening plus documents: the run says so for both, with the day of the openings."""
    plant = build_begun(tmp_path, lambda _books, _shelf: None)
    report = plant.reconcile().json
    assert stands(report, "k3") == {"since": "2026-11-01", "compared": 40, "off": 0, "credible": True}
    assert stands(report, "u8") == {"since": "2026-01-01", "compared": 40, "off": 0, "credible": True}
    assert "自身相符 100.0%：40 项的结存都等于 2026-11-01 的期初加单据" in plant.run("reconcile", "--dry-run").out


@pytest.mark.parametrize(
    ("side", "tamper", "remainder"),
    [
        ("stock", lambda _books, shelf: shelf.tamper("P-030", "01", "75.5"), "75.5"),
        ("book", lambda books, _shelf: books.tamper("P-030", "01", "-120"), "120"),
    ],
)
def test_a_balance_wrong_before_the_first_reading_is_proven(tmp_path, side, tamper, remainder):
    """One balance left its documents before the bridge came: S1 with high confidence, and which side's it is."""
    plant = build_begun(tmp_path, tamper)
    report = confirmed(plant)
    (variance,) = report["variances"]
    assert (variance["item"], variance["remainder"]) == ("P-030", remainder)
    first = variance["causes"][0]
    assert (first["code"], first["confidence"]) == ("S1", "high")
    assert first["note"].startswith({"stock": "库侧", "book": "账侧"}[side])
    assert "第一次读数时就已如此" in first["note"]
    assert stands(report, {"stock": "u8", "book": "k3"}[side])["off"] == 1
    assert stands(report, {"stock": "k3", "book": "u8"}[side])["off"] == 0
    assert "自身相符 97.5%：40 项中有 1 项系统内不平" in plant.run("reconcile", "--dry-run").out


def test_the_entry_that_makes_it_up_is_named(tmp_path):
    """U8's balance lacks exactly one receipt of its own: the receipt is named with the cause."""
    plant = build_begun(tmp_path, lambda _books, shelf: shelf.tamper("P-007", "01", -70))
    (variance,) = confirmed(plant)["variances"]
    first = variance["causes"][0]
    assert (variance["remainder"], first["code"], first["confidence"]) == ("-70", "S1", "high")
    (entry,) = first["documents"]
    assert (entry["source"], entry["effect"]) == ("u8", "70")


def test_it_stays_proven_between_the_daily_checks(tmp_path):
    """The next hours hold nothing against the openings, yet know what was found; the day after it is asked again."""
    plant = build_begun(tmp_path, lambda _books, shelf: shelf.tamper("P-030", "01", 70))
    confirmed(plant)
    with sqlite3.connect(plant.store) as store:
        checked = [bool(row[0]) for row in store.execute("SELECT self_checked FROM snapshots WHERE source = 'u8'")]
    store.close()
    assert checked == [False, True, False, False]  # the baseline was read before any document was
    plant.later(hours=21)
    (variance,) = plant.reconcile().json["variances"]
    assert variance["causes"][0]["code"] == "S1"
    with sqlite3.connect(plant.store) as store:
        assert store.execute("SELECT COUNT(*) FROM snapshots WHERE source = 'u8' AND self_checked").fetchone() == (2,)
    store.close()


def test_a_balance_put_right_is_no_longer_held_against_it(tmp_path):
    """整理现存量 between two checks puts the balance right: nothing differs, and the morning's finding is not told on."""
    plant = build_begun(tmp_path, lambda _books, shelf: shelf.tamper("P-030", "01", 70))
    confirmed(plant)
    shelf = YonyouStock.open(plant.u8)
    shelf.tamper("P-030", "01", -70)
    shelf.close()
    plant.later(minutes=30)
    assert plant.reconcile().json["variances"] == []


def test_openings_that_are_none_prove_nothing(tmp_path):
    """Where most positions are off (openings entered elsewhere), the check is not believed and says so."""

    def emptied(books: KingdeeBooks, shelf: YonyouStock) -> None:
        books.run("UPDATE ICInvBal SET FBegQty = 1")
        shelf.tamper("P-030", "01", 70)

    plant = build_begun(tmp_path, emptied)
    report = confirmed(plant)
    assert stands(report, "k3")["credible"] is False
    assert "期初不像期初" in plant.run("reconcile", "--dry-run").out
    assert stands(report, "u8") == {"since": "2026-01-01", "compared": 40, "off": 1, "credible": True}
    assert report["variances"][0]["causes"][0]["code"] == "S1"  # U8's own word is enough


def test_without_openings_nothing_is_claimed(tmp_path):
    """K/3 without ICInvBal (an old login, a cut-down copy) cannot tell; the setting switches the question off."""
    plant = build_begun(tmp_path, lambda books, _shelf: books.run("DROP TABLE ICInvBal"))
    plant.reconcile()
    plant.configure(sources__u8__own_books=False)
    plant.later(hours=21)
    report = plant.reconcile().json
    assert stands(report, "k3") is None
    assert stands(report, "u8") is None


def test_survey_shows_the_largest_gaps(tmp_path):
    """`survey` counts what is out of balance and names it with the quantity beyond its documents."""
    plant = build_begun(tmp_path, lambda _books, shelf: shelf.tamper("P-030", "01", "7.5"))
    (figures,) = plant.run("survey", "u8", "--json").json
    assert (figures["self_compared"], figures["self_off"]) == (40, 1)
    assert figures["self_gaps"] == [{"item": "P-030", "warehouse": "01", "batch": "", "beyond": "7.5"}]
    assert "P-030 01" in plant.run("survey", "u8").out
