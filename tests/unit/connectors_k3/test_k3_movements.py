"""K/3 bills as movements: sign, warehouse, state, and every later change noticed."""

import json
from datetime import date, datetime, timedelta

import pytest
from k3_books import MINIMAL, NOW, SHANGHAI, make, run, source

from bridge.demo.lookalikes.kingdee import BillLine, KingdeeBooks
from bridge.domain.errors import SourceRefused
from bridge.domain.movement import FAMILIES, MOVEMENTS
from bridge.domain.quantity import to_micro
from bridge.domain.snapshot import Scope
from connectors.kingdee_k3.bill_types import BILL_TYPES
from connectors.kingdee_k3.bills import BLOCK

TODAY = date(2026, 11, 23)


@pytest.fixture(params=["audit", "save"])
def effect(request):
    """When K/3 moves stock; the same story is told under both settings."""
    return request.param


@pytest.fixture
def books(tmp_path, effect):
    """Write an account set with two materials and three warehouses."""
    made = KingdeeBooks.create(tmp_path / "AIS20190101120000.db", stock_effect=effect, old=effect == "save")
    piece = made.add_unit("个")
    made.add_item("00710", "螺丝", unit=piece)
    made.add_item("NA", "铜箔", unit=piece, batch=True)
    for number in ("01", "02", "03"):
        made.add_warehouse(number, f"仓{number}")
    yield made
    made.close()


def rows(batch):
    """Return the movements by key."""
    found = {row["key"]: row for row in batch.rows.to_pylist()}
    assert len(found) == batch.rows.num_rows
    return found


def effects(ledger):
    """Return the sum of counted effects by item, warehouse and batch."""
    total = {}
    for row in ledger.values():
        if row["counts"]:
            key = (row["item"], row["warehouse"], row["batch"])
            total[key] = total.get(key, 0) + row["effect"]
    return {key: value for key, value in total.items() if value}


def balances(books):
    """Return the look-alike's own on-hand in millionths."""
    return {key: to_micro(value) for key, value in books.balances().items() if value}


class Ledger:
    """What the bridge would keep: rows by key, deletions by the scanned keys."""

    def __init__(self, k3):
        self.k3, self.cursor, self.rows, self.read = k3, "", {}, 0

    def pull(self, now=NOW):
        """Read once and keep what came."""
        self.k3._clock = type(self.k3._clock)(now)
        batch = self.k3.movements(self.cursor)
        self.cursor, self.read = batch.cursor, batch.rows.num_rows
        self.rows |= rows(batch)
        if batch.complete_keys is not None:
            for key, row in list(self.rows.items()):
                judged = batch.complete_since is None or row["business_time"] >= batch.complete_since
                if judged and key not in batch.complete_keys:
                    del self.rows[key]
        return batch


def test_each_type_of_bill_has_its_sign_and_warehouse(books, tmp_path):
    """Every bill type moves the stock K/3 moves: the counted effects equal the on-hand."""
    for kind in sorted({*BILL_TYPES} - {101, 102}):
        line = BillLine("00710", "01", 7, to="02") if kind == 41 else BillLine("00710", "01", 7)
        books.audit(books.save_bill(kind, [line], TODAY, "王芳"), "李总监", TODAY)
    books.audit(books.save_bill(2, [BillLine("NA", "01", "0.1", None)], TODAY, "王芳", red=True), "李", TODAY)
    books.save_bill(100, [BillLine("00710", "01", 1)], TODAY, "王芳")
    vmi = books.save_bill(1, [BillLine("00710", "01", 99)], TODAY, "王芳", vmi=True)
    found = rows(source(books.path).movements(""))
    assert effects(found) == balances(books)
    assert not [key for key in found if key.startswith(f"{vmi}:")]
    assert {row["family"] for row in found.values()} <= set(FAMILIES)


