"""The comparison of a pair from snapshots to judged variances."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reconcilers_plants import LIMITS, card, compared, figures, line, policy, rate, snapshot, warehouse

from bridge.domain.errors import ConfigError, InvariantBroken
from bridge.domain.quantity import MICRO, to_micro
from bridge.domain.variance import Presence
from reconcilers.engine import SideInput, compare
from reconcilers.judge import Explanation
from reconcilers.maps import ItemRow, Maps, WarehouseRow
from reconcilers.thresholds import Limits, Rule, Thresholds

BY_ITEM = {"grain": ("item",)}


def test_a_plant_that_agrees():
    """The same stock on both sides is no variance."""
    lines = [line("A", "10.5"), line("B", 0), line("NA", 3), line("00710", 7)]
    found = compared(snapshot("k3", lines), snapshot("u8", lines), policy())
    assert (found.compared, found.agreeing, found.variances, found.gross) == (4, 4, (), 0)


def test_facts_come_from_the_book_first():
    """Name, unit, class, cost and warehouse name are the book side's, gaps are filled from the stock side."""
    book = snapshot(
        "k3",
        [line("A", 100)],
        [card("A", name="铜箔", abc="A", cost=to_micro(2), cost_source="K3 FPlanPrice")],
        [warehouse("W1", "")],
    )
    stock = snapshot(
        "u8",
        [line("A", 90)],
        [card("A", name="箔", category="箔材", cost=to_micro(9), cost_source="U8", decimals=2)],
        [warehouse("W1", "原料仓")],
    )
    (one,) = compared(book, stock, policy()).variances
    place = one.position
    assert (place.name, place.category, place.abc, place.unit, place.warehouse_name) == (
        "铜箔",
        "箔材",
        "A",
        "个",
        "原料仓",
    )
    assert (one.cost_source, one.value, one.signed_value) == ("K3 FPlanPrice", 20 * MICRO, -20 * MICRO)
    assert (one.book, one.stock, one.difference) == (100 * MICRO, 90 * MICRO, -10 * MICRO)


def test_cost_of_zero_is_no_cost():
    """A cost nobody has set must not make an item worth nothing; the stock side's counts, else none."""
    book = snapshot(
        "k3", [line("A", 5), line("B", 5)], [card("A", cost=0, cost_source="K3"), card("B", cost=0, cost_source="K3")]
    )
    stock = snapshot("u8", [line("C", 1)], [card("A", cost=MICRO, cost_source="U8")])
    found = compared(book, stock, policy(Limits(percent=Decimal(3), min_value=1)))
    assert [(one.position.item, one.value, one.cost_source) for one in found.variances] == [
        ("A", 5 * MICRO, "U8"),
        ("B", None, ""),
        ("C", None, ""),
    ]
    assert (found.gross, found.unvalued) == (5 * MICRO, 2)


def test_cost_follows_the_unit():
    """A cost per box becomes a cost per piece when pieces are the common unit."""
    book = snapshot("k3", [line("A", 80)], [card("A", "个")])
    stock = snapshot(
        "u8",
        [line("A", 1, unit="箱")],
        [card("A", "箱", cost=to_micro(40), cost_source="U8")],
        rates=[rate("A", "个", "0.025")],
    )
    (one,) = compared(book, stock, policy()).variances
    assert (one.stock, one.cost, one.value) == (40 * MICRO, MICRO, 40 * MICRO)


def test_presence():
    """Absent and known are kept apart in the variances; unknown positions are listed so that they can be frozen."""
    book = snapshot("k3", [line("A", 5), line("U", 5)])
    stock = snapshot("u8", [line("B", 5), line("U", None)])
    found = compared(book, stock, policy())
    assert [(one.position.item, one.book_presence, one.stock_presence) for one in found.variances] == [
        ("A", Presence.KNOWN, Presence.ABSENT),
        ("B", Presence.ABSENT, Presence.KNOWN),
    ]
    assert (found.compared, found.unknown, found.unknown_positions) == (2, 1, (("U", "W1", ""),))


