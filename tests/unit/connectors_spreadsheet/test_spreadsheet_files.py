"""Files of every kind and in every state: each is read as what it is, or refused with its own sentence."""

import io
import shutil
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlwt
from sheet_books import COLUMNS, GOOD, NOW, aged, book, lines, refusal, source, text_file

from bridge.domain.errors import SnapshotRejected, SourceRefused, SourceUnavailable
from bridge.domain.snapshot import Scope

CSV = {"header_row": 1, "columns": {"item": "料号", "warehouse": "库位", "qty": "结存"}, "text_columns": []}
TEXT = "料号,库位,结存\n00710,D-01,12.5\nNA,,\n"
PLAIN = CSV | {"columns": {"item": "料号", "qty": "结存"}}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def old_book(tmp_path, *rows, change=None):
    """Write an xls workbook with its header in row 1."""
    made = xlwt.Workbook()
    page = made.add_sheet("现存")
    days = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for at, row in enumerate((list(COLUMNS.values()), *rows)):
        for column, cell in enumerate(row):
            page.write(at, column, cell, days) if isinstance(cell, date) else page.write(at, column, cell)
    if change is not None:
        change(page)
    made.save(str(tmp_path / "台账.xls"))
    return aged(tmp_path / "台账.xls")


def test_old_workbooks_are_read_alike(tmp_path):
    """xls: text stays text, number codes are refused, merged cells too."""
    path = old_book(tmp_path, ["00710", "D-01", 12.5, "卷", date(2026, 11, 23)], ["NA", "D-01", "", "", ""])
    assert lines(path, header_row=1) == [
        ("00710", "D-01", 12_500_000, "卷", "12.5"),
        ("NA", "D-01", None, "", ""),
    ]
    assert source(path, header_row=1).probe().product == "Excel (xls)"
    assert refusal(old_book(tmp_path, [710, "D-01", 1, "", ""]), header_row=1).facts["cell"] == "现存!A2"
    merged = old_book(tmp_path, ["A", "", 1, "", ""], change=lambda page: page.write_merge(2, 4, 0, 1, "B"))
    assert refusal(merged, header_row=1).facts["cells"] == "现存!A3:B5"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_text_files_in_every_encoding(tmp_path, encoding):
    """As Excel writes them in China: UTF-8 with and without mark, GBK, and Unicode text."""
    assert lines(text_file(tmp_path, TEXT, encoding=encoding), **PLAIN) == [
        ("00710", "", 12_500_000, "", "12.5"),
        ("NA", "", None, "", ""),
    ]


def test_text_in_no_known_encoding_is_refused(tmp_path):
    """Rather than read as other characters; the one that is set is the only one tried."""
    assert refusal(text_file(tmp_path, TEXT.encode() + b"\xff\xff"), **PLAIN).code == "BR-1313"
    assert refusal(text_file(tmp_path, TEXT, encoding="gbk"), **PLAIN, encoding="utf-8").code == "BR-1313"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_header_row_shows_the_delimiter(tmp_path, delimiter):
    """Or it is set."""
    path = text_file(tmp_path, TEXT.replace(",", delimiter))
    assert len(lines(path, **PLAIN)) == 2
    assert len(lines(path, **PLAIN, delimiter=delimiter)) == 2


def test_quoted_cells_keep_commas_and_line_breaks(tmp_path):
    """Rows are counted as a spreadsheet shows them."""
    text = '料号,结存,备注\n"A,1",5,"two\nlines"\nB,x,\n'
    found = refusal(text_file(tmp_path, text), **PLAIN)
    assert (found.code, found.facts["cell"]) == ("BR-1326", "台账.csv!B3")
    assert lines(text_file(tmp_path, text.replace("x", "6")), **PLAIN)[0][0] == "A,1"


def test_a_quote_that_is_not_closed_is_refused(tmp_path):
    """It would swallow the rest of the file."""
    found = refusal(text_file(tmp_path, '料号,结存\nA,5\n"B,6\nC,7\n'), **PLAIN)
    assert found.code == "BR-1314"


def test_a_decimal_comma_that_splits_a_cell_is_refused(tmp_path):
    """All columns after it would be shifted; blank cells beyond the headers are harmless."""
    found = refusal(text_file(tmp_path, "料号,结存,单位\nA,12,5,个\n"), **PLAIN)
    assert (found.code, found.facts["cell"]) == ("BR-1315", "台账.csv!D2")
    assert len(lines(text_file(tmp_path, "料号,结存\nA,12,,\n,,,\nB\n"), **PLAIN)) == 2


@pytest.mark.parametrize("cell", ["#N/A", "#ref!", "#DIV/0!"])
def test_errors_in_text_files_are_refused(tmp_path, cell):
    """They are words there."""
    assert refusal(text_file(tmp_path, f"料号,结存\nA,{cell}\n"), **PLAIN).code == "BR-1324"


