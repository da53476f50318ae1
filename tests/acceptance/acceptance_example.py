"""The plant of docs/contracts.md: run this file to print the example that stands there."""

import datetime as dt
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parent))

from acceptance_plant import CONFIGURATION, START, Plant, Result
from acceptance_sink import Sink, mail_table

from bridge.demo.lookalikes import BillLine, KingdeeBooks, StockLine, YonyouStock

DAY = START.date()


def example(folder: Path, sink: Sink) -> Result:
    """Build a plant with a doubled receipt and a late one, run it until the first is confirmed. Return that round."""
    plant = Plant(folder)
    books, shelf = KingdeeBooks.create(plant.k3, period=DAY), YonyouStock.create(plant.u8)
    with books.writing(), shelf.writing():
        unit = books.add_unit("个", group=books.add_unit_group("个"))
        books.add_warehouse("02", "半成品仓")
        shelf.add_class("01", "零件")
        shelf.add_unit_group("G1", "个")
        shelf.add_unit("PCS", "个", "G1", main=True)
        shelf.add_warehouse("02", "半成品仓")
        for code, name in (("ZK-2201", "手表中框"), ("FPC-24P", "软板"), ("00710", "垫片")):
            books.add_item(code, name, unit=unit, plan_price="42.5", abc="B")
            shelf.add_item(code, name, unit="PCS", category="01", abc="B", cost="42.5")
            books.set_opening(code, "02", 2000)
            shelf.set_opening(code, "02", 2000)
    plant.config.write_text(CONFIGURATION.format(folder=folder), encoding="utf-8")
    hold = {"via": "frozen_quantity", "account_sets": [plant.u8.stem]}
    plant.configure(plant__mode="hold", mail=mail_table(sink), sources__u8__hold=hold)
    plant.accept()
    plant.later(minutes=5)
    plant.reconcile()
    plant.later(minutes=5)
    _receipt(books, shelf, plant)
    plant.reconcile()
    plant.later(minutes=40)
    plant.reconcile()
    plant.later(minutes=25)
    bill = books.save_bill(
        2, [BillLine("FPC-24P", "02", 400)], on=DAY, maker="王芳", number="CIN000077", reference="MO-77"
    )
    books.audit(bill, "李总监", DAY)
    shelf.save("10", [StockLine("FPC-24P", 400)], "02", _clock(plant), "李明", number="CPRK-077", reference="MO-77")
    books.close()
    shelf.close()
    plant.later(minutes=5)
    return plant.reconcile("--lang", "en")


def _receipt(books: KingdeeBooks, shelf: YonyouStock, plant: Plant) -> None:
    """Post one production receipt in both systems, and in K/3 once more."""
    for number in ("CIN000031", "CIN000033"):
        bill = books.save_bill(
            2, [BillLine("ZK-2201", "02", 80)], on=DAY, maker="王芳", number=number, reference="BG-0098"
        )
        books.audit(bill, "李总监", DAY)
    document = shelf.save(
        "10", [StockLine("ZK-2201", 80)], "02", _clock(plant), "李明", number="CPRK-001", reference="BG-0098"
    )
    shelf.audit(document, _clock(plant), "赵磊")


def _clock(plant: Plant) -> dt.datetime:
    return plant.now.replace(tzinfo=None)


if __name__ == "__main__":
    mailbox = Sink().start()
    with tempfile.TemporaryDirectory() as name:
        sys.stdout.write(example(Path(name), mailbox).out)
    mailbox.stop()
