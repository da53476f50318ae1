"""The habits of users.md 2.3 F26: each workbook is read as it is meant, or refused by the cell that is wrong."""

from datetime import date, datetime, time, timedelta

import pytest
from sheet_books import COLUMNS, GOOD, HEADER, NOW, aged, book, lines, refusal, source

from bridge.demo.lookalikes import LedgerRow, write_ledger_book
from bridge.domain.errors import SnapshotRejected, SourceRefused, SourceUnavailable
from bridge.domain.snapshot import STOCK_LINES, WAREHOUSE_CARDS, Scope


def one(tmp_path, row, **settings):
    """Return the refusal of a book with one good row and this one in row 4."""
    return refusal(book(tmp_path, GOOD, row), **settings)


def test_the_storekeepers_book_is_read(tmp_path):
    """Text codes with their zeros, NA, figures exact, days; the file's name is the account."""
    rows = [
        LedgerRow("00710", "D-01", "12.5", "卷", date(2026, 11, 20)),
        LedgerRow("NA", "D-02", "0.1", "个", date(2026, 11, 23)),
        LedgerRow("123456789012345678", "D-01", "-3", "个", date(2026, 11, 1)),
    ]
    path = aged(write_ledger_book(tmp_path / "代管料台账.xlsx", rows))
    found = source(path, sheet="现存", warehouse_kind="consigned").snapshot(Scope())
    assert found.lines.schema == STOCK_LINES
    assert [tuple(line.values()) for line in found.lines.to_pylist()] == [
        ("00710", "D-01", "", 12_500_000, "卷", "12.5"),
        ("NA", "D-02", "", 100_000, "个", "0.1"),
        ("123456789012345678", "D-01", "", -3_000_000, "个", "-3"),
    ]
    assert found.warehouses.schema == WAREHOUSE_CARDS
    assert found.warehouses["kind"].to_pylist() == ["consigned"] * 2
    assert source(path, sheet="现存").snapshot(Scope()).warehouses.num_rows == 0
    provenance = found.provenance
    assert (provenance.account, provenance.rows, provenance.expected_rows) == ("代管料台账.xlsx", 3, 3)
    assert provenance.as_of == NOW - timedelta(minutes=10)
    assert not source(path).ability.moves_constantly
    path = aged(write_ledger_book(path, rows, subtotal=True))
    assert refusal(path).facts["cell"] == "现存!A6"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (710, "BR-1321"),
        (710.5, "BR-1321"),
        (True, "BR-1321"),
        (123456789012345678, "BR-1322"),
        (1.23457e17, "BR-1322"),
        ("1.23457E+17", "BR-1322"),
        (date(2026, 1, 2), "BR-1323"),
        (datetime(2026, 1, 2, 3, 4), "BR-1323"),  # noqa: DTZ001 - Excel knows no zones
        (time(1, 2), "BR-1323"),
    ],
)
@pytest.mark.parametrize("column", [0, 1])
def test_codes_that_are_no_text_have_lost_something(tmp_path, column, cell, code):
    """Zeros, digits beyond 15, or a code that became a day: named by the cell."""
    row = list(GOOD)
    row[column] = cell
    found = one(tmp_path, row)
    assert isinstance(found, SnapshotRejected)
    assert (found.code, found.facts["cell"]) == (code, f"现存!{'AB'[column]}4")


def test_number_codes_can_be_allowed_by_column(tmp_path):
    """Where no code ever begins with 0; decimals and lost digits stay refused, and not with text_columns too."""
    path = book(tmp_path, [710, *GOOD[1:]])
    assert lines(path, integer_codes=["料号"], text_columns=[])[0][0] == "710"
    for cell in (710.5, 1.23457e17):
        assert refusal(book(tmp_path, [cell, *GOOD[1:]]), integer_codes=["料号"], text_columns=[])
    with pytest.raises(ValueError, match="BR-1332"):
        source(path, integer_codes=["料号"])


def test_further_columns_can_be_asked_to_be_text(tmp_path):
    """A column that is only looked at."""
    header = [*HEADER, "图号"]
    path = book(tmp_path, [*GOOD, "0071"], [*GOOD, 71], header=header)
    found = refusal(path, text_columns=["图号"])
    assert (found.code, found.facts["cell"]) == ("BR-1321", "现存!F4")
    assert len(lines(path)) == 2