def test_a_missing_file_a_folder_and_a_forbidden_one(tmp_path, monkeypatch):
    """Each has its sentence; a share may come back, a folder never becomes a file."""
    found = refusal(tmp_path / "weg.xlsx")
    assert isinstance(found, SourceUnavailable)
    assert found.code == "BR-1303"
    found = refusal(tmp_path)
    assert isinstance(found, SourceRefused)
    assert found.code == "BR-1304"
    path = book(tmp_path, GOOD)
    assert refusal(path / "x.xlsx").code == "BR-1303"
    monkeypatch.setattr(Path, "read_bytes", lambda _: (_ for _ in ()).throw(PermissionError(13, "Permission denied")))
    found = refusal(path)
    assert (found.code, found.facts["detail"]) == ("BR-1305", "Permission denied")


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path, monkeypatch):
    """Being copied onto the share: other bytes, or another size or time."""
    path = book(tmp_path, GOOD)
    real = Path.read_bytes

    def growing(self):
        data = real(self)
        with self.open("ab") as file:
            file.write(b"\0")
        return data

    monkeypatch.setattr(Path, "read_bytes", growing)
    found = refusal(path)
    assert isinstance(found, SnapshotRejected)
    assert found.code == "BR-1306"

    def touched(self):
        data = real(self)
        aged(self)
        return data[:-1]

    monkeypatch.setattr(Path, "read_bytes", touched)
    assert refusal(path).code == "BR-1306"


def test_protected_workbooks_say_so(tmp_path):
    """An encrypted xlsx is an OLE file with one telling part."""
    path = tmp_path / "台账.xlsx"
    path.write_bytes(OLE + b"\0" * 1024 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 1024)
    assert refusal(aged(path)).code == "BR-1309"


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "0 bytes"),
        (b"<html><table><tr><td>x", "HTML"),
        (b'<?xml version="1.0"?><Workbook/>', "XML"),
        (b"%PDF-1.7", "PDF"),
        (b"hello", "?"),
    ],
)
def test_what_is_no_workbook_says_what_it_seems_to_be(tmp_path, data, found):
    """Systems love to export HTML under the name of xls."""
    path = tmp_path / "导出.xls"
    path.write_bytes(data)
    error = refusal(aged(path))
    assert isinstance(error, SourceRefused)
    assert (error.code, error.facts["found"]) == ("BR-1310", found)


def test_another_archive_is_no_workbook(tmp_path):
    """A zip, an OpenDocument sheet."""
    path = tmp_path / "台账.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("content.xml", "<x/>")
    assert refusal(aged(path)).code == "BR-1310"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_cut_workbook_is_damaged(tmp_path, share):
    """Wherever it was cut."""
    path = book(tmp_path, *[GOOD] * 50)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    found = refusal(aged(path))
    assert (type(found), found.code) == (SnapshotRejected, "BR-1311")
    old = old_book(tmp_path, *[["A", "B", 1, "", ""]] * 500)
    data = old.read_bytes()
    old.write_bytes(data[: int(len(data) * share * 0.9)])
    assert refusal(aged(old), header_row=1).code in {"BR-1311", "BR-1312", "BR-1316"}


def test_a_workbook_that_defines_entities_is_refused(tmp_path):
    """No workbook of Excel does; a bomb does."""
    path = book(tmp_path, GOOD)
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as old, zipfile.ZipFile(path, "w") as new:
        for part in old.infolist():
            data = old.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                data = data.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet', 1)
            new.writestr(part.filename, data)
    assert refusal(aged(path)).code == "BR-1311"


def test_sheets_are_found_by_name_or_as_the_first_visible_one(tmp_path):
    """A wrong name lists those there are."""
    made = openpyxl.Workbook()
    made.active.title = "旧"
    made.active.sheet_state = "hidden"
    page = made.create_sheet("现 存")
    for row in (["t"], list(COLUMNS.values()), GOOD):
        page.append(row)
    made.save(tmp_path / "a.xlsx")
    path = aged(tmp_path / "a.xlsx")
    assert len(lines(path)) == 1
    found = refusal(path, sheet="现存")
    assert (found.code, found.facts["present"]) == ("BR-1312", "旧, 现 存")
    assert refusal(path, sheet="旧").code == "BR-1316"


def test_a_file_has_a_largest_size(tmp_path):
    """A wrong path may lead anywhere."""
    path = book(tmp_path, GOOD)
    assert refusal(path, max_bytes=100).code == "BR-1307"


def test_reading_leaves_no_trace(tmp_path):
    """The file stays as it is and can be moved away at once."""
    path = book(tmp_path, GOOD)
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    found = source(path).snapshot(Scope())
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert found.provenance.fetched_from == NOW
    shutil.move(path, tmp_path / "weg.xlsx")
    assert refusal(path).code == "BR-1303"


def test_a_stray_cell_far_away_is_refused(tmp_path):
    """Reading everything in between would fill the memory; a far cell that is only coloured does not matter."""

    def stray(page):
        page["XFD9000"] = "x"

    found = refusal(book(tmp_path, GOOD, change=stray))
    assert (found.code, found.facts["cell"]) == ("BR-1337", "现存!XFD9000")

    def colour(page):
        page["XFD9000"].fill = openpyxl.styles.PatternFill("solid", "FFFF00")

    assert len(lines(book(tmp_path, GOOD, change=colour))) == 1
