"""A bridge that starts in a plant with a history: old documents are no news, and no excuse either."""

import datetime as dt

import pytest
from acceptance_plant import CONFIGURATION, START, Plant, copy
from acceptance_posted import write_masters

from bridge.demo.lookalikes import BillLine, KingdeeBooks, StockLine, YonyouStock

OLD = START.date() - dt.timedelta(days=8)
"""A Monday, more than a week before the bridge first looks, in the same month."""


@pytest.fixture(scope="session")
def old_plant(tmp_path_factory: pytest.TempPathFactory) -> Plant:
    """Give a plant with 40 items, 20 old receipts on both sides, and K/3 with two that U8 never had. Copy it.

    P-031's 400 are in U8's opening (it went live after them), so the balances agree. P-032's 300 are missing in U8.
    """
    plant = Plant(tmp_path_factory.mktemp("old"))
    books, shelf = KingdeeBooks.create(plant.k3, period=OLD), YonyouStock.create(plant.u8)
    with books.writing(), shelf.writing():
        items = {f"P-{number:03d}": f"零件 {number}" for number in range(1, 41)}
        write_masters(books, shelf, items, {"P-031": 1400})
        for number in range(1, 21):
            _booked(books, f"P-{number:03d}", 10 * number)
            _received(shelf, f"P-{number:03d}", 10 * number)
        _booked(books, "P-031", 400)
        _booked(books, "P-032", 300)
    books.close()
    shelf.close()
    plant.config.write_text(CONFIGURATION.format(folder=plant.folder), encoding="utf-8")
    plant.accept()
    plant.later(minutes=5)
    return plant


@pytest.fixture
def late(old_plant: Plant, tmp_path) -> Plant:
    """Give an own plant that the bridge has never compared."""
    return copy(old_plant, tmp_path)


def _booked(books: KingdeeBooks, item: str, quantity: int) -> None:
    bill = books.save_bill(1, [BillLine(item, "01", quantity)], on=OLD, maker="王芳", reference=f"PO-{item}")
    books.audit(bill, "李总", OLD)


def _received(shelf: YonyouStock, item: str, quantity: int) -> None:
    at = dt.datetime.combine(OLD, dt.time(8))
    document = shelf.save("01", [StockLine(item, quantity)], "01", at, "李明", reference=f"PO-{item}")
    shelf.audit(document, at + dt.timedelta(minutes=5), "赵磊")


def _stands(report: dict) -> dict[str, tuple[str, str]]:
    return {one["item"]: (one["remainder"], one["state"]) for one in report["variances"]}


def test_old_documents_are_no_news_to_a_bridge_that_starts_late(late: Plant):
    """The first comparison: no grace for last week's bills, so the missing 300 are told at once and nothing waits.

    The 400 that only K/3 has a bill for make no difference, now or later: they are never mentioned.
    """
    first = late.reconcile().json
    assert (first["compared"], first["agreeing"], first["waiting"]) == (40, 39, [])
    assert _stands(first) == {"P-032": ("-300", "candidate")}
    late.later(minutes=30)
    second = late.reconcile()
    assert (second.code, second.json["waiting"]) == (10, [])
    assert _stands(second.json) == {"P-032": ("-300", "confirmed")}
    late.later(minutes=30)
    assert _stands(late.reconcile().json) == {"P-032": ("-300", "confirmed")}


def test_what_comes_after_the_first_reading_is_news_whatever_its_date(late: Plant):
    """A bill back-dated to last week, entered after the bridge has looked, has its grace: seen now, it waits."""
    late.reconcile()
    late.later(minutes=30)
    books = KingdeeBooks.open(late.k3)
    _booked(books, "P-033", 200)
    books.close()
    done = late.reconcile().json
    assert set(_stands(done)) == {"P-032"}
    assert [(one["item"], one["explained"], one["remainder"]) for one in done["waiting"]] == [("P-033", "-200", "0")]
    late.later(minutes=45)
    assert _stands(late.reconcile().json)["P-033"] == ("-200", "candidate")


def test_a_bill_of_today_has_its_grace_even_at_the_first_reading(late: Plant):
    """K/3 states a mere date: today's may have been entered a minute ago, so it counts as seen now and waits."""
    books = KingdeeBooks.open(late.k3)
    bill = books.save_bill(1, [BillLine("P-034", "01", 250)], on=START.date(), maker="王芳", reference="PO-9")
    books.audit(bill, "李总", START.date())
    books.close()
    done = late.reconcile().json
    assert set(_stands(done)) == {"P-032"}
    assert [(one["item"], one["explained"], one["remainder"]) for one in done["waiting"]] == [("P-034", "-250", "0")]
