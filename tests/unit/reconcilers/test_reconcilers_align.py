"""One footing: codes, warehouses, units, and everything that does not fit."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reconcilers_plants import DAY, RULES, card, line, rate, snapshot, warehouse

from bridge.domain.errors import ConfigError, SnapshotRejected
from bridge.domain.movement import MOVEMENTS
from bridge.domain.quantity import LIMIT, MICRO, multiply, to_micro
from reconcilers.align import align
from reconcilers.align_movements import align_movements
from reconcilers.codes import Collision, fold
from reconcilers.leftovers import exact_sums
from reconcilers.maps import ItemRow, Maps, UnitRow, WarehouseRow
from reconcilers.units import Factor, scale


def rows(aligned, *columns):
    """Return the aligned lines, these columns only, sorted."""
    return sorted(tuple(row[name] for name in columns) for row in aligned.lines.to_pylist())


def footed(snap, maps=None, base_units=None, **more):
    """Align with the usual rules and day."""
    return align(snap, maps or Maps(), RULES, DAY, base_units, **more)


@given(st.text(max_size=12))
def test_folding_twice_changes_nothing(code):
    """A folded code is its own fold, for any text."""
    assert fold(fold(code, RULES), RULES) == fold(code, RULES)


def test_fold():
    """Case, width and blanks fold; other look-alikes stay apart as in SQL Server."""
    assert fold(" ａｂc－１ 　", RULES) == "ABC-1"
    assert fold("abc ") == "abc"
    assert fold("m²", RULES) == "M²"
    assert fold("NA", RULES) == "NA"
    assert fold("00710", RULES) == "00710"


def test_unknown_rule():
    """A mistyped rule is a configuration error."""
    with pytest.raises(ConfigError, match="BR-1917"):
        align(snapshot("k3", []), Maps(), ("trim",), DAY)


def test_codes_without_map_stay():
    """A source that stands in no map keeps its codes after the rules; NA and 00710 survive."""
    aligned = footed(snapshot("k3", [line("NA", 1), line("00710", 2), line("ｎａ２ ", 3)]))
    assert rows(aligned, "item", "quantity") == [("00710", 2 * MICRO), ("NA", MICRO), ("NA2", 3 * MICRO)]
    assert aligned.unmapped == ()


def test_collisions_add_up_and_are_reported():
    """Two spellings of one code are summed by the plan and named in the report."""
    aligned = footed(snapshot("k3", [line("ab1", 1, "w1"), line("AB1 ", 2, "W1"), line("X", 1, "W1")]))
    assert aligned.collisions == (
        Collision("k3", "item", "AB1", ("AB1 ", "ab1")),
        Collision("k3", "warehouse", "W1", ("W1", "w1")),
    )
    assert {row[0] for row in rows(aligned, "item")} == {"AB1", "X"}


def test_batch_collisions_only_within_an_item():
    """b1 of one item and B1 of another are two batches."""
    lines = [line("A", 1, batch="b1"), line("B", 1, batch="B1"), line("C", 1, batch="c"), line("C", 1, batch="C")]
    assert footed(snapshot("k3", lines)).collisions == (Collision("k3", "batch", "C C", ("C", "c")),)


def test_mapped_source_lists_the_rest_with_money():
    """Where the map has rows for a source its other codes are left out and listed with name, quantity and value."""
    maps = Maps(items=(ItemRow("u8", "1001", "CU-35", approved_by="li"),))
    snap = snapshot(
        "u8",
        [line("1001", 5), line("2002", 4), line("2002", "0.5", "W2"), line("3003", 9)],
        [card("2002", cost=to_micro("1.5"), cost_source="U8")],
    )
    aligned = footed(snap, maps)
    assert rows(aligned, "item", "raw_item") == [("CU-35", "1001")]
    assert [(one.item, one.name, one.quantity, one.value) for one in aligned.unmapped] == [
        ("2002", "名2002", to_micro("4.5"), to_micro("6.75")),
        ("3003", "", to_micro(9), None),
    ]


def test_rules_apply_to_map_codes_too():
    """A map written with full-width or lower-case codes meets codes read otherwise."""
    maps = Maps(items=(ItemRow("u8", "ａ-1 ", "cu-35", approved_by="li"),))
    assert rows(footed(snapshot("u8", [line("A-1", 1)]), maps), "item") == [("CU-35",)]


def test_proposals_are_never_applied():
    """A row without an approver changes nothing, not even that the source counts as mapped."""
    maps = Maps(items=(ItemRow("u8", "1001", "CU-35"),))
    aligned = footed(snapshot("u8", [line("1001", 5)]), maps)
    assert rows(aligned, "item") == [("1001",)]


@pytest.mark.parametrize(
    ("day", "item"),
    [(date(2026, 6, 30), "OLD"), (date(2026, 7, 1), "NEW"), (date(2026, 12, 31), "NEW"), (date(2027, 1, 1), None)],
)
def test_validity(day, item):
    """The row of the day counts, edges included; past its end the code is unmapped."""
    maps = Maps(
        items=(
            ItemRow("u8", "1", "OLD", None, date(2026, 6, 30), "li"),
            ItemRow("u8", "1", "NEW", date(2026, 7, 1), date(2026, 12, 31), "li"),
        )
    )
    aligned = align(snapshot("u8", [line("1", 1)]), maps, RULES, day)
    assert rows(aligned, "item") == ([(item,)] if item else [])
    assert len(aligned.unmapped) == (0 if item else 1)


def test_blank_code_is_unmapped():
    """A code of blanks names nothing; it is listed, not compared."""
    aligned = footed(snapshot("u8", [line(" ", 1)]))
    assert (aligned.lines.num_rows, len(aligned.unmapped)) == (0, 1)


def test_unmapped_warehouses_with_money():
    """Warehouses follow the same rule and are listed with the money that lies in them."""
    maps = Maps(warehouses=(WarehouseRow("u8", "01", "原料仓"),))
    snap = snapshot(
        "u8",
        [line("A", 5, "01"), line("A", 2, "09"), line("B", 3, "09"), line("A", 1, "")],
        [card("A", cost=to_micro(10), cost_source="U8"), card("B")],
        [warehouse("09", "临时仓")],
    )
    aligned = footed(snap, maps)
    assert rows(aligned, "item", "warehouse") == [("A", ""), ("A", "原料仓")]
    (one,) = aligned.unmapped_warehouses
    assert (one.warehouse, one.name, one.lines, one.value, one.unvalued) == ("09", "临时仓", 2, to_micro(20), 1)


def test_unmapped_warehouses_stay_where_warehouses_do_not_matter():
    """Compared by item alone, leaving out a warehouse would invent a variance."""
    maps = Maps(warehouses=(WarehouseRow("u8", "01", "原料仓"),))
    aligned = footed(snapshot("u8", [line("A", 5, "01"), line("A", 2, "09")]), maps, by_warehouse=False)
    assert (aligned.lines.num_rows, aligned.unmapped_warehouses) == (2, ())


def test_back_map():
    """From common codes back to the source's own, with the quantity in both units."""
    maps = Maps(items=(ItemRow("u8", "a", "X", approved_by="li"), ItemRow("u8", "b", "X", approved_by="li")))
    snap = snapshot(
        "u8",
        [line("a", 1, unit="箱"), line("b", 5), line("b", 2), line("b", None)],
        [card("a"), card("b")],
        rates=[rate("a", "箱", 40)],
    )
    found = footed(snap, maps).raw_positions("X", "W1", "")
    assert [(one.item, one.unit, one.quantity, one.raw_quantity) for one in found] == [
        ("a", "箱", 40 * MICRO, MICRO),
        ("b", "个", 7 * MICRO, 7 * MICRO),
    ]
    assert found[0].factor.to_raw(20 * MICRO) == MICRO // 2
    assert footed(snap, maps).raw_positions("X", "W2") == ()


