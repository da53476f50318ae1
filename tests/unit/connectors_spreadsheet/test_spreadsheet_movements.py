"""A sheet of what came and went: every row a document line with its sign, keys that stay, or a refusal by its cell."""

from datetime import date, datetime, timedelta

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sheet_books import COLUMNS, GOOD, SHANGHAI, aged, book, source, text_file

from bridge.domain.errors import BridgeError, SnapshotRejected, SourceRefused, SourceUnavailable
from bridge.domain.movement import MOVEMENTS
from bridge.domain.snapshot import Scope
from config.sample_examples import EXAMPLES
from connectors.spreadsheet.config import SpreadsheetSettings

_, SAMPLE = EXAMPLES["sources.consign.movements"]  # as bridge.toml shows it
MOVED = SAMPLE["columns"]
HEADER = tuple(MOVED.values())
DAY = date(2026, 11, 20)
IN = ["R-1", DAY, "入库", "00710", "D-01", 80, None]
OUT = ["I-1", DAY, "领料", "00710", "D-01", None, 12.5]


def flow(tmp_path, *rows, header=HEADER, change=None):
    """Write the usual book with a second sheet 流水: header in row 1, rows from row 2. Return its path."""

    def add(page):
        flowing = page.parent.create_sheet("流水")
        for row in (header, *rows):
            flowing.append(list(row))
        if change is not None:
            change(flowing)

    return book(tmp_path, GOOD, change=add)


def opened(file, columns=MOVED, *, stock=None, **movements):
    """Return the source over a book whose documents stand on 流水."""
    wanted = SAMPLE | {"columns": columns} | movements
    return source(file, sheet="现存", movements=wanted, **(stock or {}))


def rows(file, columns=MOVED, **more):
    """Return the rows of the first reading."""
    return opened(file, columns, **more).movements("").rows.to_pylist()


def effects(file, columns=MOVED, **more):
    """Return number, item and effect in millionths of each row."""
    return [(row["document_number"], row["item"], row["effect"]) for row in rows(file, columns, **more)]


def refusal(file, columns=MOVED, **more):
    """Read documents that must be refused; return the error, whose sentence exists in both languages."""
    with pytest.raises(BridgeError) as caught:
        opened(file, columns, **more).movements("")
    assert "<" not in caught.value.text("zh") + caught.value.text("en")
    return caught.value


def bad(tmp_path, *changes):
    """Return code and cell of the refusal of a good row followed by one with these cells (column from 0, value)."""
    row = list(IN)
    for column, value in changes:
        row[column] = value
    found = refusal(flow(tmp_path, OUT, row))
    return found.code, found.facts.get("cell")


def test_what_came_is_positive_what_went_negative(tmp_path):
    """Every column arrives; posted and counting; a day is its midnight in the plant's zone."""
    header = [*MOVED.values(), "批号", "工单", "经手人"]
    columns = MOVED | {"batch": "批号", "reference": "工单", "maker": "经手人"}
    path = flow(tmp_path, [*IN, "L1", "MO-7", "王芳"], OUT, header=header)
    batch = opened(path, columns).movements("")
    assert batch.rows.schema == MOVEMENTS
    first, second = batch.rows.to_pylist()
    assert first == {
        "source": "consign",
        "key": "R-1:00710:D-01:L1:1",
        "document_type": "入库",
        "document_number": "R-1",
        "line": "",
        "family": "product_receipt",
        "item": "00710",
        "warehouse": "D-01",
        "batch": "L1",
        "effect": 80_000_000,
        "state": "posted",
        "counts": True,
        "business_time": datetime(2026, 11, 20, tzinfo=SHANGHAI),
        "audited_time": None,
        "maker": "王芳",
        "reference": "MO-7",
        "counterpart": "",
        "first_seen": None,
    }
    assert (second["effect"], second["family"]) == (-12_500_000, "material_issue")
    assert batch.complete_keys == {first["key"], second["key"]}


def test_only_a_configured_sheet_is_read(tmp_path):
    """Without movements there are none, and the ability says so; the stock is the same either way."""
    path = flow(tmp_path, IN)
    without = source(path, sheet="现存")
    assert (without.ability.movements, opened(path).ability.movements) == (False, True)
    assert without.movements("x").cursor == "x"
    assert opened(path).snapshot(Scope()).lines == without.snapshot(Scope()).lines


def test_one_signed_column_serves_as_well(tmp_path):
    """Positive came in, negative went out."""
    columns = {"number": "单号", "item": "料号", "qty": "数量"}
    path = flow(tmp_path, ["R-1", "NA", 3], ["I-1", "NA", "-1,234.5"], header=columns.values())
    assert effects(path, columns) == [("R-1", "NA", 3_000_000), ("I-1", "NA", -1_234_500_000)]


def test_red_rows_and_zeros(tmp_path):
    """A negative figure takes back, zeros beside a figure are nothing, a row of zeros is a row that moved nothing."""
    path = flow(tmp_path, [*IN[:5], -5, 0], [*OUT[:5], None, -2], [*OUT[:5], 0, 0], [*IN[:5], 7, 3])
    assert [row["effect"] for row in rows(path)] == [-5_000_000, 2_000_000, 0, 4_000_000]


