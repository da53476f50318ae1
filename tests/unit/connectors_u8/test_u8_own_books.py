"""U8 against its own books: opening rows plus the documents that count is what CurrentStock must say."""

import tempfile
from datetime import date
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from u8_plant import AT, lookalike, run, source

from bridge.demo.lookalikes import StockLine
from bridge.domain.snapshot import Scope

CHECKED = {False: Scope(own_books=True), True: Scope(own_books=True, by_batch=True)}
BOXES = ("01", "08", "10", "11", "32")

documents = st.tuples(
    st.sampled_from(["01", "08", "09", "10", "11", "32"]), st.sampled_from(["", "B1", "B2 "]),
    st.decimals("0.0001", "99", places=4), st.booleans(), st.sampled_from(["saved", "audited", "unaudited"]),
)  # fmt: skip


def enter(made, kind, batch, quantity, *, red, state):
    """Enter one document and bring it to its state."""
    document = made.save(kind, [StockLine("NA", quantity, batch)], "01", AT, "李明", red=red)
    if state != "saved":
        made.audit(document, AT, "赵磊")
        if state == "unaudited":
            made.unaudit(document, AT)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(documents, max_size=8), st.booleans(), st.dictionaries(st.sampled_from(BOXES), st.booleans()))
def test_whatever_was_posted_the_balance_is_its_books(story, by_batch, boxes):
    """Red documents, audits taken back, every setting of the five boxes: nothing is off, batch by batch too."""
    with tempfile.TemporaryDirectory() as folder:
        made = lookalike(Path(folder), at_audit=boxes)
        made.set_opening("NA", "01", "1000.5", "B1")
        made.set_opening("00710", "02", 80)
        for *document, red, state in story:
            enter(made, *document, red=red, state=state)
        effect = {
            "purchase_receipt": "01",
            "other": "08",
            "product_receipt": "10",
            "material_issue": "11",
            "sales_issue": "32",
        }
        stated = {family: "on_audit" if boxes.get(kind, True) else "on_save" for family, kind in effect.items()}
        found = source(made.path, stock_effect=stated).snapshot(CHECKED[by_batch])
        made.close()
    agreement = found.provenance.self_agreement
    assert (agreement.since, agreement.off, found.gaps.num_rows) == (date(2026, 1, 1), 0, 0)
    assert agreement.compared >= 2


def test_a_changed_balance_is_off_by_what_was_changed(tmp_path):
    """A raw UPDATE of one batch: that batch is off, in the item's unit, and nothing else."""
    made = lookalike(tmp_path)
    made.set_opening("NA", "01", 10, "B1")
    made.set_opening("NA", "01", 10, "B2")
    made.tamper("NA", "01", "2.5", "B2")
    found = source(made.path).snapshot(CHECKED[True])
    assert (found.provenance.self_agreement.compared, found.provenance.self_agreement.off) == (2, 1)
    (gap,) = found.gaps.to_pylist()
    assert (gap["item"], gap["warehouse"], gap["batch"], gap["quantity"]) == ("NA", "01", "B2", 2_500_000)
    assert gap["raw_unit"] == "个"


def test_without_opening_rows_nothing_is_claimed(tmp_path):
    """What U8 began with is not known without its opening rows: no answer. Nor where nobody asks, or the setting is off."""
    made = lookalike(tmp_path)
    enter(made, "01", "B1", 5, red=False, state="audited")
    assert source(made.path).snapshot(CHECKED[False]).provenance.self_agreement is None
    made.set_opening("NA", "01", 10)
    assert source(made.path).snapshot(Scope()).provenance.self_agreement is None
    assert source(made.path, own_books=False).snapshot(CHECKED[False]).provenance.self_agreement is None
    assert source(made.path).snapshot(CHECKED[False]).provenance.self_agreement.off == 0


def test_the_balance_itself_tells_what_counts_when_saved(tmp_path):
    """No option is known: what is measured for the documents holds for the check too."""
    made = lookalike(tmp_path, at_audit={"01": False}, switch_names={})
    made.set_opening("NA", "01", 10, "B1")
    for quantity in (3, 4, 5):
        enter(made, "01", "B1", quantity, red=False, state="saved")
    assert source(made.path).snapshot(CHECKED[False]).provenance.self_agreement.off == 0


def test_a_missing_table_is_no_answer(tmp_path):
    """CurrentStock alone, without documents, says nothing about itself."""
    script = "CREATE TABLE CurrentStock (cWhCode TEXT, cInvCode TEXT, iQuantity DECIMAL(28,6)); INSERT INTO CurrentStock VALUES ('01', 'NA', 5);"
    assert source(run(tmp_path / "u8.db", script)).snapshot(CHECKED[False]).provenance.self_agreement is None
