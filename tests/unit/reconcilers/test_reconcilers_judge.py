"""The verdict: strictness, denominators, caps, precision, and which rule decides."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.errors import SnapshotRejected
from bridge.domain.quantity import LIMIT, MICRO, to_micro
from bridge.domain.variance import Position
from reconcilers.judge import UNEXPLAINED, Explanation, PositionFacts, judge, over, precision
from reconcilers.thresholds import Limits, Rule, Thresholds
from reconcilers.value import abc_by_value, totals

PLACE = Position("CU-35", "原料仓", category="紧固件", abc="A")
THREE = Limits(percent=Decimal(3))
USUAL = Limits(percent=Decimal(3), min_value=to_micro(200), cap_value=to_micro(20000))


def verdict(book, stock, limits=THREE, *, explained=0, thresholds=None, place=PLACE, waiting=False, **facts):
    """Return the judged variance of exact quantities."""
    known = PositionFacts(place, to_micro(book), to_micro(stock), **facts)
    return judge(known, Explanation(to_micro(explained), waiting=waiting), thresholds or Thresholds(limits))


@pytest.mark.parametrize(
    ("book", "stock", "exceeds"),
    [
        ("100", "97", False),
        ("100", "96.999999", True),
        ("97", "100", False),
        ("96.999999", "100", True),
        ("100", "100", False),
        ("0", "0", False),
        ("0", "0.000001", True),
        ("-20", "0", True),
        ("-100", "-97", False),
        ("-100", "-103.5", True),
    ],
)
def test_strictly_over(book, stock, exceeds):
    """Exactly 3 % is not over 3 %; one millionth more is. Stock not on the books is 100 %."""
    assert verdict(book, stock).exceeds is exceeds


def test_percent_values():
    """Zero against anything is 100 %, opposite signs go beyond, both zero is 0 %."""
    assert verdict("0", "5").percent == 100
    assert verdict("-5", "5").percent == 200
    assert verdict("0", "0").percent == 0
    assert verdict("4", "1").percent == 75


@pytest.mark.parametrize(
    ("kind", "percent", "exceeds"), [("max", "2.9126", False), ("book", "3.0000", False), ("stock", "2.9126", False)]
)
def test_denominators(kind, percent, exceeds):
    """The configured denominator is used for the percent shown and for the verdict."""
    found = verdict("100", "103", thresholds=Thresholds(THREE, denominator=kind))
    assert f"{found.percent:.4f}" == percent
    assert found.exceeds is exceeds
    assert verdict("100", "103.05", thresholds=Thresholds(THREE, denominator=kind)).exceeds is (kind == "book")


@pytest.mark.parametrize("kind", ["book", "stock"])
def test_zero_denominator_is_100_percent(kind):
    """A book (or shelf) of zero never hides what the other side has."""
    book, stock = ("0", "5") if kind == "book" else ("5", "0")
    found = verdict(book, stock, thresholds=Thresholds(THREE, denominator=kind))
    assert (found.percent, found.exceeds) == (100, True)
    assert not verdict(book, stock, thresholds=Thresholds(Limits(percent=Decimal(100)), denominator=kind)).exceeds


@pytest.mark.parametrize(
    ("book", "stock", "cost", "exceeds"),
    [
        ("100", "90", "20", True),  # v = 200 reaches min_value
        ("100", "90", "19.999999", False),
        ("100000", "99000", "20", True),  # 1 % but v = 20000 reaches the cap
        ("100000", "99000", "19.99", False),
        ("100", "90", None, True),  # no cost: percent only
        ("100", "98", None, False),
        ("100", "100", "99999", False),
    ],
)
def test_money(book, stock, cost, exceeds):
    """min_value and cap_value include their own amount; without a cost the percent alone decides."""
    found = verdict(book, stock, USUAL, cost=None if cost is None else to_micro(cost), cost_source="K3")
    assert found.exceeds is exceeds
    assert (found.value is None) is (cost is None)
    assert found.cost_source == ("" if cost is None else "K3")


def test_precision():
    """A rest below the item's decimals is never reported, not even past a cap; without decimals every millionth counts."""
    tiny = Limits(percent=Decimal(0), cap_value=1)
    assert not verdict("0", "0.009", tiny, decimals=2, cost=MICRO * 1000).exceeds
    assert verdict("0", "0.01", tiny, decimals=2, cost=MICRO * 1000).exceeds
    assert verdict("0", "0.000001", tiny).exceeds
    assert verdict("0", "0.009", decimals=2, thresholds=Thresholds(tiny, item_precision=False)).exceeds
    assert [precision(places) for places in (None, 0, 2, 6, 8)] == [1, MICRO, MICRO // 100, 1, 1]


def test_plus_and_minus():
    """More on the shelf and less on the shelf may have their own limits."""
    limits = Limits(percent=Decimal(3), plus_percent=Decimal(10), minus_percent=Decimal(1))
    assert not verdict("100", "105", limits).exceeds
    assert verdict("100", "98", limits).exceeds
    assert verdict("100", "105", Limits(percent=Decimal(3), minus_percent=Decimal(10))).exceeds


def test_no_limit_means_no_report():
    """Where no percent and no cap is set nothing is reported."""
    assert not verdict("0", "5", Limits(), cost=MICRO).exceeds


def test_explained_part():
    """The alarm looks at the remainder; explained + remainder = difference."""
    found = verdict("100", "60", explained="-39", cost=MICRO)
    assert (found.remainder, found.difference, found.exceeds) == (-MICRO, -40 * MICRO, False)
    assert found.value == MICRO
    assert found.percent == 1
    assert verdict("100", "60", explained="39").exceeds  # explained the wrong way makes it worse


def test_apply_to_raw():
    """With apply_to = raw the difference is judged, the remainder is still what is shown."""
    found = verdict("100", "60", explained="-40", thresholds=Thresholds(THREE, apply_to="raw"))
    assert (found.exceeds, found.percent) == (True, 0)


def test_waiting():
    """Waiting means: would be reported but for documents inside their grace."""
    assert verdict("100", "60", explained="-40", waiting=True).waiting
    assert not verdict("100", "60", explained="-20", waiting=True).waiting
    assert not verdict("100", "99", explained="-1", waiting=True).waiting
    assert not verdict("100", "60", explained="-40", waiting=False).waiting


RULES = (
    Rule(Limits(percent=Decimal(1), min_value=to_micro(100)), abc="A"),
    Rule(Limits(percent=Decimal(8)), warehouse="原料仓"),
    Rule(Limits(percent=Decimal(5)), category="紧固件", why="称重计数"),
    Rule(Limits(min_value=to_micro(7)), item="CU-35"),
)


@pytest.mark.parametrize(
    ("rules", "text"),
    [
        ((), "default | percent 3 | min_value 200 | cap_value 20000"),
        (RULES[:1], "abc A | percent 1 | min_value 100 | cap_value 20000"),
        (RULES[:2], "warehouse 原料仓 | percent 8 | min_value 100 | cap_value 20000"),
        (RULES[:3], "category 紧固件 | percent 5 | min_value 100 | cap_value 20000 | 称重计数"),
        (RULES, "category 紧固件 | percent 5 | min_value 7 | cap_value 20000 | 称重计数"),
        (RULES[::-1], "category 紧固件 | percent 5 | min_value 7 | cap_value 20000 | 称重计数"),
        ((Rule(THREE, item="OTHER"),), "default | percent 3 | min_value 200 | cap_value 20000"),
        (
            (
                Rule(Limits(percent=Decimal(9)), item="CU-35"),
                Rule(Limits(percent=Decimal("2.5")), item="CU-35", warehouse="原料仓"),
            ),
            "item+warehouse CU-35+原料仓 | percent 2.5 | min_value 200 | cap_value 20000",
        ),
        (
            (
                Rule(Limits(percent=Decimal(9)), category="紧固件", warehouse="原料仓", abc="A"),
                Rule(THREE, item="CU-35"),
            ),
            "item CU-35 | percent 3 | min_value 200 | cap_value 20000",
        ),
        (
            (Rule(THREE, abc="A"), Rule(Limits(percent=Decimal(4)), abc="A")),
            "abc A | percent 4 | min_value 200 | cap_value 20000",
        ),
    ],
)
def test_most_specific_wins_field_by_field(rules, text):
    """Item > category > warehouse > abc > default, each limit on its own; the text names the rule of the percent."""
    assert verdict("100", "50", thresholds=Thresholds(USUAL, rules)).rule == text


def test_specific_percent_beats_a_general_plus_percent():
    """A default plus limit must not loosen what a rule says of one item."""
    default = Limits(percent=Decimal(3), plus_percent=Decimal(50))
    rule = Rule(Limits(percent=Decimal(1)), item="CU-35")
    assert verdict("100", "102", thresholds=Thresholds(default, (rule,))).exceeds


def test_cap_names_its_own_rule():
    """Where the cap alone decided, the rule that set it is named; typical rates are said."""
    thresholds = Thresholds(USUAL, (Rule(Limits(percent=Decimal(50)), item="CU-35"),))
    found = verdict("100000", "99000", thresholds=thresholds, cost=to_micro(30), floating=True)
    assert found.exceeds
    assert found.rule == "default | percent 50 | min_value 200 | cap_value 20000 | floating"


@given(st.integers(-LIMIT, LIMIT), st.integers(-LIMIT, LIMIT), st.decimals(0, 200, places=4))
def test_over_is_exact(amount, base, percent):
    """The integer comparison equals the comparison of exact fractions."""
    top, bottom = percent.as_integer_ratio()
    expected = amount != 0 and (100 * bottom > top if base == 0 else abs(amount) * 100 * bottom > top * abs(base))
    assert over(amount, base, percent) is expected


@given(st.integers(-(10**12), 10**12), st.integers(-(10**12), 10**12), st.integers(-(10**12), 10**12))
def test_explained_and_remainder_make_the_difference(book, stock, explained):
    """Whatever the explainer says, the figures add up."""
    found = judge(PositionFacts(PLACE, book, stock), Explanation(explained), Thresholds(THREE))
    assert found.explained + found.remainder == found.difference == stock - book


def test_value_overflow_is_refused():
    """A value beyond 64 bits names item and cost instead of wrapping."""
    with pytest.raises(SnapshotRejected, match="CU-35"):
        verdict("0", "9000000000000", cost=to_micro(1000), cost_source="K3")


def test_totals():
    """Gross adds absolute values, net signed ones; what has no cost is counted, not zero."""
    found = totals(
        [
            judge(PositionFacts(PLACE, 0, 5 * MICRO, cost=MICRO), UNEXPLAINED, Thresholds(THREE)),
            judge(PositionFacts(PLACE, 3 * MICRO, 0, cost=MICRO), UNEXPLAINED, Thresholds(THREE)),
            judge(PositionFacts(PLACE, 3 * MICRO, 0), UNEXPLAINED, Thresholds(THREE)),
        ]
    )
    assert (found.gross, found.net, found.unvalued) == (8 * MICRO, 2 * MICRO, 1)


def test_abc_by_value():
    """80/15/5 by cumulative value; nothing worth anything is C; ties go by code."""
    assert abc_by_value({"a": 80, "b": 15, "c": 5, "d": 0, "e": -9}) == {
        "a": "A",
        "b": "B",
        "c": "C",
        "d": "C",
        "e": "C",
    }
    assert abc_by_value({"z": 1, "y": 1}) == {"y": "A", "z": "A"}
    assert abc_by_value({"one": 10}) == {"one": "A"}
    assert abc_by_value({"one": 0}) == {"one": "C"}
    assert abc_by_value({}) == {}
