"""`whatif`: the plant's own past under other percentages; under its own it is the past itself.

The past is counted by hand here: from what each round printed when it was done, never from what is stored.
"""

from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from acceptance_plant import Plant
from acceptance_posted import build_posted
from acceptance_posting import audit, receive, tamper


@dataclass
class HandCount:
    """Somebody who sits beside the plant and notes what every round prints."""

    plant: Plant
    runs: int = 0
    confirmed: dict[str, Decimal] = field(default_factory=dict)
    standing: int = 0

    def look(self, **span: float) -> dict[str, str]:
        """Let time pass, do a round, note it. Return the ids by item."""
        self.plant.later(**span)
        report = self.plant.reconcile().json
        self.runs += all(reading["admitted"] for reading in report["snapshots"])
        for variance in report["variances"]:
            if variance["confirmed_at"] == self.plant.now.isoformat():
                self.confirmed.setdefault(variance["id"], Decimal(variance["value"]))
        self.standing = max(self.standing, sum(each["state"] == "confirmed" for each in report["variances"]))
        return {variance["item"]: variance["id"] for variance in report["variances"]}

    @property
    def row(self) -> dict[str, object]:
        """Return what was noted, in the form of a row of `whatif`."""
        money = f"{sum(self.confirmed.values(), Decimal()):.2f}"
        return {
            "pair": "fin_wms",
            "gross_value": money,
            "runs": self.runs,
            "confirmed": len(self.confirmed),
            "standing": self.standing,
        }


def outcomes(plant: Plant, percents: str, days: int = 30) -> dict[str | None, dict[str, object]]:
    """Return the printed rows by percentage; None = the limits as they were."""
    rows = plant.run("whatif", "--percent", percents, "--days", str(days), "--json").json
    return {row.pop("percent"): row for row in rows}


def person(plant: Plant, *words: str, by: str = "wang.fang") -> None:
    """Have somebody move a variance."""
    done = plant.run("variances", *words, "--by", by)
    assert done.code == 0, done.err


@pytest.fixture
def counted(plant: Plant) -> HandCount:
    """Give an own plant without a difference, and somebody who counts."""
    return HandCount(plant)


def test_its_own_limits_give_its_own_history(counted: HandCount):
    """Two positions short by 5 % and 50 %, one of them mended, another seen only once: as it was, and the same at 3 %."""
    plant = counted.plant
    plant.stock(M_001__01="980", M_002__01="515")
    counted.look()
    counted.look(minutes=30)
    plant.stock(M_002__01="1030", M_003__01="5")
    counted.look(minutes=30)
    found = outcomes(plant, "3,40,100")
    assert counted.row["confirmed"] == 2
    assert found[None] == found["3"] == counted.row
    assert found["40"]["confirmed"] == 1
    assert found["100"]["confirmed"] == 0
    assert len({row["runs"] for row in found.values()}) == 1


def test_every_percentage_is_replaced(plant: Plant):
    """A class or a rule with a limit of its own takes part in the question as well; nothing is written by asking."""
    rule = [{"match": {"item": "M-001"}, "percent": 1.0, "why": "dear"}]
    plant.configure(thresholds={"percent": 90.0, "rule": rule})
    plant.stock(M_001__01="980")
    plant.confirm()
    before = plant.memory()
    found = outcomes(plant, "1,20")
    assert plant.memory() == before
    assert [found[percent]["confirmed"] for percent in (None, "1", "20")] == [1, 1, 0]


def test_what_was_confirmed_before_the_window_stands_in_it_but_is_not_counted(plant: Plant):
    """One confirmed a day earlier is still open; one first seen before the window is confirmed inside; one begins there."""
    plant.stock(M_001__01="500")
    plant.confirm()
    plant.later(days=1)
    plant.stock(M_002__01="500")
    plant.reconcile()
    counted = HandCount(plant)
    plant.later(minutes=30)
    plant.stock(M_004__01="500")
    counted.look()
    counted.look(minutes=30)
    plant.later(days=1, minutes=-45)
    found = outcomes(plant, "3,60", days=1)
    assert (counted.row["confirmed"], counted.row["standing"]) == (2, 3)
    assert found[None] == found["3"] == counted.row
    assert found["60"]["confirmed"] == 0


def test_a_reviewed_variance_that_flickers_stays_one(counted: HandCount):
    """Taken, within its limit at one look, over it at the next three: it never was a second variance."""
    plant = counted.plant
    plant.stock(M_001__01="500")
    counted.look()
    first = counted.look(minutes=30)["M-001"]
    person(plant, "take", first)
    plant.stock(M_001__01="1030")
    counted.look(minutes=30)
    plant.stock(M_001__01="500")
    for _ in range(3):
        assert counted.look(minutes=30) == {"M-001": first}
    found = outcomes(plant, "3")
    assert counted.row["confirmed"] == 1
    assert found[None] == found["3"] == counted.row


