"""Where the closing month ends: close days, the turn of months and years, and midnight in the plant's own time zone."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from bridge.rules import explain_rules, is_close_day
from config.models.settings import Settings

SHANGHAI = ZoneInfo("Asia/Shanghai")


def settings(**cutoff) -> Settings:
    """Return the settings of a plant with this `[cutoff]`."""
    return Settings.model_validate(
        {"schema_version": 1, "plant": {"name": "x"}, "sources": {}, "pairs": [], "cutoff": cutoff}
    )


def at(day: str, clock: str = "09:30", zone=SHANGHAI) -> datetime:
    """Return a moment in a zone."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=zone)


def days(day: str, *close_days: str, clock: str = "09:30", zone=SHANGHAI) -> tuple[str, str]:
    """Return since when one-sided documents belong to the cut-off ('' = they do not), and where the open period begins."""
    rules = explain_rules(settings(close_days=close_days), at(day, clock, zone))
    for moment in filter(None, (rules.close_since, rules.period_start)):
        assert (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0)
        assert moment.tzinfo is zone
    since = rules.close_since.date().isoformat() if rules.close_since else ""
    return since, rules.period_start.date().isoformat()


USUAL = ("-1", "1", "2")


@pytest.mark.parametrize(
    ("day", "since", "period"),
    [
        ("2026-11-17", "", "2026-11-01"),
        ("2026-11-29", "", "2026-11-01"),
        ("2026-12-01", "2026-11-30", "2026-11-01"),
        ("2026-12-02", "2026-11-30", "2026-11-01"),
        ("2026-12-03", "", "2026-12-01"),
        ("2027-01-01", "2026-12-31", "2026-12-01"),
        ("2027-01-02", "2026-12-31", "2026-12-01"),
        ("2027-01-03", "", "2027-01-01"),
        ("2027-02-27", "", "2027-02-01"),
        ("2027-03-01", "2027-02-28", "2027-02-01"),
        ("2028-02-28", "", "2028-02-01"),
        ("2028-03-02", "2028-02-29", "2028-02-01"),
    ],
)
def test_the_last_month_stays_open_until_its_close_days_are_over(day, since, period):
    """Last day, first and second: from the last day on documents belong to the cut-off, the month before is open; then none."""
    assert days(day, *USUAL) == (since, period)


@pytest.mark.parametrize("day", ["2026-11-30", "2026-12-31", "2027-02-28", "2028-02-29"])
def test_the_cut_off_begins_with_the_first_of_the_close_days(day):
    """On the last day of a month, however long it is, the cut-off has just begun."""
    assert days(day, *USUAL)[0] == day


def test_close_days_that_do_not_touch_are_closes_of_their_own():
    """With the 1st and the 3rd closed, what came on the 2nd is no cut-off, and the 3rd looks back to itself only."""
    assert [days(f"2026-12-0{day}", "1", "3")[0] for day in (1, 2, 3)] == ["2026-12-01", "", "2026-12-03"]


def test_a_stretch_over_the_turn_of_a_year_is_one():
    """The last three days and the first two: on 2 January the cut-off has lasted since 29 December."""
    assert days("2027-01-02", "-3", "-2", "-1", "1", "2") == ("2026-12-29", "2026-12-01")


def test_without_close_days_the_month_is_open_from_its_first_day():
    """No day is a close day: nothing is ever excused by the cut-off, and this month is the open one."""
    for day in ("2026-11-30", "2026-12-01", "2026-12-02"):
        assert days(day) == ("", f"{day[:7]}-01")


def test_the_day_turns_at_the_plants_midnight():
    """One moment before and one after midnight in Shanghai, while UTC is on the same day: only the second is a close day."""
    assert days("2026-11-29", *USUAL, clock="23:59:59.999999")[0] == ""
    assert days("2026-11-30", *USUAL, clock="00:00")[0] == "2026-11-30"


@pytest.mark.parametrize(
    ("zone", "since", "period"),
    [
        (SHANGHAI, "2026-11-30", "2026-11-01"),
        (UTC, "2026-11-30", None),
        (ZoneInfo("America/New_York"), "2026-11-30", None),
        (timezone(timedelta(hours=-11)), "2026-11-30", None),
    ],
)
def test_one_moment_is_judged_by_the_day_of_its_own_zone(zone, since, period):
    """30 November 17:00 UTC is 1 December in Shanghai and still the last of November elsewhere; each has its own midnight."""
    moment = datetime(2026, 11, 30, 17, tzinfo=UTC).astimezone(zone)
    rules = explain_rules(settings(close_days=USUAL), moment)
    assert rules.close_since == datetime.fromisoformat(since).replace(tzinfo=zone)
    assert period is None or rules.period_start == datetime.fromisoformat(period).replace(tzinfo=zone)


def test_the_cut_off_begins_at_midnight_even_where_the_clocks_change():
    """Amsterdam leaves summer time on 25 October 2026, a day of 25 hours: the cut-off of the 24th begins at its own midnight."""
    zone = ZoneInfo("Europe/Amsterdam")
    rules = explain_rules(settings(close_days=("24", "25", "26")), at("2026-10-26", zone=zone))
    assert rules.close_since.astimezone(UTC) == datetime(2026, 10, 23, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "close_days", "expected"),
    [
        ("2026-11-30", ("-1",), True),
        ("2026-11-30", ("31",), False),
        ("2026-12-31", ("31",), True),
        ("2027-02-28", ("-1",), True),
        ("2028-02-28", ("-1",), False),
        ("2028-02-28", ("-2",), True),
        ("2026-11-01", ("-30",), True),
        ("2026-11-01", ("-31",), False),
    ],
)
def test_a_close_day_is_counted_from_either_end(day, close_days, expected):
    """The 31st is none in November; minus two is the last but one, whatever the month's length."""
    assert is_close_day(at(day).date(), close_days) is expected


def test_patience_is_what_the_configuration_says():
    """Lengths are parsed; a type without a length of its own has the general one."""
    rules = explain_rules(settings(grace="45m", grace_by_doc={"调拨": "26h"}), at("2026-11-17"))
    assert (rules.grace, rules.grace_by_doc) == (timedelta(minutes=45), {"调拨": timedelta(hours=26)})
    plain = explain_rules(settings(), at("2026-11-17"))
    assert (plain.grace, plain.grace_by_doc) == (timedelta(minutes=30), {})


@pytest.mark.parametrize(("day", "period"), [("2026-11-30", "2026-11-01"), ("2026-12-31", "2026-12-01")])
def test_on_the_last_day_the_closing_month_is_this_one(day, period):
    """On 30 November November is being closed; October was closed on 2 November and does not open again for a day."""
    found = explain_rules(settings(close_days=USUAL), at(day)).period_start
    assert found.date().isoformat() == period


def test_every_day_a_close_day_does_not_break_the_rules():
    """All 31 days as close days (a plant that wants mails only): the cut-off reaches a month back, and no further."""
    every = explain_rules(settings(close_days=tuple(map(str, range(1, 32)))), at("2026-11-17"))
    assert every.close_since.date().isoformat() == "2026-10-17"
