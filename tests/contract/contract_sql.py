"""Any SQL database, as a SQLite file with a stock table and a table of documents."""

import os
import sqlite3

from connectors.contract import SourceHarness, Unsupported
from connectors.sql import CONNECTOR
from connectors.sql.config import SqlSettings

TABLES = """
CREATE TABLE stock (item TEXT NOT NULL, warehouse TEXT, batch TEXT, quantity TEXT);
CREATE TABLE moves (number TEXT, family TEXT, item TEXT, warehouse TEXT, effect TEXT, counterpart TEXT, leg TEXT);
"""
MOVES = """SELECT number || leg AS "key", number AS document_number, family, item, warehouse, effect, counterpart,
 'posted' AS state FROM moves"""


class SqlHarness(SourceHarness):
    """A warehouse database read by the admin's own SELECTs."""

    connector = CONNECTOR
    secrets = ("geheim-9f1c",)

    def __init__(self, folder):
        self.path = folder / "wms.db"
        self.locker = None

    def settings(self, **more):
        """Return settings that read the file."""
        written = {
            "kind": "sql",
            "url": f"sqlite:///{self.path}",
            "password": self.secrets[0],
            "query": "SELECT item, warehouse, batch, quantity FROM stock",
            "count_query": "SELECT count(*) FROM stock",
            "movements_query": MOVES,
        }
        return SqlSettings(**(written | more))

    def fill(self, rows):
        """Write a new file."""
        self.path.unlink(missing_ok=True)
        self.run(*(statement for statement in TABLES.split(";") if statement.strip()))
        stock = [(row.item, row.warehouse, row.batch or None, _text(row.quantity)) for row in rows]
        self.run(("INSERT INTO stock VALUES (?, ?, ?, ?)", stock))

    def broken(self, fault):
        """Break the file, or lock it."""
        match fault:
            case "dead":
                self.path.unlink()
            case "schema":
                self.run("ALTER TABLE stock RENAME COLUMN quantity TO amount")
            case "garbage":
                self.path.write_bytes(os.urandom(4096))
            case "cut":
                self.path.write_bytes(self.path.read_bytes()[:6000])
            case "partial":
                return self.settings(query="SELECT item, warehouse, batch, quantity FROM stock LIMIT 1")
            case "hang":
                self.locker = sqlite3.connect(self.path, isolation_level=None)
                self.locker.execute("BEGIN EXCLUSIVE")
                return self.settings(timeout_s=1, lock_timeout_s=0.3)
            case _:
                raise Unsupported(fault)
        return self.settings()

    def post(self, number, family, item, quantity):
        """Write a document and move the stock row."""
        signed = quantity if family == self.receipt else -quantity
        self._move(number, family, item, self.warehouses[0], signed)

    def transfer(self, number, item, quantity):
        """Write both legs."""
        here, there = self.warehouses
        self._move(number, "transfer_out", item, here, -quantity, there, ":out")
        self._move(number, "transfer_in", item, there, quantity, here, ":in")

    def delete(self, number):
        """Delete the document's rows and take them back."""
        with sqlite3.connect(self.path) as link:
            rows = link.execute("SELECT item, warehouse, effect FROM moves WHERE number = ?", (number,)).fetchall()
        link.close()
        for item, warehouse, effect in rows:
            self.run(("INSERT INTO stock VALUES (?, ?, NULL, ?)", [(item, warehouse, f"-{effect}")]))
        self.run(("DELETE FROM moves WHERE number = ?", [(number,)]))

    def close(self):
        """Give the file free."""
        if self.locker is not None:
            self.locker.close()

    def run(self, *statements):
        """Run statements, with their rows where they come with some."""
        with sqlite3.connect(self.path) as link:
            for statement in statements:
                if isinstance(statement, str):
                    link.execute(statement)
                else:
                    link.executemany(*statement)
        link.close()

    def _move(self, number, family, item, warehouse, effect, counterpart="", leg=""):
        row = (number, family, item, warehouse, _text(effect), counterpart, leg)
        self.run(("INSERT INTO moves VALUES (?, ?, ?, ?, ?, ?, ?)", [row]))
        self.run(("INSERT INTO stock VALUES (?, ?, NULL, ?)", [(item, warehouse, _text(effect))]))


def _text(quantity):
    return None if quantity is None else format(quantity, "f")
