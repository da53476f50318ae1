"""An overdue document is spared for a younger equal only where the two may really be the other way round."""

import pytest
from explain_frames import MICRO, document, one, shown

DAY = 1440


def lot(number, minutes, quantity=100):
    """Return a lot that both sides booked without a reference: what lies on the shelf, what stands in the books."""
    return document("u8", f"X{number}", quantity, minutes + 8), document("k3", f"Y{number}", quantity, minutes)


def left_by(old, *lots):
    """Return the remainder (in units) of a position where `old` is missing in the books and the lots are in both."""
    total = sum(each[0]["effect"] for each in lots) / MICRO
    book, stock = [each[1] for each in lots], [*old, *(each[0] for each in lots)]
    figures = (total, total + sum(each["effect"] for each in old) / MICRO)
    return one(book, stock, figures).remainder / MICRO


def test_of_equals_within_a_grace_the_younger_is_in_flight():
    """A lot just past its grace is not alarmed while an equal one booked within a grace of it is young."""
    old = document("u8", "X", 100, 32)
    assert left_by([old]) == 100
    assert left_by([old], lot(1, 1)) == 0
    spared = one([lot(1, 1)[1]], [old, lot(1, 1)[0]], (100, 200))
    assert shown(spared.documents) == [("X", 100, "grace")]


def test_lots_of_one_delivery_are_spared_for_their_sum():
    """Two lots just past their grace may be the parts of a younger one entered whole."""
    parts = [document("u8", "P", 40, 33), document("u8", "Q", 60, 32)]
    assert left_by(parts) == 100
    assert left_by(parts, lot(1, 1)) == 0
    assert left_by([parts[0], {**parts[1], "reference": "BG-77"}], lot(1, 1)) == 100


@pytest.mark.parametrize("days", [0.125, 1, 20])
def test_a_missing_document_is_not_hidden_by_the_flow_of_today(days):
    """A document missing since long alarms, although equal lots are booked on both sides all day."""
    assert (
        left_by([document("u8", "X", 100, days * DAY)], *(lot(number, 5 + 20 * number) for number in range(6))) == 100
    )


@pytest.mark.parametrize(
    "other",
    [
        {"family": "purchase_receipt", "document_type": "采购入库"},
        {"reference": "BG-77"},
    ],
)
def test_another_kind_or_a_reference_is_not_interchangeable(other):
    """A document of another kind, or one whose reference says what it is, is not taken for a younger one."""
    assert left_by([document("u8", "X", 100, 32, **other)], lot(1, 1)) == 100


def test_one_younger_stands_for_one_suspect():
    """Two overdue lots and one young equal: one of the two alarms."""
    assert left_by([document("u8", "A", 100, 33), document("u8", "B", 100, 32)], lot(1, 1)) == 100
