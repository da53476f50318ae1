"""The template's system: a folder with an export file that can be filled and broken."""

import csv
import io
import os

from connectors.contract import SourceHarness, Unsupported
from connectors.contract.template import CONNECTOR, ExportSettings


class ExportHarness(SourceHarness):
    """An exported CSV file."""

    connector = CONNECTOR

    def __init__(self, folder):
        self.path = folder / "stock.csv"

    def settings(self):
        """Return settings that read the file."""
        return ExportSettings(kind=self.connector.kind, path=self.path)

    def fill(self, rows):
        """Write the file as the system does: whole, under another name first."""
        sheet = io.StringIO()
        writer = csv.writer(sheet, lineterminator="\n")
        writer.writerow(("item", "warehouse", "batch", "quantity", "unit"))
        for row in rows:
            writer.writerow((row.item, row.warehouse, row.batch, "" if row.quantity is None else row.quantity, "pcs"))
        self._write(f"{sheet.getvalue()}#rows={len(rows)}\n".encode())

    def broken(self, fault):
        """Break the file."""
        whole = self.path.read_bytes()
        match fault:
            case "dead":
                self.path.unlink()
            case "schema":
                self._write(whole.replace(b"quantity", b"amount", 1))
            case "cut":
                self._write(whole[: len(whole) // 2])
            case "garbage":
                self._write(b"PK\x03\x04\xff\xfe" + os.urandom(64))
            case "partial":
                first, *lines = whole.splitlines(keepends=True)
                self._write(first + b"".join(lines[1:]))
            case _:
                raise Unsupported(fault)
        return self.settings()

    def _write(self, content):
        new = self.path.with_suffix(".new")
        new.write_bytes(content)
        new.replace(self.path)