def test_every_move_of_people_is_made_again(counted: HandCount):
    """Parked over a clean look; explained, rejected, explained, approved, reopened: still the same two variances."""
    plant = counted.plant
    plant.stock(M_001__01="500", M_002__01="500")
    counted.look()
    ids = counted.look(minutes=30)
    person(plant, "take", ids["M-001"])
    until = plant.now.replace(hour=23).isoformat()
    person(plant, "park", ids["M-001"], "--until", until, "--note", "supplier asked")
    person(plant, "explain", ids["M-002"], "--cause", "D3", "--doc", "WIN01")
    counted.look(minutes=30)
    person(plant, "reject", ids["M-002"], "--note", "which order?", by="li.zong")
    person(plant, "explain", ids["M-002"], "--cause", "D3", "--doc", "WIN02")
    plant.stock(M_001__01="1020")
    counted.look(minutes=30)
    person(plant, "approve", ids["M-002"], by="li.zong")
    plant.stock(M_001__01="500", M_002__01="1030")
    counted.look(minutes=30)
    plant.stock(M_002__01="500")
    assert counted.look(minutes=30) == ids
    assert counted.look(days=1) == ids
    found = outcomes(plant, "3")
    assert counted.row["confirmed"] == 2
    assert found[None] == found["3"] == counted.row


def test_a_move_that_had_nothing_to_move_is_left_out(counted: HandCount):
    """5 % short, soon 50 %, then taken: at 40 % it was a mere candidate, so a flicker ends it, and again once confirmed."""
    plant = counted.plant
    plant.stock(M_001__01="980")
    counted.look()
    variance = counted.look(minutes=30)["M-001"]
    plant.stock(M_001__01="500")
    counted.look(minutes=30)
    person(plant, "take", variance)
    for _ in range(2):
        plant.stock(M_001__01="1030")
        counted.look(minutes=30)
        plant.stock(M_001__01="500")
        counted.look(minutes=30)
        counted.look(minutes=30)
    found = outcomes(plant, "3,40")
    assert counted.row["confirmed"] == 1
    assert found[None] == found["3"] == counted.row
    assert found["40"]["confirmed"] == 2
    said = plant.run("whatif", "--percent", "40", "--lang", "en")
    assert "stood in the same state" in said.err


def test_a_suspended_pair_neither_clears_nor_confirms(counted: HandCount):
    """U8 is away between the looks: the candidate is confirmed after it, the confirmed one stays, the run is not counted."""
    plant = counted.plant
    plant.stock(M_001__01="500")
    counted.look()
    plant.stock(M_002__01="500")
    counted.look(minutes=30)
    away = plant.u8.rename(plant.folder / "away.db")
    counted.look(minutes=30)
    counted.look(minutes=30)
    away.rename(plant.u8)
    plant.stock(M_003__01="5")
    counted.look(minutes=30)
    found = outcomes(plant, "3,99")
    assert (counted.row["confirmed"], counted.row["runs"]) == (2, 3)
    assert found[None] == found["3"] == counted.row
    assert found["99"]["confirmed"] == 0


def test_a_past_with_everything_in_it_is_counted_as_it_was(tmp_path):
    """An older one still open, one parked, a suspended pair, documents on their way, one booked twice: row and hand agree."""
    posting = build_posted(tmp_path)
    tamper(posting, "P-001", -500)
    before = HandCount(posting)
    before.look()
    old = before.look(minutes=30)["P-001"]
    posting.later(days=2)
    counted = HandCount(posting)
    tamper(posting, "P-002", -400)
    late = receive(posting, "P-003", 300, "PO-1")  # on its way at two looks, inside its grace
    audit(
        posting, receive(posting, "P-005", 300, "PO-3", booked=2)
    )  # explained while in its grace, a variance after it
    counted.look(minutes=1)
    parked = counted.look(minutes=26)["P-002"]
    audit(posting, late)
    person(posting, "park", parked, "--until", posting.now.replace(hour=20).isoformat(), "--note", "count tonight")
    person(posting, "take", old)
    tamper(posting, "P-002", 400)
    counted.look(minutes=30)
    away = posting.u8.rename(posting.folder / "away.db")
    counted.look(minutes=30)
    away.rename(posting.u8)
    tamper(posting, "P-002", -400)
    tamper(posting, "P-001", 500)
    counted.look(minutes=30)
    tamper(posting, "P-001", -500)
    posting.later(minutes=25)
    receive(posting, "P-004", 300, "PO-2")  # U8 has yet to audit it: explained, no variance
    ids = counted.look(minutes=5)
    assert set(ids) == {"P-001", "P-002", "P-005"}
    assert (ids["P-001"], ids["P-002"]) == (old, parked)
    posting.later(days=1)
    found = outcomes(posting, "3,20,45", days=2)
    assert set(counted.confirmed) == {parked, ids["P-005"]}
    assert found[None] == found["3"] == counted.row
    assert [found[percent]["confirmed"] for percent in ("20", "45")] == [1, 0]