def test_one_line_in_full(books):
    """Names, numbers, times and people of one line; the batch NULL is ''; the plant's zone is set."""
    bill = books.save_bill(2, [BillLine("NA", "01", "12.5", None, order="SO-1")], TODAY, "王芳", reference="BG-0098")
    books.audit(bill, "李总监", TODAY)
    batch = source(books.path).movements("")
    assert batch.rows.schema == MOVEMENTS
    assert batch.rows.to_pylist() == [
        {
            "source": "k3", "key": f"{bill}:1", "document_type": "产品入库", "document_number": books.number_of(bill),
            "line": "1", "family": "product_receipt", "item": "NA", "warehouse": "01", "batch": "", "effect": 12_500_000,
            "state": "audited", "counts": True, "business_time": datetime(2026, 11, 23, tzinfo=SHANGHAI),
            "audited_time": datetime(2026, 11, 23, tzinfo=SHANGHAI), "maker": "王芳", "reference": "BG-0098",
            "counterpart": "", "first_seen": None,
        }
    ]  # fmt: skip


def test_a_transfer_has_two_legs(books):
    """A transfer leaves one warehouse and enters the other, each leg naming its counterpart."""
    bill = books.save_bill(41, [BillLine("00710", "01", 5, to="03")], TODAY, "")
    found = rows(source(books.path).movements(""))
    assert {(r["family"], r["warehouse"], r["counterpart"], r["effect"]) for r in found.values()} == {
        ("transfer_in", "03", "01", 5_000_000),
        ("transfer_out", "01", "03", -5_000_000),
    }
    assert set(found) == {f"{bill}:1:in", f"{bill}:1:out"}
    assert {row["maker"] for row in found.values()} == {""}


def test_an_unaudited_bill_counts_by_its_own_flag(books, effect):
    """Saved but not audited: it counts where K/3 updates on save; a setting can overrule that; void never counts."""
    books.save_bill(1, [BillLine("00710", "01", 5)], TODAY, "王芳")
    books.set_stock_effect("audit" if effect == "save" else "save")  # later bills differ, this one keeps its flag
    (saved,) = rows(source(books.path).movements("")).values()
    assert (saved["state"], saved["counts"], saved["audited_time"]) == ("saved", effect == "save", None)
    for setting, counts in (("on_save", True), ("on_audit", False)):
        (row,) = rows(source(books.path, stock_effect=setting).movements("")).values()
        assert row["counts"] is counts
    books.void(books.find(saved["document_number"]))
    (void,) = rows(source(books.path, stock_effect="on_save").movements("")).values()
    assert (void["state"], void["counts"]) == ("voided", False)


def test_later_changes_are_noticed(books, effect):
    """Audit, unaudit, void, edit and deletion of bills already read reach the ledger; nothing new means no rows."""
    ledger = Ledger(source(books.path))
    bills = [
        books.save_bill(
            1, [BillLine("00710", "01", n), BillLine("NA", "02", n, "B")], TODAY - timedelta(days=n), "王芳"
        )
        for n in (1, 2, 3, 4, 5)
    ]
    ledger.pull()
    assert len(ledger.rows) == 10
    assert ledger.pull().rows.num_rows == 0

    books.audit(bills[0], "李", TODAY)
    assert ledger.pull().complete_keys is None
    assert ledger.rows[f"{bills[0]}:1"]["state"] == "audited"

    books.unaudit(bills[0])
    books.void(bills[1])
    books.edit(bills[2], [BillLine("00710", "01", 30)])
    books.delete(bills[3])
    ledger.pull()
    assert [ledger.rows[f"{bill}:1"]["state"] for bill in bills[:3]] == ["saved", "voided", "saved"]
    assert ledger.rows[f"{bills[2]}:1"]["effect"] == 30_000_000
    assert {f"{bills[2]}:2", f"{bills[3]}:1", f"{bills[3]}:2"}.isdisjoint(ledger.rows)
    assert effects(ledger.rows) == balances(books)


def test_the_last_bill_deleted_and_a_new_one(books):
    """Deleting the highest bill is no restored database: its lines go, later bills come."""
    ledger = Ledger(source(books.path))
    first = books.save_bill(1, [BillLine("00710", "01", 1)], TODAY, "王芳")
    last = books.save_bill(1, [BillLine("00710", "01", 2)], TODAY, "王芳")
    ledger.pull()
    books.delete(last)
    ledger.pull()
    assert set(ledger.rows) == {f"{first}:1"}
    after = books.save_bill(2, [BillLine("00710", "01", 3)], TODAY, "王芳")
    ledger.pull()
    assert set(ledger.rows) == {f"{first}:1", f"{after}:1"}


