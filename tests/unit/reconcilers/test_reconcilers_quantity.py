"""The one plan: positions, presence, filters, overflow, and the same answer on every engine."""

import narwhals as nw
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.domain.errors import SnapshotRejected
from bridge.domain.quantity import LIMIT
from reconcilers.quantity import Selection, compare_quantities, totals_by_item

SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("item", "warehouse", "batch", "kind")]
    + [(name, pa.int64()) for name in ("quantity", "unknown", "floating")]
)


def frame(*rows, backend="pandas"):
    """Return a frame of (item, quantity[, warehouse[, batch[, kind]]]); a quantity of None is Unknown."""
    names = ("item", "quantity", "warehouse", "batch", "kind")
    cells = [{"warehouse": "", "batch": "", "kind": ""} | dict(zip(names, row, strict=False)) for row in rows]
    full = [
        one | {"unknown": int(one["quantity"] is None), "quantity": one["quantity"] or 0, "floating": 0}
        for one in cells
    ]
    return converted(pa.Table.from_pylist(full, SCHEMA), backend)


def converted(table, backend):
    """Return the table in an engine's own frame."""
    if backend == "duckdb":
        duckdb = pytest.importorskip("duckdb")
        return duckdb.from_arrow(table)
    if backend == "polars":
        pytest.importorskip("polars")
    return table if backend == "pyarrow" else nw.from_arrow(table, backend=backend).to_native()


def outcome(found):
    """Return (compared, agreeing, unknown, differing rows as tuples)."""
    rows = [tuple(row.values()) for row in found.differing.to_pylist()]
    return found.compared, found.agreeing, found.unknown.num_rows, rows


BACKENDS = ("pandas", "pyarrow", "polars", "duckdb")


