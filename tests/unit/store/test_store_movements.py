"""The first-seen ledger stamps what happens with the bridge's clock and overwrites nothing silently."""

from datetime import timedelta

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.domain.errors import SnapshotRejected
from bridge.store.movements import CHANGES, LEDGER, MergeCount

MINUTE = timedelta(minutes=1)


def merged(store, rows, at, complete=None, source="u8"):
    """Merge rows in a unit of work of their own."""
    with store.begin() as uow:
        count = uow.movements.merge(source, rows, at, complete)
        uow.commit()
    return count


def only(store, at, key="k1"):
    """Return one line of the ledger as a dict."""
    with store.read() as uow:
        (line,) = [row for row in uow.movements.window(["u8"], at).to_pylist() if row["key"] == key]
    return line


def test_new_lines_are_stamped(store, sample, lines):
    """A new line gets the bridge's time, and a counting one counts from then; every fact comes back as given."""
    given_rows = lines(
        {"key": "k1", "item": "NA", "batch": "😀", "effect": -(10**18), "business_time": sample.now, "maker": "李"},
        {"key": "k2", "item": "00710", "counts": True, "audited_time": sample.now, "reference": "'; --"},
    )
    assert merged(store, given_rows, sample.now) == MergeCount(2, 0, 0, 0)
    with store.read() as uow:
        window = uow.movements.window(["u8"], sample.now)
        assert window.schema == LEDGER
        facts = [name for name in given_rows.schema.names if name != "first_seen"]
        assert window.select(facts).to_pylist() == given_rows.select(facts).to_pylist()
        assert window["first_seen"].to_pylist() == [sample.now, sample.now]
        assert window["counted_at"].to_pylist() == [None, sample.now]
        assert window["deleted"].to_pylist() == [False, False]
        assert uow.movements.window(["u8"], sample.now + MINUTE).num_rows == 0
        assert uow.movements.window(["k3"], sample.now).num_rows == 0
        assert uow.movements.window(["u8"], sample.now, items=["NA", "x"])["key"].to_pylist() == ["k1"]
        assert uow.movements.window(["u8"], sample.now, items=[]).num_rows == 0
        assert uow.movements.lines("u8", ["k2", "none"])["item"].to_pylist() == ["00710"]
        assert uow.movements.changes(["u8"], sample.now).equals(CHANGES.empty_table())


def test_reading_again_changes_nothing(store, sample, lines):
    """The same rows again are the same, whenever they are read; the first-seen time stays."""
    rows = lines({"key": "k1", "counts": True, "business_time": sample.now}, {"key": "k2"})
    merged(store, rows, sample.now)
    assert merged(store, rows, sample.now + MINUTE) == MergeCount(0, 0, 0, 2)
    with store.read() as uow:
        assert uow.movements.window(["u8"], sample.now + MINUTE).num_rows == 0


def test_audit_and_unaudit(store, sample, lines):
    """Counting, ceasing to count and counting again are stamped, and each leaves the former facts behind."""
    for minute, counts in enumerate((False, True, False, True)):
        state = "audited" if counts else "saved"
        merged(store, lines({"key": "k1", "counts": counts, "state": state}), sample.now + minute * MINUTE)
    line = only(store, sample.now)
    assert (line["first_seen"], line["counted_at"]) == (sample.now, sample.now + 3 * MINUTE)
    assert (line["uncounted_at"], line["changed_at"]) == (sample.now + 2 * MINUTE, sample.now + 3 * MINUTE)
    with store.read() as uow:
        changes = uow.movements.changes(["u8"], sample.now)
        assert changes["change"].to_pylist() == ["counted", "uncounted", "counted"]
        assert changes["counts"].to_pylist() == [False, True, False]
        assert changes["at"].to_pylist() == [sample.now + n * MINUTE for n in (1, 2, 3)]
        assert uow.movements.changes(["u8"], sample.now + 3 * MINUTE).num_rows == 1


