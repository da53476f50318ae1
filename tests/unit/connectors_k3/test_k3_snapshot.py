"""A K/3 snapshot: exact, complete, named, whatever release the tables come from."""

from datetime import date
from decimal import Decimal

import pytest
from k3_books import MINIMAL, NOW, USUAL, make, run, source

from bridge.domain.errors import SnapshotRejected, SourceRefused, SourceUnavailable
from bridge.domain.snapshot import ITEM_CARDS, STOCK_LINES, UNIT_RATES, WAREHOUSE_CARDS, Scope

BATCHES = Scope(by_batch=True)


def lines(snapshot):
    """Return (item, warehouse, batch, quantity in millionths) of each line."""
    table = snapshot.lines
    return list(zip(*(table[name].to_pylist() for name in ("item", "warehouse", "batch", "quantity")), strict=True))


def cards(table, key="item"):
    """Return the rows of a card table by their key."""
    return {row[key]: row for row in table.to_pylist()}


def test_the_smallest_account_set_is_enough(tmp_path):
    """Three tables with the required columns suffice; codes NA and 00710 and an 18-digit id survive as they are."""
    path = make(
        tmp_path, MINIMAL,
        "INSERT INTO ICInventory VALUES (1, 10, 5), (1, 10, 2.5), (2, 11, -3), (123456789012345678, 11, 1), (2, 10, 0)",
    )  # fmt: skip
    found = source(path).snapshot(Scope())
    assert sorted(lines(found)) == [
        ("00710", "01", "", 7_500_000),
        ("18位", "02", "", 1_000_000),
        ("NA", "02", "", -3_000_000),
    ]
    assert (found.provenance.rows, found.provenance.expected_rows) == (4, 4)
    assert found.provenance.account == "AIS20190101120000"
    assert cards(found.items)["00710"] == {
        "item": "00710", "name": "", "spec": "", "unit": "", "category": "", "abc": "", "cost": None, "cost_source": "",
        "decimals": None, "active": True,
    }  # fmt: skip
    assert {row["kind"] for row in found.warehouses.to_pylist()} == {"normal"}


def test_ten_thousand_tenths_are_a_thousand(tmp_path):
    """0.1 in 10,000 rows adds up to exactly 1000."""
    path = make(tmp_path, MINIMAL, *["INSERT INTO ICInventory VALUES (1, 10, 0.1)"] * 10_000)
    assert lines(source(path).snapshot(Scope())) == [("00710", "01", "", 1_000_000_000)]


def test_schemas_of_the_tables_are_those_of_the_contract(tmp_path):
    """Every table has exactly the contract's columns and types, empty or not."""
    found = source(make(tmp_path, USUAL, "INSERT INTO ICInventory VALUES (1, 10, '', 3, 0)")).snapshot(Scope())
    assert (found.lines.schema, found.items.schema) == (STOCK_LINES, ITEM_CARDS)
    assert (found.warehouses.schema, found.rates.schema) == (WAREHOUSE_CARDS, UNIT_RATES)


def test_batches_without_a_number_are_one(tmp_path):
    """NULL, '' and blanks are 'no batch'; trailing blanks fall away; batches stay apart only when asked for."""
    path = make(
        tmp_path, USUAL,
        "INSERT INTO ICInventory VALUES (1, 10, NULL, 1, 0), (1, 10, '', 2, 0), (1, 10, '  ', 3, 0), (1, 10, 'B1 ', 4, 0), "
        "(1, 10, 'B1', 5, 0)",
    )  # fmt: skip
    assert lines(source(path).snapshot(BATCHES)) == [
        ("1.01.00710", "01", "", 6_000_000),
        ("1.01.00710", "01", "B1", 9_000_000),
    ]
    assert lines(source(path).snapshot(Scope())) == [("1.01.00710", "01", "", 15_000_000)]


def test_a_null_quantity_is_unknown_and_never_zero(tmp_path):
    """A row without a figure makes its position Unknown, even beside rows that have one."""
    path = make(tmp_path, USUAL, "INSERT INTO ICInventory VALUES (1, 10, '', NULL, 0), (1, 10, '', 5, 0)")
    assert lines(source(path).snapshot(Scope())) == [("1.01.00710", "01", "", None)]


def test_forbidden_items_with_stock_stay_and_are_noted(tmp_path):
    """K/3's own view hides a forbidden item; here it is a line, an inactive card and a note."""
    path = make(tmp_path, USUAL, "INSERT INTO ICInventory VALUES (2, 10, '', 7, 0)")
    found = source(path).snapshot(Scope())
    assert lines(found) == [("NA", "01", "", 7_000_000)]
    assert cards(found.items)["NA"]["active"] is False
    assert "k3_forbidden_with_stock count=1 items=NA" in found.provenance.notes


