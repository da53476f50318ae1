"""K/3 and U8 read over TDS say the same as the files behind the server."""

from datetime import date, timedelta

import pytest
from tds_plant import ACCOUNT, AT, BOOKS, NOW, content

from bridge.demo.lookalikes import BillLine, KingdeeBooks, StockLine, YonyouStock
from bridge.domain.snapshot import Scope


@pytest.mark.parametrize("by_batch", [False, True])
def test_a_k3_snapshot_equals_the_file(plant, driver, by_batch):
    """Lines, cards, warehouses and conversions are the same by either way; the counts agree."""
    seen, wanted = plant.k3(driver).snapshot(Scope(by_batch)), plant.k3_file().snapshot(Scope(by_batch))
    assert content(seen) == content(wanted)
    assert seen.provenance.rows == seen.provenance.expected_rows == wanted.provenance.rows
    assert seen.provenance.account == BOOKS
    assert seen.provenance.as_of == NOW
    assert {row["item"]: row["quantity"] for row in seen.lines.to_pylist()}["NA"] == 1_100_000


@pytest.mark.parametrize("by_batch", [False, True])
def test_a_u8_snapshot_equals_the_file(plant, driver, by_batch):
    """As for K/3; the account database was found through UFSystem."""
    seen, wanted = plant.u8(driver).snapshot(Scope(by_batch)), plant.u8_file().snapshot(Scope(by_batch))
    assert content(seen) == content(wanted)
    assert seen.provenance.rows == seen.provenance.expected_rows == wanted.provenance.rows
    assert seen.provenance.account == "U8 002 示例精密"
    assert seen.provenance.notes == wanted.provenance.notes


def test_k3_movements_equal_the_file(plant, driver):
    """The first reading of bills is the same; unaudited, red and transfer bills included."""
    seen, wanted = plant.k3(driver).movements(""), plant.k3_file().movements("")
    assert seen.rows.to_pylist() == wanted.rows.to_pylist()
    assert seen.complete_keys == wanted.complete_keys


def test_k3_changes_arrive_once(plant, driver):
    """An audit, a new bill and an edited batch are noticed by the sums; a quiet reading brings nothing."""
    source = plant.k3(driver)
    first = source.movements("")
    assert source.movements(first.cursor).rows.num_rows == 0
    books = KingdeeBooks.open(plant.folder / f"{BOOKS}.db")
    number = {
        row["document_number"] for row in first.rows.to_pylist() if row["state"] == "saved" and row["item"] == "NA"
    }.pop()
    books.audit(books.find(number), "李四", date(2026, 11, 7))
    books.save_bill(1, [BillLine("NA", "02", "2")], date(2026, 11, 8), "张三")
    books.close()
    second = source.movements(first.cursor)
    changed = {(row["document_number"], row["state"]) for row in second.rows.to_pylist()}
    assert (number, "audited") in changed
    assert any(row["warehouse"] == "02" and row["effect"] == 2_000_000 for row in second.rows.to_pylist())
    assert source.movements(second.cursor).rows.num_rows == 0
    plant.run_script(driver, "UPDATE ICStockBillEntry SET FBatchNo = N'l1' WHERE FBatchNo = N'L1'", BOOKS)
    third = source.movements(second.cursor)
    assert {row["batch"] for row in third.rows.to_pylist() if row["item"] == "1.01.00710"} == {"l1"}
    assert source.movements(third.cursor).rows.num_rows == 0


@pytest.mark.slow
def test_u8_movements_equal_the_file(plant, driver):
    """The first reading of documents is the same."""
    seen, wanted = plant.u8(driver).movements(""), plant.u8_file().movements("")
    assert seen.rows.to_pylist() == wanted.rows.to_pylist()
    assert seen.complete_keys == wanted.complete_keys


@pytest.mark.slow
def test_u8_changes_arrive_once_by_row_version(plant, driver):
    """Row versions bring what changed: an audit changes the head alone, and its lines come."""
    source = plant.u8(driver)
    first = source.movements("")
    stock = YonyouStock.open(plant.folder / f"{ACCOUNT}.db")
    saved = stock.save("10", [StockLine("00710", "5")], "02", AT, "张三")
    stock.audit(saved, AT + timedelta(minutes=1), "李四")
    number = stock.number_of(saved)
    stock.close()
    second = source.movements(first.cursor)
    assert [(row["document_number"], row["state"], row["effect"]) for row in second.rows.to_pylist()] == [
        (number, "audited", 5_000_000)
    ]
    assert source.movements(second.cursor).rows.num_rows == 0


@pytest.mark.slow
def test_a_document_of_an_open_transaction_comes_later(plant, freetds):
    """The fence lies below what is not committed yet: the document is missing now and arrives once it is committed."""
    plant.run_script(freetds, f"ALTER DATABASE {ACCOUNT} SET ALLOW_SNAPSHOT_ISOLATION ON")
    source = plant.u8(freetds)
    first = source.movements("")
    writer = plant.connect(freetds)
    writer.autocommit = False
    writer.execute("UPDATE rdrecord10 SET cHandler = N'李四' WHERE cHandler IS NULL")
    second = source.movements(first.cursor)
    assert second.rows.num_rows == 0
    writer.commit()
    third = source.movements(second.cursor)
    assert {(row["document_type"], row["state"]) for row in third.rows.to_pylist()} == {("产成品入库", "audited")}


def test_probes_equal_the_files(plant, driver):
    """Switches, findings and rights are the same; only what a server alone knows differs."""
    for seen, wanted in (
        (plant.k3(driver).probe(), plant.k3_file().probe()),
        (plant.u8(driver).probe(), plant.u8_file().probe()),
    ):
        assert seen.switches == wanted.switches
        assert seen.findings == wanted.findings
        assert seen.rights == ()
        assert "SQL Server 16.0.1000" in seen.version
        assert seen.clock_offset_s == 0


def test_a_dba_s_login_is_warned_about(plant, driver):
    """A login that may do more than read says so in the probe."""
    source = plant.k3(driver, user="sa", password="Sa-1")
    rights = source.probe().rights
    assert "sysadmin" in rights
    assert "UPDATE ICInventory" in rights


def test_every_value_travels_apart_from_the_statement(plant, freetds):
    """No statement of a reading holds a code, a name or a quantity of the plant."""
    plant.u8(freetds).movements("")
    plant.u8(freetds).snapshot(Scope(by_batch=True))
    plant.k3(freetds).snapshot(Scope(by_batch=True))
    for received in plant.server.log:
        assert not any(word in received.text for word in ("00710", "WO-1", "张三", "铜箔", "B1'")), received.text
    assert {received.application for received in plant.server.log if received.user == "bridge_ro"} == {"StockBridge"}


@pytest.mark.slow
def test_it_runs_on_sql_server_2005(plant, driver):
    """A server that refuses everything newer than 2005 is read all the same."""
    plant.server.version = (9, 0, 5000)
    assert plant.k3(driver).snapshot(Scope()).lines.num_rows
    assert plant.k3(driver).movements("").rows.num_rows
    assert plant.u8(driver).snapshot(Scope(by_batch=True)).lines.num_rows
    assert plant.u8(driver).movements("").rows.num_rows
    assert plant.u8(driver).probe().version == "SQL Server 9.0.5000"
