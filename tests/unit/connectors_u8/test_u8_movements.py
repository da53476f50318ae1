"""Reading U8's stock documents: signs, states, increments, deletions, restored databases."""

import random
import shutil
from collections import defaultdict
from contextlib import suppress
from datetime import timedelta

import pytest
from u8_plant import AT, MINIMAL, NOW, Still, lookalike, run, source

from bridge.demo.lookalikes import SWITCH_NAMES, PostingRefused, StockLine, YonyouStock
from bridge.domain.movement import FAMILIES, MOVEMENTS, STATES
from bridge.domain.snapshot import Scope


def rows(batch):
    """Return the rows by document number and line."""
    return {(row["document_number"], row["line"]): row for row in batch.rows.to_pylist()}


def counted(batches):
    """Return the balance that the counting rows add up to, the latest state of each key winning, deletions applied."""
    ledger = {}
    for batch in batches:
        ledger |= {row["key"]: row for row in batch.rows.to_pylist()}
        if batch.complete_keys is not None:
            ledger = {key: row for key, row in ledger.items() if key in batch.complete_keys}
    found = defaultdict(int)
    for row in ledger.values():
        if row["counts"]:
            found[row["item"], row["warehouse"], row["batch"]] += row["effect"]
    return {key: quantity for key, quantity in found.items() if quantity}


def on_hand(stand_in):
    """Return the look-alike's balances in millionths, without zeros."""
    return {key: int(quantity * 1_000_000) for key, quantity in stand_in.balances().items() if quantity}


def test_no_document_tables_is_an_empty_batch(tmp_path):
    """A database with CurrentStock alone has no movements, and that is no error."""
    batch = source(run(tmp_path / "u8.db", MINIMAL)).movements("")
    assert batch.rows.num_rows == 0
    assert batch.rows.schema == MOVEMENTS
    assert batch.complete_keys is None


def test_signs_states_and_references(tmp_path):
    """Receipts add, issues take, red documents carry their minus; state, times, maker and reference are told."""
    plant = lookalike(tmp_path)
    plant.set_opening("00710", "01", 1000)
    bought = plant.save("01", [StockLine("00710", 40)], "01", AT, "李明", reference="PO-7")
    plant.audit(bought, AT + timedelta(hours=2), "王芳")
    plant.save("32", [StockLine("00710", 25)], "01", AT, "周涛", reference="FH-9")
    red = plant.save("01", [StockLine("00710", 4)], "01", AT, "李明", red=True)
    plant.audit(red, AT, "王芳")
    batch = source(plant.path).movements("")
    assert batch.rows.schema == MOVEMENTS
    found = {
        row["document_type"] + ("红" if row["effect"] == -4_000_000 else ""): row for row in batch.rows.to_pylist()
    }
    assert found["采购入库"]["effect"] == 40_000_000
    assert (found["采购入库"]["state"], found["采购入库"]["counts"]) == ("audited", True)
    assert found["采购入库"]["audited_time"] == AT + timedelta(hours=2)
    assert found["采购入库"]["business_time"] == AT
    assert (found["采购入库"]["reference"], found["采购入库"]["maker"]) == ("PO-7", "李明")
    assert found["采购入库红"]["family"] == "purchase_receipt"
    assert (found["销售出库"]["effect"], found["销售出库"]["state"], found["销售出库"]["counts"]) == (
        -25_000_000,
        "saved",
        False,
    )
    assert found["销售出库"]["audited_time"] is None
    assert found["库存期初"]["family"] == "opening"
    assert {row["batch"] for row in batch.rows.to_pylist()} == {""}


def test_backdated_document_keeps_both_dates(tmp_path):
    """A document dated last month and made today has the old business date and the present audit."""
    plant = lookalike(tmp_path)
    document = plant.save("08", [StockLine("00710", 1)], "01", AT, "李明", on=(AT - timedelta(days=40)).date())
    plant.audit(document, AT, "王芳")
    (row,) = source(plant.path).movements("").rows.to_pylist()
    assert row["business_time"] == AT.replace(hour=0, minute=0) - timedelta(days=40)
    assert row["audited_time"] == AT


