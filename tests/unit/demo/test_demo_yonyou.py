"""The U8 stand-in saves and audits as U8 does."""

import contextlib
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.demo.lookalikes import SWITCHES, Document, PostingRefused, StockLine, YonyouStock
from bridge.demo.lookalikes.server_file import ServerFile
from bridge.demo.lookalikes.yonyou_schema import KINDS, body_name, head_name

AT = datetime(2026, 11, 3, 8, 5, tzinfo=timezone(timedelta(hours=8)))


def stock(folder, **options) -> YonyouStock:
    """Return an account set with two warehouses and a plain, a fixed-rate and a floating item."""
    u8 = YonyouStock.create(folder / "UFDATA_002_2026.db", **options)
    u8.add_class("01", "五金")
    u8.add_unit_group("0", "无换算组")
    u8.add_unit("001", "个", "0", main=True)
    u8.add_unit_group("1", "箱组", 1)
    u8.add_unit("101", "个", "1", rate=1, main=True)
    u8.add_unit("102", "箱", "1", rate=40)
    u8.add_unit_group("2", "重量组", 2)
    u8.add_unit("201", "公斤", "2", rate=1, main=True)
    u8.add_unit("202", "卷", "2", rate="12.5")
    u8.add_warehouse("W01", "原料仓")
    u8.add_warehouse("W02", "成品仓")
    u8.add_item("P", "中框", unit="001", category="01")
    u8.add_item("BOX", "外箱件", unit="101", aux_unit="102", batch=True)
    u8.add_item("CU", "铜箔", unit="201", aux_unit="202")
    return u8


@pytest.mark.parametrize(("at_audit", "saved"), [(True, (100, 26.5)), (False, (126.5, 0))])
def test_on_hand_moves_at_save_or_at_audit(tmp_path, at_audit, saved):
    """The box of a document type decides; in audit mode a saved receipt stands in fInQuantity."""
    u8 = stock(tmp_path, at_audit={"01": at_audit})
    u8.set_opening("P", "W01", 100)
    document = u8.save("01", [StockLine("P", "26.5")], "W01", AT, "李明", reference="PO-1")
    assert u8.row("SELECT iQuantity, fInQuantity FROM CurrentStock") == saved
    u8.audit(document, AT, "王芳")
    assert u8.row("SELECT iQuantity, fInQuantity FROM CurrentStock") == (126.5, 0)
    head = u8.row("SELECT cHandler, dVeriDate, dnverifytime, cBusCode, dnmaketime FROM RdRecord01")
    assert head == ("王芳", "2026-11-03 00:00:00", "2026-11-03 08:05:00", "PO-1", "2026-11-03 08:05:00")
    u8.unaudit(document, AT)
    assert u8.row("SELECT iQuantity, fInQuantity FROM CurrentStock") == saved
    u8.delete(document)
    assert u8.row("SELECT iQuantity, fInQuantity FROM CurrentStock") == (100, 0)


def test_red_document_is_a_negative_receipt(tmp_path):
    """A red receipt stores a negative quantity and bredvouch 1."""
    u8 = stock(tmp_path, at_audit={"01": False})
    u8.set_opening("P", "W01", 100)
    u8.save("01", [StockLine("P", 5)], "W01", AT, "李明", red=True)
    assert u8.balance("P", "W01") == 95
    assert u8.row("SELECT h.bredvouch, b.iQuantity, b.cBatch FROM RdRecord01 h JOIN rdrecords01 b ON b.ID = h.ID") == (
        1,
        -5,
        None,
    )


def test_transfer_creates_unaudited_children(tmp_path):
    """A transfer shows as pending, its audit makes an unaudited 09 and 08, and only their audit moves on-hand."""
    u8 = stock(tmp_path)
    u8.set_opening("P", "W01", 100)
    figures = "SELECT iQuantity, fTransOutQuantity, fTransInQuantity, fOutQuantity, fInQuantity FROM CurrentStock"
    transfer = u8.save_transfer([StockLine("P", 30)], "W01", "W02", AT, "李明", number="DBD-1")
    assert u8.rows(figures) == [(100, 30, 0, 0, 0), (0, 0, 30, 0, 0)]
    out, into = u8.audit_transfer(transfer, AT, "王芳")
    assert u8.rows(figures) == [(100, 0, 0, 30, 0), (0, 0, 0, 0, 30)]
    assert u8.row("SELECT cSource, cBusCode, cBusType, cHandler FROM RdRecord09") == ("调拨", "DBD-1", "调拨出库", None)
    u8.unaudit_transfer(transfer)
    assert u8.rows(figures) == [(100, 30, 0, 0, 0), (0, 0, 30, 0, 0)]
    out, into = u8.audit_transfer(transfer, AT, "王芳")
    u8.audit(out, AT, "王芳")
    u8.audit(into, AT, "王芳")
    assert (u8.balance("P", "W01"), u8.balance("P", "W02")) == (70, 30)
    with pytest.raises(PostingRefused):
        u8.unaudit_transfer(transfer)


