"""What happens in a posted plant: receipts that explain a difference while they are on their way, and tampered stock."""

from datetime import datetime

from acceptance_plant import Plant
from acceptance_posted import DAY

from bridge.demo.lookalikes import BillLine, KingdeeBooks, StockLine, YonyouStock
from bridge.demo.lookalikes.yonyou_documents import Document


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
