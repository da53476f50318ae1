"""The workbook: figures are numbers, codes are text, nothing runs, and the bytes repeat."""

import zipfile
from dataclasses import replace
from io import BytesIO

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts import spreadsheet
from alerts.spreadsheet import attachments, harmless, workbook
from bridge.domain.quantity import to_micro


@pytest.fixture
def first(tell, episodes, days):
    """Give the sketch's first mail."""
    return tell(episodes, days=days)[0]


def _sheets(content: bytes) -> dict[str, list[tuple[object, ...]]]:
    book = openpyxl.load_workbook(BytesIO(content))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def test_sheets_by_language(first):
    """Four sheets, named in the reader's language; lists have frozen heads and filters."""
    assert list(_sheets(workbook(first, "zh"))) == ["汇总", "差异明细", "单据对照", "说明"]
    book = openpyxl.load_workbook(BytesIO(workbook(first, "en")))
    assert book.sheetnames == ["Summary", "Variances", "Documents", "Notes"]
    assert [book[name].freeze_panes for name in book.sheetnames] == ["A2", "B2", "B2", "A2"]
    assert book["Variances"].auto_filter.ref == "A1:AB4"


def test_figures_are_numbers_and_codes_are_text(first, tell, episodes):
    """00710 and NA stay text; quantities and money are numbers with formats."""
    position = replace(episodes[0].variance.position, item="00710", batch="NA", name="  two  blanks ")
    digest = tell([replace(episodes[0], variance=replace(episodes[0].variance, position=position))])[0]
    sheet = openpyxl.load_workbook(BytesIO(workbook(digest, "en")))["Variances"]
    row = {head.value: cell for head, cell in zip(sheet[1], sheet[2], strict=True)}
    assert [row[name].value for name in ("Item", "Batch", "Name")] == ["00710", "NA", "  two  blanks "]
    assert row["Item"].number_format == "@"
    assert (row["Book"].value, row["Unexplained"].value, row["Unexplained"].number_format) == (253, 126.5, "#,##0.0")
    assert (row["Amount"].value, row["Amount"].number_format) == (9867, "#,##0.00")
    assert row["Percent"].number_format == "0.0%"
    assert len(_sheets(workbook(first, "en"))["Documents"]) == 6


def test_documents_say_what_they_are_there_for(first):
    """Each document with its role, number and effect; those that explain sum to what the variance calls explained."""
    heads, *rows = _sheets(workbook(first, "zh"))["单据对照"]
    lines = [dict(zip(heads, row, strict=True)) for row in rows]
    shown = [(line["料号"], line["用途"], line["单据号"], line["影响数量（库-账）"]) for line in lines]
    assert sorted(shown) == [
        ("FPC-24P", "疑似原因依据", "CLCK-1123-002", -1400),
        ("ZK-2201", "已解释", "CPRK-1123-004", -300),
        ("ZK-2201", "已解释", "XSCK-1123-011", -120),
        ("ZK-2201", "疑似原因依据", "WIN012231", -80),
        ("ZK-2201", "疑似原因依据", "WIN012233", -80),
    ]
    heads, *rows = _sheets(workbook(first, "zh"))["差异明细"]
    explained = {row[heads.index("差异编号")]: row[heads.index("已解释")] for row in rows}
    assert sorted(explained.values()) == [-420, 0, 0]
    for name, figure in explained.items():
        assert sum(x["影响数量（库-账）"] for x in lines if (x["差异编号"], x["用途"]) == (name, "已解释")) == figure


def test_the_owner_is_named(first):
    """Whose it is stands there by name, not by the id of the configuration."""
    heads, *rows = _sheets(workbook(first, "zh"))["差异明细"]
    assert {row[heads.index("负责人")] for row in rows} == {"王芳"}


def test_no_cost_is_an_empty_cell(tell, episodes):
    """What has no cost has no amount, not zero."""
    bare = replace(episodes[0], variance=replace(episodes[0].variance, value=None, cost=None))
    rows = _sheets(workbook(tell([bare])[0], "zh"))["差异明细"]
    line = dict(zip(rows[0], rows[1], strict=True))
    assert (line["金额"], line["单位成本"], line["成本来源"]) == (None, None, "无成本")


def test_a_quantity_too_long_for_a_number_stays_exact(tell, episodes):
    """A figure of more than 15 digits is text, so that no digit is lost."""
    long = replace(episodes[0], variance=replace(episodes[0].variance, stock=to_micro("123456789012.345678")))
    rows = _sheets(workbook(tell([long])[0], "en"))["Variances"]
    assert dict(zip(rows[0], rows[1], strict=True))["Stock"] == "123456789012.345678"


def test_hostile_texts_do_not_run(tell, hostile):
    """No formula, no link, no outside reference in the file, and no text that turns into a formula later."""
    content = workbook(tell([hostile])[0], "zh")
    book = openpyxl.load_workbook(BytesIO(content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert not [
        cell for cell in cells if isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@", "\t"))
    ]
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert not [name for name in archive.namelist() if "external" in name.lower() or "hyperlink" in name.lower()]
        assert not [name for name in archive.namelist() if b"<f>" in archive.read(name)]


@settings(deadline=None)
@given(st.text(max_size=80))
def test_no_text_starts_a_formula(text):
    """Whatever a cell says, its first visible character starts no formula, unless it is a plain negative figure."""
    shown = harmless(text)
    first = shown.lstrip()[:1]
    assert first not in set("=+@＝＋＠")
    assert first not in set("-－") or shown.lstrip("-").replace(".", "", 1).isdecimal()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        (" =1+1", "' =1+1"),
        ("\t=1", "' =1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-5", "-5"),
        ("-5+1", "'-5+1"),
        ("A-1", "A-1"),
    ],
)
def test_leads_of_formulas_get_an_apostrophe(text, shown):
    """Only what would run is changed."""
    assert harmless(text) == shown


def test_bytes_repeat(first, monkeypatch):
    """The same digest gives the same bytes, at any time and in any time zone of the machine."""
    before = workbook(first, "zh")
    monkeypatch.setenv("TZ", "America/New_York")
    assert workbook(first, "zh") == before
    with zipfile.ZipFile(BytesIO(before)) as archive:
        assert b"2026-11-23T08:28:00Z" in archive.read("docProps/core.xml")


def test_attachment_only_where_it_belongs(first, policy):
    """The variance mail carries the workbook unless the plant does not want it."""
    (attachment,) = attachments(first)
    assert attachment.name == "差异与单据对照-529.xlsx"
    assert attachments(replace(first, policy=replace(policy, attach=False))) == ()
    assert spreadsheet.attachments(first, "en")[0].name == "variances-and-documents-529.xlsx"
