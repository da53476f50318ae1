"""A plant of K/3 and U8 stand-ins with bills posted alike in both, for what documents explain."""

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path

from acceptance_plant import CONFIGURATION, START, Plant

from bridge.demo.lookalikes import BillLine, KingdeeBooks, StockLine, YonyouStock

DAY = START.date()
MORNING = START.replace(tzinfo=None, hour=8)

MES = """[sources.mes]
kind = "mes"
base_url = "{url}"
isolate = false
snapshot = {{ path = "/stock", items = "data" }}
movements = {{ path = "/moves", items = "data", since = "updated_after" }}
fields = {{ item = "part_no", warehouse = "area", qty = "qty", unit = "uom", doc = "report_no", type = "type", at = "done_at" }}
"""


Tamper = Callable[[KingdeeBooks, YonyouStock], object]


def build_begun(folder: Path, tamper: Tamper = lambda _books, _shelf: None) -> Plant:
    """Write a plant with 40 items and 20 receipts posted alike in both systems, baselines accepted, never compared.

    `tamper` changes the systems before anybody reads them.
    """
    plant = Plant(folder)
    books, shelf = KingdeeBooks.create(plant.k3, period=DAY), YonyouStock.create(plant.u8)
    with books.writing(), shelf.writing():
        write_masters(books, shelf, {f"P-{number:03d}": f"零件 {number}" for number in range(1, 41)})
        for number in range(1, 21):
            receipt(books, shelf, f"P-{number:03d}", 10 * number, f"PO-{number:04d}")
        tamper(books, shelf)
    books.close()
    shelf.close()
    plant.config.write_text(CONFIGURATION.format(folder=folder), encoding="utf-8")
    plant.accept()
    plant.later(minutes=5)
    return plant


def build_posted(folder: Path) -> Plant:
    """Write the same plant, compared once and found without a difference."""
    plant = build_begun(folder)
    assert plant.reconcile().code == 0
    plant.later(minutes=30)
    return plant


def write_masters(
    books: KingdeeBooks, shelf: YonyouStock, items: Mapping[str, str], opening: Mapping[str, int] | None = None
) -> None:
    """Write items (code to name) with 1,000 of each in warehouse 01 of both systems; `opening` has what U8 opens with instead."""
    unit = books.add_unit("个", group=books.add_unit_group("个"))
    books.add_warehouse("01", "原料仓")
    shelf.add_class("01", "零件")
    shelf.add_unit_group("G1", "个")
    shelf.add_unit("PCS", "个", "G1", main=True)
    shelf.add_warehouse("01", "原料仓")
    for code, name in items.items():
        books.add_item(code, name, unit=unit, plan_price="8.5", abc="B")
        shelf.add_item(code, name, unit="PCS", category="01", abc="B", cost="8.5")
        books.set_opening(code, "01", 1000)
        shelf.set_opening(code, "01", (opening or {}).get(code, 1000))


def receipt(
    books: KingdeeBooks, shelf: YonyouStock, item: str, quantity: int, order: str, at: dt.datetime = MORNING
) -> None:
    """Enter and audit a receipt in both systems."""
    bill = books.save_bill(1, [BillLine(item, "01", quantity)], on=DAY, maker="王芳", reference=order)
    books.audit(bill, "李总", DAY)
    document = shelf.save("01", [StockLine(item, quantity)], "01", at, "李明", reference=order)
    shelf.audit(document, at + dt.timedelta(minutes=5), "赵磊")


def ask_witness(plant: Plant, url: str) -> None:
    """Have the pair ask the MES at `url` for evidence."""
    text = plant.config.read_text(encoding="utf-8").replace("owner =", 'evidence = ["mes"]\nowner =')
    plant.config.write_text(text + MES.format(url=url), encoding="utf-8")
