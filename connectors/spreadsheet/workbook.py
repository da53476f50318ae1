"""From the bytes of a file to one sheet: xlsx and xls by calamine, CSV by the csv module. The content decides."""

import csv
import io
from dataclasses import replace
from typing import Final

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from bridge.domain.errors import SnapshotRejected, SourceRefused
from connectors.spreadsheet.file import Content
from connectors.spreadsheet.layout import Layout
from connectors.spreadsheet.marks import NotReadable, TooWide, is_workbook, read_marks
from connectors.spreadsheet.sheet import Marks, Sheet

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_TEXT_NAMES: Final = frozenset({".csv", ".txt", ".tsv"})
_DELIMITERS: Final = (",", ";", "\t", "|")


def read_sheet(content: Content, source: str, layout: Layout) -> Sheet:
    """Given a file, return its sheet.

    Raise SourceRefused if it is protected, no workbook, or lacks the sheet; SnapshotRejected if it is damaged.
    """
    data, file = content.data, content.path
    if data.startswith(_OLE) and _ENCRYPTED in data:
        raise SourceRefused("BR-1309", source=source, file=file)
    if data.startswith((_ZIP, _OLE)):
        return _of_workbook(content, source, layout)
    if file.suffix.lower() in _TEXT_NAMES:
        return _of_csv(content, source, layout)
    raise SourceRefused("BR-1310", source=source, file=file, found=_guess(data))


def _of_workbook(content: Content, source: str, layout: Layout) -> Sheet:
    data, file = content.data, content.path
    is_xlsx = data.startswith(_ZIP)
    try:
        if is_xlsx and not is_workbook(data):
            raise SourceRefused("BR-1310", source=source, file=file, found="zip")
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        name = _sheet_name(book, source, layout, content)
        marks = read_marks(data, name) if is_xlsx else Marks()  # first: it sees what calamine cannot bear
        sheet = book.get_sheet_by_name(name)
        rows = sheet.to_python(skip_empty_area=False)
        marks = replace(marks, merged=tuple(sheet.merged_cell_ranges or ()))
    except PasswordError as cause:
        raise SourceRefused("BR-1309", source=source, file=file) from cause
    except TooWide as cause:
        raise SnapshotRejected("BR-1337", source=source, file=file, cell=f"{name}!{cause.cell}") from cause
    except (CalamineError, NotReadable) as cause:
        raise SnapshotRejected("BR-1311", source=source, file=file, detail=str(cause)[:120]) from cause
    return Sheet(source, "xlsx" if is_xlsx else "xls", name, rows, marks)


def _sheet_name(book: CalamineWorkbook, source: str, layout: Layout, content: Content) -> str:
    sheets = [each for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
    if layout.sheet is None:
        visible = [each.name for each in sheets if each.visible == SheetVisibleEnum.Visible]
        if visible:
            return visible[0]
    names = [each.name for each in sheets]
    if layout.sheet not in names:
        facts = {"sheet": layout.sheet or "-", "present": ", ".join(names) or "-"}
        raise SourceRefused("BR-1312", source=source, file=content.path, **facts)
    return layout.sheet


def _of_csv(content: Content, source: str, layout: Layout) -> Sheet:
    text = _decoded(content, source, layout)
    delimiter = layout.delimiter or _delimiter(text, layout)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        rows: list[list[str]] = list(reader)
    except csv.Error as cause:
        facts = {"line": reader.line_num, "detail": str(cause)}
        raise SnapshotRejected("BR-1314", source=source, file=content.path, **facts) from cause
    return Sheet(source, "csv", content.path.name, list(map(list, rows)))


def _decoded(content: Content, source: str, layout: Layout) -> str:
    """Decode strictly: a wrong guess fails instead of giving other characters."""
    if content.data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = {"auto": ["utf-8-sig", "gb18030"], "utf-8": ["utf-8-sig"], "gb18030": ["gb18030"]}[layout.encoding]
    for encoding in encodings:
        try:
            return content.data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SnapshotRejected("BR-1313", source=source, file=content.path, encodings=", ".join(encodings))


def _delimiter(text: str, layout: Layout) -> str:
    """Return the delimiter that splits the header row into the most cells."""

    def width(delimiter: str) -> int:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            header = next((row for at, row in enumerate(rows, start=1) if at == layout.header_row), [])
        except csv.Error:
            return 0
        return len(header)

    return max(_DELIMITERS, key=width)


def _guess(data: bytes) -> str:
    """Return what a file seems to be that is no workbook."""
    head = data[:512].lstrip().lower()
    if not data:
        return "0 bytes"
    if head.startswith((b"<html", b"<!doctype html", b"<table", b"<meta")) or b"<html" in head:
        return "HTML"
    if head.startswith(b"<?xml"):
        return "XML"
    return "PDF" if head.startswith(b"%pdf") else "?"