def quantity_of(aligned):
    """Return (quantity, unknown, floating) of a one-line alignment."""
    (found,) = rows(aligned, "quantity", "unknown", "floating")
    return found


UNIT_CASES = {
    "same name": (line("A", 2, unit="个"), [card("A")], [], (), {}, (2 * MICRO, 0, 0)),
    "name folds": (line("A", 2, unit="ＫＧ "), [card("A", "kg")], [], (), {}, (2 * MICRO, 0, 0)),
    "not stated": (line("A", 2, unit=""), [], [], (), {"A": "个"}, (2 * MICRO, 0, 0)),
    "not stated: the card's": (line("A", 2, unit=""), [card("A", "箱")], [], (), {"A": "个"}, (0, 1, 0)),
    "nobody knows a base": (line("A", 2, unit="箱"), [], [], (), {}, (2 * MICRO, 0, 0)),
    "own rate": (line("A", 2, unit="箱"), [card("A")], [rate("A", "箱", 40)], (), {}, (80 * MICRO, 0, 0)),
    "inverse rate": (line("A", 20, unit="个"), [card("A")], [rate("A", "箱", 40)], (), {"A": "箱"}, (MICRO // 2, 0, 0)),
    "map": (line("A", 2, unit="箱"), [], [], (UnitRow("u8", "A", "箱", 40 * MICRO),), {"A": "个"}, (80 * MICRO, 0, 0)),
    "map before own rate": (
        line("A", 2, unit="箱"),
        [card("A")],
        [rate("A", "箱", 40)],
        (UnitRow("u8", "A", "箱", 50 * MICRO, floating=True),),
        {"A": "个"},
        (100 * MICRO, 0, 1),
    ),
    "rate then map": (
        line("A", 2, unit="箱"),
        [card("A", "包")],
        [rate("A", "箱", 4)],
        (UnitRow("u8", "A", "包", 10 * MICRO),),
        {"A": "个"},
        (80 * MICRO, 0, 0),
    ),
    "floating": (
        line("A", 2, unit="卷"),
        [card("A", "米")],
        [rate("A", "卷", 99.5, floating=True)],
        (),
        {},
        (199 * MICRO, 0, 1),
    ),
    "no factor": (line("A", 2, unit="箱"), [card("A")], [], (), {}, (0, 1, 0)),
    "zero needs no factor": (line("A", 0, unit="箱"), [card("A")], [], (), {}, (0, 0, 0)),
    "rate of zero says nothing": (line("A", 2, unit="箱"), [card("A")], [rate("A", "箱", 0)], (), {}, (0, 1, 0)),
    "other source's map": (line("A", 2, unit="箱"), [card("A")], [], (UnitRow("k3", "A", "箱", MICRO),), {}, (0, 1, 0)),
    "no figure": (line("A", None), [card("A")], [], (), {}, (0, 1, 0)),
}


@pytest.mark.parametrize("case", UNIT_CASES)
def test_units(case):
    """Each way to the base unit, and Unknown where there is none."""
    stock, cards, rates, mapped, bases, expected = UNIT_CASES[case]
    aligned = footed(snapshot("u8", [stock], cards, rates=rates), Maps(units=mapped), bases)
    assert quantity_of(aligned) == expected
    assert len(aligned.unit_problems) == (
        1 if case in ("no factor", "not stated: the card's", "rate of zero says nothing", "other source's map") else 0
    )


def test_mixed_units_without_a_base_are_not_guessed():
    """Boxes and pieces of one item with nobody naming a base unit must not be added."""
    aligned = footed(snapshot("u8", [line("A", 2, unit="箱"), line("A", 3, unit="个")]))
    assert sorted(aligned.lines["unknown"].to_pylist()) == [0, 1]
    assert [(one.item, one.lines) for one in aligned.unit_problems] == [("A", 1)]


FACTORS = st.tuples(st.integers(1, 10**13), st.integers(1, 10**13))


@given(st.lists(st.tuples(st.integers(-LIMIT, LIMIT), FACTORS), min_size=1, max_size=8))
def test_scaling_is_exact(cases):
    """The 64-bit arithmetic equals Python's unlimited integers, and overflow is flagged, never wrapped."""
    factors = [Factor.of(top, below, floating=False) for _, (top, below) in cases]
    scaled, overflow = scale(np.array([q for q, _ in cases], np.int64), np.arange(len(cases)), factors)
    for row, (quantity, _) in enumerate(cases):
        exact = factors[row].to_base(quantity)
        if abs(exact) > LIMIT:
            assert overflow[row]
        elif abs(exact) < LIMIT - factors[row].numerator:
            assert (int(scaled[row]), bool(overflow[row])) == (exact, False)


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**9))
def test_scaling_agrees_with_multiply(quantity, factor):
    """A map factor gives what quantity.multiply gives."""
    assert Factor.of(factor, MICRO, floating=False).to_base(quantity) == multiply(quantity, factor)