def test_a_bill_saved_later_than_its_number_was_drawn(books):
    """A bill with a lower id than the highest seen is found, and so is one dated before the re-read window."""
    ledger = Ledger(source(books.path))
    slow = books.save_bill(1, [BillLine("00710", "01", 1)], TODAY, "王芳")
    run(books.path, f"UPDATE ICStockBill SET FInterID = -{slow} WHERE FInterID = {slow}",
        f"UPDATE ICStockBillEntry SET FInterID = -{slow} WHERE FInterID = {slow}")  # fmt: skip
    books.save_bill(1, [BillLine("00710", "01", 2)], TODAY, "王芳")
    ledger.pull()
    run(books.path, f"UPDATE ICStockBill SET FInterID = {slow} WHERE FInterID = -{slow}",
        f"UPDATE ICStockBillEntry SET FInterID = {slow} WHERE FInterID = -{slow}")  # fmt: skip
    old = books.save_bill(1, [BillLine("00710", "01", 2)], TODAY, "王芳")
    run(books.path, f"UPDATE ICStockBill SET FDate = '2026-03-01 00:00:00' WHERE FInterID = {old}")
    ledger.pull()
    assert {f"{slow}:1", f"{old}:1"} <= set(ledger.rows)


def test_an_old_bill_still_unaudited_is_watched(books):
    """A bill older than the window that is still open is read at first and its audit is noticed later."""
    bill = books.save_bill(1, [BillLine("00710", "01", 2)], TODAY, "王芳")
    done = books.save_bill(1, [BillLine("00710", "01", 3)], TODAY, "王芳")
    books.audit(done, "李", TODAY)
    run(books.path, "UPDATE ICStockBill SET FDate = '2024-03-01 00:00:00'",
        f"UPDATE ICStockBill SET FCheckDate = '2024-03-02 00:00:00' WHERE FInterID = {done}")  # fmt: skip
    ledger = Ledger(source(books.path))
    ledger.pull()
    assert set(ledger.rows) == {f"{bill}:1"}  # the audited one lies before `history`
    books.audit(bill, "李", TODAY)
    ledger.pull()
    assert ledger.rows[f"{bill}:1"]["state"] == "audited"
    assert set(ledger.rows) == {f"{bill}:1"}  # and stays out: its neighbour's audit is no reason to take it for news


def test_a_late_audit_reads_few_bills_again(books):
    """Bills are watched by blocks of ids: the audit of one reads its block, not its day and not the window."""
    first = books.save_bill(1, [BillLine("00710", "01", 1)], TODAY, "王芳")
    with books.writing():
        for _ in range(2 * BLOCK):
            books.save_bill(1, [BillLine("00710", "01", 1)], TODAY, "王芳")
    ledger = Ledger(source(books.path))
    ledger.pull()
    assert ledger.read == 2 * BLOCK + 1
    books.audit(first, "李", TODAY)
    ledger.pull()
    assert 0 < ledger.read <= BLOCK
    assert ledger.rows[f"{first}:1"]["state"] == "audited"


@pytest.mark.parametrize(
    ("table", "column", "field"),
    [
        ("ICStockBill", "FBillNo", "document_number"),
        ("ICStockBillEntry", "FBatchNo", "batch"),
        ("ICStockBillEntry", "FSourceBillNo", "reference"),
        ("ICStockBillEntry", "FOrderBillNo", "reference"),
        ("ICStockBillEntry", "FICMOBillNo", "reference"),
    ],
)
def test_an_edited_text_is_noticed_at_the_next_pull(books, table, column, field):
    """Bill number, batch, each reference: an edit is read at the next pull, capitals count, trailing blanks do not."""
    bill = books.save_bill(1, [BillLine("NA", "01", 2, "B")], TODAY, "王芳")
    run(books.path, f"UPDATE {table} SET {column} = 'b1' WHERE FInterID = {bill}")
    ledger = Ledger(source(books.path))
    ledger.pull()
    for text, shown, read in (("b1  ", "b1", 0), ("B1", "B1", 1), ("批次2", "批次2", 1)):
        run(books.path, f"UPDATE {table} SET {column} = '{text}' WHERE FInterID = {bill}")
        batch = ledger.pull(NOW + timedelta(hours=1))
        assert (ledger.rows[f"{bill}:1"][field], ledger.read) == (shown, read)
        assert batch.complete_keys is None, "an edited text is no reason to look for deletions"


