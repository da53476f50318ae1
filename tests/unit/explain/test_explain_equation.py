"""The equation d = e + r on small plants: the sketch of users.md 3.2 and each reason a document may be one-sided."""

from datetime import timedelta

import pyarrow as pa
import pytest
from explain_frames import MICRO, NOW, PLACE, ago, ask, document, ledger, one, shown

from bridge.domain.waived import Waived
from reconcilers.explain import explain
from reconcilers.request import Agreement, ExplainPolicy, ExplainRequest, LedgerSide, PhysicalCount, SelfBreak
from reconcilers.solving import explanations


def sketch():
    """Return the documents of `variances show` in users.md 3.2."""
    book = [
        document("k3", "WIN012231", 80, 86, "BG-1123-0098"),
        document("k3", "WIN012233", 80, 85.3, "BG-1123-0098"),
        document("k3", "WIN012240", 300, 20, "BG-1123-0101"),
    ]
    stock = [
        document("u8", "CPRK-1123-001", 80, 80, "BG-1123-0098"),
        document("u8", "CPRK-1123-004", 300, 23, "BG-1123-0101", counts=False, state="saved"),
        document("u8", "XSCK-1123-011", -120, 3, "SO-1", family="sales_issue", document_type="销售出库"),
    ]
    witness = [document("mes", "BG-1123-0098", 80, 90, family="report", warehouse="LINE")]
    return book, stock, ledger(witness)


def test_sketch_of_the_users_page():
    """The page's example comes out as drawn: -500 = -300 unaudited, -120 within grace, -80 doubled in the books."""
    book, stock, witness = sketch()
    found = one(book, stock, (2400, 1900), witness=witness)
    assert found.difference == -500 * MICRO
    assert found.explained == -420 * MICRO
    assert found.remainder == -80 * MICRO
    assert shown(found.documents) == [("CPRK-1123-004", -300, "unaudited"), ("XSCK-1123-011", -120, "grace")]
    best = found.causes[0]
    assert (best.code, best.confidence) == ("D3", "high")
    assert shown(best.documents) == [
        ("WIN012233", -80, "D3"),
        ("WIN012231", -80, "proof"),
        ("BG-1123-0098", 80, "proof"),
    ]
    assert found.waiting
    assert found.matched == 2


def test_order_of_rows_is_irrelevant():
    """The same documents in another order give the same answer."""
    book, stock, witness = sketch()
    assert one(book, stock, (2400, 1900), witness=witness) == one(
        book[::-1], stock[::-1], (2400, 1900), witness=witness
    )


@pytest.mark.parametrize(
    ("minutes", "other", "policy", "why"),
    [
        (29, {}, {}, "grace"),
        (31, {}, {}, None),
        (300, {"document_type": "委外入库单"}, {"grace_by_doc": {"委外入库": timedelta(hours=48)}}, "grace"),
        (300, {"family": "transfer_in"}, {}, "transit"),
        (300, {}, {"close_since": ago(400)}, "close_day"),
        (300, {}, {"close_since": ago(200)}, None),
    ],
)
def test_reasons_to_be_one_sided(minutes, other, policy, why):
    """A one-sided document is explained for as long as its type, a person or the close day allows it."""
    found = one([], [document("u8", "X", 50, minutes, **other)], (100, 150), policy=ExplainPolicy(now=NOW, **policy))
    assert found.explained + found.remainder == found.difference
    assert [ref.why for ref in found.documents] == ([why] if why else [])
    assert found.remainder == (0 if why else 50 * MICRO)


@pytest.mark.parametrize(
    ("waived", "why"),
    [
        ({"accepted": frozenset({"X"})}, "accepted"),
        ({"parked": frozenset({"X"})}, "parked"),
        ({"accepted": frozenset({"Y"})}, None),
    ],
)
def test_what_people_answered_for_may_stand_on_one_side(waived, why):
    """A document accepted or parked by a person explains its part, whatever its age; another of the position does not."""
    found = one([], [document("u8", "X", 50, 300)], (100, 150), waived={PLACE: Waived(*PLACE, **waived)})
    assert [ref.why for ref in found.documents] == ([why] if why else [])
    assert found.remainder == (0 if why else 50 * MICRO)
    elsewhere = {("ZK", "other", ""): Waived("ZK", "other", "", **waived)}
    assert one([], [document("u8", "X", 50, 300)], (100, 150), waived=elsewhere).remainder == 50 * MICRO


def test_unaudited_beyond_its_limit_alarms_as_d1():
    """A counterpart that waits for audit too long stays in the remainder and is named."""
    stock = [document("u8", "X", 50, 200, "R", counts=False, state="saved")]
    found = one([document("k3", "Y", 50, 100, "R")], stock, (150, 100))
    assert found.remainder == -50 * MICRO
    assert found.causes[0].code == "D1"
    assert shown(found.causes[0].documents) == [("X", -50, "D1")]
    patient = ExplainPolicy(now=NOW, unaudited=timedelta(hours=3))
    assert one([document("k3", "Y", 50, 100, "R")], stock, (150, 100), policy=patient).remainder == 0