def test_many_to_one():
    """Two codes of a source that are one material add up before they are compared."""
    maps = Maps(items=(ItemRow("u8", "a1", "A", approved_by="li"), ItemRow("u8", "a2", "A", approved_by="li")))
    stock = snapshot(
        "u8", [line("A1", 6), line("a2", 4), line("zz", 8)], [card("zz", cost=to_micro(3), cost_source="U8")]
    )
    found = compared(snapshot("k3", [line("A", 10)]), stock, policy(maps=maps))
    assert (found.compared, found.agreeing) == (1, 1)
    assert [(one.item, one.value) for one in found.unmapped] == [("ZZ", 24 * MICRO)]
    assert [one.item for one in found.alignments["u8"].raw_positions("A", "W1")] == ["A1", "a2"]


def test_several_sources_on_a_side():
    """K3 plus a spreadsheet of consigned stock together are the book."""
    sides = [
        SideInput("stock", "u8", snapshot("u8", [line("A", 15)])),
        SideInput("book", "k3", snapshot("k3", [line("A", 10)])),
        SideInput("book", "sheet", snapshot("sheet", [line("A", 5)])),
    ]
    assert compare(sides, policy()).agreeing == 1


def test_a_source_stands_on_one_side_once():
    """A snapshot under a wrong name, or a source used twice, is a fault of the program."""
    snap = snapshot("k3", [])
    for sides in ([SideInput("book", "u8", snap)], [SideInput("book", "k3", snap), SideInput("stock", "k3", snap)]):
        with pytest.raises(InvariantBroken, match="BR-1856"):
            compare(sides, policy())


def test_grain_must_hold_item():
    """Items cannot be added to one another."""
    with pytest.raises(ConfigError, match="BR-1918"):
        compared(snapshot("k3", []), snapshot("u8", []), policy(grain=("warehouse",)))


def test_warehouse_filter_uses_common_codes():
    """The pair's warehouses are common codes; other warehouses are outside, with or without a map."""
    maps = Maps(warehouses=(WarehouseRow("k3", "01", "原料仓"), WarehouseRow("k3", "02", "成品仓")))
    book = snapshot("k3", [line("A", 5, "01"), line("A", 9, "02")])
    found = compared(book, snapshot("u8", [line("A", 5, "原料仓")]), policy(maps=maps, warehouses=("原料仓",)))
    assert (found.compared, found.agreeing, found.outside) == (1, 1, 1)


def test_warehouse_types():
    """A pair of consigned stock sees the consigned warehouses of U8 and all of a list that knows no kinds."""
    book = snapshot("sheet", [line("A", 5, "代管")])
    stock = snapshot(
        "u8", [line("A", 5, "09"), line("A", 7, "01")], (), [warehouse("09", kind="consigned"), warehouse("01")]
    )
    found = compared(book, stock, policy(warehouse_types=("consigned",), **BY_ITEM))
    assert (found.compared, found.agreeing) == (1, 1)


def test_items_and_categories():
    """A pair may speak of some items or categories only; an item that no card classifies is in no category."""
    cards = [card("A", category="紧固件"), card("B", category="箔材"), card("C")]
    book, stock = (
        snapshot("k3", [line(item, 1) for item in "ABC"], cards),
        snapshot("u8", [], [card("C", category="紧固件")]),
    )
    assert [one.position.item for one in compared(book, stock, policy(items=("ｂ",))).variances] == ["B"]
    found = compared(book, stock, policy(categories=("紧固件",)))
    assert ([one.position.item for one in found.variances], found.outside) == (["A", "C"], 1)
    assert compared(book, stock, policy(items=("B",), categories=("紧固件",))).compared == 0


def test_way_back_stays_inside_the_pair():
    """Holds made from the alignments never touch a warehouse that the pair does not speak of."""
    book, stock = snapshot("k3", [line("A", 5, "W1")]), snapshot("u8", [line("A", 7, "W1"), line("A", 9, "W2")])
    found = compared(book, stock, policy(warehouses=("W1",), **BY_ITEM))
    assert [(raw.warehouse, raw.quantity) for raw in found.alignments["u8"].raw_positions("A")] == [("W1", 7 * MICRO)]
    assert found.quantity_at(("A", "", "")) == 7 * MICRO
    assert found.quantity_at(("Z", "", "")) == 0


