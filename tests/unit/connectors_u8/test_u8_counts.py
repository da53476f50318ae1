"""盘点单: the last audited count of each position, and that nothing depends on having any."""

from datetime import datetime, timedelta

import pytest
from u8_plant import AT, NOW, USUAL, ZONE, lookalike, run, settings, source

from bridge.demo.lookalikes import StockLine
from bridge.domain.snapshot import PHYSICAL_COUNTS, Scope
from connectors.yonyou_u8 import CONNECTOR

SHEETS = """
CREATE TABLE CheckVouch (ID INTEGER PRIMARY KEY, cCVCode TEXT, dCVDate TEXT, cWhCode TEXT, cAccounter TEXT);
CREATE TABLE CheckVouchs (autoID INTEGER PRIMARY KEY, ID INT, cInvCode TEXT, cBatch TEXT, iCVCQuantity DECIMAL(30,10));
"""
MICRO = 1_000_000


def counts(snapshot):
    """Return (item, warehouse, batch) -> (quantity, day and hour in the plant, sheet)."""
    return {
        (row["item"], row["warehouse"], row["batch"]): (
            row["quantity"],
            f"{row['counted_at'].astimezone(ZONE):%m-%d %H:%M}",
            row["document"],
        )
        for row in snapshot.counts.to_pylist()
    }


def count(plant, item, warehouse, quantity, at, batch="", number="", *, audited=True):
    """Count one position in the look-alike."""
    sheet = plant.save_count(
        [StockLine(item, quantity, batch)], warehouse, at.replace(tzinfo=None), "李明", number=number
    )
    if audited:
        plant.audit_count(sheet, (at + timedelta(hours=2)).replace(tzinfo=None), "赵磊")
    return sheet


def test_the_last_audited_count_of_each_position(tmp_path):
    """Newer sheets win position by position, batches apart; a sheet nobody audited says nothing."""
    plant = lookalike(tmp_path)
    count(plant, "NA", "01", "10", AT - timedelta(days=9), "B1", "PD1")
    count(plant, "NA", "01", "12.5", AT - timedelta(days=2), "B1", "PD2")
    count(plant, "NA", "01", "7", AT - timedelta(days=9), "B2", "PD3")
    count(plant, "00710", "02", "0", AT, number="PD4")
    count(plant, "00710", "02", "99", AT + timedelta(hours=5), number="PD5", audited=False)
    snapshot = source(plant.path).snapshot(Scope())
    assert counts(snapshot) == {
        ("NA", "01", "B1"): (12_500_000, "11-18 09:15", "PD2"),
        ("NA", "01", "B2"): (7_000_000, "11-11 09:15", "PD3"),
        ("00710", "02", ""): (0, "11-20 09:15", "PD4"),
    }
    assert snapshot.counts.schema == PHYSICAL_COUNTS


def test_old_counts_are_left_alone(tmp_path):
    """What is older than counts_since is not read."""
    plant = lookalike(tmp_path)
    count(plant, "NA", "01", "10", NOW - timedelta(days=100), number="PD1")
    assert counts(source(plant.path).snapshot(Scope())) == {}
    assert len(counts(source(plant.path, counts_since="120d").snapshot(Scope()))) == 1


def test_lines_of_one_position_add_up_and_a_blank_one_leaves_it_unknown(tmp_path):
    """Two bins are one count; a line without a figure makes the whole position unknown; a mere date is its day's end."""
    lines = """INSERT INTO CheckVouch VALUES (7, 'PD7', '2026-10-28', '01', '赵磊');
        INSERT INTO CheckVouchs VALUES (1, 7, 'NA', NULL, 100), (2, 7, 'NA', '', 20), (3, 7, '00710', NULL, 5),
            (4, 7, '00710', NULL, NULL);"""
    path = run(tmp_path / "u8.db", USUAL, SHEETS, lines)
    assert counts(source(path).snapshot(Scope())) == {
        ("NA", "01", ""): (120 * MICRO, "10-28 23:59", "PD7"),
        ("00710", "01", ""): (None, "10-28 23:59", "PD7"),
    }


@pytest.mark.parametrize(
    "sheets",
    [
        "",
        SHEETS.replace("iCVCQuantity", "iOther"),
        SHEETS + "INSERT INTO CheckVouch VALUES (1, 'PD', '2026-11-20', '01', 'x');"
        "INSERT INTO CheckVouchs VALUES (1, 1, 'NA', '', 'ten');",
    ],
)
def test_no_count_sheets_is_no_failure(tmp_path, sheets):
    """Missing tables, columns or a figure that is none: the stock is read as ever, the probe says what is missing."""
    path = run(
        tmp_path / "u8.db",
        USUAL,
        sheets,
        "INSERT INTO CurrentStock (cWhCode, cInvCode, iQuantity) VALUES ('01', 'NA', 5)",
    )
    snapshot = source(path).snapshot(Scope())
    assert (snapshot.lines.num_rows, snapshot.counts.num_rows) == (1, 0)
    assert "u8_no_counts" in dict(source(path).probe().findings)


def test_readable_sheets_are_no_finding(tmp_path):
    """A complete account set has nothing to report."""
    assert "u8_no_counts" not in dict(source(lookalike(tmp_path).path).probe().findings)


def test_the_schema_of_the_stock_does_not_know_the_sheets(tmp_path):
    """A plant that is granted the tables later keeps its baseline: the fingerprint stays, here and in the probe."""
    path = run(tmp_path / "u8.db", USUAL)
    before = source(path).snapshot(Scope()).provenance.schema
    run(path, SHEETS)
    assert source(path).snapshot(Scope()).provenance.schema == before == source(path).probe().schema


def test_scripts_name_the_sheets(tmp_path):
    """show-sql has the statement, grants and revoke both tables."""
    server = settings(server="h", account="002", database="UFDATA_002_2026", user="bridge_ro", password="x")
    assert "CheckVouchs" in CONNECTOR.show_sql("u8", settings(server="h", account="002", user="x", password="x"))
    for script in (CONNECTOR.grants("u8", server), CONNECTOR.revoke("u8", server)):
        assert {"dbo.CheckVouch", "dbo.CheckVouchs"} <= set(
            script.replace(";", " ").replace("[", "").replace("]", "").split()
        )


def test_the_moment_of_the_count_is_aware(tmp_path):
    """U8 keeps wall time; the frame holds instants."""
    plant = lookalike(tmp_path)
    count(plant, "NA", "01", "10", AT)
    (row,) = source(plant.path).snapshot(Scope()).counts.to_pylist()
    assert row["counted_at"] == datetime(2026, 11, 20, 9, 15, tzinfo=ZONE)