@pytest.mark.parametrize(
    "row",
    [
        ["合计", None, 5],
        [" 合 计:", "D-01", 5, "个"],
        ["本页小计", None, 5],
        ["A001 汇总", None, 5],
        ["Total", None, 5],
        ["Grand Total", "D-01", 5],
        ["SUB-TOTAL", None, 5],
        ["A001 Subtotal:", None, None],
        ["A001", "原料仓 小计", 5],
        ["A001", "D-01", 5, "合计"],
    ],
)
def test_totals_are_refused(tmp_path, row):
    """They would count their items twice."""
    found = one(tmp_path, row)
    assert found.code == "BR-1319"
    assert found.facts["cell"].startswith("现存!")


def test_totals_left_of_the_item_are_refused(tmp_path):
    """In whatever leading column they stand."""
    path = book(tmp_path, ["1", *GOOD], ["总计", "", None, 10], header=["序号", *HEADER])
    assert refusal(path).facts["cell"] == "现存!A4"


@pytest.mark.parametrize("item", ["TOTAL-5W30", "小计算器", "SUMMER", "A合计1", "totalizer"])
def test_names_that_only_look_like_totals_pass(tmp_path, item):
    """They begin or go on differently."""
    assert lines(book(tmp_path, [item, *GOOD[1:]]))[0][0] == item


def test_last_weeks_file_is_refused(tmp_path):
    """By the time it was saved, with its age and the limit."""
    path = aged(book(tmp_path, GOOD), timedelta(days=7, hours=2))
    found = refusal(path)
    assert (found.code, found.facts["age"], found.facts["limit"]) == ("BR-1301", "7d2h", "26h")
    assert isinstance(found, SnapshotRejected)
    assert len(lines(path, max_age=None)) == 1
    assert source(path).probe().account == "台账.xlsx"


def test_a_file_saved_today_with_last_weeks_content_is_refused(tmp_path):
    """By its newest day, which counts to its end; blank days say nothing."""
    path = book(tmp_path, [*GOOD[:4], date(2026, 11, 20)], [*GOOD[:4], "2026/11/18"], [*GOOD[:4], None])
    found = refusal(path)
    assert (found.code, found.facts["cell"], found.facts["age"]) == ("BR-1302", "现存!E3", "56h30m")
    assert len(lines(book(tmp_path, [*GOOD[:4], "2026年11月22日"]))) == 1
    assert len(lines(book(tmp_path, [*GOOD[:4], "20261122"]), max_age="9h")) == 1


@pytest.mark.parametrize(
    ("cell", "code"), [(date(2062, 11, 23), "BR-1335"), ("昨天", "BR-1328"), ("2026-13-01", "BR-1328"), (46349, "BR-1328"), ("202611", "BR-1328")]
)  # fmt: skip
def test_days_that_cannot_be_are_refused(tmp_path, cell, code):
    """A day in the future makes an old file look young for ever."""
    found = one(tmp_path, [*GOOD[:4], cell])
    assert (found.code, found.facts["cell"]) == (code, "现存!E4")


def test_an_open_workbook_is_waited_for(tmp_path):
    """Excel's and LibreOffice's lock files tell who has it open."""
    path = book(tmp_path, GOOD)
    lock = tmp_path / "~$台账.xlsx"
    name = "何班长"
    lock.write_bytes(
        bytes([6]) + b"hebanz".ljust(54) + bytes([len(name), 0]) + name.encode("utf-16-le").ljust(108, b" ")
    )
    found = refusal(path)
    assert isinstance(found, SourceUnavailable)
    assert (found.code, found.facts["who"]) == ("BR-1308", "何班长")
    lock.write_bytes(b"\x04Wang")
    assert refusal(path).facts["who"] == "Wang"
    lock.write_bytes(b"")
    assert refusal(path).facts["who"] == "?"
    lock.unlink()
    (tmp_path / ".~lock.台账.xlsx#").write_text(",wangfang,PC-7,23.11.2026 08:10,file:///home/w;", encoding="utf-8")
    assert refusal(path).facts["who"] == "wangfang"


@pytest.mark.parametrize("cells", ["B3:B5", "A3:B3", "C4:E4"])
def test_merged_lines_are_refused(tmp_path, cells):
    """Only their first cell has a value."""
    path = book(tmp_path, GOOD, GOOD, GOOD, change=lambda page: page.merge_cells(cells))
    found = refusal(path)
    assert (found.code, found.facts["cells"]) == ("BR-1334", f"现存!{cells}")


def test_merged_titles_and_remarks_do_not_matter(tmp_path):
    """Above the header, or beside the columns that are read."""

    def merge(page):
        page.merge_cells("A1:E1")
        page.merge_cells("G3:G4")

    assert len(lines(book(tmp_path, GOOD, GOOD, change=merge))) == 2


