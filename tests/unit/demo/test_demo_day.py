"""The demo's day is honest: people are late, but lateness alone never lasts two rounds."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median

import pytest

from bridge.cli.demo import working_day
from bridge.demo.articles import STORIED, articles
from bridge.demo.day import SLOT, plan_day, rounds, slot_after
from bridge.demo.plant import ZONE

DAY = date(2026, 11, 23)


def standing_apart(errand):
    """Return the rounds at which exactly one side has an errand's document counted."""
    counted = [errand.audited_at or errand.at, errand.booked_at]
    return [moment for moment in rounds(errand.at.date()) if min(counted) <= moment < max(counted)]


def test_the_same_day_is_played_alike():
    """A day depends on its date only, so that a run can be told again."""
    assert plan_day(articles(), DAY, punctual=False) == plan_day(articles(), DAY, punctual=False)
    assert articles() == articles()


@pytest.mark.parametrize("day", [DAY + timedelta(days=n) for n in range(0, 200, 7)])
def test_no_paper_is_missing_at_two_rounds_in_a_row(day):
    """Late papers stand open at one round at most, and no article has one open at two rounds running."""
    apart: dict[str, list[datetime]] = {}
    for errand in plan_day(articles(), day, punctual=False):
        open_at = standing_apart(errand)
        assert len(open_at) <= 1
        apart.setdefault(errand.moved.article.code, []).extend(open_at)
    for moments in apart.values():
        distinct = sorted(set(moments))
        assert all(later - earlier > SLOT for earlier, later in pairwise(distinct))


def test_finance_is_late_as_in_a_real_plant():
    """Half of the bills come after a quarter of an hour or so, some much later."""
    late = [errand.lateness for errand in plan_day(articles(), DAY, punctual=False)]
    assert timedelta(minutes=10) < median(late) < timedelta(minutes=20)
    assert max(late) > timedelta(minutes=25)
    assert any(e.audited_at and e.audited_at > e.booked_at for e in plan_day(articles(), DAY, punctual=False))


@pytest.mark.parametrize("day", [DAY + timedelta(days=n) for n in range(0, 60, 7)])
def test_punctual_people_leave_nothing_open(day):
    """On a punctual day each errand is wholly before or wholly after every round."""
    assert all(not standing_apart(errand) for errand in plan_day(articles(), day, punctual=True))


def test_chance_leaves_the_storied_articles_alone():
    """Only two fixed papers touch an article that a mistake is planted on."""
    codes = {article.code for article in STORIED}
    touched = [e.moved.reference for e in plan_day(articles(), DAY, punctual=False) if e.moved.article.code in codes]
    assert touched == ["BG-1123-061", "LL-1123-061"]


def test_codes_are_unique_on_both_sides():
    """No two articles share a code in K3 or in U8, and some differ between the two."""
    own = articles()
    assert len({article.code for article in own}) == len({article.u8_code for article in own}) == len(own) >= 400
    assert sum(article.code != article.u8_code for article in own) > 10


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-11-23T12:00", date(2026, 11, 23)),
        ("2026-11-22T12:00", date(2026, 11, 20)),  # a Sunday
        ("2026-12-02T12:00", date(2026, 11, 27)),  # close days 2, 1 and -1, and a week-end
    ],
)
def test_the_day_is_one_with_work_and_holds(now, day):
    """`--now` on a day of rest or a close day goes back to the last working day."""
    assert working_day(datetime.fromisoformat(now).replace(tzinfo=ZONE)) == day


def test_slot_after_is_the_round_that_sees_it():
    """A document at the very moment of a round is seen by it."""
    at = datetime(2026, 11, 23, 9, 30, tzinfo=ZONE)
    assert slot_after(at) == at
    assert slot_after(at + timedelta(seconds=1)) == at + SLOT
