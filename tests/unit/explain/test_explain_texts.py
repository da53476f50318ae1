"""Causes in words, in both languages."""

import pytest
from explain_frames import document, one

from bridge import language
from bridge.domain.causes import cause_proof
from bridge.domain.variance import Cause

CODES = ("T1", "T2", "D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "D9", "M1", "B1", "S1", "P1", "X9")


@pytest.mark.parametrize("lang", language.LANGUAGES)
@pytest.mark.parametrize("code", CODES)
def test_every_cause_has_its_words(lang, code):
    """Name, cure and person exist for each code; a proof never shows an unfilled placeholder when facts are missing."""
    for part in ("name", "cure", "who", "proof", "proof_unsure"):
        assert language.text(lang, f"causes.{code}.{part}")
    if code not in ("D7", "D8", "D9", "M1", "B1"):
        assert "<" not in cause_proof(Cause(code, "low"), lang)


def test_sentence_tells_the_proof():
    """A duplicate is told with both numbers and the time between them; hostile numbers pass through unbroken."""
    book = [document("k3", "W&1=<b>", 80, 86, "BG"), document("k3", "W2", 80, 85, "BG")]
    found = one(book, [document("u8", "X", 80, 80, "BG")], (160, 80))
    assert cause_proof(found.causes[0], "zh") == "账的 W&1=<b> 与 W2 来源和数量相同，相隔 60 秒"
    assert "60 seconds apart" in cause_proof(found.causes[0], "en")


def test_a_wrong_figure_names_both_documents():
    """One event in two figures: the sentence says which document of either side states which figure."""
    book = [document("k3", "W1", 5000, 80, "PO-1")]
    found = one(book, [document("u8", "R1", 300, 85, "PO-1"), document("u8", "R2", 200, 80, "PO-1")], (5000, 500))
    assert cause_proof(found.causes[0], "zh") == "账 W1 记 5000，库 R1+R2 记 500，差十倍、百倍"
    assert cause_proof(found.causes[0], "en") == "books: W1 5000; stock: R1+R2 500; a factor of ten or a hundred"


def test_many_documents_of_one_event_do_not_make_the_sentence_long():
    """Three numbers of a side are enough for a sentence; the dots say that there are more."""
    stock = [document("u8", f"R{n}", 100, 80 + n, "PO-1") for n in range(5)]
    found = one([document("k3", "W1", 5000, 80, "PO-1")], stock, (5000, 500))
    assert "+… 记 500" in cause_proof(found.causes[0], "zh")


def test_duplicates_seen_together_are_not_said_to_be_seconds_apart():
    """What one reading brought may be hours apart in truth: the sentence names both and is silent about the time."""
    book = [document("k3", "W1", 80, 85, "BG"), document("k3", "W2", 80, 85, "BG")]
    found = one(book, [document("u8", "X", 80, 80, "BG")], (160, 80))
    assert cause_proof(found.causes[0], "zh") in {
        f"账的 {a} 与 {b} 来源和数量相同" for a, b in (("W1", "W2"), ("W2", "W1"))
    }
