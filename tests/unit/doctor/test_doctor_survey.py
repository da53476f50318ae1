"""A source in figures, and its first lines."""

import json

import pytest
from doctor_plant import Plant


@pytest.fixture
def plant(tmp_path):
    """Return a plant with some oddities in its book."""
    made = Plant(tmp_path)
    made.sql("book", "INSERT INTO stock VALUES ('NA', '02', '-3'), ('00710', '02', '0'), ('KG', '02', NULL)")
    made.sql("book", "INSERT INTO items VALUES ('KG', '铜卷', NULL, 0), ('OLD', '旧', NULL, 0)")
    return made


def test_doctor_survey_counts(plant):
    """Lines by what is odd about them, items by what they lack, money to the cent."""
    code, out, _ = plant.run("survey", "book", "--json")
    (found,) = json.loads(out)
    assert code == 0
    wanted = {
        "lines": 5, "zero_lines": 1, "negative_lines": 1, "unknown_lines": 1, "items": 4, "stopped_items": 2,
        "items_with_stock": 2, "items_without_cost": 0, "items_without_abc": 2, "warehouses": {"normal": 2},
        "value": "24.00", "unvalued_lines": 0, "unmapped_items": 0, "documents": None,
    }  # fmt: skip
    assert {name: found[name] for name in wanted} == wanted


def test_doctor_survey_for_people(plant):
    """On the terminal every figure has its name, for every source; a dead one is told and the others shown."""
    (plant.folder / "shelf.db").unlink()
    code, out, err = plant.run("survey", lang="zh")
    assert code == 3
    assert "库存金额" in out
    assert "24.00" in out
    assert "shelf" in err


def test_doctor_sample_is_capped(plant):
    """The first lines as read, codes as text; more than 200 are not shown."""
    code, out, _ = plant.run("sources", "sample", "book", "--rows", "2", "--json")
    assert code == 0
    assert json.loads(out) == [
        {"item": "NA", "name": "铜箔", "warehouse": "01", "batch": "", "quantity": "10", "unit": "", "raw": "10"},
        {"item": "00710", "name": "端子", "warehouse": "01", "batch": "", "quantity": "2.5", "unit": "", "raw": "2.5"},
    ]
    assert plant.run("sources", "sample", "book", "--rows", "201")[0] == 2
