"""The rows below the header as stock lines; whatever is not one line of stock is refused by its cell."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa
from openpyxl.utils import get_column_letter

from bridge.domain.errors import SnapshotRejected
from bridge.domain.snapshot import STOCK_LINES, WAREHOUSE_CARDS
from connectors.spreadsheet.cells import code, day, quantity
from connectors.spreadsheet.config import SpreadsheetSettings
from connectors.spreadsheet.header import Header
from connectors.spreadsheet.sheet import Sheet, is_blank

_TOTAL = re.compile(
    r"(?:.*(?:合计|小计|总计|共计|累计|汇总)|(?:.*\s)?(?:sub|grand)?[\s-]*total|(?:sub|grand)?[\s-]*totals|sum)"
)
_HINT = re.compile(r"t\s*o\s*t\s*a\s*l|sum", re.IGNORECASE)
_ITEM_AND_QTY = 2
_EDGES = " \t\r\n:"


@dataclass
class Body:
    """What the rows say: columns of STOCK_LINES, the newest `updated` day and its cell, and how many rows are hidden."""

    columns: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in STOCK_LINES.names})
    newest: date | None = None
    newest_at: tuple[int, int] = (0, 0)
    hidden: int = 0
    unknown: int = 0

    def table(self) -> pa.Table:
        """Return STOCK_LINES."""
        return pa.table(self.columns, schema=STOCK_LINES)


def read_body(sheet: Sheet, header: Header, settings: SpreadsheetSettings, row_cap: int) -> Body:
    """Given a sheet and its header, return its lines. Blank rows are skipped, rows after them still read.

    Raise SnapshotRejected naming the cell of the first row that is no line, or if there are more than `row_cap`.
    """
    _refuse_merged(sheet, header)
    body = Body()
    marked = {row for row, _ in (*sheet.marks.errors, *sheet.marks.uncalculated)}
    for row in range(header.first_row, max(len(sheet.rows), *(at + 1 for at in marked), 0)):
        if row not in marked and all(is_blank(cell) for cell in sheet.row(row)):
            continue
        if sheet.kind == "csv" and any(not is_blank(cell) for cell in sheet.row(row)[header.width :]):
            raise sheet.refused("BR-1315", row, header.width)
        _refuse_total(sheet, header, row)
        _add_line(body, sheet, header, settings, row)
        if len(body.columns["item"]) > row_cap:
            raise SnapshotRejected("BR-1330", source=sheet.source, sheet=sheet.name, row_cap=row_cap)
    return body


def warehouse_table(lines: pa.Table, kind: str | None) -> pa.Table:
    """Return WAREHOUSE_CARDS of the warehouses that occur, all of the configured kind; none if it is not stated."""
    codes = sorted({code for code in lines["warehouse"].to_pylist() if code and kind})
    columns = {"warehouse": codes, "name": codes, "kind": [kind] * len(codes), "frozen": [False] * len(codes)}
    return pa.table(columns, schema=WAREHOUSE_CARDS)


def _add_line(body: Body, sheet: Sheet, header: Header, settings: SpreadsheetSettings, row: int) -> None:
    places = header.columns
    texts = {what: _code(sheet, header, row, what) for what in ("item", "warehouse", "batch", "unit")}
    for column in header.text_columns:
        code(sheet, row, column)
    amount, raw = quantity(sheet, row, places["qty"], decimal_comma=settings.decimal_comma)
    if not texts["item"]:
        if amount is None:
            return  # a remark, or a form's prepared but empty row
        raise sheet.refused("BR-1320", row, places["item"], qty=raw, at=sheet.address(row, places["qty"]))
    if amount is None and len(places) > _ITEM_AND_QTY and sum(not is_blank(cell) for cell in sheet.row(row)) == 1:
        raise sheet.refused("BR-1336", row, places["item"])
    if "warehouse" in places and not texts["warehouse"]:
        raise sheet.refused("BR-1329", row, places["warehouse"], header=settings.columns.warehouse)
    updated = day(sheet, row, places["updated"]) if "updated" in places else None
    if updated is not None and (body.newest is None or updated > body.newest):
        body.newest, body.newest_at = updated, (row, places["updated"])
    values = {
        "item": texts["item"],
        "warehouse": texts["warehouse"] or settings.warehouse or "",
        "batch": texts["batch"],
        "quantity": amount,
        "raw_unit": texts["unit"],
        "raw_quantity": raw,
    }
    for name, value in values.items():
        body.columns[name].append(value)
    body.hidden += row in sheet.marks.hidden
    body.unknown += amount is None


def _code(sheet: Sheet, header: Header, row: int, what: str) -> str:
    column = header.columns.get(what)
    return "" if column is None else code(sheet, row, column, integers=column in header.integer_codes)


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
