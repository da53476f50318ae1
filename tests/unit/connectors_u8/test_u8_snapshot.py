"""What a U8 snapshot holds, and what it refuses."""

import sqlite3
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from u8_plant import AT, MINIMAL, NOW, USUAL, Still, lookalike, run, source

from bridge.demo.lookalikes import StockLine
from bridge.domain.errors import SnapshotRejected, SourceRefused, SourceUnavailable
from bridge.domain.snapshot import ITEM_CARDS, STOCK_LINES, UNIT_RATES, WAREHOUSE_CARDS, Scope

BATCHES = Scope(by_batch=True)


def lines(snapshot):
    """Return (item, warehouse, batch) -> quantity in millionths."""
    rows = snapshot.lines.to_pylist()
    return {(row["item"], row["warehouse"], row["batch"]): row["quantity"] for row in rows}


def test_minimal_database_is_enough(tmp_path):
    """CurrentStock with three columns gives lines; nothing else is needed."""
    path = run(tmp_path / "u8.db", MINIMAL, "INSERT INTO CurrentStock VALUES ('01', 'NA', 126.5)")
    snapshot = source(path).snapshot(Scope())
    assert lines(snapshot) == {("NA", "01", ""): 126_500_000}
    assert snapshot.lines.schema == STOCK_LINES
    assert snapshot.items.num_rows == snapshot.warehouses.num_rows == 0
    assert (snapshot.provenance.rows, snapshot.provenance.expected_rows) == (1, 1)
    assert snapshot.provenance.account == "u8"


def test_lookalike_balances_and_cards(tmp_path):
    """Every balance of the look-alike arrives exactly, with unit, cost, class, ABC and decimals of its item."""
    with_stock = lookalike(tmp_path)
    with_stock.set_opening("NA", "01", "379.5", "B1")
    with_stock.set_opening("NA", "01", "0.000001", "B2")
    with_stock.set_opening("00710", "02", "123456789.123456")
    snapshot = source(with_stock.path).snapshot(BATCHES)
    expected = {(i, w, b): int(q * 1_000_000) for (i, w, b), q in with_stock.balances().items() if q}
    assert lines(snapshot) == expected
    card = next(card for card in snapshot.items.to_pylist() if card["item"] == "NA")
    assert (card["name"], card["spec"], card["unit"], card["category"]) == ("铜箔", "CU-35", "个", "结构件")
    assert (card["abc"], card["cost"], card["cost_source"], card["decimals"]) == ("A", 42_500_000, "U8 iInvSPrice", 4)
    assert {row["raw_unit"] for row in snapshot.lines.to_pylist()} == {"个", "只"}
    assert snapshot.items.schema == ITEM_CARDS
    assert snapshot.warehouses.schema == WAREHOUSE_CARDS
    assert snapshot.rates.schema == UNIT_RATES


def test_without_batches_the_server_sums(tmp_path):
    """Without by_batch batches are one line, and the rows behind it are still counted."""
    stand_in = lookalike(tmp_path)
    stand_in.set_opening("NA", "01", "1.1", "B1")
    stand_in.set_opening("NA", "01", "2.2", "B2")
    snapshot = source(stand_in.path).snapshot(Scope())
    assert lines(snapshot) == {("NA", "01", ""): 3_300_000}
    assert (snapshot.provenance.rows, snapshot.provenance.expected_rows) == (2, 2)


def test_conversions_fixed_floating_none(tmp_path):
    """A fixed group gives an exact factor, a floating one a flagged factor, 无换算 gives none."""
    snapshot = source(lookalike(tmp_path).path).snapshot(Scope())
    assert snapshot.rates.to_pylist() == [
        {"item": "00710", "unit": "箱", "factor": 40_000_000, "floating": False},
        {"item": "KG-1", "unit": "卷", "factor": 12_500_000, "floating": True},
    ]


