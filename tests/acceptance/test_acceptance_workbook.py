"""Workbooks as people keep them: yesterday's file, numbers for codes, subtotals, decimal commas."""

import datetime as dt
import os

import openpyxl
import pytest
from acceptance_books import lines
from acceptance_plant import Plant

from connectors.registry import connectors

pytestmark = pytest.mark.skipif("spreadsheet" not in connectors(), reason="the spreadsheet connector is not registered")


def _write(plant: Plant, spoil=lambda _: None):
    """Write the stock side as a workbook; `spoil` may change the sheet before it is saved."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "现存"
    page.append(["料号", "库位", "结存", "更新日期"])
    for item, warehouse, quantity in lines():
        page.append([item, warehouse, int(quantity), plant.now.date()])
    spoil(page)
    path = plant.folder / "台账.xlsx"
    book.save(path)
    os.utime(path, (plant.now.timestamp() - 600,) * 2)
    plant.configure(
        sources__u8={
            "kind": "spreadsheet",
            "label": "台账",
            "path": str(path),
            "sheet": "现存",
            "columns": {"item": "料号", "warehouse": "库位", "qty": "结存", "updated": "更新日期"},
            "max_age": "26h",
        }
    )
    return path


def test_a_workbook_is_a_stock_side(plant: Plant):
    """120 rows typed by hand agree with K/3: codes as text, NA and 00710 included."""
    _write(plant)
    assert plant.reconcile().code == 4, "another kind of source is another baseline"
    plant.later(minutes=1)
    plant.accept("u8")
    plant.later(minutes=1)
    done = plant.reconcile()
    assert (done.code, done.json["compared"], done.json["variances"]) == (0, 120, [])


def _number_code(page):
    page["A2"] = 710


def _long_number(page):
    page["A4"] = 123456789012345678


def _comma(page):
    page["C5"] = "1.234,5"


def _subtotal(page):
    page.append(["合计", None, 99])


def _merged(page):
    page.merge_cells("B2:B5")


def _error_cell(page):
    page["C5"] = "#N/A"
    page["C5"].data_type = "e"


@pytest.mark.parametrize(
    ("spoil", "cell"),
    [
        (_number_code, "A2"),
        (_long_number, "A4"),
        (_comma, "C5"),
        (_subtotal, "A122"),
        (_merged, "B2"),
        (_error_cell, "C5"),
    ],
)
def test_spoilt_cells_are_named_and_the_reading_is_dropped(plant: Plant, spoil, cell):
    """The sentence names the cell; nothing of the sheet is believed."""
    _write(plant, spoil)
    done = plant.reconcile("--lang", "en")
    assert done.code in {3, 4}
    assert cell in done.json["snapshots"][1]["reason"]
    assert done.json["compared"] == 0


def test_yesterdays_file_takes_no_part(plant: Plant):
    """Saved 30 hours ago where 26 are allowed: refused with age and limit, by the gate, not by a variance."""
    path = _write(plant)
    plant.accept("u8")
    os.utime(path, ((plant.now - dt.timedelta(hours=30)).timestamp(),) * 2)
    plant.later(minutes=1)
    done = plant.reconcile("--lang", "en")
    assert done.code in {3, 4}
    reason = done.json["snapshots"][1]["reason"]
    assert "[BR-1301]" in reason
    assert "max_age" in reason


def test_a_missing_file_exits_3(plant: Plant):
    """The share is not connected: a source out of reach."""
    _write(plant).unlink()
    done = plant.reconcile("--lang", "en")
    assert done.code == 3
    assert "[BR-1303]" in done.json["snapshots"][1]["reason"]
