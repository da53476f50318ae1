"""Slips without a reference: which documents of the two sides may be taken for one event with a wrong figure."""

import pytest
from explain_frames import MICRO, NOW, document, one

from reconcilers import guessing
from reconcilers.request import ExplainPolicy

DAY = 1440
UNITS = ExplainPolicy(now=NOW, rates={"ZK": frozenset({12 * MICRO})})


def found_for(old, fresh, *, minutes=5, **other):
    """Return what is said of a shelf document of four hours ago and a book document of `minutes` ago."""
    stock = [document("u8", "X", old, 240, **other)]
    return one([document("k3", "Y", fresh, minutes, **other)], stock, (fresh, old), policy=UNITS)


@pytest.mark.parametrize(("old", "fresh"), [(100, 10), (100, 1000), (96, 69), (240, 20), (100, -100)], ids=str)
def test_a_fresh_document_does_not_make_an_overdue_one_young(old, fresh):
    """An overdue document alarms in full although a document of minutes ago looks like it typed wrong."""
    found = found_for(old, fresh)
    assert found.remainder == old * MICRO
    assert [ref.number for ref in found.suspects] == ["X"]


@pytest.mark.parametrize(
    ("old", "fresh", "code"), [(100, 10, "D4"), (96, 69, "D4"), (240, 20, "D6"), (100, -100, "D5")]
)
def test_two_overdue_documents_are_one_slip(old, fresh, code):
    """Once both are past their grace, the pattern joins them and names the slip."""
    found = found_for(old, fresh, minutes=230)
    assert found.remainder == (old - fresh) * MICRO
    assert found.causes[0].code == code


def test_documents_without_a_business_day_share_none():
    """Two documents a month apart of which neither states its business time are not one event of one day."""
    stock = [document("u8", "X", 100, 30 * DAY, business_time=None)]
    undated = one([document("k3", "Y", 10, 120, business_time=None)], stock, (10, 100))
    assert {cause.code for cause in undated.causes} & {"D4", "D5", "D6"} == set()
    same_day = one([document("k3", "Y", 10, 120, business_time=NOW)], [{**stock[0], "business_time": NOW}], (10, 100))
    assert same_day.causes[0].code == "D4"


def test_only_documents_near_in_time_are_compared(monkeypatch):
    """A month of one-sided documents is compared day by day, not each with each."""
    compared = []
    monkeypatch.setattr(guessing, "pattern", lambda *figures: compared.append(figures) or "")
    count, apart = 300, 30 * DAY / 300
    book = [document("k3", f"Y{n}", 1000 + n, 60 + apart * n) for n in range(count)]
    stock = [document("u8", f"X{n}", 90_000 + n, 65 + apart * n) for n in range(count)]
    one(book, stock, (0, 1))
    assert 0 < len(compared) < count * count / 20
