"""A workbook somebody keeps by hand: the stock on its first sheet, what came and went on its second."""

import os
from datetime import date
from decimal import Decimal

from openpyxl import Workbook

from config.sample_examples import EXAMPLES
from connectors.contract import SourceHarness, Unsupported
from connectors.spreadsheet import CONNECTOR
from connectors.spreadsheet.config import SpreadsheetSettings

COLUMNS = {"item": "料号", "warehouse": "库位", "batch": "批号", "qty": "结存"}
_, MOVEMENTS = EXAMPLES["sources.consign.movements"]
MOVED = MOVEMENTS["columns"]


class SpreadsheetHarness(SourceHarness):
    """An xlsx file with text codes and number quantities."""

    connector = CONNECTOR
    receipt, issue = MOVEMENTS["types"].values()

    def __init__(self, folder):
        self.path = folder / "代管料台账.xlsx"
        self.stock, self.moved = [], []

    def settings(self):
        """Return settings that read the file."""
        return SpreadsheetSettings(kind="spreadsheet", path=self.path, columns=COLUMNS, movements=MOVEMENTS)

    def fill(self, rows):
        """Write the workbook as a careful storekeeper does: codes are text, whatever they look like."""
        self.stock, self.moved = [(row.item, row.warehouse, row.batch, row.quantity) for row in rows], []
        self._write()

    def post(self, number, family, item, quantity):
        """Write a row of the list of documents, in the column of what came or went, and one of the stock."""
        came, went = (quantity, None) if family == self.receipt else (None, quantity)
        word = next(word for word, meaning in MOVEMENTS["types"].items() if meaning == family)
        self.moved.append((number, date(2026, 11, 23), word, item, self.warehouses[0], came, went))
        self.stock.append((item, self.warehouses[0], "", (came or 0) - (went or 0)))
        self._write()

    def delete(self, number):
        """Delete the document's row and take it back."""
        gone = next(row for row in self.moved if row[0] == number)
        self.moved.remove(gone)
        self.stock.append((*gone[3:5], "", (gone[6] or 0) - (gone[5] or 0)))
        self._write()

    def broken(self, fault):
        """Break the file."""
        match fault:
            case "dead":
                self.path.unlink()
            case "schema":
                self._write(["料号", "库位", "批号", "数量"])
            case "garbage":
                self.path.write_bytes(os.urandom(4096))
            case "cut":
                self.path.write_bytes(self.path.read_bytes()[:2000])
            case _:
                raise Unsupported(fault)
        return self.settings()

    def _write(self, header=None):
        book = Workbook()
        _fill(book.active, header or COLUMNS.values(), self.stock)
        _fill(book.create_sheet(MOVEMENTS["sheet"]), MOVED.values(), self.moved)
        book.save(self.path)


def _fill(page, header, rows):
    page.append(list(header))
    for number, row in enumerate(rows, start=2):
        for column, value in enumerate(row, start=1):
            if value in ("", None):
                continue
            cell = page.cell(number, column, float(value) if isinstance(value, Decimal | int) else value)
            if isinstance(value, str):
                cell.data_type, cell.number_format = "s", "@"
