"""The rows below the header that say something; what no list may hold, such as a total, is refused by its cell."""

import re
import unicodedata
from collections.abc import Iterator

from openpyxl.utils import get_column_letter

from bridge.domain.errors import SnapshotRejected
from connectors.spreadsheet.cells import code
from connectors.spreadsheet.header import Header
from connectors.spreadsheet.sheet import Sheet, is_blank, shown_cell

_TOTAL = re.compile(
    r"(?:.*(?:合计|小计|总计|共计|累计|汇总)|(?:.*\s)?(?:sub|grand)?[\s-]*total|(?:sub|grand)?[\s-]*totals|sum)"
)
_HINT = re.compile(r"t\s*o\s*t\s*a\s*l|sum", re.IGNORECASE)
_EDGES = " \t\r\n:"


def filled_rows(sheet: Sheet, header: Header) -> Iterator[int]:
    """Given a sheet and its header, yield the rows (from 0) in which something stands; blank ones do not end the list.

    Raise SnapshotRejected naming the cell of the first row that is merged, a total, or wider than the header (CSV).
    """
    _refuse_merged(sheet, header)
    marked = {row for row, _ in (*sheet.marks.errors, *sheet.marks.uncalculated)}
    for row in range(header.first_row, max(len(sheet.rows), *(at + 1 for at in marked), 0)):
        if row not in marked and all(is_blank(cell) for cell in sheet.row(row)):
            continue
        if sheet.kind == "csv" and any(not is_blank(cell) for cell in sheet.row(row)[header.width :]):
            raise sheet.refused("BR-1315", row, header.width)
        _refuse_total(sheet, header, row)
        yield row


def code_of(sheet: Sheet, header: Header, row: int, what: str) -> str:
    """Return the code or word in the column that means `what`, '' if there is no such column or the cell is blank."""
    column = header.columns.get(what)
    return "" if column is None else code(sheet, row, column, integers=column in header.integer_codes)


def refuse_blank(sheet: Sheet, header: Header, row: int, what: str) -> None:
    """Raise SnapshotRejected if there is a column that means `what` and its cell in this row is blank."""
    column = header.columns.get(what)
    if column is not None and is_blank(sheet.cell(row, column)):
        raise sheet.refused("BR-1329", row, column, header=shown_cell(sheet.cell(header.first_row - 1, column)))


def refuse_too_many(sheet: Sheet, rows: int, row_cap: int) -> None:
    """Raise SnapshotRejected if more rows were read than are allowed."""
    if rows > row_cap:
        raise SnapshotRejected("BR-1330", source=sheet.source, sheet=sheet.name, row_cap=row_cap)


def _refuse_total(sheet: Sheet, header: Header, row: int) -> None:
    """Refuse a subtotal: it would count its items twice. It shows in a code or left of the item."""
    for column in header.labels:
        cell = sheet.cell(row, column)
        if not isinstance(cell, str) or (cell.isascii() and not _HINT.search(cell)):
            continue
        words = unicodedata.normalize("NFKC", cell).strip(_EDGES).casefold()
        if words and (_TOTAL.fullmatch(words) or _TOTAL.fullmatch("".join(words.split()))):
            raise sheet.refused("BR-1319", row, column)


def _refuse_merged(sheet: Sheet, header: Header) -> None:
    """Refuse merged cells among the lines: only their first cell has a value, the others would be blank."""
    columns = set(header.columns.values())
    for (top, left), (bottom, right) in sheet.marks.merged:
        if bottom >= header.first_row and columns & set(range(left, right + 1)):
            corners = f"{get_column_letter(left + 1)}{top + 1}:{get_column_letter(right + 1)}{bottom + 1}"
            raise SnapshotRejected("BR-1334", source=sheet.source, cells=f"{sheet.name}!{corners}")