def test_texts_that_change_places_are_noticed(books):
    """Two bills' batches swapped, and a reference that went to another column, leave no sum as it was."""
    one, two = (books.save_bill(1, [BillLine("NA", "01", 2, batch)], TODAY, "王芳") for batch in ("B1", "B2"))
    moved = books.save_bill(1, [BillLine("NA", "01", 2, "X")], TODAY, "王芳", reference="Y")
    ledger = Ledger(source(books.path))
    ledger.pull()
    run(books.path, f"UPDATE ICStockBillEntry SET FBatchNo = 'B1' WHERE FInterID = {two}",
        f"UPDATE ICStockBillEntry SET FBatchNo = 'B2' WHERE FInterID = {one}")  # fmt: skip
    ledger.pull(NOW + timedelta(hours=1))
    assert [ledger.rows[f"{bill}:1"]["batch"] for bill in (one, two)] == ["B2", "B1"]
    run(books.path, f"UPDATE ICStockBillEntry SET FBatchNo = 'Y', FSourceBillNo = 'X' WHERE FInterID = {moved}")
    ledger.pull(NOW + timedelta(hours=1))
    row = ledger.rows[f"{moved}:1"]
    assert (row["batch"], row["reference"]) == ("Y", "X")


def test_the_full_pass_sees_what_sums_do_not(books):
    """Another code on a material's card is no change of a bill's sums; the full pass brings it."""
    bill = books.save_bill(1, [BillLine("NA", "01", 2, "B1")], TODAY, "王芳")
    ledger = Ledger(source(books.path))
    ledger.pull()
    run(books.path, "UPDATE t_ICItemCore SET FNumber = 'NA-2' WHERE FNumber = 'NA'")
    ledger.pull(NOW + timedelta(hours=1))
    assert ledger.read == 0
    batch = ledger.pull(NOW + timedelta(hours=7))
    assert ledger.rows[f"{bill}:1"]["item"] == "NA-2"
    assert batch.complete_keys == {f"{bill}:1"}
    assert batch.complete_since == datetime(2025, 10, 19, tzinfo=SHANGHAI), "a full pass judges the whole history"


def test_one_bill_audited_and_another_unaudited_at_once(books):
    """Changes that are each other's reverse leave no sum as it was: bills, and the quantities of two lines."""
    one = books.save_bill(1, [BillLine("00710", "01", 5)], TODAY, "王芳")
    two = books.save_bill(1, [BillLine("00710", "02", 5)], TODAY, "王芳")
    three = books.save_bill(1, [BillLine("00710", "01", 5), BillLine("NA", "01", 8, "B")], TODAY, "王芳")
    books.audit(one, "李", TODAY)
    ledger = Ledger(source(books.path))
    ledger.pull()
    books.unaudit(one)
    books.audit(two, "李", TODAY)
    run(books.path, f"UPDATE ICStockBillEntry SET FQty = 13 - FQty WHERE FInterID = {three}")
    ledger.pull(NOW + timedelta(hours=1))
    assert (ledger.rows[f"{one}:1"]["state"], ledger.rows[f"{two}:1"]["state"]) == ("saved", "audited")
    assert [ledger.rows[f"{three}:{line}"]["effect"] for line in (1, 2)] == [8_000_000, 5_000_000]


def test_a_line_replaced_by_another(books):
    """A line under a new entry number is a new line, and the former is gone."""
    bill = books.save_bill(1, [BillLine("00710", "01", 5), BillLine("NA", "01", 8, "B")], TODAY, "王芳")
    ledger = Ledger(source(books.path))
    ledger.pull()
    run(books.path, f"UPDATE ICStockBillEntry SET FEntryID = 3 WHERE FInterID = {bill} AND FEntryID = 2")
    ledger.pull(NOW + timedelta(hours=1))
    assert sorted(ledger.rows) == [f"{bill}:1", f"{bill}:3"]


