"""Reading a data centre: exact, whole, or not at all."""

import pytest

from bridge.domain.errors import SnapshotRejected, SourceRefused
from bridge.domain.snapshot import ITEM_CARDS, STOCK_LINES, WAREHOUSE_CARDS, Scope


def lines(snapshot):
    """Return quantities by item, warehouse and batch."""
    return {(row["item"], row["warehouse"], row["batch"]): row["quantity"] for row in snapshot.lines.to_pylist()}


def many(cloud, count):
    """Put many batches on hand."""
    for number in range(count):
        cloud.books.change_inventory("00710", "CK01", 1, lot=f"M{number:05d}")


def test_stock_is_added_up_over_statuses_in_base_units(source):
    """Available and frozen stock of one batch are one line; text codes and null lots survive."""
    found = source().snapshot(Scope(by_batch=True))
    assert lines(found) == {("00710", "CK01", "L1"): 100_350_000, ("NA", "CK02", ""): 12_000_000}
    assert found.lines.schema == STOCK_LINES
    assert found.lines["raw_unit"].to_pylist() == ["个", "千克"]
    assert found.provenance.rows == found.provenance.expected_rows == 3
    assert found.provenance.account == "0123456789abcd"


def test_floats_on_the_wire_are_exact(source, cloud):
    """Thirty times 0.1 is 3, whatever the floats of the JSON would have made of it."""
    for number in range(30):
        cloud.books.change_inventory("NA", "CK01", "0.1", lot=f"F{number}")
    found = lines(source().snapshot(Scope()))
    assert found["NA", "CK01", ""] == 3_000_000


def test_cards_come_with_the_snapshot(source, cloud):
    """Materials and warehouses carry names, units, category and what is forbidden."""
    cloud.books.add_material("OLD", "停用料", forbidden=True)
    cloud.books.add_material("HALT", "停用有存", forbidden=True, cost="3.5")
    cloud.books.change_inventory("HALT", "CK01", 1)
    found = source(warehouse_kinds={"2": "line_side"}, cost=("FRefCost",)).snapshot(Scope())
    items = {row["item"]: row for row in found.items.to_pylist()}
    assert set(items) == {"00710", "NA", "HALT"}
    assert (items["00710"]["category"], items["HALT"]["active"], items["HALT"]["cost"]) == ("五金", False, 3_500_000)
    assert [row["kind"] for row in found.warehouses.to_pylist()] == ["normal", "line_side"]
    assert (found.items.schema, found.warehouses.schema) == (ITEM_CARDS, WAREHOUSE_CARDS)


def test_stock_that_is_not_ours_or_in_transit_is_left_out_and_said_so(source, cloud):
    """A supplier's goods and stock in transit do not count, but do not vanish silently either."""
    cloud.books.change_inventory("NA", "CK02", 5, owner_type="BD_Supplier", owner="S1")
    cloud.books.change_inventory("NA", "CK02", 7, status="KCZT05_SYS")
    found = source().snapshot(Scope())
    assert lines(found)["NA", "CK02", ""] == 12_000_000
    assert found.provenance.notes == ("left_out BD_Supplier rows=1", "left_out KCZT05_SYS rows=1")


def test_only_the_organisations_wanted_are_read(source, cloud):
    """Organisation numbers go into the filter, quoted."""
    cloud.books.change_inventory("NA", "CK02", 5, org="200")
    cloud.books.change_inventory("NA", "CK02", 1, org="it's")
    assert lines(source(stock_orgs=("200", "it's")).snapshot(Scope())) == {("NA", "CK02", ""): 6_000_000}


@pytest.mark.parametrize("cloud", ["upper"], indirect=True)
def test_field_keys_of_another_tenant_are_found(source):
    """A tenant whose keys are spelt in capitals is read the same."""
    assert lines(source().snapshot(Scope()))["00710", "CK01", ""] == 100_350_000


def test_a_broken_available_quantity_does_not_matter(source, cloud):
    """FAVBQty is 0 on some tenants while there is stock; FBaseQty is what counts."""
    cloud.books.available_is_broken = True
    assert lines(source().snapshot(Scope()))["NA", "CK02", ""] == 12_000_000


