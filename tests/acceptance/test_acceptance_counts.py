"""The last physical count as a witness, from U8's count sheet to the sentence people read."""

import datetime as dt

from acceptance_plant import CONFIGURATION, START, Plant

from bridge.demo.lookalikes import BillLine, KingdeeBooks, StockLine, YonyouStock

DAY = START.date()
MORNING = START.replace(tzinfo=None, hour=8)
COUNTED = MORNING.replace(month=10, day=28)


def _plant(folder) -> Plant:
    """Give a plant whose documents all match; P-001 was counted as 120, U8 lost the gain of its own count."""
    plant = Plant(folder)
    books, shelf = KingdeeBooks.create(plant.k3, period=DAY), YonyouStock.create(plant.u8)
    with books.writing(), shelf.writing():
        unit = books.add_unit("个", group=books.add_unit_group("个"))
        books.add_warehouse("01", "原料仓")
        shelf.add_unit_group("G1", "个")
        shelf.add_unit("PCS", "个", "G1", main=True)
        shelf.add_warehouse("01", "原料仓")
        for code, book, stock in (("P-001", 120, 100), ("P-002", 50, 50)):
            books.add_item(code, code, unit=unit, plan_price="8.5", abc="A")
            shelf.add_item(code, code, unit="PCS", abc="A", cost="8.5")
            books.set_opening(code, "01", book)
            shelf.set_opening(code, "01", stock)
        sheet = shelf.save_count(
            [StockLine("P-001", 120), StockLine("P-002", 50)], "01", COUNTED, "赵磊", number="PD-1028"
        )
        for gain in shelf.audit_count(sheet, COUNTED + dt.timedelta(hours=1), "李总"):
            shelf.delete(gain)
        bill = books.save_bill(1, [BillLine("P-001", "01", 30)], on=DAY, maker="王芳", reference="PO-1")
        books.audit(bill, "李总", DAY)
        receipt = shelf.save("01", [StockLine("P-001", 30)], "01", MORNING, "李明", reference="PO-1")
        shelf.audit(receipt, MORNING + dt.timedelta(minutes=5), "赵磊")
    books.close(), shelf.close()
    plant.config.write_text(CONFIGURATION.format(folder=folder), encoding="utf-8")
    plant.accept()
    plant.later(minutes=5)
    return plant


def test_the_count_tells_which_side_is_wrong(tmp_path):
    """All documents match, finance has what was counted and U8 has not: P1, sure, told with day and figures; it replays."""
    plant = _plant(tmp_path)
    (variance,) = plant.confirm().json["variances"]
    assert (variance["item"], variance["remainder"], variance["state"]) == ("P-001", "-20", "confirmed")
    cause = variance["causes"][0]
    assert (cause["code"], cause["confidence"]) == ("P1", "high")
    said = "10-28 实盘 120，按其后的单据推算现为 150，与账侧一致，与库侧不符"
    assert cause["note"] == said
    assert said in plant.run("variances", "show", variance["id"]).out
    shelf = YonyouStock.open(plant.u8)
    shelf.save_count([StockLine("P-001", 130)], "01", plant.now.replace(tzinfo=None), "赵磊")
    shelf.close()
    assert [plant.run("replay", str(number)).code for number in (1, 2)] == [0, 0]


def test_without_the_sheets_it_is_only_suspected(tmp_path):
    """The same plant whose login may not read the sheets: same variance, same admission, and nobody is sure."""
    plant = _plant(tmp_path)
    plant.reconcile()
    shelf = YonyouStock.open(plant.u8)
    shelf.run("DROP TABLE CheckVouchs")
    shelf.close()
    plant.later(minutes=30)
    done = plant.reconcile()
    assert all(reading["admitted"] for reading in done.json["snapshots"])
    (variance,) = done.json["variances"]
    assert variance["state"] == "confirmed"
    assert ("P1", "high") not in [(cause["code"], cause["confidence"]) for cause in variance["causes"]]