def test_an_old_open_bill_is_deleted(books):
    """Open for longer than the window is watched, then deleted: gone at the next pull."""
    old = books.save_bill(1, [BillLine("00710", "01", 100)], TODAY, "王芳")
    run(books.path, "UPDATE ICStockBill SET FDate = '2026-10-04 00:00:00'")
    kept = books.save_bill(1, [BillLine("00710", "01", 1)], TODAY, "王芳")
    ledger = Ledger(source(books.path))
    ledger.pull()
    assert sorted(ledger.rows) == [f"{old}:1", f"{kept}:1"]
    books.delete(old)
    ledger.pull(NOW + timedelta(hours=1))
    assert sorted(ledger.rows) == [f"{kept}:1"]


@pytest.mark.parametrize("audited", [False, True])
def test_a_bill_dated_back_is_not_deleted(books, audited):
    """A bill moved to a day before the window stays, with its new day, when another bill of its block is deleted."""
    bill = books.save_bill(1, [BillLine("00710", "01", 100)], TODAY, "王芳")
    other = books.save_bill(1, [BillLine("00710", "01", 1)], TODAY, "王芳")
    books.save_bill(1, [BillLine("00710", "01", 2)], TODAY, "王芳")
    if audited:
        books.audit(bill, "李", TODAY)
    ledger = Ledger(source(books.path))
    ledger.pull()
    run(books.path, f"UPDATE ICStockBill SET FDate = '2026-10-10 00:00:00' WHERE FInterID = {bill}")
    books.delete(other)
    ledger.pull(NOW + timedelta(hours=1))
    assert ledger.rows[f"{bill}:1"]["business_time"] == datetime(2026, 10, 10, tzinfo=SHANGHAI)
    assert f"{other}:1" not in ledger.rows


def test_a_clock_that_was_ahead_switches_no_full_pass_off(books):
    """A first pull a year ahead (a wrong clock, a drill): the next one reads everything again."""
    bill = books.save_bill(1, [BillLine("NA", "01", 2, "B1")], TODAY, "王芳")
    ledger = Ledger(source(books.path))
    ledger.pull(NOW + timedelta(days=365))
    run(books.path, "UPDATE t_ICItemCore SET FNumber = 'NA-2' WHERE FNumber = 'NA'")
    ledger.pull(NOW + timedelta(hours=1))
    assert ledger.rows[f"{bill}:1"]["item"] == "NA-2"


def test_days_go_by(books):
    """Over weeks of polling the ledger's counted effects stay equal to the on-hand, and quiet days read nothing."""
    ledger = Ledger(source(books.path, reread="10d", full_pass="400d"))
    for n in range(30):
        day = TODAY + timedelta(days=n)
        bill = books.save_bill(1 if n % 3 else 24, [BillLine("NA", "01", n + 1, "B")], day, "王芳")
        if n % 2:
            books.audit(bill, "李", day)
        ledger.pull(NOW + timedelta(days=n))
        assert effects(ledger.rows) == balances(books)
    assert len(ledger.rows) == 30


def test_another_account_set_is_read_from_the_start(books, tmp_path):
    """A cursor of another account, or one that is no cursor, starts anew and scans all keys."""
    bill = books.save_bill(1, [BillLine("00710", "01", 1)], TODAY, "王芳")
    k3 = source(books.path)
    cursor = k3.movements("").cursor
    run(books.path, "INSERT INTO t_SystemProfile VALUES ('GL', 'CompanyName', '另一家')")
    for text in (cursor, "rubbish", '{"v":1}', "[]", '{"v":2}'):
        batch = k3.movements(text)
        assert batch.complete_keys == set(rows(batch)) == {f"{bill}:1"}


def test_a_cursor_from_before_texts_were_summed(books):
    """A cursor of version 3 goes on: its blocks are read once more, nothing is taken for deleted but what is deleted."""
    kept = books.save_bill(1, [BillLine("NA", "01", 2, "B1")], TODAY, "王芳")
    gone = books.save_bill(1, [BillLine("NA", "01", 3, "B1")], TODAY, "王芳")
    ledger = Ledger(source(books.path))
    for deleted in (None, gone):
        ledger.pull()
        former = json.loads(ledger.cursor)
        former |= {"v": 3, "blocks": {block: sums[:-1] for block, sums in former["blocks"].items()}}
        ledger.cursor = json.dumps(former)
        run(books.path, f"UPDATE ICStockBillEntry SET FBatchNo = 'B{deleted}' WHERE FInterID = {kept}")
        if deleted:
            books.delete(deleted)
        batch = ledger.pull()
        assert ledger.rows[f"{kept}:1"]["batch"] == f"B{deleted}", "edited while the program was being replaced"
        assert batch.complete_keys == ({f"{kept}:1"} if deleted else None)
        assert ledger.pull().rows.num_rows == 0


