"""A system against its own books: what is off, and what only looks so."""

from datetime import date
from decimal import Decimal

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.snapshot import STOCK_LINES, SelfAgreement
from connectors.database import own_gaps

SINCE = date(2026, 11, 1)


def lines(*rows):
    """Return stock lines of (item, warehouse, batch, millionths or None)."""
    return pa.Table.from_pylist(
        [dict(zip(STOCK_LINES.names, (*row, "个", ""), strict=True)) for row in rows], schema=STOCK_LINES
    )


def compared(stock, before, after=None):
    """Return counts and gaps; `after` = the sums as they are when asked again (the same as before)."""
    agreement, gaps = own_gaps(stock, before, lambda: before if after is None else after, SINCE, {"A": "kg"})
    return agreement, [tuple(row.values()) for row in gaps.to_pylist()]


def test_balances_that_are_their_books_agree():
    """Equal to the millionth, or a millionth off: agreed. Positions with nothing on either side are none."""
    stock = lines(("A", "01", "", 1_500_000), ("B", "01", "", 999_999), ("C", "01", "", 0))
    books = {("A", "01", ""): Decimal("1.5"), ("B", "01", ""): Decimal(1), ("C", "01", ""): Decimal(0)}
    assert compared(stock, books) == (SelfAgreement(SINCE, 2, 0), [])


def test_what_is_off_is_told_with_its_amount():
    """Balance less books, in the item's base unit; a position only the books know has a gap too."""
    stock = lines(("A", "01", "L1", 5_000_000), ("B", "02", "", 1_000_000))
    books = {("A", "01", "L1"): Decimal("7.25"), ("Z", "01", ""): Decimal(3), ("B", "02", ""): Decimal(1)}
    agreement, gaps = compared(stock, books)
    assert agreement == SelfAgreement(SINCE, 3, 2)
    assert gaps == [("A", "01", "L1", -2_250_000, "kg", "-2.25"), ("Z", "01", "", -3_000_000, "", "-3")]


def test_one_code_however_it_is_written():
    """The server takes full-width, case and trailing blanks for the same; so do the sums."""
    stock = lines(("ab-1", "01", "", 2_000_000), ("ＡＢ-1 ", "01", "", 1_000_000))
    assert compared(stock, {("AB-1", "01", ""): Decimal(3)}) == (SelfAgreement(SINCE, 1, 0), [])


def test_a_posting_between_the_statements_is_no_gap():
    """Off, but the documents moved meanwhile: not compared, for nobody can say what the balance was."""
    stock = lines(("A", "01", "", 5_000_000), ("B", "01", "", 9_000_000))
    before = {("A", "01", ""): Decimal(3), ("B", "01", ""): Decimal(8)}
    agreement, gaps = compared(stock, before, before | {("A", "01", ""): Decimal(5)})
    assert agreement == SelfAgreement(SINCE, 1, 1)
    assert [(gap[0], gap[3]) for gap in gaps] == [("A", None), ("B", 1_000_000)]


def test_the_sums_are_asked_again_only_where_something_is_off():
    """Nothing off: one pass over the documents suffices."""

    def never():
        raise AssertionError

    agreement, _ = own_gaps(lines(("A", "01", "", 1)), {("A", "01", ""): Decimal("0.000001")}, never, None, {})
    assert agreement == SelfAgreement(None, 1, 0)


def test_unknown_is_not_compared():
    """A line without a figure makes its position Unknown; no sums at all make the whole question unanswered."""
    stock = lines(("A", "01", "", None), ("A", "01", "", 5))
    agreement, gaps = compared(stock, {("A", "01", ""): Decimal(1)})
    assert (agreement, [gap[3] for gap in gaps]) == (SelfAgreement(SINCE, 0, 0), [None])
    assert own_gaps(stock, None, lambda: None, SINCE, {})[0] is None


def test_warehouses_that_these_books_do_not_keep_are_not_compared():
    """Stock of a warehouse kept elsewhere has an unknown gap, never none and never all of it."""
    stock = lines(("A", "01", "", 5_000_000), ("A", "VMI", "", 7_000_000))
    books = {("A", "01", ""): Decimal(5)}
    agreement, gaps = own_gaps(stock, books, lambda: books, None, {}, lambda warehouse: warehouse == "01")
    assert agreement == SelfAgreement(None, 1, 0)
    assert [(gap["warehouse"], gap["quantity"]) for gap in gaps.to_pylist()] == [("VMI", None)]


@given(st.dictionaries(st.sampled_from("ABCDEFGH"), st.tuples(*[st.integers(-(10**12), 10**12)] * 2)))
def test_gaps_close_the_difference(figures):
    """Whatever the figures: books + gap = balance, and what has no gap is equal to a millionth."""
    stock = lines(*((item, "01", "", balance) for item, (balance, _) in figures.items()))
    books = {(item, "01", ""): Decimal(booked).scaleb(-6) for item, (_, booked) in figures.items()}
    agreement, gaps = compared(stock, books)
    by_item = {gap[0]: gap[3] for gap in gaps}
    for item, (balance, booked) in figures.items():
        assert abs(booked + by_item.get(item, 0) - balance) <= (0 if item in by_item else 1)
    assert agreement.compared == sum(balance != 0 or booked != 0 for balance, booked in figures.values())


def test_many_off_are_not_believed():
    """A few positions off, or a tenth: exceptions. More: the openings are not what they seem."""
    assert [SelfAgreement(None, *each).credible for each in ((10, 3), (100, 10), (100, 11), (5, 4))] == [
        True, True, False, False,
    ]  # fmt: skip
