"""Working days and working time."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge import language
from bridge.domain.errors import ConfigError
from config.calendar import WorkCalendar, read_calendar

ZONE = ZoneInfo("Asia/Shanghai")
DAY = ((time(8), time(12)), (time(13), time(17)))


def at(text):
    """Return a moment in the plant."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def test_public_holidays_and_moved_days():
    """National Day rests on a Wednesday; the Sunday before works (调休, State Council notice for 2025)."""
    calendar = WorkCalendar()
    assert not calendar.is_workday(date(2025, 10, 1))
    assert calendar.is_workday(date(2025, 9, 28))
    assert not calendar.is_workday(date(2025, 9, 27))


def test_the_plants_own_days_win(tmp_path):
    """A plant that works through a holiday says so; blank lines and comments are fine."""
    path = tmp_path / "calendar.csv"
    path.write_text("\ufeffdate,kind,note\n2025-10-01,work,赶货\n\n# x\n2025-10-09,REST\n", encoding="utf-8")
    calendar = read_calendar(path)
    assert calendar.is_workday(date(2025, 10, 1))
    assert not calendar.is_workday(date(2025, 10, 9))


def test_years_nobody_knows_follow_the_week_and_are_told():
    """Monday to Friday, and a finding, unless the plant's own file has days of that year."""
    calendar = WorkCalendar({date(2099, 1, 1): "rest"})
    assert calendar.is_workday(date(2098, 1, 1))
    assert not calendar.is_workday(date(2098, 1, 4))
    assert list(calendar.findings([2098, 2025, 2099, 2098])) == [("BR-1090", {"year": "2098"})]
    assert "2098" in language.text("zh", "findings.BR-1090", year="2098")


def test_wrong_lines_are_all_named(tmp_path):
    """Bad date, bad kind, the same day twice, too many columns."""
    path = tmp_path / "calendar.csv"
    path.write_text(
        "date,kind,note\n2025-13-01,work,\n2025-10-01,off,\n2025-10-02,rest,\n2025-10-02,work,\n2025-10-03,rest,a,b\n"
    )
    with pytest.raises(ConfigError) as caught:
        read_calendar(path)
    assert [problem.facts["line"] for problem in caught.value.problems] == ["2", "3", "5", "6"]
    for content in (b"day,kind\n", b"\xc8\xd5\xc6\xda", b""):
        path.write_bytes(content)
        with pytest.raises(ConfigError) as caught:
            read_calendar(path)
        assert caught.value.code == "BR-1081"
    with pytest.raises(ConfigError):
        read_calendar(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("start", "length", "end"),
    [
        ("2025-11-24T08:30", timedelta(hours=2), "2025-11-24T10:30"),
        ("2025-11-24T11:00", timedelta(hours=2), "2025-11-24T14:00"),  # over lunch
        ("2025-11-24T16:00", timedelta(hours=8), "2025-11-25T16:00"),
        ("2025-11-28T16:30", timedelta(hours=1), "2025-12-01T08:30"),  # over the weekend
        ("2025-11-23T03:00", timedelta(hours=1), "2025-11-24T09:00"),  # Sunday night
        ("2025-09-30T16:00", timedelta(hours=2), "2025-10-09T09:00"),  # over National Day
        ("2025-09-30T16:00", timedelta(days=2), "2025-10-10T16:00"),
        ("2025-11-24T12:30", timedelta(0), "2025-11-24T12:30"),
        ("2025-11-24T08:00", timedelta(hours=4), "2025-11-24T12:00"),
    ],
)
def test_deadlines(start, length, end):
    """Hours count within shifts, whole days as working days."""
    assert WorkCalendar().add_working_time(at(start), length, DAY) == at(end)


def test_a_shift_over_midnight_belongs_to_the_day_it_begins():
    """Friday's night shift runs into Saturday; Sunday has none."""
    shifts = ((time(20), time(4)),)
    calendar = WorkCalendar()
    assert calendar.add_working_time(at("2025-11-28T22:00"), timedelta(hours=5), shifts) == at("2025-11-29T03:00")
    assert calendar.add_working_time(at("2025-11-29T03:00"), timedelta(hours=2), shifts) == at("2025-12-01T21:00")


def test_nonsense_is_refused():
    """A naive moment, a negative length, no shift at all."""
    for start, length, shifts in (
        (datetime(2025, 1, 1), timedelta(hours=1), DAY),  # noqa: DTZ001
        (at("2025-01-01T00:00"), timedelta(hours=-1), DAY),
        (at("2025-01-01T00:00"), timedelta(hours=1), ()),
    ):
        with pytest.raises(ValueError, match="working time"):
            WorkCalendar().add_working_time(start, length, shifts)


@given(st.integers(0, 60 * 24 * 900), st.integers(0, 60 * 23), st.integers(0, 60 * 23))
def test_more_time_ends_later_and_always_in_a_shift(start, less, more):
    """Deadlines grow with their length and never fall outside working hours."""
    calendar, moment = WorkCalendar(), at("2024-01-01T00:00") + timedelta(minutes=start)
    low, high = sorted((less, more))
    first = calendar.add_working_time(moment, timedelta(minutes=low), DAY)
    second = calendar.add_working_time(moment, timedelta(minutes=high), DAY)
    assert moment <= first <= second
    if high:
        assert calendar.is_workday(second.date())
        assert any(begin <= second.time() <= end for begin, end in DAY)