def test_transfers_counts_and_conversions_by_their_08_09(tmp_path):
    """08 and 09 made by a transfer or a count tell so, and a transfer names the other warehouse."""
    plant = lookalike(tmp_path)
    plant.set_opening("00710", "01", 100)
    plant.audit_transfer(plant.save_transfer([StockLine("00710", 5)], "01", "02", AT, "李明"), AT, "王芳")
    plant.audit_count(plant.save_count([StockLine("00710", 90)], "01", AT, "李明"), AT, "王芳")
    plant.save("08", [StockLine("NA", 3)], "01", AT, "李明", business="转换入库", source="形态转换")
    plant.save("09", [StockLine("00710", 3)], "01", AT, "李明", business="转换出库", source="形态转换")
    found = {row["family"]: row for row in source(plant.path).movements("").rows.to_pylist()}
    assert (found["transfer_out"]["warehouse"], found["transfer_out"]["counterpart"]) == ("01", "02")
    assert (found["transfer_in"]["warehouse"], found["transfer_in"]["counterpart"]) == ("02", "01")
    assert found["transfer_in"]["reference"] == found["transfer_out"]["reference"]
    assert found["count_loss"]["effect"] == -10_000_000
    assert {"conversion_in", "conversion_out"} <= set(found)


def test_sham_returns_and_foreign_openings_do_not_count(tmp_path):
    """假退料 and the openings of purchase, costing and subcontracting are no movements of stock."""
    plant = lookalike(tmp_path)
    plant.save("11", [StockLine("00710", 5)], "01", AT, "李明", business="假退料", red=True)
    for flag in ("bpufirst", "biafirst", "bOMFirst"):
        document = plant.save("01", [StockLine("00710", 7)], "01", AT, "李明")
        plant.run(f"UPDATE RdRecord01 SET {flag} = 1 WHERE ID = ?", (document.id,))
    batch = source(plant.path).movements("")
    assert batch.rows.num_rows == 0
    assert batch.complete_keys == frozenset()


def test_increment_reads_only_what_changed(tmp_path):
    """A second pull is empty; a new document, an audit and an edit each bring exactly that document."""
    plant = lookalike(tmp_path)
    plant.set_opening("00710", "01", 100)
    u8 = source(plant.path)
    first = u8.movements("")
    assert u8.movements(first.cursor).rows.num_rows == 0
    document = plant.save("32", [StockLine("00710", 3)], "01", AT, "李明")
    second = u8.movements(first.cursor)
    assert [row["effect"] for row in second.rows.to_pylist()] == [-3_000_000]
    assert second.complete_keys is None
    plant.audit(document, AT, "王芳")
    third = u8.movements(second.cursor)
    assert [row["counts"] for row in third.rows.to_pylist()] == [True]
    plant.unaudit(document, AT)
    fourth = u8.movements(third.cursor)
    assert [row["state"] for row in fourth.rows.to_pylist()] == ["saved"]
    plant.edit(document, [StockLine("00710", 4)], AT)
    assert [row["effect"] for row in u8.movements(fourth.cursor).rows.to_pylist()] == [-4_000_000]


def test_deletion_is_seen_by_a_key_scan(tmp_path):
    """A deleted document leaves no row version, but the next pull lists all keys and its key is not among them."""
    plant = lookalike(tmp_path)
    document = plant.save("08", [StockLine("00710", 3)], "01", AT, "李明")
    plant.save("08", [StockLine("00710", 9)], "01", AT, "李明")
    u8 = source(plant.path)
    first = u8.movements("")
    plant.delete(document)
    second = u8.movements(first.cursor)
    assert second.rows.num_rows == 0
    assert len(second.complete_keys) == 1
    assert second.complete_keys < first.complete_keys
    assert u8.movements(second.cursor).complete_keys is None


def test_lines_are_counted_every_so_often_only(tmp_path):
    """Counting reads whole tables: between two counts a deletion waits, new lines do not, and the sum still holds."""
    plant, clock = lookalike(tmp_path), Still()
    plant.save("08", [StockLine("00710", 5)], "01", AT, "李明")
    document = plant.save("08", [StockLine("00710", 3)], "01", AT, "李明")
    u8 = source(plant.path, clock, count_every="1m")
    first = u8.movements("")
    plant.delete(document)
    plant.save("08", [StockLine("00710", 9)], "01", AT, "李明")
    clock.at = NOW + timedelta(seconds=30)
    second = u8.movements(first.cursor)
    assert (second.rows.num_rows, second.complete_keys) == (1, None)
    clock.at = NOW + timedelta(seconds=61)
    left = u8.movements(second.cursor).complete_keys
    assert (len(left), left > {*second.rows["key"].to_pylist()}) == (2, True)


