"""M1: the counterpart of a one-sided document stands on a code that no map knows."""

import pytest
from explain_frames import ago, document, ledger, one

from bridge.domain.causes import cause_proof


def asked(own, strange, *, side="stock"):
    """Return the causes of a book document that U8 booked on the unmapped code X-9, and what was asked for."""
    seen = []

    def find(effects, since):
        seen.append((effects, since))
        return {side: ledger([{**row, "item": "X-9"} for row in strange])}

    book = [own] if side == "stock" else []
    stock = [] if side == "stock" else [own]
    figures = (100 + own["effect"] // 10**6, 100) if side == "stock" else (100, 100 + own["effect"] // 10**6)
    return one(book, stock, figures, strangers=find), seen


@pytest.mark.parametrize("side", ["stock", "book"])
def test_the_same_reference_on_an_unmapped_code_is_m1(side):
    """Same reference, quantity and warehouse: two codes for one material, sure, and the document is the proof."""
    found, seen = asked(document("k3", "A", 50, 300, "PO-1"), [document("u8", "B", 50, 290, "po-1")], side=side)
    cause = found.causes[0]
    assert (cause.code, cause.confidence) == ("M1", "high")
    assert [(ref.number, ref.why) for ref in cause.documents] == [("A", "M1"), ("B", "proof")]
    assert sum(ref.effect for ref in cause.documents if ref.why != "proof") == found.remainder
    assert "X-9" in cause_proof(cause, "zh")
    assert "B" in cause_proof(cause, "en")
    assert seen == [(frozenset({50_000_000}), ago(300 + 1440))]


@pytest.mark.parametrize(
    ("strange", "why"),
    [
        ({"reference": "PO-2"}, "another reference"),
        ({"effect": 51_000_000}, "another quantity"),
        ({"effect": -50_000_000}, "the other direction"),
        ({"warehouse": "V"}, "another warehouse"),
        ({"family": "sales_issue"}, "another kind of document without a common number"),
        ({"counts": False}, "not counting in any balance"),
    ],
)
def test_what_only_resembles_is_no_m1(strange, why):
    """A document that differs in what makes an event is not taken for the counterpart."""
    reference = strange.get("reference", "")
    found, _ = asked(
        document("k3", "A", 50, 300, "PO-1" if reference else ""), [document("u8", "B", 50, 290, **strange)]
    )
    assert "M1" not in {cause.code for cause in found.causes}, why


def test_a_single_coincidence_without_numbers_is_only_a_low_guess():
    """Unmapped codes are many and lots alike: without a common number one event proves nothing."""
    found, _ = asked(document("k3", "A", 50, 300), [document("u8", "B", 50, 290)])
    assert found.causes[0].code == "D2"
    assert [(cause.code, cause.confidence) for cause in found.causes[1:]] == [("M1", "low")]


def test_nobody_is_asked_where_nothing_stands_open():
    """Equal documents on both sides: no look-up of unmapped codes is made."""

    def find(_effects, _since):
        raise AssertionError("asked for nothing")

    pair = [document("k3", "A", 50, 300, "R")], [document("u8", "B", 50, 300, "R")]
    assert one(*pair, (150, 150), strangers=find).remainder == 0


def test_repeated_events_on_one_code_are_no_coincidence():
    """Two open documents of an item, both with equals on X-9 and no numbers: M1, sure."""
    book = [document("k3", "A", 50, 300), document("k3", "C", 70, 900)]
    strange = [{**document("u8", n, q, m), "item": "X-9"} for n, q, m in (("B", 50, 290), ("D", 70, 890))]
    found = one(book, [], (220, 100), strangers=lambda _effects, _since: {"stock": ledger(strange)})
    assert (found.causes[0].code, found.causes[0].confidence) == ("M1", "high")
