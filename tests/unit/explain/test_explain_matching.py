"""Matching: references, splits, orders, reversals; no document in two groups."""

from collections import Counter
from datetime import timedelta

from explain_frames import MICRO, NOW, PLACE, ask, document, one, shown

from reconcilers.request import ExplainPolicy


def how(book, stock, figures=(0, 0)):
    """Return the groups found at the one position: (how, ids)."""
    groups: dict = {}
    for row in ask(book, stock, {PLACE: figures}).groups.to_pylist():
        groups.setdefault((row["group"], row["how"]), set()).add(row["id"])
    return sorted((kind, tuple(sorted(ids))) for (_, kind), ids in groups.items())


def test_one_delivery_three_receipts():
    """One document of one side is three of the other's under the same reference."""
    book = [document("k3", "Y", 60, 50, "DN-1")]
    stock = [document("u8", f"X{part}", part, 60 - part, "DN-1") for part in (10, 20, 30)]
    assert how(book, stock) == [("reference", ("k3/Y", "u8/X10", "u8/X20", "u8/X30"))]


def test_one_of_three_receipts_not_yet_entered():
    """While parts of a delivery are missing the group as a whole is inside its grace, and open by what is missing."""
    stock = [document("u8", "X", 60, 40, "DN-1")]
    found = one([document("k3", "Y1", 10, 25, "DN-1"), document("k3", "Y2", 20, 20, "DN-1")], stock, (30, 60))
    assert (found.explained, found.remainder) == (30 * MICRO, 0)


def test_number_of_one_is_reference_of_the_other():
    """Finance enters from the warehouse's paper: its reference is the warehouse's document number."""
    book, stock = [document("k3", "Y", 60, 50, "CK-7")], [document("u8", "CK-7", 60, 50, "GD-1")]
    assert how(book, stock) == [("number in book reference", ("k3/Y", "u8/CK-7"))]


def test_order_with_many_equal_deliveries():
    """Equal deliveries of one order pair in time order, and the one that is missing is not covered by later ones."""
    stock = [document("u8", f"X{day}", -100, 1440 * day + 30, "SO-1", family="sales_issue") for day in (1, 2, 3, 4)]
    book = [document("k3", f"Y{day}", -100, 1440 * day, "SO-1", family="sales_issue") for day in (1, 2, 4)]
    found = one(book, stock, (-300, -400))
    assert shown(found.suspects) == [("X3", -100, "")]


def test_references_reused_over_the_years_are_not_the_same_event():
    """The same reference a year apart is another event."""
    year = 365 * 1440
    found = one([document("k3", "Y", 60, year, "BG-1")], [document("u8", "X", 60, 50, "BG-1")], (0, 0))
    assert {ref.number for ref in found.suspects} == {"X", "Y"}


def test_same_quantity_without_reference():
    """Without references the same quantity close in time is the same event; another kind of document is the last choice."""
    book = [document("k3", "Y", 60, 50), document("k3", "Z", 60, 49, family="purchase_receipt")]
    stock = [document("u8", "X", 60, 55, family="purchase_receipt")]
    assert how(book, stock) == [("quantity", ("k3/Z", "u8/X"))]


def test_youngest_stays_open():
    """Of equals the youngest stays open, so what is merely late never looks overdue."""
    book = [document("k3", "Y", 60, 20)]
    stock = [document("u8", "X1", 60, 45), document("u8", "X2", 60, 21)]
    found = one(book, stock, (60, 120), policy=ExplainPolicy(now=document("", "", 0, 0)["first_seen"]))
    assert shown(found.documents) == [("X2", 60, "grace")]


def test_known_references_are_not_matched_by_quantity():
    """Two documents whose references the other side knows are not one event, even with the same quantity."""
    book = [document("k3", "Y", 60, 50, "BG-1"), document("k3", "Y2", 60, 49, "BG-1")]
    stock = [document("u8", "X", 60, 50, "BG-1"), document("u8", "X2", 60, 48, "BG-2", item="ZK")]
    others = [document("k3", "W", 5, 48, "BG-2", item="OTHER")]
    answer = ask(book + others, stock, {PLACE: (120, 120), ("OTHER", "W", ""): (5, 0)})
    assert len([row for row in answer.groups.to_pylist() if row["item"] == "ZK"]) == 2


def test_splits_on_both_sides():
    """Parts that differ on both sides are found by their common sum."""
    book = [document("k3", "Y1", 172, 50), document("k3", "Y2", 144, 46)]
    stock = [document("u8", "X1", 174, 57), document("u8", "X2", 142, 53)]
    assert how(book, stock) == [("sum", ("k3/Y1", "k3/Y2", "u8/X1", "u8/X2"))]


def test_red_letter_cancels_its_original():
    """A document taken back on its own side is folded away; an issue is no reversal of a receipt."""
    red = document("k3", "R", -80, 40, "WIN1")
    assert how([document("k3", "WIN1", 80, 300), red], []) == [("reversal", ("k3/R", "k3/WIN1"))]
    issue = document("k3", "R", -80, 40, "", family="sales_issue")
    assert how([document("k3", "WIN1", 80, 300), issue], []) == []