def test_an_edit_keeps_the_former_quantity(store, sample, lines):
    """An edited quantity or item does not move the counted time; the former facts can be asked for by the former item."""
    merged(store, lines({"key": "k1", "counts": True, "effect": 100, "item": "A"}), sample.now)
    count = merged(store, lines({"key": "k1", "counts": True, "effect": 120, "item": "B"}), sample.now + MINUTE)
    assert count == MergeCount(0, 1, 0, 0)
    line = only(store, sample.now)
    assert (line["effect"], line["counted_at"], line["changed_at"]) == (120, sample.now, sample.now + MINUTE)
    with store.read() as uow:
        (former,) = uow.movements.changes(["u8"], sample.now, items=["A"]).to_pylist()
        assert (former["change"], former["effect"], former["key"]) == ("edited", 100, "k1")
        assert uow.movements.changes(["u8"], sample.now, items=["B"]).num_rows == 0


def test_a_full_scan_finds_deletions(store, sample, lines):
    """A line missing from a full key scan was deleted and counts no more; it may come back; other sources are untouched."""
    merged(store, lines({"key": "k1", "counts": True}, {"key": "k2"}), sample.now)
    merged(store, lines({"key": "k1"}, source="k3"), sample.now, source="k3")
    nothing = lines()
    assert merged(store, nothing, sample.now + MINUTE, {"k2", "k9"}) == MergeCount(0, 0, 1, 0)
    assert merged(store, nothing, sample.now + 2 * MINUTE, {"k2"}) == MergeCount(0, 0, 0, 0)
    gone = only(store, sample.now + MINUTE)
    assert (gone["deleted"], gone["state"], gone["counts"]) == (True, "deleted", False)
    assert gone["deleted_at"] == gone["uncounted_at"] == sample.now + MINUTE
    assert merged(store, lines({"key": "k1", "counts": True}), sample.now + 3 * MINUTE) == MergeCount(0, 1, 0, 0)
    back = only(store, sample.now)
    assert (back["deleted"], back["deleted_at"], back["counted_at"]) == (False, None, sample.now + 3 * MINUTE)
    with store.read() as uow:
        assert uow.movements.changes(["u8"], sample.now)["change"].to_pylist() == ["deleted", "restored"]
        assert not uow.movements.lines("k3", ["k1"])["deleted"][0].as_py()


def test_a_limited_scan_judges_only_its_part(store, sample, lines):
    """A scan of the documents since a day says nothing about older ones, nor about those without a business time."""
    dated = [{"key": f"k{day}", "business_time": sample.now - timedelta(days=day)} for day in range(4)]
    merged(store, lines(*dated, {"key": "undated"}), sample.now)
    with store.begin() as uow:
        since = sample.now - timedelta(days=1)
        count = uow.movements.merge("u8", lines(), sample.now + MINUTE, {"k0"}, complete_since=since)
        assert count == MergeCount(0, 0, 1, 0)
        assert uow.movements.window(["u8"], sample.now + MINUTE)["key"].to_pylist() == ["k1"]


def test_a_source_may_report_deletions_itself(store, sample, lines):
    """A row whose state is `deleted` is a deletion, counted as one."""
    merged(store, lines({"key": "k1", "counts": True}), sample.now)
    assert merged(store, lines({"key": "k1", "state": "deleted"}), sample.now + MINUTE) == MergeCount(0, 0, 1, 0)
    assert only(store, sample.now)["deleted_at"] == sample.now + MINUTE


def test_rows_that_cannot_be_believed_are_refused(store, sample, lines):
    """A key twice, a foreign row, a missing fact, a NUL and an empty full scan are refused, and nothing is kept."""
    known = [f"k1{n:02}" for n in range(11)]
    merged(store, lines(*({"key": key} for key in known)), sample.now)
    cases = [
        (lines({"key": "k2"}, {"key": "k2"}), None, "BR-1712"),
        (lines({"key": "k2"}, {"key": "k3", "source": "k3"}), None, "BR-1714"),
        (lines({"key": "k2"}, {"key": "k3", "item": None}), None, "BR-1714"),
        (lines({"key": "k2", "batch": "a\0b"}), None, "BR-1714"),
        (lines({"key": "k2"}).drop_columns(["effect"]), None, "BR-1714"),
        (lines(), set(), "BR-1713"),
    ]
    for rows, complete, code in cases:
        with pytest.raises(SnapshotRejected) as raised:
            merged(store, rows, sample.now, complete)
        assert raised.value.code == code
        assert raised.value.text("zh") != raised.value.text("en")
    with store.read() as uow:
        assert uow.movements.window(["u8"], sample.now)["key"].to_pylist() == known


