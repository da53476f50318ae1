"""One document against several of one reference: parts of it, or deliveries of their own."""

from explain_frames import MICRO, PLACE, ask, document, one, shown

DAY = 1440


def delivery(source, number, quantity, minutes):
    """Return a delivery of the one order."""
    return document(source, number, -quantity, minutes, "SO-1", family="sales_issue")


def test_the_next_delivery_of_an_order_does_not_hide_a_slip():
    """90 typed for 100 two days ago stays in the remainder when today's delivery of the same order goes out."""
    shelf = [delivery("u8", "X1", 100, 2 * DAY + 10), delivery("u8", "X2", 100, DAY)]
    books = [delivery("k3", "Y1", 90, 2 * DAY), delivery("k3", "Y2", 100, DAY - 10)]
    assert one(books, shelf, (-190, -200)).remainder == -10 * MICRO
    busy = one(books, [*shelf, delivery("u8", "X5", 100, 5)], (-190, -300))
    assert busy.remainder == -10 * MICRO
    assert shown(busy.documents) == [("X5", -100, "grace")]
    assert (busy.causes[0].code, sorted(ref.number for ref in busy.causes[0].documents)) == ("D4", ["X1", "Y1"])


def test_parts_with_a_wrong_figure_are_one_event():
    """70 booked whole and delivered as 20, 30 and 10 is one slip of ten, named with all its parts."""
    shelf = [delivery("u8", f"X{at}", quantity, DAY - at) for at, quantity in enumerate((20, 30, 10))]
    found = one([delivery("k3", "Y", 70, DAY)], shelf, (-70, -60))
    assert found.causes[0].code == "D4"
    assert sorted(ref.number for ref in found.causes[0].documents) == ["X0", "X1", "X2", "Y"]


def test_deliveries_beyond_the_whole_pair_in_order():
    """Three deliveries of 60 are not parts of 100: the first is its slip, the others stand alone."""
    shelf = [delivery("u8", f"X{at}", 60, DAY - at) for at in range(3)]
    linked = ask([delivery("k3", "Y", 100, DAY)], shelf, {PLACE: (-100, -180)}).groups
    assert sorted((row["how"], row["id"]) for row in linked.to_pylist()) == [("linked", "k3/Y"), ("linked", "u8/X0")]
