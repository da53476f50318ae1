"""The rows below the header as stock lines; whatever is not one line of stock is refused by its cell."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa

from bridge.domain.snapshot import STOCK_LINES, WAREHOUSE_CARDS
from connectors.spreadsheet.cells import code, day, quantity
from connectors.spreadsheet.config import SpreadsheetSettings
from connectors.spreadsheet.header import Header
from connectors.spreadsheet.rows import code_of, filled_rows, refuse_blank, refuse_too_many
from connectors.spreadsheet.sheet import Sheet, is_blank

_ITEM_AND_QTY = 2


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
    body = Body()
    for row in filled_rows(sheet, header):
        _add_line(body, sheet, header, settings, row)
        refuse_too_many(sheet, len(body.columns["item"]), row_cap)
    return body


def warehouse_table(lines: pa.Table, kind: str | None) -> pa.Table:
    """Return WAREHOUSE_CARDS of the warehouses that occur, all of the configured kind; none if it is not stated."""
    codes = sorted({code for code in lines["warehouse"].to_pylist() if code and kind})
    columns = {"warehouse": codes, "name": codes, "kind": [kind] * len(codes), "frozen": [False] * len(codes)}
    return pa.table(columns, schema=WAREHOUSE_CARDS)


def _add_line(body: Body, sheet: Sheet, header: Header, settings: SpreadsheetSettings, row: int) -> None:
    places = header.columns
    texts = {what: code_of(sheet, header, row, what) for what in ("item", "warehouse", "batch", "unit")}
    for column in header.text_columns:
        code(sheet, row, column)
    amount, raw = quantity(sheet, row, places["qty"], decimal_comma=settings.decimal_comma)
    if not texts["item"]:
        if amount is None:
            return  # a remark, or a form's prepared but empty row
        raise sheet.refused("BR-1320", row, places["item"], qty=raw, at=sheet.address(row, places["qty"]))
    if amount is None and len(places) > _ITEM_AND_QTY and sum(not is_blank(cell) for cell in sheet.row(row)) == 1:
        raise sheet.refused("BR-1336", row, places["item"])
    refuse_blank(sheet, header, row, "warehouse")
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