@pytest.mark.parametrize(
    ("cell", "micro"),
    [
        (12.5, 12_500_000), (0.1 + 0.2, 300_000), (1e-7, 0), (-3, -3_000_000), ("12.5", 12_500_000), (" 7 ", 7_000_000),
        ("1,234.5", 1_234_500_000), ("-1,234,567", -1_234_567_000_000), ("+5", 5_000_000), (None, None), ("  ", None),
    ],
)  # fmt: skip
def test_quantities_are_exact_and_blank_is_unknown(tmp_path, cell, micro):
    """Numbers by their shortest spelling; text only where it can be read in one way."""
    ((_, _, found, _, raw),) = lines(book(tmp_path, ["A001", "D-01", cell, "个", None]))
    assert found == micro
    assert (raw == "") == (micro is None)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("12,5", "BR-1327"), ("1,234", "BR-1327"), ("1.234,5", "BR-1327"), ("12,34,567", "BR-1327"), ("约5", "BR-1326"), ("5个", "BR-1326"),
        ("-", "BR-1326"), ("(5)", "BR-1326"), ("1E3", "BR-1326"), ("１２", "BR-1326"), ("1_000", "BR-1326"), ("nan", "BR-1326"),
        (True, "BR-1326"), (date(2026, 5, 1), "BR-1326"), (timedelta(hours=30), "BR-1326"), (1e300, "BR-1326"), ("9" * 29, "BR-1326"),
    ],
)  # fmt: skip
def test_quantities_that_could_be_something_else_are_refused(tmp_path, cell, code):
    """Decimal commas, lone thousands, signs of accountants, cells that became a day."""
    found = one(tmp_path, ["A002", "D-01", cell, "个", None])
    assert (found.code, found.facts["cell"]) == (code, "现存!C4")


@pytest.mark.parametrize(
    ("cell", "micro"), [("12,5", 12_500_000), ("1.234,5", 1_234_500_000), ("1234", 1_234_000_000), (12.5, 12_500_000), ("1.234", None), ("12.5", None), ("1,234.5", None)]
)  # fmt: skip
def test_decimal_commas_can_be_allowed(tmp_path, cell, micro):
    """Then the point is what can be read in two ways; number cells stay what they are."""
    path = book(tmp_path, ["A001", "D-01", cell, "个", None])
    if micro is None:
        assert refusal(path, decimal_comma=True).code == "BR-1327"
    else:
        assert lines(path, decimal_comma=True)[0][2] == micro


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!", "#VALUE!"])
@pytest.mark.parametrize("column", [0, 1, 2, 3, 4])
def test_error_cells_are_refused(tmp_path, column, error):
    """Calamine gives them as empty cells, which would be an unknown quantity."""
    row = list(GOOD)
    row[column] = error  # openpyxl writes these as error cells
    found = one(tmp_path, row)
    assert (found.code, found.facts["cell"], found.facts["value"]) == ("BR-1324", f"现存!{'ABCDE'[column]}4", error)


def test_error_cells_beside_the_columns_do_not_matter(tmp_path):
    """A broken remark is no reason."""
    assert len(lines(book(tmp_path, [*GOOD, "#N/A"], header=[*HEADER, "备注"]))) == 1


def test_formulas_that_were_never_calculated_are_refused(tmp_path):
    """As written by a program; also in rows that hold nothing else, at the very end."""
    assert one(tmp_path, ["A002", "D-01", "=1+1", "个", None]).code == "BR-1325"
    found = refusal(book(tmp_path, GOOD, ["=Sheet2!A1", "=Sheet2!B1", "=Sheet2!C1"]))
    assert (found.code, found.facts["cell"]) == ("BR-1325", "现存!A4")


def test_a_header_that_moved_is_found_again(tmp_path):
    """Somebody put a line above the table."""
    path = book(tmp_path, GOOD, change=lambda page: page.insert_rows(1, 2))
    found = refusal(path)
    assert isinstance(found, SourceRefused)
    assert (found.code, found.facts["found"]) == ("BR-1317", "4")
    assert len(lines(path, header_row=4)) == 1


def test_a_missing_header_is_named_with_those_found(tmp_path):
    """And the closest one."""
    found = refusal(book(tmp_path, GOOD, header=["料号", "库位", "结存数", "单位", "更新日期"]))
    assert (found.code, found.facts["header"], found.facts["closest"]) == ("BR-1316", "结存", "结存数")
    assert found.facts["present"] == "料号, 库位, 结存数, 单位, 更新日期"
    assert refusal(book(tmp_path, GOOD), header_row=50).code == "BR-1317"
    assert refusal(book(tmp_path, GOOD), text_columns=["图号"]).code == "BR-1316"


