"""docs/connectors/sql.md: its SQLite examples read a real database and hold in it."""

import re
import sqlite3
import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bridge.domain.clock import FixedClock
from bridge.domain.hold import HoldOrder
from bridge.domain.snapshot import Scope
from connectors.sql import CONNECTOR
from connectors.sql.config import SqlSettings

PAGE = Path(__file__).parents[3] / "docs/connectors/sql.md"
NOW = datetime(2026, 11, 23, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def settings(tmp_path):
    """Return the settings of a source of the page, on a database with its tables."""
    found = {}
    for block in re.findall(r"^```toml\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        found |= tomllib.loads(block)["sources"]
    with sqlite3.connect(tmp_path / "wms.db") as db:
        db.execute("CREATE TABLE stock (sku TEXT, loc TEXT, qty NUMERIC)")
        db.execute(
            "CREATE TABLE moves (seq INTEGER PRIMARY KEY, id TEXT, doc TEXT, sku TEXT, loc TEXT, delta NUMERIC, void INT)"
        )
        db.execute("INSERT INTO stock VALUES ('00710', 'A1', 126.5), ('NA', 'A1', 3)")
        db.execute(
            "INSERT INTO moves VALUES (1, 'm1', 'RK-1', '00710', 'A1', 130, 0), (2, 'm2', 'CK-1', 'NA', 'A1', -1, 1)"
        )
    db.close()

    def of(name):
        return SqlSettings.model_validate(found[name] | {"url": f"sqlite:///{tmp_path / 'wms.db'}"})

    return of


def test_the_example_with_documents_reads_stock_and_what_changed(settings, tmp_path):
    """Stock is exact; documents come with their state, and afterwards only new ones."""
    source = CONNECTOR.source("wms2", settings("wms2"), FixedClock(NOW))
    lines = source.snapshot(Scope()).lines
    assert dict(zip(lines["item"].to_pylist(), lines["quantity"].to_pylist(), strict=True)) == {
        "00710": 126_500_000, "NA": 3_000_000
    }  # fmt: skip
    batch = source.movements("")
    rows = batch.rows.select(["document_number", "effect", "state", "counts"]).to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        ("RK-1", 130_000_000, "posted", True), ("CK-1", -1_000_000, "voided", False)
    ]  # fmt: skip
    with sqlite3.connect(tmp_path / "wms.db") as db:
        db.execute("INSERT INTO moves VALUES (3, 'm3', 'RK-2', '00710', 'A1', 5, 0)")
    db.close()
    assert source.movements(batch.cursor).rows["document_number"].to_pylist() == ["RK-2"]


def test_the_example_with_holds_holds(settings):
    """A hold stands in the table that the page names."""
    target = CONNECTOR.target("wms3", settings("wms3"), FixedClock(NOW))
    order = HoldOrder("SB" + "A" * 14, "00710", "A1", "", ("out",), 80_000_000, "r", NOW + timedelta(hours=8))
    target.place(order)
    assert target.probe(order.ref).quantity == order.quantity
