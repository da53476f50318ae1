"""The audit chain finds every kind of tampering it claims to find, and survives pruning."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, update

from bridge.store import retention
from bridge.store.tables import audit, flags

DAY = timedelta(days=1)


@pytest.fixture
def chained(store, sample):
    """Return a store whose chain has five rows, a day apart."""
    with store.begin() as uow:
        for n in range(5):
            uow.audit.append("李", "hold.placed", f"H-{n}", {"n": n, "why": "差异😀\0"}, sample.now + n * DAY)
        uow.commit()
    return store


def broken(store, *statements):
    """Run statements as somebody with rights on the database would, and return what verify says."""
    with store.begin() as uow:
        for statement in statements:
            uow.connection.execute(statement)
        uow.commit()
    with store.read() as uow:
        return uow.audit.verify()


def row_of(store, sequence):
    """Return a row of the chain as a dict."""
    with store.read() as uow:
        return dict(uow.connection.execute(select(audit).where(audit.c.sequence == sequence)).one()._mapping)


def test_a_whole_chain_verifies(chained, store):
    """An untouched chain is whole, numbered without gaps, and lists newest first."""
    with chained.read() as uow:
        assert uow.audit.verify() is None
        assert [row.sequence for row in uow.audit.list()] == [5, 4, 3, 2, 1]
        (only,) = uow.audit.list(subject="H-2")
        assert (only.actor, only.facts["n"]) == ("李", 2)
        assert uow.audit.head().sequence == 5


def test_an_empty_chain_verifies(store):
    """A new store has nothing to find fault with."""
    with store.read() as uow:
        assert uow.audit.verify() is None


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor", "王"),
        ("action", "x"),
        ("subject", "H-9"),
        ("facts", '{"n":2 }'),
        ("previous", "0" * 64),
        ("hash", "0" * 64),
    ],
)
def test_a_changed_row_is_found(chained, column, value):
    """Any changed column of any row is found at that row."""
    assert broken(chained, update(audit).where(audit.c.sequence == 3).values({column: value})) == 3


def test_a_changed_time_is_found(chained, sample):
    """The time of a row is part of its hash."""
    assert broken(chained, update(audit).where(audit.c.sequence == 3).values(at=sample.now)) == 3


def test_a_removed_row_is_found(chained):
    """A hole in the middle is found, also when the rest is renumbered."""
    gone = delete(audit).where(audit.c.sequence == 3)
    assert broken(chained, gone) == 3
    moved = [update(audit).where(audit.c.sequence == n).values(sequence=n - 1) for n in (4, 5)]
    assert broken(chained, *moved) == 3


def test_a_removed_beginning_is_found(chained):
    """Rows may go from the start only with the row that signs for them."""
    assert broken(chained, delete(audit).where(audit.c.sequence <= 2)) == 2


def test_a_cut_end_is_found(chained):
    """Removing the last rows is found through the stored head, and so is removing the head or every row."""
    assert broken(chained, delete(audit).where(audit.c.sequence >= 4)) == 4
    assert broken(chained, delete(audit)) == 1
    assert broken(chained, delete(flags)) is None  # nothing is left: documented as not detectable


def test_a_lost_head_is_found(chained):
    """A chain whose stored head is gone is not whole."""
    assert broken(chained, delete(flags)) == 6


def test_reordered_rows_are_found(chained):
    """Two rows that changed places are found at the first of them."""
    swapped = [(2, 99), (3, 2), (99, 3)]
    assert broken(chained, *(update(audit).where(audit.c.sequence == a).values(sequence=b) for a, b in swapped)) == 2


def test_an_inserted_row_is_found(chained):
    """A row added past the code is found, in the middle or at the end."""
    forged = {**row_of(chained, 3), "sequence": 6}
    assert broken(chained, insert(audit).values(forged)) == 6


def test_pruning_keeps_the_chain_whole(chained, sample):
    """Old rows go from the start only, a row signs for them, and the chain still verifies - also after a second time."""
    now = sample.now + 10 * DAY
    with chained.begin() as uow:
        assert uow.audit.prune(sample.now + 2 * DAY, by="it", at=now) == 2
        assert uow.audit.verify() is None
        assert [row.sequence for row in uow.audit.list()] == [6, 5, 4, 3]
        assert uow.audit.prune(sample.now + 4 * DAY, by="it", at=now) == 2
        assert uow.audit.verify() is None
        assert uow.audit.prune(sample.now + 4 * DAY, by="it", at=now) == 0
        uow.commit()
    assert broken(chained, delete(audit).where(audit.c.sequence == 5)) == 5  # one more than was signed for


def test_retention_keeps_what_is_referred_to(store, sample):
    """A sweep removes blobs that nothing young names; manifests keep their tables, open mails and last readings stay."""
    old, now = sample.now - 400 * DAY, sample.now
    table, lonely = store.blobs.put(b"table"), store.blobs.put(b"lonely")
    manifest = store.blobs.put(b'{"tables":{"lines":"' + table.encode() + b'"}}')
    outdated, input_blob, mail = (store.blobs.put(name) for name in (b"outdated", b"input", b"mail"))
    with store.begin() as uow:
        aged = replace(sample.provenance, fetched_to=old)
        uow.snapshots.add(aged, outdated, admitted=True)
        uow.snapshots.add(aged, manifest, admitted=True)
        uow.runs.add(sample.report, {"maps": input_blob}, "")
        uow.outbox.add(replace(sample.effect, created_at=old, body=f'{{"message":"{mail}"}}'))
        uow.audit.append("it", "old", "x", {}, old)
        uow.audit.append("it", "young", "x", {}, now)
        uow.commit()
    kept = retention.sweep(store, now, snapshots_days=90, audit_days=365)
    assert (kept.blobs, kept.audit_rows) == (0, 1)  # everything was just put: a transaction may still want it
    swept = retention.sweep(store, now, snapshots_days=90, audit_days=365, grace_s=-1)
    assert (swept.blobs, swept.audit_rows) == (2, 0)
    assert all(store.blobs.exists(name) for name in (table, manifest, input_blob, mail))
    assert not store.blobs.exists(lonely)
    assert not store.blobs.exists(outdated)
    with store.read() as uow:
        assert uow.audit.verify() is None
        assert [row.action for row in uow.audit.list()] == ["blobs.swept", "audit.pruned", "young"]