def test_conversion_without_group_types(tmp_path):
    """Where no table states iGroupType, a stated iChangRate converts; a unit without one does not."""
    more = (
        "ALTER TABLE Inventory ADD COLUMN cGroupCode TEXT;"
        "UPDATE Inventory SET cGroupCode = 'G' WHERE cInvCode = '00710';"
        "INSERT INTO ComputationUnit VALUES ('BOX', '箱', 'G', '40'), ('BAG', '袋', 'G', NULL)"
    )
    snapshot = source(run(tmp_path / "u8.db", USUAL, more)).snapshot(Scope())
    assert snapshot.rates.to_pylist() == [{"item": "00710", "unit": "箱", "factor": 40_000_000, "floating": False}]


def test_warehouse_kinds_and_freeze(tmp_path):
    """BProxyWh makes a warehouse consigned, iWHProperty 1 line side; bFreeze is told."""
    stand_in = lookalike(tmp_path)
    stand_in.run("UPDATE Warehouse SET bFreeze = 1 WHERE cWhCode = '02'")
    cards = {card["warehouse"]: card for card in source(stand_in.path).snapshot(Scope()).warehouses.to_pylist()}
    assert {code: card["kind"] for code, card in cards.items()} == {
        "01": "normal",
        "02": "normal",
        "03": "line_side",
        "09": "consigned",
    }
    assert cards["02"]["frozen"]
    assert not cards["01"]["frozen"]


def test_ten_thousand_tenths_are_a_thousand(tmp_path):
    """0.1 added ten thousand times is exactly 1000: the server adds decimals, not floats."""
    path = run(
        tmp_path / "u8.db",
        MINIMAL,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) "
        "INSERT INTO CurrentStock SELECT '01', 'NA', 0.1 FROM n",
    )
    snapshot = source(path).snapshot(Scope())
    assert lines(snapshot) == {("NA", "01", ""): 1_000_000_000}
    assert snapshot.provenance.rows == 10_000


@given(st.lists(st.decimals(-(10**9), 10**9, places=6, allow_nan=False), min_size=1, max_size=12))
@hypothesis_settings(max_examples=25, deadline=None)
def test_sums_are_exact(tmp_path_factory, amounts):
    """Any figures of six decimals, kept as text, add up exactly."""
    path = run(
        tmp_path_factory.mktemp("sum") / "u8.db", "CREATE TABLE CurrentStock (cWhCode, cInvCode, iQuantity TEXT)"
    )
    with sqlite3.connect(path) as link:
        link.executemany("INSERT INTO CurrentStock VALUES ('1', 'X', ?)", [(format(a, "f"),) for a in amounts])
    link.close()
    snapshot = source(path).snapshot(Scope())
    assert sum(row["quantity"] for row in snapshot.lines.to_pylist()) == int(sum(amounts, Decimal(0)) * 1_000_000)


def test_codes_stay_text(tmp_path):
    """NA, 00710 and an 18-digit code arrive as written."""
    codes = ("NA", "00710", "123456789012345678")
    inserts = "".join(f"INSERT INTO CurrentStock VALUES ('001', '{code}', 1);" for code in codes)
    snapshot = source(run(tmp_path / "u8.db", MINIMAL, inserts)).snapshot(Scope())
    assert sorted(snapshot.lines["item"].to_pylist()) == sorted(codes)
    assert set(snapshot.lines["warehouse"].to_pylist()) == {"001"}


def test_trailing_blanks_and_null_batch_fold(tmp_path):
    """A code with trailing blanks is the code, a NULL or blank batch is none."""
    rows = "('01 ', 'NA  ', NULL, 1), ('01', 'NA', '', 2), ('01', 'NA', '  ', 4)"
    path = run(
        tmp_path / "u8.db", USUAL, f"INSERT INTO CurrentStock (cWhCode, cInvCode, cBatch, iQuantity) VALUES {rows}"
    )
    assert lines(source(path).snapshot(BATCHES)) == {("NA", "01", ""): 7_000_000}


def test_case_folds_to_the_card(tmp_path):
    """SQL Server compares without case, so `na` on a stock row is the card NA."""
    insert = "INSERT INTO CurrentStock (cWhCode, cInvCode, iQuantity) VALUES ('01', 'na', 3)"
    assert lines(source(run(tmp_path / "u8.db", USUAL, insert)).snapshot(Scope())) == {("NA", "01", ""): 3_000_000}