def test_lines_without_cards_keep_their_ids(books):
    """A line whose material or warehouse has no card is named by its id, a draft without warehouse has none."""
    books.save_bill(1, [BillLine("00710", "01", 1), BillLine("00710", "01", 1)], TODAY, "王芳")
    run(books.path, "UPDATE ICStockBillEntry SET FItemID = 987, FDCStockID = 654 WHERE FEntryID = 1",
        "UPDATE ICStockBillEntry SET FDCStockID = 0 WHERE FEntryID = 2")  # fmt: skip
    found = [(row["item"], row["warehouse"]) for row in rows(source(books.path).movements("")).values()]
    assert found == [("#987", "#654"), ("00710", "")]


def test_red_lines_with_a_positive_quantity(books):
    """Where red quantities are stored positive they count as negative, and the probe says so."""
    books.save_bill(1, [BillLine("00710", "01", 4)], TODAY, "王芳", red=True)
    run(books.path, "UPDATE ICStockBillEntry SET FQty = 4", "UPDATE ICStockBill SET FTranType = 77 WHERE FInterID = 0")
    k3 = source(books.path)
    assert [row["effect"] for row in rows(k3.movements("")).values()] == [-4_000_000]
    assert ("k3_red_but_positive", {"lines": "1"}) in k3.probe().findings


def test_unknown_bill_types_are_told(books):
    """A bill type nobody knows is not guessed at; the probe names it."""
    bill = books.save_bill(1, [BillLine("00710", "01", 4)], TODAY, "王芳")
    run(books.path, f"UPDATE ICStockBill SET FTranType = 777 WHERE FInterID = {bill}")
    k3 = source(books.path)
    assert k3.movements("").rows.num_rows == 0
    assert ("k3_unknown_bill_types", {"types": "777"}) in k3.probe().findings


def test_the_look_alikes_snapshot_is_its_balance(books):
    """Snapshot and books agree, with and without FMTONo and FSupplyID (old releases)."""
    books.audit(books.save_bill(1, [BillLine("NA", "01", "0.1", "B1")] * 10, TODAY, "王"), "李", TODAY)
    lines = source(books.path).snapshot(Scope(by_batch=True)).lines.to_pylist()
    assert {(row["item"], row["warehouse"], row["batch"]): row["quantity"] for row in lines} == balances(books)
    assert lines[0]["quantity"] == 1_000_000


def test_without_bill_tables(tmp_path):
    """A file without bills has no movements; bills without what is needed are refused by the column's name."""
    bare = source(make(tmp_path, MINIMAL))
    assert bare.movements("").rows.num_rows == 0
    assert source(tmp_path / "AIS20190101120000.db", movements=False).ability.movements is False
    run(tmp_path / "AIS20190101120000.db", "CREATE TABLE ICStockBill (FInterID int, FTranType int, FBillNo text, FDate datetime)",
        "CREATE TABLE ICStockBillEntry (FInterID int, FEntryID int, FItemID int, FQty decimal, FDCStockID int)")  # fmt: skip
    with pytest.raises(SourceRefused, match="FStatus"):
        bare.movements("")
    run(tmp_path / "AIS20190101120000.db", "ALTER TABLE ICStockBill ADD COLUMN FStatus int",
        "INSERT INTO ICStockBill VALUES (5, 1, 'WIN1', '2026-11-20', 1), (6, 24, 'SOUT1', '2026-11-20', 0)",
        "INSERT INTO ICStockBillEntry VALUES (5, 1, 1, 2.5, 10), (6, 1, 1, 1, 10)")  # fmt: skip
    found = [(row["warehouse"], row["effect"], row["counts"]) for row in rows(bare.movements("")).values()]
    assert found == [("01", 2_500_000, True), ("01", -1_000_000, False)]
