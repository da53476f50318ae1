"""The map files: what is accepted, what is refused and how it is said."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.errors import ConfigError
from reconcilers.maps import (
    ITEM_COLUMNS,
    UNIT_COLUMNS,
    WAREHOUSE_COLUMNS,
    ItemRow,
    Maps,
    UnitRow,
    WarehouseRow,
    parse_items,
    parse_units,
    parse_warehouses,
    to_csv,
)

ITEMS = "item,source,code,valid_from,valid_to,approved_by\n"
UNITS = "source,item,unit,factor,floating\n"


def problems(parse, text, **more):
    """Return (code, line) of every problem of a file."""
    with pytest.raises(ConfigError) as caught:
        parse(text, **more)
    assert caught.value.code == "BR-1901"
    for lang in ("zh", "en"):
        assert "<" not in caught.value.text(lang), "every placeholder is filled"
    return [(problem.code, problem.facts.get("line")) for problem in caught.value.problems]


def test_codes_stay_text():
    """NA, 00710 and codes with blanks inside survive as written."""
    rows = parse_items(ITEMS + "NA,k3,00710,,,li\nA 1,k3,1E5,,,li\n")
    assert [(row.item, row.code) for row in rows] == [("NA", "00710"), ("A 1", "1E5")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings(encoding):
    """UTF-8 with and without signature and GB18030 read alike."""
    rows = parse_warehouses("warehouse,source,code\n原料仓,k3,01\n".encode(encoding))
    assert rows == (WarehouseRow("k3", "01", "原料仓"),)


def test_unreadable_bytes():
    """Bytes that are neither encoding are refused with the cure."""
    assert problems(parse_items, b"\xff\xff\xff") == [("BR-1916", None)]


def test_all_errors_at_once():
    """Every wrong row is told with its line; none hides another."""
    text = (
        ITEMS
        + ",k3,1,,,x\nA,k3,2,2026-13-01,,x\nA,k3,3,2026-02-01,2026-01-31,x\n\nA,k3,4,,,x\nB,k3,4,,,x\nA,k3,4,,,x\n"
    )
    assert problems(parse_items, text) == [
        ("BR-1904", "2"),
        ("BR-1905", "3"),
        ("BR-1908", "4"),
        ("BR-1909", "7"),
        ("BR-1910", "8"),
        ("BR-1909", "8"),
    ]


def test_header():
    """Missing, unknown and doubled columns are named."""
    assert problems(parse_items, "item,source,codes,valid_from,valid_to,approved_by,item\n") == [
        ("BR-1902", None),
        ("BR-1903", None),
        ("BR-1915", None),
    ]


def test_line_numbers_with_quoted_breaks():
    """A quoted line break does not shift the numbers people see in their editor."""
    text = ITEMS + '"A\nB",k3,1,,,x\nA,k3,2,bad,,x\n'
    assert problems(parse_items, text) == [("BR-1905", "4")]


def test_too_many_cells_and_broken_quotes():
    """An unquoted comma and a broken quote are told, not swallowed."""
    assert problems(parse_items, ITEMS + "A,k3,1,,,x,y\n") == [("BR-1914", "2")]
    assert problems(parse_items, ITEMS + 'A,k3,"1" 2,,,x\n')[0][0] == "BR-1912"


def test_unknown_source():
    """A mistyped source would silently apply nothing, so it is an error where the sources are known."""
    assert problems(parse_items, ITEMS + "A,k33,1,,,x\n", sources=("k3", "u8")) == [("BR-1913", "2")]


@pytest.mark.parametrize("factor", ["0", "-1", "x", "NaN", "Infinity", "1,5", "1e400"])
def test_bad_factors(factor):
    """A factor must be a number above zero that fits."""
    assert problems(parse_units, UNITS + f'k3,A,箱,"{factor}",\n') == [("BR-1906", "2")]


def test_factor_places_and_flags():
    """Seven decimals cannot be exact; floating marks are read in both languages."""
    assert problems(parse_units, UNITS + "k3,A,箱,0.3333333,\nk3,A,卷,1,maybe\n") == [
        ("BR-1907", "2"),
        ("BR-1911", "3"),
    ]
    rows = parse_units(UNITS + "k3,A,箱,40.000000000,\nk3,A,卷,0.000001,浮动\n")
    assert rows == (UnitRow("k3", "A", "箱", 40_000_000), UnitRow("k3", "A", "卷", 1, floating=True))


def test_same_unit_twice():
    """箱 and full-width or blank-padded spellings of it are one unit."""
    assert problems(parse_units, UNITS + "k3,A,KG,1,\nk3,A,ｋｇ ,2,\n") == [("BR-1910", "3")]


def test_excel_dates():
    """Excel rewrites dates with slashes and without zeros; they are read."""
    (row,) = parse_items(ITEMS + "A,k3,1,2026/1/5,2026/12/31,x\n")
    assert (row.valid_from, row.valid_to) == (date(2026, 1, 5), date(2026, 12, 31))


def test_validity_edges():
    """Both ends are inclusive; a code may change its meaning from one day to the next."""
    rows = parse_items(ITEMS + "A,k3,1,,2026-06-30,x\nB,k3,1,2026-07-01,,x\n")
    assert rows[0].valid_on(date(2026, 6, 30))
    assert not rows[0].valid_on(date(2026, 7, 1))
    assert rows[1].valid_on(date(2026, 7, 1))
    assert not rows[1].valid_on(date(2026, 6, 30))
    assert problems(parse_items, ITEMS + "A,k3,1,,2026-07-01,x\nB,k3,1,2026-07-01,,x\n") == [("BR-1909", "3")]


def test_clash_follows_code_rules():
    """Two spellings that the rules fold into one cannot mean two items."""
    text = ITEMS + "A,k3,ab1,,,x\nB,k3,ＡＢ1 ,,,x\n"
    assert problems(parse_items, text, rules=("upper", "fullwidth_to_half")) == [("BR-1909", "3")]
    assert len(parse_items(text)) == 2


def test_proposals():
    """Several proposals for one code may wait side by side; they are listed apart."""
    rows = parse_items(ITEMS + "A,k3,1,,,li\nB,k3,1,,,\nC,k3,1,,,\n")
    assert [row.item for row in Maps(items=rows).proposals] == ["B", "C"]


def test_warehouse_clash():
    """One warehouse code cannot be two warehouses."""
    assert problems(parse_warehouses, "warehouse,source,code\n原料仓,k3,01\n成品仓,k3,01\n原料仓,k3,01\n") == [
        ("BR-1909", "3"),
        ("BR-1910", "4"),
    ]


CODES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=8).filter(str.strip)


@given(
    st.lists(st.builds(ItemRow, source=st.just("k3"), code=CODES, item=CODES), unique_by=lambda row: row.code.rstrip())
)
def test_items_round_trip(rows):
    """What is exported reads back the same, in a stable order, whatever the codes hold."""
    text = to_csv(rows, ITEM_COLUMNS)
    back = parse_items(text)
    assert sorted(back) == sorted(rows)
    assert to_csv(reversed(back), ITEM_COLUMNS) == text


def test_units_and_warehouses_round_trip():
    """Factors and marks keep their value through export."""
    units = (UnitRow("k3", "A", "箱", 40_500_000, floating=True), UnitRow("k3", "A", "卷", 1))
    assert set(parse_units(to_csv(units, UNIT_COLUMNS))) == set(units)
    places = (WarehouseRow("k3", "NA", "原料仓"),)
    assert parse_warehouses(to_csv(places, WAREHOUSE_COLUMNS)) == places
