"""What a cell says, exactly, or a refusal that names it: codes, quantities and days."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from bridge.domain.errors import SnapshotRejected
from bridge.domain.quantity import to_micro
from connectors.spreadsheet.sheet import ERRORS, Sheet, is_blank, shown_cell

_PLAIN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:(?:,[0-9]{3})+\.[0-9]+|(?:,[0-9]{3}){2,})")
_COMMA = re.compile(r"[+-]?[0-9]+(?:,[0-9]+)?")
_COMMA_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:(?:\.[0-9]{3})+,[0-9]+|(?:\.[0-9]{3}){2,})")
_LOST = re.compile(r"[0-9](?:\.[0-9]+)?E\+?[0-9]{2,}", re.IGNORECASE)
_LARGEST_WHOLE = 10**15
"""Excel keeps 15 digits of a number; a longer code has lost its end."""
_LONGEST = 30
_DAY = re.compile(r"([0-9]{4})(?:[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?|([0-9]{2})([0-9]{2}))(?:[ T].*)?")


def code(sheet: Sheet, row: int, column: int, *, integers: bool = False) -> str:
    """Return a code as text, '' for a blank cell. `integers` accepts a whole number as its digits.

    Raise SnapshotRejected if the cell is a number, a day or yes/no: 710 may have been 00710, and 1-2 became a day.
    """
    cell = checked(sheet, row, column)
    if isinstance(cell, str):
        if _LOST.fullmatch(cell.strip()):
            raise sheet.refused("BR-1322", row, column)
        return "" if is_blank(cell) else cell
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if abs(cell) >= _LARGEST_WHOLE:
            raise sheet.refused("BR-1322", row, column)
        if integers and cell == int(cell):
            return str(int(cell))
        raise sheet.refused("BR-1321", row, column, value=_spelled(cell))
    if isinstance(cell, date | time | timedelta):
        raise sheet.refused("BR-1323", row, column)
    raise sheet.refused("BR-1321", row, column)


def quantity(sheet: Sheet, row: int, column: int, *, decimal_comma: bool = False) -> tuple[int | None, str]:
    """Return a quantity in millionths and as read; a blank cell is None: Unknown.

    Raise SnapshotRejected for anything that is no number, or a text that can be read in two ways.
    """
    cell = checked(sheet, row, column)
    if is_blank(cell):
        return None, ""
    try:
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            return to_micro(Decimal(repr(cell))), _spelled(cell)
        if isinstance(cell, str):
            return to_micro(_number(sheet, row, column, cell, decimal_comma)), shown_cell(cell)
    except SnapshotRejected as cause:
        if cause.code in {"BR-1801", "BR-1802"}:
            raise sheet.refused("BR-1326", row, column) from cause
        raise
    raise sheet.refused("BR-1326", row, column)


def day(sheet: Sheet, row: int, column: int) -> date | None:
    """Return a day, None for a blank cell. Raise SnapshotRejected if the cell holds none."""
    cell = checked(sheet, row, column)
    if is_blank(cell):
        return None
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    found = _DAY.fullmatch(cell.strip()) if isinstance(cell, str) else None
    try:
        if found is not None:
            return date(int(found[1]), int(found[2] or found[4]), int(found[3] or found[5]))
    except ValueError:
        pass
    raise sheet.refused("BR-1328", row, column)


def checked(sheet: Sheet, row: int, column: int) -> object:
    """Return a cell. Raise SnapshotRejected if it is an error or a formula that was never calculated."""
    cell: object = sheet.cell(row, column)
    error = sheet.marks.errors.get((row, column), "")
    if isinstance(cell, str) and "#" in cell and cell.strip().upper() in ERRORS:
        error = error or cell.strip()
    if error:
        raise sheet.refused("BR-1324", row, column, value=error)
    if (row, column) in sheet.marks.uncalculated:
        raise sheet.refused("BR-1325", row, column)
    return cell


def _number(sheet: Sheet, row: int, column: int, cell: str, decimal_comma: bool) -> Decimal:
    """Return a quantity that stands there as text. Grouped thousands count only where nothing else can be meant."""
    text = cell.strip()
    plain, grouped = (_COMMA, _COMMA_GROUPED) if decimal_comma else (_PLAIN, _GROUPED)
    if len(text) > _LONGEST or not (plain.fullmatch(text) or grouped.fullmatch(text)):
        is_comma = bool(re.fullmatch(r"[+-]?[0-9.,]+", text)) and ("," in text or decimal_comma)
        raise sheet.refused("BR-1327" if is_comma else "BR-1326", row, column)
    if decimal_comma:
        return Decimal(text.replace(".", "").replace(",", "."))
    return Decimal(text.replace(",", ""))


def _spelled(number: float) -> str:
    """Return a number cell as people see it: 710, not 710.0."""
    return str(int(number)) if number == int(number) else repr(number)