def test_unstated_quantity_is_unknown(tmp_path):
    """A row with NULL on hand makes its position Unknown, never zero."""
    path = run(tmp_path / "u8.db", MINIMAL, "INSERT INTO CurrentStock VALUES ('01', 'NA', NULL), ('01', 'NA', 5)")
    assert lines(source(path).snapshot(Scope())) == {("NA", "01", ""): None}


def test_zero_rows_are_left_out_and_counts_agree(tmp_path):
    """Rows that stayed at zero are not lines; both counts leave them out."""
    path = run(tmp_path / "u8.db", MINIMAL, "INSERT INTO CurrentStock VALUES ('01', 'NA', 0), ('01', 'B', -2)")
    snapshot = source(path).snapshot(Scope())
    assert lines(snapshot) == {("B", "01", ""): -2_000_000}
    assert (snapshot.provenance.rows, snapshot.provenance.expected_rows) == (1, 1)


@pytest.mark.parametrize(
    ("column", "value", "table"), [("cInvCode", "GHOST", "Inventory"), ("cWhCode", "77", "Warehouse")]
)
def test_codes_without_card_are_refused(tmp_path, column, value, table):
    """Stock on a code without a card never vanishes in a join: the reading is refused and names it."""
    row = {"cInvCode": "NA", "cWhCode": "01", column: value}
    insert = (
        f"INSERT INTO CurrentStock (cInvCode, cWhCode, iQuantity) VALUES ('{row['cInvCode']}', '{row['cWhCode']}', 1)"
    )
    with pytest.raises(SnapshotRejected, match="BR-1243") as refused:
        source(run(tmp_path / "u8.db", USUAL, insert)).snapshot(Scope())
    assert value in refused.value.text("zh")
    assert table in refused.value.text("en")


def test_vendor_goods_left_out_unless_consigned(tmp_path):
    """VMI rows count in a 代管仓, are left out with figures elsewhere, and come in by setting."""
    insert = (
        "INSERT INTO Warehouse (cWhCode, cWhName, bProxyWh) VALUES ('09', '代管仓', 1);"
        "INSERT INTO CurrentStock (cWhCode, cInvCode, cVMIVenCode, iQuantity) VALUES"
        "('01', 'NA', '', 10), ('01', 'NA', 'V1', 2.5), ('09', 'NA', 'V1', 7)"
    )
    path = run(tmp_path / "u8.db", USUAL, insert)
    snapshot = source(path).snapshot(Scope())
    assert lines(snapshot) == {("NA", "01", ""): 10_000_000, ("NA", "09", ""): 7_000_000}
    assert "1 rows, quantity 2.5" in snapshot.provenance.notes[0]
    assert lines(source(path, include_vmi=True).snapshot(Scope()))["NA", "01", ""] == 12_500_000


def test_frozen_rows_count_and_are_noted(tmp_path):
    """Frozen stock is stock; how much is frozen is noted."""
    insert = "INSERT INTO CurrentStock (cWhCode, cInvCode, iQuantity, fStopQuantity) VALUES ('01', 'NA', 10, 4)"
    snapshot = source(run(tmp_path / "u8.db", USUAL, insert)).snapshot(Scope())
    assert lines(snapshot) == {("NA", "01", ""): 10_000_000}
    assert snapshot.provenance.notes[0].endswith("1 rows, quantity 4")


def test_stopped_item_is_inactive_but_kept(tmp_path):
    """An item past its dEDate keeps its stock and is told as inactive."""
    stand_in = lookalike(tmp_path)
    stand_in.set_opening("NA", "01", 5, "B1")
    stand_in.stop_item("NA", date(2026, 11, 1))
    stand_in.stop_item("00710", date(2027, 1, 1))
    cards = {card["item"]: card["active"] for card in source(stand_in.path).snapshot(Scope()).items.to_pylist()}
    assert cards == {"NA": False, "00710": True, "KG-1": True}