def test_count_makes_gain_and_loss_documents(tmp_path):
    """A count takes the book figure, its audit makes unaudited 08/09; a second open count is refused."""
    u8 = stock(tmp_path)
    u8.set_opening("P", "W01", 100)
    u8.set_opening("CU", "W01", "50.5", pieces=4)
    count = u8.save_count([StockLine("P", 90), StockLine("CU", 51)], "W01", AT, "李明")
    with pytest.raises(PostingRefused):
        u8.save_count([], "W01", AT, "李明")
    for child in u8.audit_count(count, AT, "王芳"):
        u8.audit(child, AT, "王芳")
    assert (u8.balance("P", "W01"), u8.balance("CU", "W01")) == (90, 51)
    assert u8.row("SELECT cBusType FROM RdRecord09") == ("盘亏出库",)


def test_units_batches_and_pieces(tmp_path):
    """A fixed unit converts by its rate; pieces are kept on stock only for floating items; '' batch is NULL in bodies."""
    u8 = stock(tmp_path, at_audit={"32": False, "01": False})
    u8.save("01", [StockLine("BOX", 3, "B1", unit="102"), StockLine("CU", "12.48", pieces=1)], "W01", AT, "李明")
    rows = u8.rows("SELECT cInvCode, cBatch, iQuantity, iNum FROM CurrentStock ORDER BY cInvCode")
    assert rows == [("BOX", "B1", 120, 0), ("CU", "", 12.48, 1)]
    assert u8.rows("SELECT iNum, iinvexchrate, cBatch FROM rdrecords01") == [(3, 40, "B1"), (1, None, None)]


def test_sham_return_does_not_count(tmp_path):
    """A 假退料 stands among the material issues and moves nothing, even after 整理现存量."""
    u8 = stock(tmp_path)
    u8.set_opening("P", "W01", 100)
    document = u8.save("11", [StockLine("P", 5)], "W01", AT, "李明", red=True, business="假退料")
    u8.audit(document, AT, "王芳")
    u8.recalculate()
    assert u8.balance("P", "W01") == 100


def test_recalculation_rewrites_every_row_and_heals_tampering(tmp_path):
    """整理现存量 gives each row a new AutoID and ufts, restores document sums and keeps freezes if told to."""
    u8 = stock(tmp_path)
    u8.set_opening("P", "W01", 100)
    u8.save_transfer([StockLine("P", 30)], "W01", "W02", AT, "李明")
    u8.freeze("P", "W01", 20)
    u8.freeze_row("P", "W02")
    figures = "SELECT iQuantity, fTransOutQuantity, fTransInQuantity, fStopQuantity, bStopFlag FROM CurrentStock"
    before = u8.rows(figures)
    marks = u8.rows("SELECT AutoID, ufts FROM CurrentStock")
    u8.tamper("P", "W01", -7)
    assert u8.balance("P", "W01") == 93
    u8.recalculate()
    assert u8.rows(figures) == before
    assert min(u8.rows("SELECT AutoID, ufts FROM CurrentStock")) > max(marks)
    u8.recalculate(keep_freezes=False)
    assert u8.rows("SELECT fStopQuantity, bStopFlag FROM CurrentStock") == [(0, 0), (0, 0)]


def test_freezing_stays_between_zero_and_on_hand(tmp_path):
    """A partial freeze beyond on-hand or below zero is refused."""
    u8 = stock(tmp_path)
    u8.set_opening("P", "W01", 100)
    for quantity in (101, -1):
        with pytest.raises(PostingRefused):
            u8.freeze("P", "W01", quantity)


def test_closed_period_and_frozen_warehouse_refuse(tmp_path):
    """GL_mend.bflag_ST and Warehouse.bFreeze refuse new documents."""
    u8 = stock(tmp_path)
    u8.close_period(2026, 10)
    with pytest.raises(PostingRefused):
        u8.save("08", [StockLine("P", 1)], "W01", AT, "李明", on=date(2026, 10, 30))
    u8.run("UPDATE Warehouse SET bFreeze = 1")
    with pytest.raises(PostingRefused):
        u8.save("08", [StockLine("P", 1)], "W01", AT, "李明")