def test_documents_may_stand_in_another_file(tmp_path):
    """A CSV beside the workbook, with its own header row; its age and its content are what count."""
    text = "单号,日期,类型,料号,库位,收,发\nR-1,2026-11-20,入库,NA,D-01,5,\nI-1,2026-11-21,退货,NA,D-01,,2\n"
    other = text_file(tmp_path, text, name="流水.csv")
    found = rows(book(tmp_path, GOOD), sheet=None, path=other, family="other_issue")
    assert [(row["effect"], row["family"]) for row in found] == [
        (5_000_000, "product_receipt"),
        (-2_000_000, "other_issue"),
    ]
    aged(other, timedelta(hours=27))
    assert refusal(book(tmp_path, GOOD), sheet=None, path=other).code == "BR-1301"


def test_an_unchanged_file_brings_nothing(tmp_path):
    """Nor does one that was only saved; other content or other settings bring everything again."""
    path = flow(tmp_path, IN)
    cursor = opened(path).movements("").cursor
    aged(path, timedelta(minutes=1))
    again = opened(path).movements(cursor)
    assert (again.rows.num_rows, again.cursor, again.complete_keys) == (0, cursor, None)
    assert opened(path, types={}).movements(cursor).rows["family"].to_pylist() == ["other"]
    changed = opened(flow(tmp_path, IN, OUT)).movements(cursor)
    assert (changed.rows.num_rows, changed.cursor == cursor) == (2, False)


def test_an_unchanged_file_still_grows_old(tmp_path):
    """A stale file is refused although nothing in it changed."""
    path = flow(tmp_path, IN)
    cursor = opened(path).movements("").cursor
    aged(path, timedelta(hours=27))
    with pytest.raises(SnapshotRejected, match="BR-1301"):
        opened(path).movements(cursor)


@settings(max_examples=20)
@given(order=st.permutations(range(6)))
def test_keys_do_not_depend_on_where_rows_stand(tmp_path_factory, order):
    """Sorted anew or with rows put in above, each document keeps its key; alike ones are numbered."""
    lines = [
        IN,
        OUT,
        IN,
        ["R-1", DAY, "入库", "NA", "D-01", 1, None],
        ["R-2", *IN[1:]],
        ["R-1", *IN[1:4], "D-02", 1, 0],
    ]
    folder = tmp_path_factory.mktemp("book")
    known = {row["key"]: row for row in rows(flow(folder, *lines))}
    moved = {row["key"]: row for row in rows(flow(folder, *(lines[at] for at in order)))}
    assert moved == known
    assert len(known) == 6


def test_colons_in_codes_mix_up_no_keys(tmp_path):
    """Codes are hostile text."""
    columns = {"number": "单号", "item": "料号", "batch": "批号", "qty": "数量"}
    path = flow(
        tmp_path,
        ["A", "B", "", 1],
        ["A", "B", "", 1],
        ["A", "B", ":2", 1],
        header=columns.values(),
    )
    keys = [row["key"] for row in rows(path, columns)]
    assert len(set(keys)) == 3


def test_the_rows_own_identity_is_taken(tmp_path):
    """And must be there, and differ."""
    columns, header = MOVED | {"id": "序号"}, [*MOVED.values(), "序号"]
    path = flow(tmp_path, [*IN, "7"], [*IN, "8"], header=header)
    assert [row["key"] for row in rows(path, columns)] == ["7", "8"]
    path = flow(tmp_path, [*IN, 7], [*IN, 8], header=header)
    assert [row["key"] for row in rows(path, columns, integer_codes=["序号"])] == ["7", "8"]
    found = refusal(flow(tmp_path, [*IN, "7"], OUT, header=header), columns)
    assert (found.code, found.facts["cell"]) == ("BR-1329", "流水!H3")
    found = refusal(flow(tmp_path, [*IN, "7"], [], [*OUT, "7"], header=header), columns)
    assert (found.code, found.facts["cell"], found.facts["first"]) == ("BR-1341", "流水!H4", "流水!H2")


def test_rows_that_are_gone_count_as_deleted(tmp_path):
    """They are missing from the list of all keys, which is judged from its first day on."""
    batch = opened(flow(tmp_path, IN, OUT)).movements("")
    later = opened(flow(tmp_path, OUT)).movements(batch.cursor)
    assert batch.complete_keys - later.complete_keys == {"R-1:00710:D-01::1"}
    assert later.complete_since == datetime(2026, 11, 20, tzinfo=SHANGHAI)