@pytest.mark.parametrize(("limit", "above"), [(2000, "error"), (2000, "clamp"), (700, "clamp"), (10_000, "error")])
def test_the_servers_limit_is_found_at_run_time(source, cloud, limit, above):
    """A server that refuses more than 2000 rows, or silently sends fewer than asked for, is read whole."""
    cloud.modes.limit, cloud.modes.above = limit, above
    many(cloud, 4500)
    found = source().snapshot(Scope(by_batch=True))
    assert found.provenance.rows == 4503
    assert lines(found)["00710", "CK01", "M04499"] == 1_000_000


def test_a_page_that_repeats_is_refused(source, cloud):
    """A server that ignores StartRow would double the stock."""
    cloud.modes.repeating = True
    with pytest.raises(SnapshotRejected) as refused:
        source(page_size=2).snapshot(Scope())
    assert refused.value.code == "BR-1263"


def test_pages_that_shift_are_refused(source, cloud):
    """An order that changes from page to page repeats some rows and loses others."""
    cloud.modes.wandering = True
    many(cloud, 40)
    with pytest.raises(SnapshotRejected) as refused:
        source(page_size=5).snapshot(Scope())
    assert refused.value.code == "BR-1263"


def test_every_page_is_asked_for_in_an_order(cloud, source):
    """The order matters: the same server shuffles the pages of queries that have none."""
    many(cloud, 40)
    source(page_size=5).snapshot(Scope())
    pages = [call["data"] for call in cloud.sent("ExecuteBillQuery") if call["data"]["Limit"] > 1]
    assert len(pages) > 10
    assert all(page["OrderString"] for page in pages)


def test_more_rows_than_the_cap_are_refused(source):
    """Half a stock is no stock."""
    with pytest.raises(SnapshotRejected) as refused:
        source(row_cap=2).snapshot(Scope())
    assert refused.value.code == "BR-1205"


def test_a_quantity_that_is_null_is_unknown_not_zero(source, cloud):
    """A line whose figure is missing stays, without a figure."""
    row = cloud.books.change_inventory("NA", "CK01", 0)
    row["FBaseQty"] = None
    cloud.books.version += 1
    assert lines(source().snapshot(Scope()))["NA", "CK01", ""] is None


def test_a_missing_field_is_named(source, cloud):
    """A key that the form does not have is refused loudly, not guessed."""
    with pytest.raises(SourceRefused) as refused:
        source(cost=("FRefCosts",)).snapshot(Scope())
    assert (refused.value.code, refused.value.facts["keys"]) == ("BR-1260", "FRefCosts")


def test_the_probe_tells_statuses_and_what_is_left_out(source, cloud):
    """A probe names the data centre, the statuses with stock and the rows that do not count."""
    cloud.books.change_inventory("NA", "CK02", 7, status="KCZT05_SYS")
    found = source().probe()
    assert (found.account, found.account_name) == ("0123456789abcd", "示例数据中心")
    assert found.switches["statuses"] == "KCZT01_SYS, KCZT03_SYS, KCZT05_SYS"
    assert found.findings == (("cloud_left_out", {"rows": "1", "named": "KCZT05_SYS × 1"}),)
    assert found.clock_offset_s == 0


def test_hostile_text_is_carried_and_never_executed(source, cloud):
    """Codes and lots full of SQL, HTML and formulas come back as they are."""
    evil = [
        "'; DROP TABLE T_STK_INVENTORY;--",
        '" OR 1=1 --',
        "=cmd|' /C calc'!A0",
        "<script>",
        "%s{0}${x}",
        "ＡＢＣ 你好",
    ]
    for code in evil:
        cloud.books.add_material(code, code)
        cloud.books.change_inventory(code, "CK01", 1, lot=code)
    found = lines(source().snapshot(Scope(by_batch=True)))
    assert all(found[code, "CK01", code] == 1_000_000 for code in evil)