def test_deleted_and_entered_again():
    """A document deleted and entered again is matched as what it was, and its absence starts at the deletion."""
    gone = document(
        "k3",
        "Y",
        60,
        300,
        "BG-1",
        counts=False,
        deleted=True,
        state="deleted",
        counted_at=document("", "", 0, 300)["first_seen"],
        uncounted_at=document("", "", 0, 10)["first_seen"],
    )
    found = one([gone], [document("u8", "X", 60, 290, "BG-1")], (0, 60))
    assert shown(found.documents) == [("X", 60, "grace")]
    again = document("k3", "Y2", 60, 5, "BG-1")
    assert one([gone, again], [document("u8", "X", 60, 290, "BG-1")], (60, 60)).matched == 1


def test_rounding_of_the_smaller_system():
    """Quantities that agree in the item's own decimals are the same quantity."""
    found = one(
        [document("k3", "Y", 126.53, 50, "R")],
        [document("u8", "X", 126.534, 50, "R")],
        (126.53, 126.534),
        precision=10_000,
    )
    assert (found.matched, found.remainder) == (1, 4000)


def test_no_document_in_two_groups():
    """Whatever is matched, each document stands in one group."""
    book = [document("k3", f"Y{n}", 50, 30 + n % 7, "SO" if n % 3 else "") for n in range(40)]
    stock = [document("u8", f"X{n}", 50 if n % 4 else 25, 30 + n % 5, "SO" if n % 5 else "") for n in range(44)]
    count = Counter(row["id"] for row in ask(book, stock, {PLACE: (0, 0)}).groups.to_pylist())
    assert set(count.values()) == {1}


def test_parts_close_in_time_win_over_an_equal_far_away():
    """Parts entered within their grace are the delivery they add up to, even if an equal of one part turns up later."""
    book = [document("k3", "P1", 160, 3000), document("k3", "P2", 320, 2995)]
    stock = [document("u8", "X", 480, 2990), document("u8", "Z", 160, 10)]
    found = one(book, stock, (480, 640))
    assert (found.explained, found.remainder) == (160 * MICRO, 0)
    assert shown(found.documents) == [("Z", 160, "grace")]


def own_numbers(count):
    """Return matched documents of two systems of which each numbers its references for itself."""
    book = [document("k3", f"K{n}", 7 + n, 5000 - 60 * n, f"PO-{n}") for n in range(count)]
    stock = [document("u8", f"U{n}", 7 + n, 5000 - 60 * n, f"BG-{n}") for n in range(count)]
    return book, stock, sum(7 + n for n in range(count))


def test_references_of_separate_numberings_do_not_speak_against_a_slip():
    """Where the two systems share no reference at all, 900 and 18000 under different ones are still one event (x20)."""
    book, stock, total = own_numbers(40)
    book.append(document("k3", "Y", 18000, 100, "PO-99"))
    stock.append(document("u8", "X", 900, 110, "BG-99"))
    policy = ExplainPolicy(now=NOW, rates={"ZK": frozenset({20 * MICRO})})
    found = one(book, stock, (total + 18000, total + 900), policy=policy)
    assert (found.causes[0].code, found.remainder) == ("D6", -17100 * MICRO)


def test_shared_references_speak_against_a_slip():
    """Where references are shared, two documents under different ones that both exist are two events."""
    book, stock, total = own_numbers(40)
    book = [{**row, "reference": row["reference"].replace("PO", "BG")} for row in book]
    book.append(document("k3", "Y", 18000, 100, "BG-98"))
    stock.append(document("u8", "X", 900, 110, "BG-99"))
    policy = ExplainPolicy(now=NOW, rates={"ZK": frozenset({20 * MICRO})})
    found = one(book, stock, (total + 18000, total + 900), policy=policy)
    assert {cause.code for cause in found.causes} & {"D2"}
    assert "D6" not in {cause.code for cause in found.causes}


def test_a_delivery_entered_in_parts_keeps_its_parts():
    """20 and 40 entered together are the 60 of an hour before, though an equal 40 stands free within the grace."""
    book = [document("k3", "P1", 20, 1500), document("k3", "P2", 40, 1499), document("k3", "Y", 40, 500)]
    stock = [document("u8", "X", 60, 1560), document("u8", "Z1", 40, 800), document("u8", "Z2", 40, 10)]
    found = one(book, stock, (100, 140), policy=ExplainPolicy(now=NOW, grace=timedelta(hours=20)))
    assert (found.explained, found.remainder) == (40 * MICRO, 0)
    assert shown(found.documents) == [("Z2", 40, "grace")]


def test_parts_under_one_reference_are_not_lent_to_an_equal():
    """7 and 13 under one report are finance's 20 of the same hour; finance's own 3 and 7 are the 10 of the hour before."""
    book = [document("k3", "Y", 20, 100), document("k3", "A", 3, 60), document("k3", "B", 7, 60)]
    stock = [document("u8", "P1", 7, 101, "BG-1"), document("u8", "P2", 13, 101, "BG-1"), document("u8", "X", 10, 130)]
    found = how(book, stock, (30, 30))
    assert found == [("sum", ("k3/A", "k3/B", "u8/X")), ("sum", ("k3/Y", "u8/P1", "u8/P2"))]