def test_a_list_begun_anew_takes_nothing_back(tmp_path):
    """A new month's sheet judges from its first day; an empty one judges nothing."""
    fresh = opened(flow(tmp_path, ["R-9", date(2026, 11, 23), *IN[2:]])).movements("")
    assert fresh.complete_since == datetime(2026, 11, 23, tzinfo=SHANGHAI)
    assert opened(flow(tmp_path)).movements("").complete_keys is None
    undated = {what: header for what, header in MOVED.items() if what != "date"}
    assert opened(flow(tmp_path, IN), undated).movements("").complete_since is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ((0, None), ("BR-1329", "流水!A3")),
        ((0, 20261120), ("BR-1321", "流水!A3")),
        ((1, None), ("BR-1329", "流水!B3")),
        ((1, "上周"), ("BR-1328", "流水!B3")),
        ((2, 5), ("BR-1321", "流水!C3")),
        ((3, 710), ("BR-1321", "流水!D3")),
        ((3, None), ("BR-1320", "流水!D3")),
        ((4, None), ("BR-1329", "流水!E3")),
        ((5, "约80"), ("BR-1326", "流水!F3")),
        ((5, "12,5"), ("BR-1327", "流水!F3")),
        ((5, "#N/A"), ("BR-1324", "流水!F3")),
        ((5, "=1+1"), ("BR-1325", "流水!F3")),
        ((5, None), ("BR-1340", "流水!F3")),
        ((0, "本月合计"), ("BR-1319", "流水!A3")),
    ],
)
def test_a_bad_cell_is_named(tmp_path, change, expected):
    """As on the sheet of the stock, and with it the whole list is refused."""
    assert bad(tmp_path, change) == expected


def test_what_does_not_fit_in_64_bits_is_refused(tmp_path):
    """Each column fits, their difference does not."""
    assert bad(tmp_path, (5, 9e12), (6, -9e12)) == ("BR-1326", "流水!F3")


def test_an_item_in_two_units_is_refused(tmp_path):
    """Boxes and pieces do not add; a blank unit says nothing."""
    columns, header = MOVED | {"unit": "单位"}, [*MOVED.values(), "单位"]
    assert len(rows(flow(tmp_path, [*IN, "个"], [*OUT, None], header=header), columns)) == 2
    found = refusal(flow(tmp_path, [*IN, "个"], [*OUT, "箱"], header=header), columns)
    assert (found.code, found.facts["cell"], found.facts["at"]) == ("BR-1342", "流水!H3", "流水!H2")


def test_remarks_and_prepared_rows_are_no_documents(tmp_path):
    """Numbers written in advance, and a remark below the list."""
    assert len(rows(flow(tmp_path, IN, ["R-2"], [], ["R-3", DAY, "入库"], [None, None, "制表人:王芳"]))) == 1


def test_merged_rows_and_a_wrong_sheet_are_refused(tmp_path):
    """As for the stock."""
    found = refusal(flow(tmp_path, IN, OUT, change=lambda page: page.merge_cells("A2:A3")))
    assert (found.code, found.facts["cells"]) == ("BR-1334", "流水!A2:A3")
    found = refusal(flow(tmp_path, IN), sheet="流水2")
    assert isinstance(found, SourceRefused)
    assert found.code == "BR-1312"
    assert refusal(flow(tmp_path, IN), MOVED | {"in_qty": "入"}).code == "BR-1316"
    assert refusal(flow(tmp_path, IN, OUT), stock={"row_cap": 1}).code == "BR-1330"


def test_an_open_file_waits(tmp_path):
    """What is being written is not in it yet."""
    path = flow(tmp_path, IN)
    path.with_name(f"~${path.name}").write_bytes(b"")
    assert isinstance(refusal(path), SourceUnavailable)


@pytest.mark.parametrize(
    ("columns", "movements", "code"),
    [
        ({"in_qty": "收"}, {}, "BR-1338"),
        ({"qty": "数量", "in_qty": "收", "out_qty": "发"}, {}, "BR-1338"),
        ({}, {}, "BR-1338"),
        ({"qty": "数量", "number": "料号", "item": "料号"}, {}, "BR-1333"),
        ({"qty": "数量"}, {"sheet": "现存"}, "BR-1339"),
        ({"qty": "数量", "warehouse": "库位"}, {}, "BR-1331"),
        ({"qty": "数量"}, {"types": {"入库": "receipt"}}, "BR-1013"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(columns, movements, code):
    """Before anything is read."""
    with pytest.raises(ValueError, match=code):
        SpreadsheetSettings(
            kind="spreadsheet",
            path="x.xlsx",
            sheet="现存",
            warehouse="代管仓",
            columns={"item": "料号", "qty": "结存"},
            movements={"sheet": "流水", "columns": columns} | movements,
        )


def test_the_one_warehouse_is_that_of_the_documents_too(tmp_path):
    """Where no column names it."""
    columns = {"number": "单号", "item": "料号", "in_qty": "收", "out_qty": "发"}
    stock = {"columns": {"item": COLUMNS["item"], "qty": COLUMNS["qty"]}, "warehouse": "代管仓"}
    assert rows(flow(tmp_path, IN), columns, stock=stock)[0]["warehouse"] == "代管仓"


def test_the_file_is_left_alone(tmp_path):
    """Reading documents writes nothing."""
    path = flow(tmp_path, IN)
    before = (path.read_bytes(), path.stat().st_mtime_ns, sorted(tmp_path.iterdir()))
    opened(path).movements("")
    assert (path.read_bytes(), path.stat().st_mtime_ns, sorted(tmp_path.iterdir())) == before
    assert openpyxl.load_workbook(path).sheetnames == ["现存", "流水"]
