"""The last physical count as a witness: which side it agrees with, rolled on to the present."""

import pytest
from explain_frames import MICRO, PLACE, ago, document, one

from bridge.domain.causes import cause_proof
from reconcilers.request import PhysicalCount, SelfBreak


def asked(figures, counted, stock=(), **more):
    """Return the first cause of a position that was counted ten hours ago."""
    count = {PLACE: PhysicalCount(ago(600), counted * MICRO)}
    return one([], list(stock), figures, counts=count, **more).causes[0]


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ((100, 120), "11-22 实盘 120，与库侧一致，与账侧不符"),
        ((120, 100), "11-22 实盘 120，与账侧一致，与库侧不符"),
    ],
)
def test_the_count_names_the_side(figures, said):
    """No document explains it and one side has what was counted: P1, sure, with day and figure."""
    cause = asked(figures, 120)
    assert (cause.code, cause.confidence) == ("P1", "medium")
    assert cause_proof(cause, "zh") == said
    assert "the count of 11-22 found 120" in cause_proof(cause, "en")


def test_the_count_is_rolled_on_by_documents():
    """What moved since the count is added; the sentence tells both figures."""
    cause = asked((100, 130), 120, [document("u8", "X", 10, 500)], agreements={}, check=lambda _places: {PLACE: ()})
    assert cause.code == "P1"
    assert "按其后的单据推算现为 130" in cause_proof(cause, "zh")


def test_what_a_count_brings_into_the_books_moves_nothing():
    """The gain that the count itself made stands in the balance, not on the shelf."""
    gain = document("u8", "QTRK1", 20, 500, family="count_gain")
    cause = asked((100, 150), 150, [gain, document("k3", "Z", 0, 500)])
    assert cause.code == "P1"
    assert "推算" not in cause_proof(cause, "zh")


@pytest.mark.parametrize(("minutes", "counted"), [(600, 7), (-30, 130)])
def test_a_count_that_agrees_with_neither_or_comes_later_proves_nothing(minutes, counted):
    """Neither side has the counted figure, or it was counted after the reading: nobody is sure."""
    found = one([], [], (100, 130), counts={PLACE: PhysicalCount(ago(minutes), counted * MICRO)})
    assert "high" not in [cause.confidence for cause in found.causes]


def test_a_proven_break_comes_first():
    """A system proven to have left its own documents is S1, whatever was counted, and P1 is not sure beside it."""
    breaks = {PLACE: (SelfBreak("stock", PLACE, 30 * MICRO),)}
    found = one([], [], (100, 130), counts={PLACE: PhysicalCount(ago(600), 100 * MICRO)}, check=lambda _places: breaks)
    assert (found.causes[0].code, found.causes[0].confidence) == ("S1", "high")
    assert ("P1", "high") not in [(cause.code, cause.confidence) for cause in found.causes]