@pytest.mark.parametrize("backend", BACKENDS)
def test_presence_and_counts(backend):
    """Known, absent, unknown and zero each have their own meaning, on every engine."""
    book = frame(
        ("same", 5),
        ("less", 9),
        ("only book", 3),
        ("zero here", 0),
        ("both zero", 0),
        ("unknown", None),
        backend=backend,
    )
    stock = frame(
        ("same", 5), ("less", 4), ("only stock", -2), ("both zero", 0), ("unknown", 7), ("lost", None), backend=backend
    )
    found = compare_quantities({"book": [book], "stock": [stock]}, ("item",))
    assert outcome(found) == (
        5,
        2,
        2,
        [
            ("less", 9, 4, "known", "known", 0),
            ("only book", 3, 0, "known", "absent", 0),
            ("only stock", 0, -2, "absent", "known", 0),
        ],
    )
    assert found.unknown["item"].to_pylist() == ["lost", "unknown"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_unknown_line_makes_the_whole_position_unknown(backend):
    """A known and an unknown line of one position do not give a figure."""
    found = compare_quantities(
        {"book": [frame(("A", 5), ("A", None), backend=backend)], "stock": [frame(("A", 5), backend=backend)]},
        ("item",),
    )
    assert outcome(found) == (0, 0, 1, [])


def test_several_sources_and_a_third_side():
    """Sources of a side add up; a third system is one more column."""
    sides = {"book": [frame(("A", 5)), frame(("A", 2))], "stock": [frame(("A", 7))], "witness": [frame(("A", 6))]}
    found = compare_quantities(sides, ("item",))
    assert outcome(found) == (1, 0, 0, [("A", 7, 7, 6, "known", "known", "known", 0)])


def test_batch_swap_vanishes_at_a_coarser_grain():
    """Two batches swapped are two differences by batch and none by item and warehouse."""
    book, stock = frame(("A", 5, "W", "1"), ("A", 3, "W", "2")), frame(("A", 3, "W", "1"), ("A", 5, "W", "2"))
    sides = {"book": [book], "stock": [stock]}
    assert len(outcome(compare_quantities(sides))[3]) == 2
    assert outcome(compare_quantities(sides, ("item", "warehouse"))) == (1, 1, 0, [])


@pytest.mark.parametrize("backend", BACKENDS)
def test_filters(backend):
    """Only the named warehouses and kinds count; lines that state neither stay; items may be named too."""
    book = frame(("A", 5, "W1", "", "normal"), ("A", 3, "W2", "", "consigned"), ("B", 1, "", "", ""), backend=backend)
    stock = frame(("A", 5, "W1", "", "normal"), backend=backend)
    sides = {"book": [book], "stock": [stock]}
    found = compare_quantities(sides, ("item",), Selection(warehouses=("W1",)))
    assert outcome(found) == (2, 1, 0, [("B", 1, 0, "known", "absent", 0)])
    assert outcome(compare_quantities(sides, ("item",), Selection(kinds=("consigned",))))[3] == [
        ("A", 3, 0, "known", "absent", 0),
        ("B", 1, 0, "known", "absent", 0),
    ]
    assert outcome(compare_quantities(sides, ("item",), Selection(frozenset({"B"}))))[3] == [
        ("B", 1, 0, "known", "absent", 0)
    ]
    assert outcome(compare_quantities(sides, ("item",), Selection(frozenset()))) == (0, 0, 0, [])


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("rows", [[LIMIT, 1], [-LIMIT, -2], [LIMIT // 2] * 3])
def test_overflow_is_refused(backend, rows):
    """A sum that leaves 64 bits is refused with its side and position, never wrapped."""
    book = frame(*(("A", one) for one in rows), ("B", 1), backend=backend)
    with pytest.raises(SnapshotRejected, match="A on the book side") as caught:
        compare_quantities({"book": [book], "stock": [frame(("A", 1), backend=backend)]}, ("item",))
    assert caught.value.code == "BR-1852"


def test_large_but_fitting_sums_are_accepted():
    """Large figures on different items, or that cancel, are exact."""
    book = frame(("A", LIMIT), ("B", LIMIT), ("C", LIMIT), ("C", -LIMIT), ("D", -LIMIT), ("D", -1))
    found = compare_quantities({"book": [book], "stock": [frame(("A", LIMIT))]}, ("item",))
    assert [row[:2] for row in outcome(found)[3]] == [("B", LIMIT), ("D", -LIMIT - 1)]
    assert totals_by_item([book]) == {"A": LIMIT, "B": LIMIT, "C": 0, "D": -LIMIT - 1}


def test_ten_thousand_tenths():
    """10,000 times 0.1 is 1,000 exactly (F12)."""
    book = frame(*[("A", 100_000)] * 10_000)
    assert outcome(compare_quantities({"book": [book], "stock": [frame(("A", 1_000_000_000))]}, ("item",))) == (
        1,
        1,
        0,
        [],
    )


def test_empty_sides():
    """No lines anywhere is no position."""
    assert outcome(compare_quantities({"book": [frame()], "stock": [frame()]})) == (0, 0, 0, [])


def test_hostile_keys_stay_text():
    """NA, 00710, 1e5, empty text and quotes are different text keys, none is missing."""
    keys = ["NA", "00710", "710", "1e5", "100000", "nan", "None", "'; --", "=1+1"]
    found = compare_quantities({"book": [frame(*((key, 1) for key in keys))], "stock": [frame()]}, ("item",))
    assert [row[0] for row in outcome(found)[3]] == sorted(keys)


LINES = st.lists(
    st.tuples(
        st.sampled_from("ABCD"),
        st.one_of(st.none(), st.integers(-50, 50)),
        st.sampled_from(["", "W"]),
        st.sampled_from(["", "1"]),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(book=LINES, stock=LINES, shuffle=st.randoms(use_true_random=False))
def test_order_splitting_and_engine_change_nothing(book, stock, shuffle):
    """Shuffled lines, lines split in two, and another engine give the same result."""
    plain = outcome(compare_quantities({"book": [frame(*book)], "stock": [frame(*stock)]}))
    parted = [
        half
        for one in book
        for half in ((one,) if one[1] is None else ((one[0], one[1] - 7, *one[2:]), (one[0], 7, *one[2:])))
    ]
    shuffle.shuffle(parted)
    half = len(parted) // 2
    sides = {
        "book": [frame(*parted[:half], backend="pyarrow"), frame(*parted[half:], backend="pyarrow")],
        "stock": [frame(*stock[::-1], backend="pyarrow")],
    }
    assert outcome(compare_quantities(sides)) == plain


@settings(max_examples=40, deadline=None)
@given(book=LINES, stock=LINES)
def test_plan_equals_a_plain_dictionary(book, stock):
    """The plan gives what a slow, obvious loop gives."""
    sums = {}
    for side, lines in enumerate((book, stock)):
        for item, quantity, *place in lines:
            entry = sums.setdefault((item, *place), [[], []])
            entry[side].append(quantity)
    known = {key: two for key, two in sums.items() if None not in two[0] + two[1]}
    positions = {key: two for key, two in known.items() if sum(two[0]) or sum(two[1]) or (two[0] and two[1])}
    differing = sorted((*key, sum(two[0]), sum(two[1])) for key, two in positions.items() if sum(two[0]) != sum(two[1]))
    found = compare_quantities({"book": [frame(*book)], "stock": [frame(*stock)]})
    assert [row[:5] for row in outcome(found)[3]] == differing
    assert (found.compared, found.unknown.num_rows) == (len(positions), len(sums) - len(known))
