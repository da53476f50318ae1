"""K/3 against its own books: opening of the period plus the bills that count is what ICInventory must say."""

import tempfile
from datetime import date
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from k3_books import MINIMAL, make, source

from bridge.demo.lookalikes import BillLine, KingdeeBooks, PostingRefused
from bridge.domain.snapshot import Scope

CHECKED = {False: Scope(own_books=True), True: Scope(own_books=True, by_batch=True)}
TYPES = (1, 2, 5, 10, 21, 24, 28, 29, 40, 41, 43)

bills = st.tuples(
    st.sampled_from(TYPES), st.sampled_from(["A", "B"]), st.sampled_from(["", "L1", "L2 ", None]),
    st.decimals("0.001", "99", places=3), st.booleans(), st.sampled_from(["saved", "audited", "voided", "unaudited"]),
)  # fmt: skip


def books(folder: Path, **options) -> KingdeeBooks:
    """Return books of November with two real warehouses, an inspection one, and openings."""
    made = KingdeeBooks.create(folder / "k3.db", period=date(2026, 11, 1), **options)
    unit = made.add_unit("个", group=made.add_unit_group("个"))
    for code, kind in (("01", 500), ("02", 500), ("09", 501)):
        made.add_warehouse(code, code, kind=kind)
    for code in "AB":
        made.add_item(code, code, unit=unit)
        made.set_opening(code, "01", "1000.5", "L1")
    return made


def enter(made: KingdeeBooks, kind, item, batch, quantity, *, red, state):
    """Enter one bill and bring it to its state; a transfer goes from 01 to 02."""
    to = "02" if kind == 41 else ""
    bill = made.save_bill(kind, [BillLine(item, "01", quantity, batch, to=to)], date(2026, 11, 3), "李明", red=red)
    if state == "voided":
        made.void(bill)
    elif state != "saved":
        made.audit(bill, "王芳", date(2026, 11, 4))
        if state == "unaudited":
            made.unaudit(bill)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(bills, max_size=8), st.booleans(), st.booleans(), st.booleans())
def test_whatever_was_posted_the_balance_is_its_books(story, old, by_batch, on_save):
    """Red bills, transfers, voids, audits taken back, either switch, either release: nothing is off, batch by batch too."""
    with tempfile.TemporaryDirectory() as folder:
        made = books(Path(folder), old=old, stock_effect="save" if on_save else "audit")
        for number, (*bill, red, state) in enumerate(story):
            if number == len(story) // 2:
                made.set_stock_effect("audit" if on_save else "save")  # each bill keeps what it was saved under
            try:
                enter(made, *bill, red=red, state=state)
            except PostingRefused:
                continue
        made.close()
        found = source(Path(folder) / "k3.db").snapshot(CHECKED[by_batch])
    agreement = found.provenance.self_agreement
    assert (agreement.since, agreement.off, found.gaps.num_rows) == (date(2026, 11, 1), 0, 0)
    assert agreement.compared >= 2


def test_a_changed_balance_is_off_by_what_was_changed(tmp_path):
    """A raw UPDATE of one batch: that batch is off, in the item's unit, and nothing else."""
    made = books(tmp_path)
    made.tamper("A", "01", "-3.25", "L1")
    made.close()
    found = source(tmp_path / "k3.db").snapshot(CHECKED[True])
    assert found.provenance.self_agreement.off == 1
    (gap,) = found.gaps.to_pylist()
    assert (gap["item"], gap["warehouse"], gap["batch"], gap["quantity"]) == ("A", "01", "L1", -3_250_000)
    assert gap["raw_unit"] == "个"


def test_a_closed_period_starts_from_its_own_opening(tmp_path):
    """After 期末结账 only the new period's opening and bills count; a break of the closed period is in the opening."""
    made = books(tmp_path)
    enter(made, 1, "A", "L1", 7, red=False, state="audited")
    made.close_period()
    bill = made.save_bill(1, [BillLine("B", "01", 5, "L1")], date(2026, 12, 2), "李明")
    made.audit(bill, "王芳", date(2026, 12, 2))
    made.close()
    agreement = source(tmp_path / "k3.db").snapshot(CHECKED[False]).provenance.self_agreement
    assert (agreement.since, agreement.compared, agreement.off) == (date(2026, 12, 1), 2, 0)


def test_stock_that_is_not_ours_is_left_out(tmp_path):
    """Inspection stock (POInventory) has no opening in ICInvBal: it is read, but held against nothing."""
    made = books(tmp_path)
    made.insert("POInventory", FItemID=made.item_id("A"), FStockID=made.warehouse("09")[0], FQty=55)
    made.close()
    found = source(tmp_path / "k3.db", include_virtual=True).snapshot(CHECKED[False])
    assert "09" in found.lines["warehouse"].to_pylist()
    assert (found.provenance.self_agreement.compared, found.provenance.self_agreement.off) == (2, 0)


def test_it_is_not_asked_unless_wanted(tmp_path):
    """Without the scope's wish, with the setting off, without bills or without openings: no answer, no gap."""
    made = books(tmp_path)
    made.tamper("A", "01", 3, "L1")
    made.close()
    path = tmp_path / "k3.db"
    asked = [
        source(path).snapshot(Scope()),
        source(path, own_books=False).snapshot(CHECKED[False]),
        source(path, movements=False).snapshot(CHECKED[False]),
        source(make(tmp_path, MINIMAL, "INSERT INTO ICInventory VALUES (1, 10, 5)")).snapshot(CHECKED[False]),
    ]
    assert [(each.provenance.self_agreement, each.gaps.num_rows) for each in asked] == [(None, 0)] * 4