def test_differences_within_limits_agree():
    """Agreeing counts what is within limits; the three groups make up compared."""
    book = snapshot("k3", [line("A", 100), line("B", 100), line("C", 100), line("D", 100)])
    stock = snapshot("u8", [line("A", 100), line("B", 99), line("C", 50), line("D", 60)])
    late = Explanation(-40 * MICRO, waiting=True)
    found = compared(book, stock, policy(), lambda _rows, _by_source: {("D", "W1", ""): late})
    assert (found.compared, found.agreeing) == (4, 2)
    assert [one.position.item for one in found.variances] == ["C"]
    assert [one.position.item for one in found.waiting] == ["D"]
    assert [one.position.item for one in found.within] == ["B"]


def test_explainer_is_asked_once_with_all_that_differs():
    """The hook sees every differing position at once, on the full grain, even none, and the footing of every source."""
    seen = []

    def explain(rows, alignments):
        seen.append(
            (
                [(row["item"], row["warehouse"], row["batch"], row["book"], row["stock"]) for row in rows.to_pylist()],
                sorted(alignments),
            )
        )
        return {("A", "", ""): Explanation(-MICRO)}

    book, stock = (
        snapshot("k3", [line("A", 5), line("B", 5)]),
        snapshot("u8", [line("A", 4), line("B", 9), line("C", 1)]),
    )
    found = compared(book, stock, policy(**BY_ITEM), explain)
    expected = [("A", "", "", 5 * MICRO, 4 * MICRO), ("B", "", "", 5 * MICRO, 9 * MICRO), ("C", "", "", 0, MICRO)]
    assert seen == [(expected, ["k3", "u8"])]
    assert [one.position.item for one in found.variances] == ["B", "C"]
    compared(book, snapshot("u8", [line("A", 5), line("B", 5)]), policy(**BY_ITEM), explain)
    assert seen[1] == ([], ["k3", "u8"]), "documents that cancel by chance must still be found open"


def test_order():
    """Variances come by value, largest first, those without a cost last, then by code."""
    cards = [card(item, cost=to_micro(cost), cost_source="K3") for item, cost in (("A", 1), ("B", 9), ("C", 1))]
    book = snapshot("k3", [line(item, 1) for item in "ABCDE"], cards)
    found = compared(book, snapshot("u8", []), policy())
    assert [one.position.item for one in found.variances] == ["B", "A", "C", "D", "E"]
    assert (found.gross, found.net, found.unvalued) == (11 * MICRO, -11 * MICRO, 2)


def test_rules_are_folded_like_codes():
    """A rule for `cu-35` in a full-width spelling meets the item CU-35."""
    rule = Rule(Limits(percent=Decimal(60)), item="ｃu-35 ")
    found = compared(snapshot("k3", [line("CU-35", 100)]), snapshot("u8", [line("cu-35", 50)]), policy(rules=(rule,)))
    assert found.variances == ()


def test_abc_fallback():
    """Items without a class are ranked by stock value when asked; a class on a card stays."""
    cards = [card("A", cost=MICRO, cost_source="K3"), card("B", cost=MICRO, cost_source="K3"), card("C", abc="A")]
    book = snapshot("k3", [line("A", 90), line("B", 10), line("C", 1)], cards)
    shares = (("A", Decimal("0.80")), ("B", Decimal("0.15")), ("C", Decimal("0.05")))
    found = compared(book, snapshot("u8", []), policy(abc_fallback=shares))
    assert {one.position.item: one.position.abc for one in found.variances} == {"A": "A", "B": "B", "C": "A"}
    plain = compared(book, snapshot("u8", []), policy())
    assert {one.position.item: one.position.abc for one in plain.variances} == {"A": "", "B": "", "C": "A"}


def test_coarser_decimals_count():
    """A side that keeps two decimals cannot hold the third of the other."""
    book = snapshot("k3", [line("A", "0.125")], [card("A", decimals=3)])
    stock = snapshot("u8", [line("A", "0.12")], [card("A", decimals=2)])
    assert compared(book, stock, policy()).agreeing == 1