def test_keys_are_scanned_once_a_period(tmp_path):
    """Even when nothing looks deleted all keys are compared once a key_scan period."""
    plant, clock = lookalike(tmp_path), Still()
    plant.save("08", [StockLine("00710", 3)], "01", AT, "李明")
    u8 = source(plant.path, clock, key_scan="8h")
    first = u8.movements("")
    clock.at = NOW + timedelta(hours=7)
    second = u8.movements(first.cursor)
    assert second.complete_keys is None
    clock.at = NOW + timedelta(hours=9)
    assert u8.movements(second.cursor).complete_keys == first.complete_keys


def test_restored_database_is_read_again_whole(tmp_path):
    """Row versions that run backwards mean a restored database: everything is read again, later keys are gone."""
    plant = lookalike(tmp_path)
    plant.save("08", [StockLine("00710", 3)], "01", AT, "李明")
    plant.run("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(plant.path, tmp_path / "backup.db")
    u8 = source(plant.path)
    plant.save("08", [StockLine("00710", 9)], "01", AT, "李明")
    later = u8.movements("")
    plant.close()
    for leftover in tmp_path.glob("UFDATA_002_2026.db-*"):
        leftover.unlink()
    shutil.copy(tmp_path / "backup.db", plant.path)
    again = u8.movements(later.cursor)
    assert [row["effect"] for row in again.rows.to_pylist()] == [3_000_000]
    assert again.complete_keys < later.complete_keys


def test_restored_database_that_overtook_the_fence(tmp_path):
    """After a restore new work may lift the versions above the fence; the newest known line tells all the same."""
    plant = lookalike(tmp_path)
    plant.save("08", [StockLine("00710", 3)], "01", AT, "李明")
    u8 = source(plant.path)
    first = u8.movements("")
    plant.run("UPDATE rdrecords08 SET rowufts = rowufts - 1")
    plant.save("08", [StockLine("00710", 9)], "01", AT, "李明")
    assert u8.movements(first.cursor).rows.num_rows == 2


def test_restored_database_without_the_newest_documents(tmp_path):
    """A backup comes back without the newest documents and work goes on past the fence: nothing re-entered is lost."""
    plant = lookalike(tmp_path)
    plant.save("08", [StockLine("00710", 3)], "01", AT, "李明")
    plant.run("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(plant.path, tmp_path / "backup.db")
    u8 = source(plant.path)
    for lost in (9, 10):
        plant.save("08", [StockLine("00710", lost)], "01", AT, "李明")
    before = u8.movements("")
    plant.close()
    for leftover in tmp_path.glob("UFDATA_002_2026.db-*"):
        leftover.unlink()
    shutil.copy(tmp_path / "backup.db", plant.path)
    plant = YonyouStock.open(plant.path)
    for again in range(21, 27):
        plant.save("01", [StockLine("00710", again)], "01", AT, "李明")
    batch = u8.movements(before.cursor)
    assert sorted(row["effect"] // 10**6 for row in batch.rows.to_pylist()) == [3, 21, 22, 23, 24, 25, 26]
    assert batch.complete_keys == {*batch.rows["key"].to_pylist()}


def test_a_clock_that_was_ahead_switches_no_safety_off(tmp_path):
    """A first pull a year ahead (a wrong clock, a drill): lines are counted and keys scanned all the same afterwards."""
    plant, clock = lookalike(tmp_path), Still()
    document = plant.save("08", [StockLine("00710", 3)], "01", AT, "李明")
    plant.save("08", [StockLine("00710", 4)], "01", AT, "李明")
    u8 = source(plant.path, clock, count_every="1m")
    clock.at = NOW + timedelta(days=365)
    first = u8.movements("")
    plant.delete(document)
    clock.at = NOW
    assert len(u8.movements(first.cursor).complete_keys) == 1


def test_without_row_versions_the_window_is_read_again(tmp_path):
    """Tables without ufts are read by AutoID, with the recent and unaudited ones again."""
    plant = lookalike(tmp_path)
    plant.set_opening("00710", "01", 100)
    document = plant.save("08", [StockLine("00710", 3)], "01", AT, "李明")
    old = plant.save("08", [StockLine("00710", 2)], "01", AT - timedelta(days=90), "李明")
    plant.audit(old, AT - timedelta(days=90), "王芳")
    for name in ("RdRecord08", "rdrecords08"):
        column = "ufts" if name == "RdRecord08" else "rowufts"
        for (trigger,) in plant.rows("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (name,)):
            plant.run(f"DROP TRIGGER {trigger}")
        for (index,) in plant.rows("SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ?", (name,)):
            plant.run(f"DROP INDEX {index}")
        plant.run(f"ALTER TABLE {name} DROP COLUMN {column}")
    u8 = source(plant.path, stock_effect="on_audit")
    first = u8.movements("")
    assert first.rows.num_rows == 3
    plant.run("UPDATE RdRecord08 SET cHandler = '王芳', dVeriDate = '2026-11-20' WHERE ID = ?", (document.id,))
    again = u8.movements(first.cursor)
    assert [(row["effect"], row["counts"]) for row in again.rows.to_pylist()] == [(3_000_000, True)]


def test_versions_that_nothing_moves_are_not_trusted(tmp_path):
    """A stand-in whose ufts never change is read like one without."""
    plant = lookalike(tmp_path)
    document = plant.save("08", [StockLine("00710", 3)], "01", AT, "李明")
    for (trigger,) in plant.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
        plant.run(f"DROP TRIGGER {trigger}")
    plant.run("UPDATE RdRecord08 SET ufts = 1")
    plant.run("UPDATE rdrecords08 SET rowufts = 1")
    u8 = source(plant.path)
    first = u8.movements("")
    plant.run("UPDATE rdrecords08 SET iQuantity = 8 WHERE ID = ?", (document.id,))
    assert [row["effect"] for row in u8.movements(first.cursor).rows.to_pylist()] == [8_000_000]


@pytest.mark.parametrize("number", range(32))
def test_all_audit_switches_measured(tmp_path, number):
    """Whatever the five boxes say, unnamed in AccInformation, counting documents add up to on-hand."""
    at_audit = {kind: bool(number >> place & 1) for place, kind in enumerate(("01", "10", "11", "32", "08"))}
    plant = lookalike(tmp_path, switch_names={}, at_audit=at_audit)
    plant.set_opening("00710", "01", 1000)
    kinds = ("01", "08", "09", "10", "11", "32")
    for place, kind in enumerate(kinds):
        lines = [StockLine("00710", 2**place)]
        plant.audit(plant.save(kind, lines, "01", AT, "李明"), AT, "王芳")
        plant.save(kind, [StockLine("00710", 7 * 2**place)], "01", AT, "李明")
        plant.save(kind, [StockLine("KG-1", 1)], f"0{1 + place % 3}", AT, "李明")
    u8 = source(plant.path)
    assert counted([u8.movements("")]) == on_hand(plant)
    switches = u8.probe().switches
    families = ("purchase_receipt", "product_receipt", "material_issue", "sales_issue", "other")
    for family, audit in zip(families, at_audit.values(), strict=True):
        assert switches[f"stock_effect.{family}"] == f"{'on_audit' if audit else 'on_save'} (measured)"


def test_switches_named_in_settings_are_believed(tmp_path):
    """With the option's name known its value decides, without any document; a stated effect goes first."""
    plant = lookalike(tmp_path, at_audit={"11": False, "32": False})
    names = {"material_issue": SWITCH_NAMES["11"], "sales_issue": SWITCH_NAMES["32"]}
    u8 = source(plant.path, switches=names, stock_effect={"sales_issue": "on_audit"})
    switches = u8.probe().switches
    assert switches["stock_effect.material_issue"] == "on_save (option)"
    assert switches["stock_effect.sales_issue"] == "on_audit (setting)"
    assert switches["stock_effect.other"] == "on_audit (assumed)"
    assert switches[SWITCH_NAMES["11"]] == "False"


def test_first_unaudited_document_settles_an_assumption(tmp_path):
    """Nothing to measure by at first; the first saved issue shows that saving moves stock, and counts at once."""
    plant = lookalike(tmp_path, switch_names={}, at_audit={"11": False})
    plant.set_opening("00710", "01", 100)
    u8 = source(plant.path)
    first = u8.movements("")
    plant.save("11", [StockLine("00710", 3)], "01", AT, "李明")
    second = u8.movements(first.cursor)
    assert counted([first, second]) == on_hand(plant) == {("00710", "01", ""): 97_000_000}


def test_changed_switch_reads_all_again(tmp_path):
    """When the setting changes, what counts changes for every document."""
    plant = lookalike(tmp_path)
    plant.save("11", [StockLine("00710", 3)], "01", AT, "李明")
    first = source(plant.path, stock_effect="on_audit").movements("")
    second = source(plant.path, stock_effect="on_save").movements(first.cursor)
    assert [row["counts"] for row in second.rows.to_pylist()] == [True]


def test_documents_before_a_date_are_left_out(tmp_path):
    """documents_from keeps old documents out of the rows; the key scan names them still, so none looks deleted."""
    plant = lookalike(tmp_path)
    plant.set_opening("00710", "01", 100)
    plant.save("08", [StockLine("00710", 3)], "01", AT, "李明")
    plant.save("08", [StockLine("00710", 4)], "01", AT - timedelta(days=60), "李明")
    batch = source(plant.path, documents_from="2026-11-01").movements("")
    assert [row["effect"] for row in batch.rows.to_pylist()] == [3_000_000]
    assert len(batch.complete_keys) == 3


def test_hostile_lines(tmp_path):
    """NULL batch, trailing blanks, a missing maker, quantity zero and NULL, and a reused number all pass."""
    plant = lookalike(tmp_path)
    for number in ("DUP-1", "DUP-1"):
        plant.save("08", [StockLine("00710", 3)], "01", AT, "", number=number)
    plant.run(
        "UPDATE rdrecords08 SET cBatch = 'B1   ', iQuantity = NULL WHERE AutoID = (SELECT min(AutoID) FROM rdrecords08)"
    )
    plant.run("UPDATE RdRecord08 SET cMaker = NULL, cBusCode = '=1+1\n', dnmaketime = NULL")
    batch = source(plant.path).movements("")
    found = sorted((row["batch"], row["effect"], row["maker"]) for row in batch.rows.to_pylist())
    assert found == [("", 3_000_000, ""), ("B1", 0, "")]
    assert len(set(batch.rows["key"].to_pylist())) == 2


def test_recalculation_is_no_movement(tmp_path):
    """整理现存量 rewrites every row of CurrentStock; no document appears, changes or disappears."""
    plant = lookalike(tmp_path)
    plant.set_opening("00710", "01", 100)
    u8 = source(plant.path)
    before = u8.snapshot(Scope(by_batch=True)).lines
    first = u8.movements("")
    plant.recalculate()
    after = u8.movements(first.cursor)
    assert after.rows.num_rows == 0
    assert after.complete_keys is None
    assert u8.snapshot(Scope(by_batch=True)).lines == before


@pytest.mark.parametrize("seed", range(6))
def test_any_day_of_work_adds_up(tmp_path, seed):
    """Random saves, audits, un-audits, edits, deletions and transfers: the ledger of increments equals on-hand."""
    dice = random.Random(seed)
    at_audit = {kind: dice.random() < 0.5 for kind in ("01", "10", "11", "32", "08")}
    plant = lookalike(tmp_path, at_audit=at_audit)
    plant.set_opening("NA", "01", 500, "B1")
    plant.set_opening("00710", "01", 500)
    families = ("purchase_receipt", "product_receipt", "material_issue", "sales_issue", "other")
    names = dict(zip(families, (SWITCH_NAMES[kind] for kind in at_audit), strict=True))
    u8, batches, cursor, documents = source(plant.path, switches=names), [], "", []
    for step in range(60):
        with suppress(PostingRefused):
            work(plant, dice, documents)
        if step % 7 == 0:
            batches.append(u8.movements(cursor))
            cursor = batches[-1].cursor
    batches.append(u8.movements(cursor))
    assert counted(batches) == on_hand(plant)
    for row in batches[-1].rows.to_pylist():
        assert row["family"] in FAMILIES
        assert row["state"] in STATES


def work(plant, dice, documents):
    """Do one random thing in the plant."""
    act = dice.choice(("save", "save", "audit", "unaudit", "delete", "edit", "transfer"))
    if act == "save":
        item, batch = dice.choice((("NA", "B1"), ("00710", "")))
        line = StockLine(item, dice.randint(1, 30), batch)
        documents.append(plant.save(dice.choice(("01", "08", "09", "10", "11", "32")), [line], "01", AT, "李明"))
    elif act == "transfer":
        made = plant.save_transfer([StockLine("00710", dice.randint(1, 9))], "01", "02", AT, "李明")
        documents += plant.audit_transfer(made, AT, "王芳")
    elif documents:
        document = dice.choice(documents)
        if act == "audit":
            plant.audit(document, AT, "王芳")
        elif act == "unaudit":
            plant.unaudit(document, AT)
        elif act == "edit":
            plant.edit(document, [StockLine("00710", dice.randint(1, 30))], AT)
        else:
            plant.delete(document)
            documents.remove(document)
