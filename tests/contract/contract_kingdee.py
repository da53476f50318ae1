"""A K/3 account set, as the look-alike keeps it."""

import os
import sqlite3
from datetime import date

from bridge.demo.lookalikes import BillLine, KingdeeBooks
from connectors.contract import SourceHarness, Unsupported
from connectors.kingdee_k3 import CONNECTOR
from connectors.kingdee_k3.config import KingdeeK3Settings

TYPES = {"purchase_receipt": 1, "material_issue": 24}
TODAY = date(2026, 11, 20)


class KingdeeHarness(SourceHarness):
    """K/3 WISE in a SQLite file."""

    connector = CONNECTOR
    secrets = ("geheim-9f1c",)

    def __init__(self, folder):
        self.path = folder / "AIS20260101080000.db"
        self.books = None

    def settings(self):
        """Return settings that read the file."""
        return KingdeeK3Settings(kind="kingdee_k3", url=f"sqlite:///{self.path}", password=self.secrets[0])

    def fill(self, rows):
        """Make a new account set with opening balances."""
        if any(row.quantity is None for row in rows):
            raise Unsupported("stock row without a figure: FQty is NOT NULL")
        self.close()
        for path in self.path.parent.glob(f"{self.path.name}*"):
            path.unlink()
        self.books = KingdeeBooks.create(self.path, period=date(2026, 11, 1))
        with self.books.writing():
            group = self.books.add_unit_group("数量")
            unit = self.books.add_unit("个", group=group)
            for code in self.warehouses:
                self.books.add_warehouse(code, f"仓库{code}")
            for code in sorted({"NA", *(row.item for row in rows)}):
                self.books.add_item(code, f"物料 {code}", unit=unit)
        with self.books.writing():
            for row in rows:
                self.books.set_opening(row.item, row.warehouse, row.quantity, row.batch)

    def broken(self, fault):
        """Break the file."""
        self.close()
        match fault:
            case "dead":
                self.path.unlink()
            case "schema":
                with sqlite3.connect(self.path) as link:
                    link.execute("ALTER TABLE ICInventory RENAME COLUMN FQty TO FQtyOld")
                link.close()
            case "garbage":
                self.path.write_bytes(os.urandom(4096))
            case _:
                raise Unsupported(fault)
        return self.settings()

    def post(self, number, family, item, quantity):
        """Save and audit a bill."""
        self._bill(number, TYPES[family], BillLine(item, self.warehouses[0], quantity))

    def transfer(self, number, item, quantity):
        """Save and audit a transfer."""
        here, there = self.warehouses
        self._bill(number, 41, BillLine(item, here, quantity, to=there))

    def delete(self, number):
        """Unaudit and delete a bill."""
        bill = self.books.find(number)
        self.books.unaudit(bill)
        self.books.delete(bill)

    def close(self):
        """Give the file free."""
        if self.books is not None:
            self.books.close()
            self.books = None

    def _bill(self, number, tran_type, line):
        bill = self.books.save_bill(tran_type, [line], TODAY, "王芳", number=number)
        self.books.audit(bill, "赵磊", TODAY)
