"""One material under two U8 codes whose names tell nothing: `map suggest` finds it by its documents and by its stock."""

import datetime as dt
import itertools

import pytest
from acceptance_plant import CONFIGURATION, START, Plant, copy
from acceptance_posted import write_masters

from bridge.demo.lookalikes import BillLine, KingdeeBooks, StockLine, YonyouStock

DAY = START.date()
NAMES = ("铜排", "轴承座", "滤芯", "垫圈", "电容", "弹簧", "标签纸", "胶水", "丝杆", "油封")
ODD = {"X-77": "备用二号", "X-88": "丙类杂项"}
"""The second codes, under names that resemble no material's."""


@pytest.fixture(scope="session")
def two_coded(tmp_path_factory: pytest.TempPathFactory) -> Plant:
    """Give ten materials, two of which U8 keeps under a second code as well. Copy it.

    Of P-005 three receipts came in, of which U8 booked two on X-77; its stock is 113 off besides, so that figures alone
    show nothing. Of P-003 receipts of the very same quantities came in, booked alike on both sides. Of P-006 U8's opening
    has 400 on X-88, and nothing moved. No document cites anything.
    """
    plant = Plant(tmp_path_factory.mktemp("coded"))
    books, shelf = KingdeeBooks.create(plant.k3, period=DAY), YonyouStock.create(plant.u8)
    with books.writing(), shelf.writing():
        items = {f"P-{number:03d}": name for number, name in enumerate(NAMES)}
        write_masters(books, shelf, items, {"P-006": 600})
        for code, name in ODD.items():
            shelf.add_item(code, name, unit="PCS", category="01")
        shelf.set_opening("X-88", "01", 400)
        clock = itertools.count(1)
        for quantity, code in ((120, "P-005"), (75, "X-77"), (260, "X-77")):
            _both(books, shelf, "P-005", code, quantity, next(clock))
            _both(books, shelf, "P-003", "P-003", quantity, next(clock))
        shelf.tamper("P-005", "01", 113)
    books.close()
    shelf.close()
    plant.config.write_text(CONFIGURATION.format(folder=plant.folder), encoding="utf-8")
    mapped = [f"P-{number:03d},u8,P-{number:03d},,,zhou.min" for number in range(len(NAMES))]
    (plant.folder / "maps").mkdir()
    (plant.folder / "maps" / "items.csv").write_text(
        "\n".join(["item,source,code,valid_from,valid_to,approved_by", *mapped]) + "\n", encoding="utf-8"
    )
    plant.configure(master__items="maps/items.csv")
    plant.accept()
    plant.later(minutes=5)
    plant.reconcile()
    plant.later(minutes=5)
    return plant


@pytest.fixture
def coded(two_coded: Plant, tmp_path) -> Plant:
    """Give an own plant with second codes that the bridge has read once."""
    return copy(two_coded, tmp_path)


def _both(books: KingdeeBooks, shelf: YonyouStock, item: str, code: str, quantity: int, minute: int) -> None:
    bill = books.save_bill(1, [BillLine(item, "01", quantity)], on=DAY, maker="王芳")
    books.audit(bill, "李总", DAY)
    at = dt.datetime.combine(DAY, dt.time(8, minute))
    document = shelf.save("01", [StockLine(code, quantity)], "01", at, "李明")
    shelf.audit(document, at + dt.timedelta(minutes=5), "赵磊")


def _proposed(plant: Plant) -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {}
    for one in plant.run("map", "suggest", "--json").json:
        found.setdefault(one["code"], []).append(one)
    return found


def test_both_codes_are_known_to_be_unmapped(coded: Plant):
    """`map check` lists the two second codes and nothing else."""
    assert {row["item"] for row in coded.run("map", "check", "--json").json} == set(ODD)


def test_a_second_code_is_found_by_the_documents_left_over(coded: Plant):
    """X-77's two receipts are those that K/3 has on P-005; P-003's, of the same quantities, have their own counterparts."""
    first, *rest = _proposed(coded)["X-77"]
    assert (first["source"], first["item"]) == ("u8", "P-005")
    assert "P-003" not in {one["item"] for one in rest}


def test_a_second_code_that_never_moved_is_found_by_the_stock_that_is_missing(coded: Plant):
    """400 lie under X-88 and 400 lack under P-006: that alone tells."""
    assert [one["item"] for one in _proposed(coded)["X-88"]] == ["P-006"]


def test_nothing_is_applied_before_a_person_approves(coded: Plant):
    """Suggesting twice changes no map; once both rows are approved, P-006 agrees and of P-005 the 113 are left."""
    before = (coded.folder / "maps" / "items.csv").read_bytes()
    assert _proposed(coded) == _proposed(coded)
    assert (coded.folder / "maps" / "items.csv").read_bytes() == before
    for code, item in (("X-77", "P-005"), ("X-88", "P-006")):
        assert coded.run("map", "approve", "u8", code, item, "--by", "zhou.min").code == 0
    coded.later(minutes=30)
    done = coded.reconcile().json
    assert done["unmapped"] == []
    assert {one["item"]: one["difference"] for one in done["variances"]} == {"P-005": "113"}
    assert _proposed(coded) == {}