def test_the_book_settles_the_unit():
    """Where the book counts boxes the stock's pieces are brought to boxes; without a factor they are Unknown."""
    book = snapshot("k3", [line("A", 2, unit="箱"), line("B", 2, unit="箱")], [card("A", "箱"), card("B", "箱")])
    stock = snapshot("u8", [line("A", 80), line("B", 80)], [card("A"), card("B")], rates=[rate("A", "箱", 40)])
    found = compared(book, stock, policy())
    assert (found.compared, found.agreeing, found.unknown) == (1, 1, 1)
    assert [(one.source, one.item, one.unit, one.base) for one in found.unit_problems] == [("u8", "B", "个", "箱")]


def test_ten_thousand_tenths_end_to_end():
    """10,000 lines of 0.1 are 1,000, exactly."""
    book = snapshot("k3", [line("A", "0.1")] * 10_000)
    found = compared(book, snapshot("u8", [line("A", 1000)]), policy(Limits(percent=Decimal(0))))
    assert (found.agreeing, found.variances) == (1, ())


LINES = st.lists(
    st.tuples(
        st.sampled_from(["A", "a ", "B", "NA", "00710"]),
        st.one_of(st.none(), st.integers(-9, 9)),
        st.sampled_from(["W1", "W2"]),
        st.sampled_from(["", "b1"]),
    ),
    max_size=10,
)


def lines_of(rows):
    """Return stock lines of drawn tuples."""
    return [line(item, quantity, place, batch) for item, quantity, place, batch in rows]


@settings(max_examples=30, deadline=None)
@given(
    book=LINES, stock=LINES, shuffle=st.randoms(use_true_random=False), backend=st.sampled_from(["pandas", "pyarrow"])
)
def test_permutation_splitting_and_engine_never_change_the_result(book, stock, shuffle, backend):
    """Shuffled and split lines give the same comparison on both engines, and its counts add up."""
    cards = [card("A", cost=to_micro(3), cost_source="K3"), card("NA", cost=MICRO, cost_source="K3")]
    plain = compared(snapshot("k3", lines_of(book), cards), snapshot("u8", lines_of(stock)), policy())
    parted = [
        half
        for one in book
        for half in ((one,) if one[1] is None else ((one[0], one[1] + 2, *one[2:]), (one[0], -2, *one[2:])))
    ]
    shuffle.shuffle(parted)
    again = compared(
        snapshot("k3", lines_of(parted), cards[::-1]), snapshot("u8", lines_of(stock[::-1])), policy(backend=backend)
    )
    assert figures(again) == figures(plain)
    assert plain.compared == plain.agreeing + len(plain.variances) + len(plain.waiting)
    assert all(one.explained + one.remainder == one.difference for one in plain.variances)


@settings(max_examples=30, deadline=None)
@given(book=LINES, stock=LINES)
def test_swapping_sides_only_turns_the_sign(book, stock):
    """With the symmetric denominator book and stock may change places."""
    one = compared(snapshot("k3", lines_of(book)), snapshot("u8", lines_of(stock)), policy())
    two = compared(snapshot("u8", lines_of(stock)), snapshot("k3", lines_of(book)), policy())
    turned = [
        replace(
            found,
            book=found.stock,
            stock=found.book,
            book_presence=found.stock_presence,
            stock_presence=found.book_presence,
        )
        for found in two.variances
    ]
    assert turned == list(one.variances)


def test_default_thresholds_shape():
    """The usual plant: A 1 %/100, default 3 %/200, cap 20,000."""
    thresholds = Thresholds(
        Limits(percent=Decimal(3), min_value=to_micro(200), cap_value=to_micro(20000)),
        (Rule(Limits(percent=Decimal(1), min_value=to_micro(100), cap_value=to_micro(10000)), abc="A"),),
    )
    book = snapshot("k3", [line("CU-35", 253)], [card("CU-35", abc="A", cost=to_micro(78), cost_source="K3")])
    (one,) = compared(book, snapshot("u8", [line("CU-35", "379.5")]), policy(thresholds=thresholds)).variances
    assert (f"{one.percent:.1f}", one.value, one.rule) == (
        "33.3",
        to_micro(9867),
        "abc A | percent 1 | min_value 100 | cap_value 10000",
    )
    assert LIMITS.percent == 3
