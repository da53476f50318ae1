"""Values in FilterString: whatever they hold, they stay values."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.demo.lookalikes.kingdee_cloud_books import CloudBooks
from bridge.demo.lookalikes.kingdee_cloud_query import QueryModes, run_query
from bridge.domain.errors import SourceRefused
from connectors.kingdee_cloud.filters import both, is_equal, is_in, literal

SQL = st.lists(
    st.sampled_from(
        [
            "'",
            "''",
            '"',
            " or ",
            "1=1",
            "--",
            ";",
            "/*",
            "*/",
            ")",
            "(",
            "DROP TABLE rows",
            "%",
            "\\",
            "x",
            "FBaseQty",
            "N'",
            "＇",
            "\u2019",
            "你",
        ]
    ),
    max_size=8,
).map("".join)


@settings(max_examples=1000, deadline=None)
@given(SQL)
def test_a_thousand_injections_find_only_themselves(evil):
    """Through the look-alike's real SQL, a filter on any text finds exactly the rows that hold it."""
    books = CloudBooks()
    books.change_inventory("harmless", "CK01", 1)
    books.change_inventory(evil, "CK01", 2)
    data = {
        "FormId": "STK_Inventory",
        "FieldKeys": "FMaterialId.FNumber",
        "FilterString": both(
            is_equal("FMaterialId.FNumber", evil, "s"), is_in("FStockId.FNumber", ("CK01", evil), "s")
        ),
        "OrderString": "FID",
        "Limit": 10,
    }
    assert run_query(books, QueryModes(), data, named=False) == [[evil]]


@given(st.text())
def test_a_literal_is_quoted_or_refused(value):
    """Either every quote is doubled, or the value holds what no code holds."""
    if all(character.isprintable() for character in value):
        quoted = literal(value, "s")
        assert quoted[1:-1].replace("''", "'") == value
        assert quoted[1:-1].count("'") % 2 == 0
    else:
        with pytest.raises(SourceRefused):
            literal(value, "s")


def test_no_values_are_no_condition():
    """An empty list of organisations means all, not none."""
    assert is_in("K", (), "s") == ""
    assert both("", "a=1", "") == "(a=1)"


@pytest.mark.parametrize("evil", ["a\nb", "\x1b[31m", "\u202e", "\x00"])
def test_what_cannot_be_seen_is_refused(evil):
    """Line breaks, escapes and direction marks stand in no code."""
    with pytest.raises(SourceRefused):
        literal(evil, "s")
