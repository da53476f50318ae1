"""Proposals for unmapped codes."""

from reconcilers.suggest import Described, suggest

ITEMS = (
    Described("CU-35", "铜箔", "35um"),
    Described("CU-18", "铜箔", "18um"),
    Described("FPC-24P", "软板", "24P 0.5间距"),
    Described("SCR-M3-8", "内六角螺丝", "M3×8"),
    Described("SCR-M3-10", "内六角螺丝", "M3×10"),
)


def first(*unmapped, **more):
    """Return (item, reasons) of the best proposal of each code."""
    best = {}
    for one in suggest("u8", unmapped, ITEMS, **more):
        best.setdefault(one.code, (one.item, one.score, one.reasons))
    return best


def test_same_code_in_another_spelling():
    """A code that folds to a known one is proposed with full score."""
    assert first(Described("ｃｕ-35 ", "铜箔", "35um")) == {
        "ｃｕ-35 ": ("CU-35", 100, ("same_code", "same_name", "same_spec"))
    }


def test_same_description_under_another_code():
    """Systems number differently but describe alike."""
    found = first(Described("01.02.0007", "内六角 螺丝", "m3*8"))
    assert found["01.02.0007"] == ("SCR-M3-8", 99, ("same_name", "same_spec"))


def test_another_specification_is_said_and_costs():
    """M3×8 and M3×10 look alike and are not the same screw."""
    scores = {
        one.item: (one.score, one.reasons)
        for one in suggest("u8", [Described("X1", "内六角螺丝", "M3×8")], ITEMS, min_score=0)
    }
    assert scores["SCR-M3-8"][0] > scores["SCR-M3-10"][0] + 20
    assert "other_spec" in scores["SCR-M3-10"][1]


def test_nothing_alike_proposes_nothing():
    """A code unlike anything gets no proposal rather than a bad one."""
    assert suggest("u8", [Described("ZZZZ-9", "纸箱", "大号")], ITEMS) == ()
    assert suggest("u8", [Described("")], ()) == ()


def test_stable_and_limited():
    """The order of input does not matter; at most `top` proposals stand for a code."""
    unmapped = [Described("CU35", "铜箔", ""), Described("FPC24P", "软板", "")]
    found = suggest("u8", unmapped, ITEMS, top=1)
    assert found == suggest("u8", unmapped[::-1], ITEMS[::-1], top=1)
    assert [(one.code, one.item) for one in found] == [("CU35", "CU-35"), ("FPC24P", "FPC-24P")]