def test_cards_carry_names_units_classes_and_costs(tmp_path):
    """Names, base unit, class, ABC, decimals and the first cost above zero; idle forbidden items are left out."""
    path = make(tmp_path, USUAL, "INSERT INTO ICInventory VALUES (2, 10, '', 7, 0)")
    found = cards(source(path).snapshot(Scope()).items)
    assert found == {
        "1.01.00710": {
            "item": "1.01.00710", "name": "螺丝", "spec": "M3", "unit": "个", "category": "紧固件", "abc": "A",
            "cost": 1_250_000, "cost_source": "K3 FStandardCost", "decimals": 0, "active": True,
        },
        "NA": {
            "item": "NA", "name": "铜箔", "spec": "", "unit": "kg", "category": "", "abc": "", "cost": 78_500_000,
            "cost_source": "K3 FPlanPrice", "decimals": 3, "active": False,
        },
    }  # fmt: skip


def test_conversions_come_from_the_unit_group(tmp_path):
    """The other units of an item's group convert by their coefficient; FConversation 0 floats."""
    rates = source(make(tmp_path, USUAL)).snapshot(Scope()).rates.to_pylist()
    assert rates == [
        {"item": "1.01.00710", "unit": "箱", "factor": 40_000_000, "floating": False},
        {"item": "1.01.00710", "unit": "捆", "factor": 12_500_000, "floating": True},
    ]


def test_virtual_and_vmi_stock_is_not_added(tmp_path):
    """POInventory and VMI warehouses stay out unless opted in; what is left out is noted with its rows."""
    path = make(
        tmp_path, USUAL,
        "INSERT INTO ICInventory VALUES (1, 10, '', 5, 0), (1, 11, '', 6, 0), (1, 13, '', 100, 0), (1, 13, 'x', 100, 0)",
        "INSERT INTO POInventory VALUES (1, 12, '', 50, 501), (1, 10, '', 9, 501)",
    )  # fmt: skip
    found = source(path).snapshot(Scope())
    assert lines(found) == [("1.01.00710", "01", "", 5_000_000), ("1.01.00710", "02", "", 6_000_000)]
    assert (found.provenance.rows, found.provenance.expected_rows) == (2, 2)
    assert "k3_warehouses_left_out rows=2 warehouses=VMI" in found.provenance.notes
    kinds = {row["warehouse"]: row["kind"] for row in found.warehouses.to_pylist()}
    assert kinds == {"01": "normal", "02": "normal", "DJ": "inspection", "VMI": "consigned"}

    both = source(path, include_virtual=True, warehouse_types=(500, 504)).snapshot(Scope())
    assert sorted(lines(both)) == [
        ("1.01.00710", "01", "", 5_000_000),
        ("1.01.00710", "01", "", 9_000_000),
        ("1.01.00710", "DJ", "", 50_000_000),
        ("1.01.00710", "VMI", "", 200_000_000),
    ]
    assert {row["warehouse"]: row["kind"] for row in both.warehouses.to_pylist()}["01"] == "virtual"
    assert (both.provenance.rows, both.provenance.expected_rows) == (5, 5)


@pytest.mark.parametrize(
    ("row", "named"),
    [("(99, 10, '', 5, 0)", ("FItemID", "99")), ("(1, 77, '', 5, 0)", ("FStockID", "77")),
     ("(NULL, 10, '', 5, 0)", ("FItemID", "None")), ("(0, 10, '', 5, 0)", ("FItemID", "0"))],
)  # fmt: skip
def test_rows_without_a_card_are_named_and_never_lost(tmp_path, row, named):
    """A row whose item or warehouse has no card refuses the reading by its id instead of vanishing in a join."""
    path = make(
        tmp_path, USUAL, "INSERT INTO ICInventory VALUES (1, 10, '', 5, 0)", f"INSERT INTO ICInventory VALUES {row}"
    )
    with pytest.raises(SnapshotRejected) as refusal:
        source(path).snapshot(Scope())
    assert refusal.value.code == "BR-1221"
    for word in named:
        assert word in refusal.value.text("zh")


def test_what_must_be_there_is_named(tmp_path):
    """A missing table, a renamed column and a missing file each say what is missing."""
    no_table = make(tmp_path, MINIMAL, "DROP TABLE t_Stock", name="a.db")
    with pytest.raises(SourceRefused, match="t_Stock"):
        source(no_table).snapshot(Scope())
    renamed = make(tmp_path, MINIMAL, "ALTER TABLE ICInventory RENAME COLUMN FQty TO FQuantity", name="b.db")
    with pytest.raises(SourceRefused, match=r"FQty.*FQuantity"):
        source(renamed).snapshot(Scope())
    with pytest.raises(SourceUnavailable, match=r"gone\.db"):
        source(tmp_path / "gone.db").snapshot(Scope())