def test_conversion_overflow_is_refused():
    """A figure that leaves 64 bits stops the reading with item and source named."""
    snap = snapshot("u8", [line("A", 9_000_000_000_000, unit="箱")], [card("A")], rates=[rate("A", "箱", 40)])
    with pytest.raises(SnapshotRejected, match="item A of u8") as caught:
        footed(snap)
    assert caught.value.code == "BR-1851"


def test_exact_sums_beyond_64_bits():
    """Sums for the lists never wrap."""
    assert exact_sums(np.array([0, 0]), np.array([LIMIT, LIMIT]), 2) == [2 * LIMIT, 0]


def test_no_lines():
    """An empty snapshot aligns to nothing."""
    aligned = footed(snapshot("u8", []))
    assert (aligned.lines.num_rows, aligned.unmapped, aligned.unit_problems) == (0, (), ())


def movement(item, effect, place="01"):
    """Return one movement row."""
    texts = {name: "" for name in MOVEMENTS.names if MOVEMENTS.field(name).type == pa.string()}
    return texts | {"source": "u8", "item": item, "warehouse": place, "effect": effect, "counts": True}


def test_movements_follow_the_same_footing():
    """Documents get the same codes and units; what has no common code is counted as left out."""
    maps = Maps(
        items=(ItemRow("u8", "a", "X", approved_by="li"),),
        warehouses=(WarehouseRow("u8", "01", "原料仓"),),
        units=(UnitRow("u8", "X", "箱", 40 * MICRO),),
    )
    aligned = footed(snapshot("u8", [], [card("a", "箱")]), maps, {"X": "个"})
    table = pa.Table.from_pylist([movement("A ", MICRO), movement("b", MICRO), movement("a", MICRO, "09")], MOVEMENTS)
    moved = align_movements(table, aligned.footing)
    assert moved.left_out == 2
    assert [(row["item"], row["warehouse"], row["effect"]) for row in moved.rows.to_pylist()] == [
        ("X", "原料仓", 40 * MICRO)
    ]
    assert moved.rows.schema.names == MOVEMENTS.names
    assert align_movements(MOVEMENTS.empty_table(), aligned.footing).left_out == 0
