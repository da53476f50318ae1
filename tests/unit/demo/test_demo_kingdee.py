"""The K/3 stand-in posts as K/3 does."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.demo.lookalikes import BillLine, KingdeeBooks, PostingRefused

DAY = date(2026, 11, 3)


def books(path, **options) -> KingdeeBooks:
    """Return books with two ordinary warehouses, one inspection warehouse and two items."""
    made = KingdeeBooks.create(path, **options)
    group = made.add_unit_group("数量组")
    piece = made.add_unit("个", group=group)
    made.add_unit("箱", group=group, coefficient=40)
    made.add_warehouse("01", "原料仓")
    made.add_warehouse("02", "成品仓")
    made.add_warehouse("09", "待检仓", kind=501)
    made.add_item("1.01.001", "中框", unit=piece, category="五金", abc="A", plan_price="42.5", standard_cost="42.50")
    made.add_item("1.01.002", "铜箔", unit=piece, category="五金", decimals=3)
    return made


@pytest.mark.parametrize(("effect", "at_save", "at_audit"), [("save", "126.5", "126.5"), ("audit", "100", "126.5")])
def test_stock_moves_on_save_or_audit(tmp_path, effect, at_save, at_audit):
    """UpStockWhenSave decides when a bill moves stock, and each bill keeps the value it was saved under."""
    k3 = books(tmp_path / "k3.db", stock_effect=effect)
    k3.set_opening("1.01.001", "01", 100)
    bill = k3.save_bill(1, [BillLine("1.01.001", "01", "26.5")], DAY, "李明")
    assert k3.balance("1.01.001", "01") == Decimal(at_save)
    k3.set_stock_effect("audit" if effect == "save" else "save")
    k3.audit(bill, "王芳", DAY)
    assert k3.balance("1.01.001", "01") == Decimal(at_audit)
    checked = k3.row("SELECT FStatus, FCheckDate, FUpStockWhenSave FROM ICStockBill WHERE FInterID = ?", (bill,))
    assert checked == (1, "2026-11-03 00:00:00", int(effect == "save"))
    k3.unaudit(bill)
    assert k3.balance("1.01.001", "01") == Decimal(at_save)


def test_red_bill_is_negative_and_zero_rows_stay(tmp_path):
    """A red bill keeps its type, has FROB -1 and a negative quantity; a row that falls to zero stays."""
    k3 = books(tmp_path / "k3.db", stock_effect="save")
    k3.save_bill(1, [BillLine("1.01.001", "01", 5)], DAY, "李明")
    red = k3.save_bill(1, [BillLine("1.01.001", "01", 5)], DAY, "李明", red=True)
    assert k3.row("SELECT FROB FROM ICStockBill WHERE FInterID = ?", (red,)) == (-1,)
    assert k3.row("SELECT FQty FROM ICStockBillEntry WHERE FInterID = ?", (red,)) == (-5,)
    assert k3.rows("SELECT FQty FROM ICInventory") == [(0,)]


def test_transfer_has_two_legs_and_issue_names_its_own_column(tmp_path):
    """A transfer leaves FSCStockID and enters FDCStockID; a production issue takes from FSCStockID."""
    k3 = books(tmp_path / "k3.db", stock_effect="save")
    k3.set_opening("1.01.001", "01", 100)
    k3.save_bill(41, [BillLine("1.01.001", "01", 30, to="02")], DAY, "李明")
    k3.save_bill(24, [BillLine("1.01.001", "01", 7)], DAY, "李明")
    assert (k3.balance("1.01.001", "01"), k3.balance("1.01.001", "02")) == (63, 30)
    issue = k3.row("SELECT FSCStockID > 0, FDCStockID FROM ICStockBillEntry ORDER BY FDetailID DESC")
    assert issue == (1, 0)


def test_void_delete_and_edit_take_back_a_draft(tmp_path):
    """Voiding, deleting or editing an unaudited bill undoes its effect; an audited bill refuses all three."""
    k3 = books(tmp_path / "k3.db", stock_effect="save")
    first = k3.save_bill(10, [BillLine("1.01.001", "01", 5)], DAY, "李明")
    second = k3.save_bill(10, [BillLine("1.01.001", "01", 7)], DAY, "")
    k3.edit(second, [BillLine("1.01.001", "01", 9)])
    assert k3.balance("1.01.001", "01") == 14
    k3.void(first)
    k3.delete(second)
    assert k3.balance("1.01.001", "01") == 0
    assert k3.row("SELECT FCancellation FROM ICStockBill WHERE FInterID = ?", (first,)) == (1,)
    third = k3.save_bill(10, [BillLine("1.01.001", "01", 5)], DAY, "李明")
    k3.audit(third, "王芳", DAY)
    for refused in (k3.void, k3.delete):
        with pytest.raises(PostingRefused):
            refused(third)


def test_virtual_warehouse_vmi_and_cost_adjustment(tmp_path):
    """Inspection stock stands in POInventory; a VMI receipt and a cost adjustment move nothing."""
    k3 = books(tmp_path / "k3.db", stock_effect="save")
    k3.save_bill(1, [BillLine("1.01.001", "09", 5)], DAY, "李明")
    k3.save_bill(1, [BillLine("1.01.001", "01", 5)], DAY, "李明", vmi=True)
    k3.save_bill(100, [BillLine("1.01.001", "01", 5)], DAY, "李明")
    assert k3.rows("SELECT FQty, FStockTypeID FROM POInventory") == [(5, 501)]
    assert k3.rows("SELECT FQty FROM ICInventory") == []


def test_units_keep_base_and_typed_quantity(tmp_path):
    """FQty is in the base unit and FAuxQty in the unit typed."""
    k3 = books(tmp_path / "k3.db")
    bill = k3.save_bill(21, [BillLine("1.01.001", "02", 3, unit="箱", batch=None)], DAY, "李明")
    row = k3.row("SELECT FQty, FAuxQty, FBatchNo FROM ICStockBillEntry WHERE FInterID = ?", (bill,))
    assert row == (120, 3, None)


def test_negative_stock_is_refused_where_the_warehouse_forbids_it(tmp_path):
    """FUnderStock 0 refuses an issue beyond the stock, and nothing of the bill remains."""
    k3 = books(tmp_path / "k3.db", stock_effect="save")
    k3.run("UPDATE t_Stock SET FUnderStock = 0")
    with pytest.raises(PostingRefused):
        k3.save_bill(29, [BillLine("1.01.001", "01", 1)], DAY, "李明")
    assert k3.row("SELECT count(*) FROM ICStockBill") == (0,)


def test_closed_period_refuses_and_carries_balances_forward(tmp_path):
    """Closing a period carries opening plus counted bills into FBegQty and refuses earlier dates."""
    k3 = books(tmp_path / "k3.db")
    k3.set_opening("1.01.001", "01", 100)
    k3.audit(k3.save_bill(1, [BillLine("1.01.001", "01", 20)], DAY, "李明"), "王芳", DAY)
    k3.save_bill(1, [BillLine("1.01.001", "01", 3)], DAY, "李明")
    k3.close_period()
    assert k3.open_period() == (2026, 12)
    assert k3.rows("SELECT FBegQty FROM ICInvBal WHERE FPeriod = 12") == [(120,)]
    with pytest.raises(PostingRefused):
        k3.save_bill(1, [BillLine("1.01.001", "01", 1)], DAY, "李明")


def test_old_schema_lacks_the_newer_columns_and_still_posts(tmp_path):
    """The old variant has no FMTONo and no FSupplyID on stock rows."""
    k3 = books(tmp_path / "k3.db", old=True, stock_effect="save")
    k3.save_bill(41, [BillLine("1.01.001", "01", 5, to="02", batch="B1")], DAY, "李明")
    columns = {name for (name,) in k3.rows("SELECT name FROM pragma_table_info('ICInventory')")}
    assert not columns & {"FMTONo", "FSupplyID"}
    assert k3.balance("1.01.001", "02", "B1") == 5


def test_item_view_and_row_versions(tmp_path):
    """t_ICItem joins the split tables; any UPDATE bumps FModifyTime as a SQL Server rowversion would."""
    k3 = books(tmp_path / "k3.db")
    row = k3.row("SELECT FName, FABCCls, FPlanPrice, FQtyDecimal, FModifyTime FROM t_ICItem WHERE FNumber = '1.01.001'")
    assert row[:4] == ("中框", "A", 42.5, 0)
    k3.forbid_item("1.01.001")
    assert k3.row("SELECT FModifyTime, FDeleted FROM t_ICItem WHERE FNumber = '1.01.001'") > (row[4], 0)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["save", "audit", "unaudit", "void", "delete", "edit", "tran"]),
        st.sampled_from([1, 2, 10, 21, 24, 28, 29, 40, 43, 41]),
        st.decimals(min_value="0.001", max_value=5000, places=3),
        st.booleans(),
        st.integers(0, 9),
        st.sampled_from(["", "B1", None]),
    ),
    max_size=25,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, effect=st.sampled_from(["save", "audit"]))
def test_opening_plus_counted_effects_is_the_balance(tmp_path_factory, steps, effect):
    """Whatever is saved, audited, un-audited, voided, deleted or edited: opening + counted effects = ICInventory."""
    k3 = books(tmp_path_factory.mktemp("k3") / "k3.db", stock_effect=effect)
    k3.set_opening("1.01.002", "01", "100.001")
    bills: list[int] = []
    for verb, kind, quantity, red, pick, batch in steps:
        if verb in {"save", "tran"} or not bills:
            line = BillLine("1.01.002", "01", quantity, batch=batch, to="02" if kind == 41 else "")
            bills.append(k3.save_bill(kind, [line], DAY, "李明", red=red))
            continue
        bill = bills[pick % len(bills)]
        try:
            if verb == "audit":
                k3.audit(bill, "王芳", DAY)
            elif verb == "edit":
                k3.edit(bill, [BillLine("1.01.002", "02", quantity, to="01")])
            else:
                getattr(k3, verb)(bill)
        except (PostingRefused, LookupError):
            continue
    expected = {("01", ""): Decimal("100.001")}
    query = """SELECT h.FTranType, e.FQty, ifnull(e.FBatchNo, ''), d.FNumber, s.FNumber FROM ICStockBill h
        JOIN ICStockBillEntry e ON e.FInterID = h.FInterID LEFT JOIN t_Stock d ON d.FItemID = e.FDCStockID
        LEFT JOIN t_Stock s ON s.FItemID = e.FSCStockID
        WHERE h.FCancellation = 0 AND (h.FStatus > 0 OR h.FUpStockWhenSave = 1)"""
    for kind, quantity, batch, to, source in k3.rows(query):
        amount, found = Decimal(str(quantity)), []
        if kind in {1, 2, 10, 40}:
            found = [(to, amount)]
        elif kind == 41:
            found = [(to, amount), (source, -amount)]
        else:
            found = [(source if kind == 24 else to, -amount)]
        for warehouse, effect_ in found:
            expected[warehouse, batch] = expected.get((warehouse, batch), Decimal(0)) + effect_
    stands = {(w, b): q for (_, w, b), q in k3.balances("1.01.002").items() if q}
    assert stands == {key: quantity for key, quantity in expected.items() if quantity}
    k3.close()