def test_cost_takes_the_first_above_zero(tmp_path):
    """A cost of 0 or NULL is no cost; the next column is asked."""
    stand_in = lookalike(tmp_path)
    stand_in.run("UPDATE Inventory SET iInvSPrice = 0, iInvNCost = '3.25' WHERE cInvCode = 'NA'")
    card = next(card for card in source(stand_in.path).snapshot(Scope()).items.to_pylist() if card["item"] == "NA")
    assert (card["cost"], card["cost_source"]) == (3_250_000, "U8 iInvNCost")


def test_empty_table_is_an_empty_snapshot(tmp_path):
    """No stock rows give an empty snapshot that says so; the gates refuse it, not the connector."""
    snapshot = source(run(tmp_path / "u8.db", USUAL)).snapshot(Scope())
    assert snapshot.lines.num_rows == snapshot.provenance.rows == snapshot.provenance.expected_rows == 0


def test_row_cap(tmp_path):
    """More lines than the cap are refused, not cut."""
    path = run(tmp_path / "u8.db", MINIMAL, "INSERT INTO CurrentStock VALUES ('01', 'A', 1), ('01', 'B', 1)")
    with pytest.raises(SnapshotRejected, match="BR-1205"):
        source(path).snapshot(Scope(row_cap=1))


@pytest.mark.parametrize(
    ("script", "error", "code"),
    [
        ("CREATE TABLE Other (x)", SourceRefused, "BR-1201"),
        ("CREATE TABLE CurrentStock (cWhCode, cInvCode, qty)", SourceRefused, "BR-1202"),
    ],
)
def test_missing_table_or_column_is_named(tmp_path, script, error, code):
    """A missing table or a renamed column is named with its cure."""
    with pytest.raises(error, match=code):
        source(run(tmp_path / "u8.db", script)).snapshot(Scope())


def test_missing_file_and_wrong_file(tmp_path):
    """A missing file is unavailable and not created; a file that is no database is refused."""
    with pytest.raises(SourceUnavailable, match="BR-1101"):
        source(tmp_path / "none.db").snapshot(Scope())
    assert not (tmp_path / "none.db").exists()
    (tmp_path / "text.db").write_text("料号,仓库,数量\n" * 200, encoding="utf-8")
    with pytest.raises(SourceRefused, match="BR-1108"):
        source(tmp_path / "text.db").snapshot(Scope())


def test_reading_changes_nothing(tmp_path):
    """A snapshot, a probe and a pull leave every byte of the account database as it was."""
    stand_in = lookalike(tmp_path)
    stand_in.set_opening("NA", "01", 5, "B1")
    stand_in.save("08", [StockLine("NA", 1, "B1")], "01", AT, "李明")
    stand_in.run("PRAGMA journal_mode = DELETE")
    stand_in.close()
    path = tmp_path / "UFDATA_002_2026.db"
    before = path.read_bytes()
    u8 = source(path)
    u8.snapshot(BATCHES)
    u8.probe()
    u8.movements("")
    assert path.read_bytes() == before


def test_same_read_twice_is_equal(tmp_path):
    """Two readings of an unchanged database are equal, fingerprint included, and the probe agrees with it."""
    stand_in = lookalike(tmp_path)
    stand_in.set_opening("NA", "01", 5, "B1")
    u8 = source(stand_in.path, Still(NOW))
    first, second = u8.snapshot(BATCHES), u8.snapshot(BATCHES)
    assert first == second
    assert u8.probe().schema == first.provenance.schema
    assert u8.probe().account == first.provenance.account == "UFDATA_002_2026"


def test_snapshot_reads_before_it_knows_hostile_text(tmp_path):
    """Codes with quotes, newlines and SQL are data."""
    code = "x'; DROP TABLE CurrentStock; --\n<script>"
    path = run(tmp_path / "u8.db", MINIMAL)
    with sqlite3.connect(path) as link:
        link.execute("INSERT INTO CurrentStock VALUES ('01', ?, 1)", (code,))
    link.close()
    assert lines(source(path).snapshot(Scope())) == {(code, "01", ""): 1_000_000}