def test_an_account_whose_few_documents_are_all_deleted(store, sample, lines):
    """A pilot enters a bill, deletes it, and goes on: a handful of documents may all be gone."""
    merged(store, lines({"key": "k1"}, {"key": "k2"}), sample.now)
    assert merged(store, lines(), sample.now, set()) == MergeCount(0, 0, 2, 0)


def test_many_lines_in_chunks(store, sample, lines):
    """More keys than a statement takes parameters are handled: staged, deleted, asked for; order is by key."""
    keys = [f"k{n:04}" for n in range(1200)]
    rows = lines(*({"key": key, "item": key} for key in keys))
    assert merged(store, rows, sample.now) == MergeCount(1200, 0, 0, 0)
    with store.read() as uow:
        assert uow.movements.lines("u8", keys)["key"].to_pylist() == keys
        assert uow.movements.window(["u8"], sample.now, items=keys).num_rows == 1200
    assert merged(store, lines(), sample.now, {"k0000"}) == MergeCount(0, 0, 1199, 0)


def test_cursor(store, sample):
    """A source's cursor starts empty and is kept with what it stands for."""
    with store.begin() as uow:
        assert uow.movements.cursor("u8") == ""
        uow.movements.set_cursor("u8", "17;0x0A", sample.now)
        uow.movements.set_cursor("u8", "18", sample.now)
        assert (uow.movements.cursor("u8"), uow.movements.cursor("k3")) == ("18", "")


def test_lag_per_document_type(store, sample, lines):
    """Lateness is measured per document type, without the lines of the very first merge."""
    old = {"document_type": "入库", "business_time": sample.now - timedelta(days=900)}
    merged(store, lines({"key": "k0", **old}), sample.now)
    rows = [
        {"key": f"k{n}", "document_type": "入库", "business_time": sample.now - n * MINUTE, "audited_time": sample.now}
        for n in (1, 2, 30)
    ]
    merged(store, lines(*rows, {"key": "x", "document_type": "领料"}), sample.now + MINUTE)
    with store.read() as uow:
        (lag,) = uow.movements.lag("u8")
        assert (lag.document_type, lag.after_business.lines) == ("入库", 3)
        assert (lag.after_business.median, lag.after_business.longest) == (3 * MINUTE, 31 * MINUTE)
        assert lag.after_audit.median == lag.after_audit.longest == MINUTE
        assert uow.movements.lag("k3") == []


STEP = st.dictionaries(
    st.sampled_from("abcd"), st.tuples(st.integers(-3, 3), st.booleans()), max_size=4
)  # key -> effect, counts: the source's whole table at one time


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEP, min_size=1, max_size=6))
def test_the_ledger_equals_a_simple_model(store, sample, lines, steps):
    """After any history of full scans the ledger's live lines are the source's, rows add up, and undoing gives any past."""
    with store.begin() as uow:  # rolled back: every example starts empty
        pasts = []
        for n, table in enumerate(step for step in steps if step):
            at = sample.now + n * MINUTE
            rows = [{"key": key, "effect": effect, "counts": counts} for key, (effect, counts) in table.items()]
            count = uow.movements.merge("u8", lines(*rows), at, set(table))
            assert count.new + count.changed + count.deleted + count.same >= len(table)
            pasts.append((at, sum(effect for effect, counts in table.values() if counts)))
        for at, balance in pasts:
            ledger = {row["key"]: row for row in uow.movements.window(["u8"], sample.now).to_pylist()}
            stood = {key: row["effect"] * row["counts"] for key, row in ledger.items() if row["first_seen"] <= at}
            for change in reversed(uow.movements.changes(["u8"], at + timedelta(microseconds=1)).to_pylist()):
                if change["key"] in stood:
                    stood[change["key"]] = change["effect"] * change["counts"]
            assert sum(stood.values()) == balance


def test_tables_are_arrow(store, sample, lines):
    """A window is an Arrow table also when empty, so that callers need no special case."""
    with store.read() as uow:
        empty = uow.movements.window(["u8"], sample.now)
        assert isinstance(empty, pa.Table)
        assert empty.schema == LEDGER