def test_headers_are_known_without_blanks_breaks_and_width(tmp_path):
    """What people do not see does not matter."""
    assert len(lines(book(tmp_path, GOOD, header=["料 号", " 库位", "结\n存", "单位 ", "更新日期"]))) == 1
    assert (
        len(
            lines(
                book(tmp_path, GOOD, header=["ＩＴＥＭ", *HEADER[1:]]),
                columns=COLUMNS | {"item": "item"},
                text_columns=[],
            )
        )
        == 1
    )


def test_duplicate_headers_are_refused_where_they_are_read(tmp_path):
    """Two columns of stock: which one? Two remarks: whatever."""
    found = refusal(book(tmp_path, [*GOOD, 7], header=[*HEADER, "结存"]))
    assert (found.code, found.facts["columns"]) == ("BR-1318", "C, F")
    assert len(lines(book(tmp_path, [*GOOD, "x", "y"], header=[*HEADER, "备注", "备注"]))) == 1


def test_blank_rows_are_skipped_and_rows_after_them_read(tmp_path):
    """A gap is no end; rows with blanks only are blank."""
    path = book(tmp_path, GOOD, [], [" ", None, "\t"], [], ["A002", *GOOD[1:]])
    assert [line[0] for line in lines(path)] == ["A001", "A002"]


def test_a_quantity_without_item_is_refused(tmp_path):
    """An unmarked subtotal, or a lost code."""
    found = one(tmp_path, [None, "D-01", 5, "个", None])
    assert (found.code, found.facts["cell"], found.facts["at"]) == ("BR-1320", "现存!A4", "现存!C4")


def test_an_item_without_quantity_is_unknown_and_a_lone_text_no_item(tmp_path):
    """A line whose figure is missing stays a line; a signature below the table is none."""
    path = book(tmp_path, ["A001", "D-01", None, "个", None], [None, None, None, "个"])
    assert [line[:3] for line in lines(path)] == [("A001", "D-01", None)]
    assert source(path).snapshot(Scope()).provenance.notes == ("sheet_rows_without_quantity count=1",)
    found = one(tmp_path, ["制表人:王芳"])
    assert (found.code, found.facts["cell"]) == ("BR-1336", "现存!A4")


def test_a_place_written_once_for_a_group_is_refused(tmp_path):
    """The rows below would lie nowhere."""
    found = one(tmp_path, ["A002", None, 5, "个", None])
    assert (found.code, found.facts["cell"]) == ("BR-1329", "现存!B4")


def test_hidden_and_filtered_rows_are_read_and_noted(tmp_path):
    """What is out of sight is still stock."""

    def hide(page):
        page.row_dimensions[3].hidden = True
        page.auto_filter.ref = "A2:E4"

    path = book(tmp_path, GOOD, GOOD, change=hide)
    found = source(path).snapshot(Scope())
    assert found.lines.num_rows == 2
    assert found.provenance.notes == ("sheet_rows_hidden count=1",)
    assert source(path).probe().findings == (("sheet_rows_hidden", {"count": "1"}),)


def test_one_warehouse_for_all_rows(tmp_path):
    """Where no column names it; not both."""
    columns = {"item": "料号", "qty": "结存"}
    assert lines(book(tmp_path, GOOD), columns=columns, warehouse="代管仓")[0][1] == "代管仓"
    assert lines(book(tmp_path, GOOD), columns=columns)[0][1] == ""
    with pytest.raises(ValueError, match="BR-1331"):
        source(book(tmp_path, GOOD), warehouse="代管仓")
    with pytest.raises(ValueError, match="BR-1333"):
        source(book(tmp_path, GOOD), columns={"item": "料号", "qty": "料号"})


def test_the_headers_are_the_schema(tmp_path):
    """Their order is not; another or a missing one is another schema."""
    first = source(book(tmp_path, GOOD)).probe().schema
    row, header = GOOD[::-1], HEADER[::-1]
    assert source(book(tmp_path, row, header=header)).probe().schema == first
    assert source(book(tmp_path, [*GOOD, 1], header=[*HEADER, "结存2"])).probe().schema != first


def test_the_row_cap_is_kept(tmp_path):
    """Half a stock is no stock."""
    path = book(tmp_path, *[GOOD] * 5)
    assert refusal(path, row_cap=4).code == "BR-1330"
    assert len(lines(path, row_cap=5)) == 5


def test_there_are_no_movements(tmp_path):
    """A list of stock has no documents."""
    batch = source(book(tmp_path, GOOD)).movements("x")
    assert (batch.rows.num_rows, batch.cursor) == (0, "x")
