"""A survey shows what a grace is decided by: how late the documents of each type are entered."""

import datetime as dt

from acceptance_plant import Plant
from acceptance_posted import DAY, receipt

from bridge.demo.lookalikes import BillLine, KingdeeBooks, StockLine, YonyouStock


def _enter_late(plant: Plant) -> None:
    """Have U8 receive at 08:00 and 09:30, audited five minutes on, and K/3 once; the bridge sees them at 10:15."""
    books, shelf = KingdeeBooks.open(plant.k3), YonyouStock.open(plant.u8)
    day = dt.datetime.combine(DAY, dt.time())
    receipt(books, shelf, "P-021", 30, "PO-7001", at=day.replace(hour=8))
    late = shelf.save("01", [StockLine("P-022", 20)], "01", day.replace(hour=9, minute=30), "李明", reference="PO-7002")
    shelf.audit(late, day.replace(hour=9, minute=35), "赵磊")
    bill = books.save_bill(1, [BillLine("P-022", "01", 20)], on=DAY, maker="王芳", reference="PO-7002")
    books.audit(bill, "李总", DAY)
    books.close(), shelf.close()
    plant.now = plant.now.replace(hour=10, minute=15)
    plant.reconcile()


def test_survey_tells_how_late_each_document_type_is_entered(posted: Plant):
    """In words on the terminal beside the grace that applies; in seconds in the JSON; the first load is not counted."""
    posted.configure(cutoff__grace_by_doc={"采购入库": "45m"})
    _enter_late(posted)
    by_source = {found["source"]: found["entry_lag"] for found in posted.run("survey", "--json").json}
    assert by_source["u8"] == [
        {
            "document_type": "采购入库",
            "after_business": {"lines": 2, "median_s": 45 * 60, "longest_s": 135 * 60},
            "after_audit": {"lines": 2, "median_s": 40 * 60, "longest_s": 130 * 60},
            "grace_s": 45 * 60,
        }
    ]
    assert [lag["document_type"] for lag in by_source["k3"]] == ["外购入库"]
    said = posted.run("survey", "u8").out
    assert "录入滞后" in said
    (row,) = [line for line in said.splitlines() if line.startswith("u8 ") and "采购入库" in line]
    assert " ".join(row.split()) == "u8 采购入库 2 45 分 2 小时 15 分 40 分 2 小时 10 分 45 分"
    english = posted.run("survey", "u8", "--lang", "en").out
    assert "2 h 15 min" in english


def test_survey_says_in_a_sentence_that_no_lag_is_known_yet(posted: Plant):
    """After the first reading alone nothing says how late documents are: no empty table, a sentence instead."""
    assert [found["entry_lag"] for found in posted.run("survey", "--json").json] == [[], []]
    assert posted.run("survey").out.splitlines()[-1] == "k3, u8：还看不出录入滞后，首次读入以后没有新单据。"
