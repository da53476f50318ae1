"""One plant for the tests of this folder: the look-alikes' files, and a TDS server over the same files."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus
from zoneinfo import ZoneInfo

import pyodbc
from tds import Instance

from bridge.demo.lookalikes import BillLine, KingdeeBooks, StockLine, YonyouStock
from bridge.domain.hold import HoldOrder
from connectors.kingdee_k3 import CONNECTOR as K3
from connectors.kingdee_k3.config import KingdeeK3Settings
from connectors.yonyou_u8 import CONNECTOR as U8
from connectors.yonyou_u8.config import YonyouU8Settings

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 8, 30, tzinfo=ZONE)
AT = datetime(2026, 11, 20, 9, 15, tzinfo=ZONE)
BOOKS, ACCOUNT = "AIS20190101120000", "UFDATA_002_2026"
PASSWORD = "Ro;1}"


@dataclass
class Still:
    """A clock that stands until it is moved."""

    at: datetime = field(default=NOW)

    def now(self):
        """Return the time it stands at."""
        return self.at


def build(folder: Path) -> None:
    """Build the files of the plant: K/3 books, a U8 account set, UFSystem."""
    _books(KingdeeBooks.create(folder / f"{BOOKS}.db"))
    _account(YonyouStock.create(folder / f"{ACCOUNT}.db", name="示例精密"))


def _books(books: KingdeeBooks) -> None:
    with books.writing():
        piece = books.add_unit("个")
        group = books.add_unit_group("箱组")
        single = books.add_unit("只", group=group)
        books.add_unit("箱", group=group, coefficient=40)
        books.add_warehouse("01", "原料仓")
        books.add_warehouse("02", "成品仓")
        books.add_warehouse("VMI", "供应商仓", kind=504)
        books.add_item("1.01.00710", "螺丝 ", unit=single, spec="M3×8", abc="A", plan_price="1.25", batch=True)
        books.add_item("NA", "铜箔", unit=piece, decimals=3, standard_cost="78.5", category="材料")
        books.add_item("OLD", "停用件", unit=piece)
        books.set_opening("NA", "01", "0.1")
        books.set_opening("1.01.00710", "01", "2400", "L1")
        books.set_opening("1.01.00710", "01", "12", "l2")
    for _ in range(10):
        books.audit(
            books.save_bill(1, [BillLine("NA", "01", "0.1")], date(2026, 11, 3), "张三", reference="PO-1"),
            "李四",
            date(2026, 11, 3),
        )
    moved = books.save_bill(41, [BillLine("1.01.00710", "01", "5", "L1", to="02")], date(2026, 11, 4), "张三")
    books.audit(moved, "李四", date(2026, 11, 5))
    books.save_bill(24, [BillLine("1.01.00710", "01", "7", "L1")], date(2026, 11, 6), "")
    books.save_bill(1, [BillLine("NA", "01", "3")], date(2026, 11, 6), "王五", red=True)
    books.forbid_item("OLD")
    books.close()


def _account(stock: YonyouStock) -> None:
    stock.add_class("01", "结构件")
    stock.add_unit_group("01", "无换算", 0)
    stock.add_unit("0101", "个", "01")
    stock.add_unit_group("02", "箱装", 1)
    stock.add_unit("0201", "只", "02", rate=1, main=True)
    stock.add_unit("0202", "箱", "02", rate=40)
    for code, name, more in (("01", "原料仓", {}), ("02", "半成品仓", {}), ("09", "代管仓", {"proxy": True})):
        stock.add_warehouse(code, name, **more)
    stock.add_item("NA", "铜箔", unit="0101", spec="CU-35", cost="42.5", abc="A", category="01", batch=True)
    stock.add_item("00710", "端子", unit="0201", aux_unit="0202")
    stock.set_openings(
        "01", [StockLine("NA", "10.5", "B1"), StockLine("NA", "4", "B2"), StockLine("00710", "60", unit="0202")]
    )
    stock.audit(stock.save("11", [StockLine("NA", "1.25", "B1")], "01", AT, "张三", reference="WO-1"), AT, "李四")
    stock.save("10", [StockLine("00710", "3")], "02", AT, "张三")
    for document in stock.audit_transfer(
        stock.save_transfer([StockLine("NA", "1", "B1")], "01", "02", AT, "王五"), AT, "赵六"
    ):
        stock.audit(document, AT, "赵六")
    stock.save("01", [StockLine("NA", "8", "B3", vendor="V1")], "09", AT, "张三")
    stock.freeze("00710", "01", "10")
    stock.close()


_UNDERSTOOD: dict[Any, Any] = {}
"""Statements translated once for all tests."""


class Plant:
    """The files, the server over them, and sources both ways."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = Still()
        files = {path.stem: path for path in sorted(folder.glob("*.db"))}
        self.server = Instance(databases=files, now=self.clock.now, understood=_UNDERSTOOD).start()
        self.server.rights.add_login("bridge_ro", PASSWORD, (BOOKS, ACCOUNT, "UFSystem"))

    def add_year(self, name: str, begin: int, end: int | None) -> YonyouStock:
        """Enter another account database of set 002 and return it, with one item in stock."""
        made = YonyouStock.create(self.folder / f"{name}.db", year=begin, end_year=end, name="示例精密")
        self.server.databases[name] = self.folder / f"{name}.db"
        self.server.rights.add_login("bridge_ro", PASSWORD, (name,))
        return made

    def address(self, driver: str, **more: Any) -> dict[str, Any]:
        """Return the server fields of a source."""
        wanted = {
            "driver": driver,
            "server": "127.0.0.1",
            "port": self.server.port,
            "user": "bridge_ro",
            "password": PASSWORD,
        }
        return wanted | ({"encrypt": False} if "msodbc" in driver or driver.startswith("ODBC") else {}) | more

    def k3(self, driver: str, **more: Any) -> Any:
        """Return the K/3 source over TDS."""
        settings = KingdeeK3Settings.model_validate(
            {"kind": "kingdee_k3", "database": BOOKS, **self.address(driver), **more}
        )
        return K3.source("k3", settings, self.clock)

    def k3_file(self, **more: Any) -> Any:
        """Return the same source, by its file."""
        url = f"sqlite:///{self.folder / BOOKS}.db"
        return K3.source("k3", KingdeeK3Settings.model_validate({"kind": "kingdee_k3", "url": url, **more}), self.clock)

    def u8_settings(self, driver: str, **more: Any) -> YonyouU8Settings:
        """Return the U8 settings over TDS, the database found through UFSystem."""
        return YonyouU8Settings.model_validate({"kind": "yonyou_u8", "account": "002", **self.address(driver), **more})

    def u8(self, driver: str, **more: Any) -> Any:
        """Return the U8 source over TDS."""
        return U8.source("u8", self.u8_settings(driver, **more), self.clock)

    def u8_file(self, **more: Any) -> Any:
        """Return the same source, by its file."""
        url = f"sqlite:///{self.folder / ACCOUNT}.db"
        return U8.source("u8", YonyouU8Settings.model_validate({"kind": "yonyou_u8", "url": url, **more}), self.clock)

    def target(self, driver: str, via: str, **more: Any) -> Any:
        """Return the hold target of U8 over TDS; the writing login is `bridge_hold`."""
        hold = {"via": via, "user": "bridge_hold", "password": "Hold-1"}
        hold |= {"account_sets": (ACCOUNT,)} if via == "frozen_quantity" else {}
        return U8.target("u8", self.u8_settings(driver, hold=hold, **more), self.clock)

    def connect(
        self, driver: str, user: str = "sa", password: str = "Sa-1", database: str = ACCOUNT
    ) -> pyodbc.Connection:
        """Return a raw connection, e.g. a DBA's."""
        place = f"SERVER=127.0.0.1;PORT={self.server.port};TDS_Version=7.4;ClientCharset=UTF-8"
        if driver != "FreeTDS":
            place = f"SERVER=127.0.0.1,{self.server.port};Encrypt=no"
        return pyodbc.connect(
            f"DRIVER={driver};{place};UID={user};PWD={password};DATABASE={database};", autocommit=True
        )

    def run_script(self, driver: str, script: str, database: str = ACCOUNT) -> None:
        """Run a script as the DBA would in SSMS."""
        link = self.connect(driver, database=database)
        link.execute(script)
        link.close()


def url_of(connect_string: str) -> str:
    """Return the SQLAlchemy URL of a connect string."""
    return f"mssql+pyodbc:///?odbc_connect={quote_plus(connect_string)}"


def order(quantity: float, ref: str = "SBAAAAAAAAAAAAAA", **more: Any) -> HoldOrder:
    """Return an order for 00710 in warehouse 01, in units."""
    facts = {
        "ref": ref,
        "item": "00710",
        "warehouse": "01",
        "batch": "",
        "operations": ("out", "transfer"),
        "quantity": round(quantity * 1_000_000),
        "reason": "库比账少 80 个(3.33%)未说明",
        "expires_at": NOW + timedelta(hours=8),
    }
    return HoldOrder(**(facts | more))


def content(snapshot: Any) -> dict[str, Any]:
    """Return what a snapshot says, in an order of its own, without how the server spelled its figures."""
    found: dict[str, Any] = {}
    for name in ("lines", "items", "warehouses", "rates"):
        rows = [{k: v for k, v in row.items() if k != "raw_quantity"} for row in getattr(snapshot, name).to_pylist()]
        found[name] = sorted(rows, key=lambda row: sorted((key, str(value)) for key, value in row.items()))
    return found
