"""The workbook beside the mail: figures as numbers, codes as text, nothing that a spreadsheet would run."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from alerts import sheets
from alerts.digest import Digest
from alerts.message import Attachment
from alerts.render.clean import clean, single_line
from alerts.render.page import attachment_name, has_workbook
from alerts.sheets import Cell, Sheet
from bridge import language

_TEXT_LIMIT: Final = 500
_DIGITS: Final = 15  # what a spreadsheet's floating point number holds
_RUNS: Final = tuple("=+-@＝＋－＠")
_FONT: Final = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "top"}


def attachments(digest: Digest, lang: str = "") -> tuple[Attachment, ...]:
    """Given a digest, return its workbook as an attachment; nothing where the mail carries none."""
    lang = lang or digest.policy.language
    if not has_workbook(digest):
        return ()
    return (Attachment(attachment_name(digest, lang), workbook(digest, lang)),)


def workbook(digest: Digest, lang: str) -> bytes:
    """Given a digest, return the xlsx file. The same digest gives the same bytes, whenever it is written."""
    target = BytesIO()
    book = Workbook(
        target,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    title = clean(digest.report.pair_label or digest.report.pair)
    book.set_properties(
        {
            "title": title,
            "author": language.text(lang, "mail.product"),
            "created": sheets.wall_clock(digest.report.as_of, digest),
        }
    )
    formats = _Formats(book)
    for sheet in sheets.of(digest, lang):
        _write(book.add_worksheet(sheet.name), sheet, formats)
    book.close()
    return target.getvalue()


@dataclass(frozen=True)
class _Look:
    number_format: str = ""
    bold: bool = False


class _Formats:
    """xlsxwriter wants every format registered once; equal looks share one."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._known: dict[_Look, Any] = {}

    def __call__(self, look: _Look) -> Any:
        if look not in self._known:
            extra: dict[str, Any] = {"num_format": look.number_format} if look.number_format else {}
            if look.bold:
                extra |= {"bold": True, "bg_color": "#24405F", "font_color": "#FFFFFF", "text_wrap": True}
            self._known[look] = self._book.add_format(_FONT | extra)
        return self._known[look]


def _write(page: Worksheet, sheet: Sheet, formats: Callable[[_Look], Any]) -> None:
    for column, (head, width) in enumerate(sheet.columns):
        page.set_column(column, column, width)
        page.write_string(0, column, head, formats(_Look(bold=True)))
    for row, cells in enumerate(sheet.rows, start=1):
        for column, cell in enumerate(cells):
            _write_cell(page, row, column, cell, formats)
    page.freeze_panes(1, sheet.frozen_columns)
    if sheet.filtered:
        page.autofilter(0, 0, max(1, len(sheet.rows)), len(sheet.columns) - 1)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)


def _write_cell(page: Worksheet, row: int, column: int, cell: Cell, formats: Callable[[_Look], Any]) -> None:
    if cell is None:
        return
    if isinstance(cell, datetime):
        page.write_datetime(row, column, cell, formats(_Look("yyyy-mm-dd hh:mm")))
    elif isinstance(cell, int):
        page.write_number(row, column, cell, formats(_Look("#,##0")))
    elif isinstance(cell, Decimal) and len(cell.normalize().as_tuple().digits) <= _DIGITS:
        page.write_number(row, column, float(cell), formats(_Look(_decimals(cell))))
    elif isinstance(cell, sheets.Percent):
        page.write_number(row, column, float(cell.value / 100), formats(_Look("0.0%")))
    elif isinstance(cell, sheets.Money):
        page.write_number(row, column, float(cell.value), formats(_Look("#,##0.00")))
    else:
        page.write_string(
            row, column, harmless(f"{cell:f}" if isinstance(cell, Decimal) else cell), formats(_Look("@"))
        )


def _decimals(value: Decimal) -> str:
    exponent = value.normalize().as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return "#,##0" + ("." + "0" * places if places else "")


def harmless(text: str) -> str:
    """Given any text, return it so that no program takes it for a formula, even after it was saved as CSV.

    A leading = + - @ (full width too) gets an apostrophe before it. Exact figures too long for a number stay as they
    are: they consist of digits.
    """
    line = single_line(text, _TEXT_LIMIT)
    is_figure = line.lstrip("-").replace(".", "", 1).isdecimal()
    return f"'{line}" if line.lstrip().startswith(_RUNS) and not is_figure else line
