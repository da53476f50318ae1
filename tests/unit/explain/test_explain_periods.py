"""跨期 (T2): a document the other side can no longer book is told from one it merely lacks."""

from datetime import date, datetime, timedelta

from explain_frames import MICRO, NOW, TZ, document, one

from reconcilers.request import ExplainPolicy

OCTOBER = datetime(2026, 10, 31, 15, tzinfo=TZ)
BY_CALENDAR = ExplainPolicy(now=NOW, period_start=datetime(2026, 11, 1, tzinfo=TZ))


def receipt(source):
    """Return a receipt of 700 dated in October, long since seen."""
    return document(source, "R1", 700, 60 * 24 * 5, "PO-1", business_time=OCTOBER)


def causes(found):
    """Return the codes of the causes and the remainder in units."""
    return [cause.code for cause in found.causes], found.remainder / MICRO


def test_a_month_the_other_side_has_closed():
    """U8 booked it in October, K3 takes documents from November on: a period adjustment is needed."""
    found = one([], [receipt("u8")], (0, 700), opened={"book": date(2026, 11, 1), "stock": date(2026, 10, 1)})
    assert causes(found)[0][0] == "T2"
    assert causes(found)[1] == 700


def test_a_month_the_other_side_still_has_open():
    """K3 has not closed October yet, whatever the calendar says: it can and must still be entered."""
    opened = {"book": date(2026, 10, 1), "stock": date(2026, 11, 1)}
    found = one([], [receipt("u8")], (0, 700), policy=BY_CALENDAR, opened=opened)
    assert causes(found)[0][0] == "D2"
    assert "T2" not in causes(found)[0]


def test_the_side_that_has_it_does_not_matter():
    """It stands in K3, which has closed October since; U8 can still enter it."""
    opened = {"book": date(2026, 11, 1), "stock": date(2026, 10, 1)}
    found = one([receipt("k3")], [], (700, 0), opened=opened)
    assert causes(found)[0][0] == "D2"


def test_without_a_word_of_the_system_the_calendar_counts():
    """A system that does not state its open month is taken to have closed the last one."""
    assert causes(one([], [receipt("u8")], (0, 700), policy=BY_CALENDAR))[0][0] == "T2"
    early = ExplainPolicy(now=NOW, period_start=OCTOBER - timedelta(days=30))
    assert causes(one([], [receipt("u8")], (0, 700), policy=early))[0][0] == "D2"
