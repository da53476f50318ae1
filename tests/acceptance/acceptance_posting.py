"""A plant of the K/3 and U8 stand-ins, whose receipts explain a difference while they are on their way."""

from datetime import datetime
from pathlib import Path

from acceptance_plant import CONFIGURATION, START, Plant

from bridge.demo.lookalikes import BillLine, KingdeeBooks, StockLine, YonyouStock
from bridge.demo.lookalikes.yonyou_documents import Document

DAY = START.date()


def post(folder: Path) -> Plant:
    """Write such a plant of 40 items, 1,000 of each on both sides; its baselines are accepted and one round was done."""
    plant = Plant(folder)
    books, shelf = KingdeeBooks.create(plant.k3, period=DAY), YonyouStock.create(plant.u8)
    with books.writing(), shelf.writing():
        group = books.add_unit_group("个")
        unit = books.add_unit("个", group=group)
        books.add_warehouse("01", "原料仓")
        shelf.add_class("01", "零件")
        shelf.add_unit_group("G1", "个")
        shelf.add_unit("PCS", "个", "G1", main=True)
        shelf.add_warehouse("01", "原料仓")
        for number in range(1, 41):
            code = f"P-{number:03d}"
            books.add_item(code, f"零件 {number}", unit=unit, plan_price="8.5", abc="B")
            shelf.add_item(code, f"零件 {number}", unit="PCS", category="01", abc="B", cost="8.5")
            books.set_opening(code, "01", 1000)
            shelf.set_opening(code, "01", 1000)
    books.close(), shelf.close()
    plant.config.write_text(CONFIGURATION.format(folder=folder), encoding="utf-8")
    plant.accept()
    plant.later(minutes=5)
    assert plant.reconcile().code == 0
    plant.later(minutes=30)
    return plant


def receive(plant: Plant, item: str, quantity: int, order: str, *, booked: int = 1) -> Document:
    """Enter a receipt in K/3 as often as `booked`, and in U8, where it waits to be audited. Return U8's."""
    books, shelf = KingdeeBooks.open(plant.k3), YonyouStock.open(plant.u8)
    for _ in range(booked):
        bill = books.save_bill(1, [BillLine(item, "01", quantity)], on=DAY, maker="王芳", reference=order)
        books.audit(bill, "李总", DAY)
    document = shelf.save("01", [StockLine(item, quantity)], "01", _time(plant), "李明", reference=order)
    books.close(), shelf.close()
    return document


def audit(plant: Plant, document: Document) -> None:
    """Have U8's keeper audit the receipt."""
    shelf = YonyouStock.open(plant.u8)
    shelf.audit(document, _time(plant), "赵磊")
    shelf.close()


def tamper(plant: Plant, item: str, quantity: int) -> None:
    """Change U8's stock without a document."""
    shelf = YonyouStock.open(plant.u8)
    shelf.tamper(item, "01", quantity)
    shelf.close()


def _time(plant: Plant) -> datetime:
    return plant.now.replace(tzinfo=None)