def test_system_database_tells_the_account_sets(tmp_path):
    """UFSystem beside the account database names account, database and periods."""
    stock(tmp_path, account="003", name="分厂").close()
    system = ServerFile(tmp_path / "UFSystem.db")
    assert system.rows("SELECT cAcc_Id, iBeginYear, iEndYear, cDatabase FROM UA_AccountDatabase") == [
        ("003", 2026, None, "UFDATA_002_2026")
    ]
    assert system.row("SELECT count(*) FROM UA_Period WHERE iYear = 2026") == (12,)


def test_row_versions_grow_on_any_change(tmp_path):
    """A raw UPDATE by someone else bumps ufts too, and heads and bodies have marks of their own."""
    u8 = stock(tmp_path)
    u8.set_opening("P", "W01", 100)
    before = u8.row("SELECT ufts FROM CurrentStock")[0]
    u8.run("UPDATE CurrentStock SET fStopQuantity = fStopQuantity + 5")
    after = u8.row("SELECT ufts FROM CurrentStock")[0]
    assert after > before
    document = u8.save("08", [StockLine("P", 1)], "W01", AT, "李明")
    saved = u8.row("SELECT h.ufts, b.rowufts FROM RdRecord08 h JOIN rdrecords08 b ON b.ID = h.ID")
    assert after < saved[0] < saved[1]
    u8.audit(document, AT, "王芳")
    assert u8.row("SELECT ufts FROM RdRecord08")[0] > saved[1]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["save", "audit", "unaudit", "delete", "edit", "transfer", "switch", "recalculate"]),
        st.sampled_from(["01", "08", "09", "10", "11", "32"]),
        st.decimals(min_value="0.0001", max_value=5000, places=4),
        st.booleans(),
        st.integers(0, 9),
        st.sampled_from(["", "B1"]),
    ),
    max_size=25,
)


def play(u8, documents, step):
    """Do one random step; the stand-in may refuse it."""
    verb, kind, quantity, red, pick, batch = step
    lines = [StockLine("P", quantity, batch)]
    if verb == "recalculate":
        u8.recalculate()
    elif verb == "switch":
        u8.set_switch(SWITCHES[pick % 5], at_audit=red)
    elif verb == "transfer":
        documents += u8.audit_transfer(u8.save_transfer(lines, "W01", "W02", AT, "李明"), AT, "王芳")
    elif verb == "save" or not documents:
        documents.append(u8.save(kind, lines, "W01", AT, "李明", red=red))
    else:
        document = documents[pick % len(documents)]
        change = {"audit": (AT, "王芳"), "unaudit": (AT,), "edit": (lines, AT), "delete": ()}[verb]
        getattr(u8, verb)(document, *change)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, boxes=st.lists(st.booleans(), min_size=5, max_size=5))
def test_opening_plus_counted_effects_is_the_balance(tmp_path_factory, steps, boxes):
    """Under any boxes and any sequence: opening + counted effects = iQuantity, and 整理现存量 changes no figure."""
    u8 = stock(tmp_path_factory.mktemp("u8"), at_audit=dict(zip(SWITCHES, boxes, strict=True)))
    u8.set_opening("P", "W01", "100.0001")
    documents: list[Document] = []
    for step in steps:
        with contextlib.suppress(PostingRefused, LookupError):
            play(u8, documents, step)
    expected: dict[tuple[str, str], Decimal] = {}
    for kind in KINDS:
        query = f"""SELECT h.cWhCode, ifnull(b.cBatch, ''), b.iQuantity, h.cHandler FROM {head_name(kind)} h
            JOIN {body_name(kind)} b ON b.ID = h.ID"""
        for warehouse, batch, quantity, handler in u8.rows(query):
            if handler or not u8.changes_at_audit(kind):
                sign = 1 if kind in {"01", "08", "10", "34"} else -1
                key = (warehouse, batch)
                expected[key] = expected.get(key, Decimal(0)) + sign * Decimal(str(quantity))
    stands = {(w, b): q for (_, w, b), q in u8.balances("P").items() if q}
    assert stands == {key: quantity for key, quantity in expected.items() if quantity}
    figures = """SELECT cWhCode, cBatch, iQuantity, fInQuantity, fOutQuantity, fTransInQuantity, fTransOutQuantity
        FROM CurrentStock ORDER BY 1, 2"""
    before = u8.rows(figures)
    u8.recalculate()
    assert u8.rows(figures) == before
    u8.close()
