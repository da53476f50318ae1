"""One instant: what happened after it is undone, what happened during a read is settled by the equation."""

import pyarrow as pa
from explain_frames import MICRO, PLACE, ago, document, ledger, one

from reconcilers.history import versions


def test_later_documents_are_undone():
    """A document that counts between the two reads is taken out of the side read later."""
    found = one([], [document("u8", "X", 50, -1)], (100, 150), later=120)
    assert (found.book, found.stock, found.remainder) == (100 * MICRO, 100 * MICRO, 0)
    assert found.rolled == 50 * MICRO


def test_deletion_between_the_reads_is_put_back():
    """A document deleted between the reads still counted at the common instant."""
    gone = document(
        "u8", "X", 50, 300, "R", counts=False, deleted=True, state="deleted", counted_at=ago(300), uncounted_at=ago(-1)
    )
    found = one([document("k3", "Y", 50, 300, "R")], [gone], (150, 100), later=120)
    assert (found.stock, found.remainder, found.matched) == (150 * MICRO, 0, 1)


def test_unsure_document_is_settled_by_the_equation():
    """A document that counted while the snapshot was being read is in it or not, whichever closes the equation."""
    book, stock = [document("k3", "Y", 50, 20, "R")], [document("u8", "X", 50, -0.05, "R")]
    before = one(book, stock, (150, 100))
    within = one(book, stock, (150, 150))
    assert (before.remainder, within.remainder) == (0, 0)
    assert before.reread == within.reread == ("u8/X",)


def test_unsure_document_and_a_fault():
    """Even beside a real fault the unsure document is put on the side of the read where the documents add up."""
    stock = [document("u8", "X", 50, -0.05, "R"), document("u8", "F", 7, 200, "Q")]
    for figure in (107, 157):
        found = one([], stock, (100, figure))
        assert (found.remainder, found.rest) == (7 * MICRO, 0)


def test_unsure_document_that_never_closes_is_left():
    """Where no way of reading it closes the equation it stays where the clock puts it, and is handed back."""
    found = one([], [document("u8", "X", 50, -0.05)], (100, 113))
    assert found.remainder == 13 * MICRO
    assert found.reread == ("u8/X",)


def test_late_stamp():
    """A document the ledger noticed a minute late is recognised when it alone closes the equation."""
    found = one([], [document("u8", "X", 50, -1)], (100, 150))
    assert found.remainder == 0


def test_versions_of_an_edited_document():
    """Un-audited, edited and audited again: one version that ended and one that goes on."""
    row = document("k3", "Y", 80, 500, counted_at=ago(100), changed_at=ago(110))
    schema = ledger([]).schema.append(pa.field("at", pa.timestamp("us", tz="UTC")))
    past = [
        {**row, "effect": 100 * MICRO, "at": ago(120)},
        {**row, "effect": 100 * MICRO, "counts": False, "at": ago(110)},
        {**row, "counts": False, "at": ago(100)},
    ]
    found = versions(ledger([row]), pa.Table.from_pylist(past, schema=schema)).to_pylist()
    spans = [(row["effect"] // MICRO, row["counted_at"], row["uncounted_at"], row["counts"]) for row in found]
    assert spans == [(100, ago(500), ago(120), False), (80, ago(100), None, True)]
    changes = {"book": pa.Table.from_pylist(past, schema=schema)}
    equation = one([row], [document("u8", "X", 100, 490)], (80, 100), changes=changes)
    assert equation.remainder == 20 * MICRO
    assert equation.place == PLACE