def test_another_account_set_is_refused(tmp_path):
    """The expected account may be the database, the company or both; anything else is refused."""
    path = make(tmp_path, USUAL)
    for expected in ("AIS20190101120000", "示例精密", "AIS20190101120000/示例精密"):
        assert source(path, account=expected).snapshot(Scope()).provenance.account == "AIS20190101120000/示例精密"
    with pytest.raises(SnapshotRejected) as refusal:
        source(path, account="AIS20200101120000").snapshot(Scope())
    assert refusal.value.code == "BR-1223"


def test_the_schema_fingerprint_follows_the_tables_read(tmp_path):
    """A new column in a stock table changes the fingerprint, another table does not."""
    path = make(tmp_path, USUAL)
    before = source(path).snapshot(Scope()).provenance.schema
    run(path, "CREATE TABLE SEOrder (FInterID int)", "CREATE TABLE ICStockBill (FInterID int)")
    assert source(path).snapshot(Scope()).provenance.schema == before
    run(path, "ALTER TABLE ICInventory ADD COLUMN FMTONo nvarchar(50)")
    assert source(path).snapshot(Scope()).provenance.schema != before


def test_a_file_has_no_clock_of_its_own(tmp_path):
    """A SQLite account set states no server time, so a drill under --now is not taken for a clock gone wrong."""
    found = source(make(tmp_path, USUAL)).snapshot(Scope()).provenance
    assert (found.as_of, found.clock_offset_s) == (None, None)
    assert found.fetched_from == found.fetched_to == NOW


def test_more_groups_than_the_cap_are_refused(tmp_path):
    """The row cap of the scope and of the settings both hold."""
    path = make(tmp_path, MINIMAL, "INSERT INTO ICInventory VALUES (1, 10, 5), (2, 10, 2)")
    for over in (lambda: source(path).snapshot(Scope(row_cap=1)), lambda: source(path, row_cap=1).snapshot(Scope())):
        with pytest.raises(SnapshotRejected) as refusal:
            over()
        assert refusal.value.code == "BR-1205"


def test_two_cards_with_one_code_make_one_card(tmp_path):
    """Cards stay unique by code: the active one stands, stock of both adds up, and it is noted."""
    path = make(
        tmp_path, USUAL, "INSERT INTO t_ICItem (FItemID, FNumber, FName, FDeleted) VALUES (9, 'NA', '铜箔新', 0)",
        "INSERT INTO ICInventory VALUES (2, 10, '', 1, 0), (9, 10, '', 2, 0)",
    )  # fmt: skip
    found = source(path).snapshot(Scope())
    assert cards(found.items)["NA"]["name"] == "铜箔新"
    assert sum(Decimal(line[3]) for line in lines(found)) == 3_000_000
    assert "k3_codes_twice count=1 items=NA" in found.provenance.notes


def test_a_snapshot_states_the_open_period(tmp_path):
    """t_SystemProfile names the open inventory period; without it, or with nonsense in it, nothing is stated."""
    assert source(make(tmp_path, USUAL)).snapshot(Scope()).provenance.open_from == date(2026, 11, 1)
    assert source(make(tmp_path, MINIMAL, name="bare.db")).snapshot(Scope()).provenance.open_from is None
    broken = make(tmp_path, USUAL, "UPDATE t_SystemProfile SET FValue = '13' WHERE FKey = 'CurrentPeriod'", name="b.db")
    assert source(broken).snapshot(Scope()).provenance.open_from is None


def test_probe_says_what_the_balance_means(tmp_path):
    """The probe names the account, K/3's own switches and what a person should know."""
    found = source(make(tmp_path, USUAL, "INSERT INTO ICInventory VALUES (2, 10, '', 7, 0)")).probe()
    assert (found.product, found.account_name, found.rights) == ("Kingdee K/3 WISE", "示例精密", ())
    assert found.switches == {"IC/UpStockWhenSave": "1", "IC/CurrentYear": "2026", "IC/CurrentPeriod": "11"}
    assert [code for code, _ in found.findings] == ["k3_forbidden_with_stock", "k3_counts_on_save", "k3_no_bills"]
    bare = source(make(tmp_path, MINIMAL, name="bare.db")).probe()
    assert [code for code, _ in bare.findings] == ["k3_counts_on_audit", "k3_no_profile", "k3_no_bills"]
    contrary = source(make(tmp_path, USUAL, name="c.db"), stock_effect="on_audit", movements=False).probe()
    assert [code for code, _ in contrary.findings] == ["k3_counts_on_audit", "k3_effect_contradicts"]