def test_without_a_ledger_nothing_is_explained():
    """A side without documents (a spreadsheet) leaves the whole difference as remainder."""
    positions = pa.table(
        {"item": ["ZK"], "warehouse": ["W"], "batch": [""], "book": pa.array([0]), "stock": pa.array([50 * MICRO])}
    )
    stock = LedgerSide(ledger([document("u8", "X", 50, 5)]), NOW, NOW)
    answer = explain(
        ExplainRequest(positions, LedgerSide(ledger([]), NOW, NOW, complete=False), stock, ExplainPolicy(now=NOW))
    )
    assert answer.equations[PLACE].remainder == 50 * MICRO


def test_no_positions():
    """Nothing differs, nothing is said."""
    assert ask([], [document("u8", "X", 50, 5)], {}).equations == {}


def test_odd_rows_do_not_hurt():
    """No business date, quantity zero, no maker, a code padded with blanks: the equation stands."""
    stock = [
        document("u8", "X", 50, 5, " bg-1 ", business_time=None, maker=""),
        document("u8", "Z", 0, 500),
    ]
    found = one([document("k3", "Y", 50, 4, "BG-1")], stock, (150, 150))
    assert (found.remainder, found.matched) == (0, 1)


def test_batches_outside_the_grain_do_not_matter():
    """At item x warehouse the batch of a document is ignored; at batch grain a swap is cause D9."""
    book, stock = [document("k3", "Y", 50, 100, "R", batch="B1")], [document("u8", "X", 50, 100, "R", batch="B2")]
    assert one(book, stock, (50, 50)).matched == 1
    grain = ("item", "warehouse", "batch")
    answer = ask(book, stock, {("ZK", "W", "B1"): (50, 0), ("ZK", "W", "B2"): (0, 50)}, grain=grain)
    assert [found.causes[0].code for found in answer.equations.values()] == ["D9", "D9"]


def test_accepted_agreement_leaves_old_documents_out():
    """What counted when the position last agreed is settled; what stood open then is not."""
    stock = [document("u8", "X", 50, 500), document("u8", "Z", 7, 400)]
    found = one([], stock, (0, 7), agreements={PLACE: Agreement(ago(300), frozenset({"u8/Z"}))})
    assert shown(found.suspects) == [("Z", 7, "")]
    assert found.rest == 0


def test_deletion_after_agreement_is_a_removal():
    """A settled document that disappears is named as missing, with the age of its deletion."""
    gone = document(
        "k3", "Y", 50, 500, "R", counts=False, state="deleted", deleted=True, counted_at=ago(500), uncounted_at=ago(100)
    )
    since = {PLACE: Agreement(ago(200))}
    found = one([gone], [document("u8", "X", 50, 490, "R")], (0, 50), agreements=since)
    assert (found.remainder, found.rest) == (50 * MICRO, 0)
    assert found.causes[0].code == "D2"
    assert shown(found.suspects) == [("Y", 50, "")]
    fresh = {**gone, "uncounted_at": ago(3)}
    assert one([fresh], [document("u8", "X", 50, 490, "R")], (0, 50), agreements=since).remainder == 0


def test_open_documents_survive_an_agreement():
    """A removal and a one-sided document stay open over agreement points until they are settled."""
    gone = document(
        "k3", "Y", 50, 500, "R", counts=False, state="deleted", deleted=True, counted_at=ago(500), uncounted_at=ago(100)
    )
    book, stock = [gone], [document("u8", "X", 50, 490, "R"), document("u8", "Z", 9, 90)]
    first = one(book, stock, (0, 59), agreements={PLACE: Agreement(ago(200))})
    again = one(book, stock, (0, 59), agreements={PLACE: Agreement(ago(50), first.open)})
    assert first.suspects == again.suspects
    assert again.rest == 0


def test_self_break_names_the_system():
    """A balance that left its own documents is S1, proven by the self-agreement check."""
    breaks = {PLACE: (SelfBreak("stock", PLACE, 30 * MICRO),)}
    found = one([], [], (100, 130), check=lambda _places: breaks)
    assert (found.causes[0].code, found.causes[0].confidence) == ("S1", "high")
    assert found.rest == 30 * MICRO


def test_last_count_decides_when_all_documents_match():
    """Checked systems, no open document, and a count that agrees with the warehouse: physical difference in the books."""
    count = {PLACE: PhysicalCount(ago(600), 120 * MICRO)}
    found = one(
        [],
        [document("u8", "X", 10, 500)],
        (100, 130),
        check=lambda _places: {PLACE: ()},
        counts=count,
        agreements={PLACE: Agreement(ago(100))},
    )
    assert found.causes[0].code == "P1"


def test_words_for_the_comparison_engine():
    """What is handed to the judge adds up with the balances as read, not as rolled back."""
    book = [document("k3", "Y", 50, -1, "R")]
    answer = ask(book, [document("u8", "X", 50, 20, "R")], {PLACE: (100, 150)}, later=120)
    raw = explanations(answer)[PLACE]
    found = answer.equations[PLACE]
    assert raw.explained + found.remainder == 50 * MICRO
    assert sum(ref.effect for ref in raw.documents) == raw.explained
