"""The consigned-stock workbook a storekeeper keeps by hand (users.md 3.3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font

from bridge.demo.lookalikes.exact import Figure, exact

COLUMNS = ("料号", "库位", "结存", "单位", "更新日期")


@dataclass(frozen=True)
class LedgerRow:
    """One line: item code and place as text, quantity as a number, the day it was last touched."""

    item: str
    place: str
    quantity: Figure
    unit: str
    updated: date


def write_ledger_book(
    path: Path, rows: Iterable[LedgerRow], *, sheet: str = "现存", title: str = "代管料台账", subtotal: bool = False
) -> Path:
    """Write the workbook: a title in row 1, the header in row 2, lines from row 3; return its path.

    `subtotal` ends it with a 合计 row, which a reader must refuse.
    """
    book = Workbook()
    page = book.active
    page.title = sheet
    page.append([title])
    page.append(list(COLUMNS))
    for cell in page[2]:
        cell.font = Font(bold=True)
    total = Decimal(0)
    for row in rows:
        quantity = exact(row.quantity)
        total += quantity
        page.append([row.item, row.place, _number(quantity), row.unit, row.updated])
        page.cell(page.max_row, 1).number_format = "@"
        page.cell(page.max_row, 5).number_format = "yyyy-mm-dd"
    if subtotal:
        page.append(["合计", None, _number(total)])
    book.save(path)
    return Path(path)


def _number(value: Decimal) -> int | float:
    """Excel knows binary floats only; 15 digits come back exactly."""
    return int(value) if value == value.to_integral_value() else float(value)
