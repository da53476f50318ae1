"""A workbook somebody keeps by hand."""

import os

from openpyxl import Workbook

from connectors.contract import SourceHarness, Unsupported
from connectors.spreadsheet import CONNECTOR
from connectors.spreadsheet.config import SpreadsheetSettings

COLUMNS = {"item": "料号", "warehouse": "库位", "batch": "批号", "qty": "结存"}


class SpreadsheetHarness(SourceHarness):
    """An xlsx file with text codes and number quantities."""

    connector = CONNECTOR

    def __init__(self, folder):
        self.path = folder / "代管料台账.xlsx"

    def settings(self):
        """Return settings that read the file."""
        return SpreadsheetSettings(kind="spreadsheet", path=self.path, columns=COLUMNS)

    def fill(self, rows):
        """Write the workbook as a careful storekeeper does: codes are text, whatever they look like."""
        self._write(list(COLUMNS.values()), rows)

    def broken(self, fault):
        """Break the file."""
        match fault:
            case "dead":
                self.path.unlink()
            case "schema":
                self._write(["料号", "库位", "批号", "数量"], ())
            case "garbage":
                self.path.write_bytes(os.urandom(4096))
            case "cut":
                self.path.write_bytes(self.path.read_bytes()[:2000])
            case _:
                raise Unsupported(fault)
        return self.settings()

    def _write(self, header, rows):
        book = Workbook()
        page = book.active
        page.append(header)
        for number, row in enumerate(rows, start=2):
            for column, code in enumerate((row.item, row.warehouse, row.batch), start=1):
                if code:
                    cell = page.cell(number, column, code)
                    cell.data_type, cell.number_format = "s", "@"
            if row.quantity is not None:
                page.cell(number, 4, float(row.quantity))
        book.save(self.path)
