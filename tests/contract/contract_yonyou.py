"""A U8 account set, as the look-alike keeps it: a source, and two kinds of hold target."""

import os
import sqlite3
from datetime import datetime
from decimal import Decimal

from bridge.demo.lookalikes import StockLine, YonyouStock
from connectors.contract import SourceHarness, TargetHarness, Unsupported
from connectors.contract.harness import NOW
from connectors.holds import ViaHoldTable
from connectors.yonyou_u8 import CONNECTOR
from connectors.yonyou_u8.config import ViaFrozenQuantity, YonyouU8Settings

ACCOUNT = "UFDATA_002_2026"
KINDS = {"purchase_receipt": "01", "material_issue": "11"}
AT = datetime(2026, 11, 20, 9, 15, tzinfo=NOW.tzinfo)


def account_set(path, items):
    """Make an account set with warehouses 01 and 02 and these items."""
    for old in path.parent.glob("*.db*"):
        old.unlink()
    made = YonyouStock.create(path, name="示例精密", decimals=6)
    with made.writing():
        made.add_unit_group("01", "无换算", 0)
        made.add_unit("0101", "个", "01")
        for code in ("01", "02"):
            made.add_warehouse(code, f"仓库{code}")
        for code in sorted(items):
            made.add_item(code, f"物料 {code}", unit="0101", batch=True)
    return made


class YonyouHarness(SourceHarness):
    """U8 in a SQLite file."""

    connector = CONNECTOR
    secrets = ("geheim-9f1c",)

    def __init__(self, folder):
        self.path = folder / f"{ACCOUNT}.db"
        self.stock = None
        self.documents = {}

    def settings(self):
        """Return settings that read the file."""
        return YonyouU8Settings(url=f"sqlite:///{self.path}", password=self.secrets[0], count_every="0s")

    def fill(self, rows):
        """Make a new account set with opening balances."""
        self.close()
        self.stock = account_set(self.path, {"NA", *(row.item for row in rows)})
        self.documents = {}
        with self.stock.writing():
            for row in rows:
                self.stock.set_opening(row.item, row.warehouse, row.quantity or 0, row.batch)
                if row.quantity is None:
                    query = "UPDATE CurrentStock SET iQuantity = NULL WHERE cInvCode = ? AND cWhCode = ?"
                    self.stock.run(query, (row.item, row.warehouse))

    def broken(self, fault):
        """Break the file."""
        self.close()
        match fault:
            case "dead":
                self.path.unlink()
            case "schema":
                with sqlite3.connect(self.path) as link:
                    link.execute("ALTER TABLE CurrentStock RENAME COLUMN iQuantity TO iQuantityOld")
                link.close()
            case "garbage":
                self.path.write_bytes(os.urandom(4096))
            case _:
                raise Unsupported(fault)
        return self.settings()

    def post(self, number, family, item, quantity):
        """Save and audit a document."""
        line = StockLine(item, quantity)
        found = self.stock.save(KINDS[family], [line], self.warehouses[0], AT, "王芳", number=number)
        self.stock.audit(found, AT, "赵磊")
        self.documents[number] = found

    def transfer(self, number, item, quantity):
        """Save and audit a transfer and the two documents it makes."""
        found = self.stock.save_transfer([StockLine(item, quantity)], *self.warehouses, AT, "王芳", number=number)
        for leg in self.stock.audit_transfer(found, AT, "赵磊"):
            self.stock.audit(leg, AT, "赵磊")

    def delete(self, number):
        """Unaudit and delete a document."""
        self.stock.unaudit(self.documents[number], AT)
        self.stock.delete(self.documents[number])

    def close(self):
        """Give the file free."""
        if self.stock is not None:
            self.stock.close()
            self.stock = None


class _YonyouHolds(TargetHarness):
    """2,000 of 00710 in warehouse 01 of an account set."""

    connector = CONNECTOR
    secrets = ("geheim-9f1c",)

    def __init__(self, folder):
        self.path = folder / f"{ACCOUNT}.db"
        self.books = account_set(self.path, {self.item, "NA"})
        self.books.set_opening(self.item, self.warehouse, self.stock)

    def settings(self):
        """Return settings that write into the file."""
        return YonyouU8Settings(url=f"sqlite:///{self.path}", password=self.secrets[0], hold=self.hold())

    def dead(self):
        """Return settings for a file that is not there."""
        missing = self.path.with_name(f"{ACCOUNT}_gone.db")
        return YonyouU8Settings(url=f"sqlite:///{missing}", password=self.secrets[0], hold=self.hold())

    def close(self):
        """Give the file free."""
        self.books.close()


class FrozenQuantityHarness(_YonyouHolds):
    """Holds in U8's own frozen quantity."""

    def hold(self):
        """Allow writing into this account set."""
        return ViaFrozenQuantity(account_sets=(ACCOUNT,))

    def hold_as_somebody_else(self, quantity):
        """Freeze by hand in U8."""
        self.books.freeze(self.item, self.warehouse, quantity)

    def held_by_others(self):
        """Return the frozen quantity less ours."""
        query = "SELECT fStopQuantity FROM CurrentStock WHERE cInvCode = ? AND cWhCode = ?"
        frozen = Decimal(str(self.books.row(query, (self.item, self.warehouse))[0]))
        return frozen - sum(Decimal(held.quantity) / 1_000_000 for held in self.open().list_own())


class HoldTableHarness(_YonyouHolds):
    """Holds in the customer's hold table."""

    def hold(self):
        """Write to the usual table."""
        return ViaHoldTable()

    def hold_as_somebody_else(self, quantity):
        """Insert a row of another program."""
        self.open().place(self.order("SBMAKESTHETABLE0"))
        self.open().lift(self.order("SBMAKESTHETABLE0"))
        self.books.run(
            """INSERT INTO stockbridge_hold SELECT 'WMS-0000000001', item, warehouse, batch, operations, ?, reason,
            'active', 'wms', placed_at, expires_at, NULL FROM stockbridge_hold WHERE hold_ref = 'SBMAKESTHETABLE0'""",
            (int(quantity),),
        )

    def held_by_others(self):
        """Return what stands in the row of the other program."""
        query = "SELECT quantity FROM stockbridge_hold WHERE hold_ref = 'WMS-0000000001' AND state = 'active'"
        found = self.books.row(query)
        return Decimal(0) if found is None else Decimal(str(found[0]))
