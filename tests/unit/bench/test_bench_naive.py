"""The naive rule beside the bridge: neither helped nor hindered by the way it is counted."""

from types import SimpleNamespace

import pyarrow as pa
import pytest
from bench_story import PLACE, at, fault, sheet, watched

from bench.truth.naive import NaiveRule, Translation
from bench.truth.scoring import naive_figures

CODES = {"k3": {"P-1": "P-1"}, "u8": {"U-1": "P-1"}}
PLACES = {"k3": {"01": "W1"}, "u8": {"A": "W1"}}


def rule() -> NaiveRule:
    """Return the rule for one item in one warehouse."""
    return NaiveRule(Translation(CODES, PLACES, by_batch=False))


def reading(code, warehouse, *quantities):
    """Return a snapshot's lines, one a quantity; no quantities at all are a reading that failed."""
    rows = [{"item": code, "warehouse": warehouse, "batch": "B", "quantity": q} for q in quantities]
    return SimpleNamespace(snapshot=SimpleNamespace(lines=pa.Table.from_pylist(rows)) if rows else None)


def look(naive, clock, book, stock):
    """Let the rule see these figures, in units."""
    sides = {
        "k3": reading("P-1", "01", *(q * 10**6 for q in book)),
        "u8": reading("U-1", "A", *(q * 10**6 for q in stock)),
    }
    naive.look(at(clock), sides)


@pytest.mark.parametrize(("stock", "over"), [(9700, 0), (9699, 1), (10300, 0), (10309, 0), (10310, 1)])
def test_over_is_more_than_three_percent_of_the_larger_side(stock, over):
    """9700 of 10000 is exactly three percent and passes; 309 more is less than three percent of 10309."""
    naive = rule()
    look(naive, "09:00", [10000], [stock])
    assert (naive.over, len(naive.once)) == ([over], over)


def test_lines_of_one_position_add_up_and_unmapped_codes_are_left_out():
    """Batches are summed where they do not count; what no map knows is nobody's difference; NULL is nothing."""
    naive = rule()
    look(naive, "09:00", [60, 40], [100])
    assert naive.once == []
    naive.look(at("09:30"), {"k3": reading("P-1", "01", 5, None), "u8": reading("X-9", "A", 5)})
    assert naive.once == [(PLACE, at("09:30"), -5)]


def test_a_position_that_stays_over_is_one_alarm():
    """Alarmed at the first snapshot, and once more by the second rule when 25 minutes have passed; then never again."""
    naive = rule()
    for clock in ("09:00", "09:20", "09:25", "09:50", "10:30"):
        look(naive, clock, [100], [60])
    assert naive.once == [(PLACE, at("09:00"), -40_000_000)]
    assert naive.twice == [(PLACE, at("09:25"), -40_000_000)]
    assert naive.over == [1] * 5


@pytest.mark.parametrize("between", [100, 140])
def test_agreement_or_the_other_sign_begins_anew(between):
    """A position that agreed in between, or turned its sign, is a new alarm and waits its 25 minutes again."""
    naive = rule()
    for clock, stock in (("09:00", 60), ("09:10", between), ("09:20", 60), ("09:30", 60)):
        look(naive, clock, [100], [stock])
    assert naive.twice == []
    assert [(when, q // 10**6) for _, when, q in naive.once if q < 0] == [(at("09:00"), -40), (at("09:20"), -40)]


def test_a_second_time_over_is_a_second_alarm():
    """Over for half an hour, right, and over for half an hour again: both rules alarm twice."""
    naive = rule()
    for clock, stock in (("09:00", 60), ("09:30", 60), ("10:00", 100), ("10:30", 60), ("11:00", 60)):
        look(naive, clock, [100], [stock])
    assert [when for _, when, _ in naive.once] == [at("09:00"), at("10:30")]
    assert [when for _, when, _ in naive.twice] == [at("09:30"), at("11:00")]


def told(once=(), twice=()):
    """Return the figures of a rule that alarmed so, over a day with one planted -40."""
    naive = rule()
    naive.over, naive.once, naive.twice = [3, 1, 2], list(once), list(twice)
    return naive_figures(sheet(fault()), watched(), naive, by_batch=False)


def test_naive_hits_and_false_alarms_are_told_apart():
    """Before the fault or elsewhere is false; after the deadline is neither found nor false; exact only to the millionth."""
    elsewhere = (("P-2", "W1", ""), at("09:00"), -1)
    early, late = (PLACE, at("08:00"), -40_000_000), (PLACE, at("10:30"), -40_000_000)
    assert told(once=[elsewhere, early, late])["once"] == {"false": 2, "found": 0, "exact": 0}
    near, right = (PLACE, at("09:00"), -40_000_001), (PLACE, at("10:00"), -40_000_000)
    assert told(once=[near])["once"] == {"false": 0, "found": 1, "exact": 0}
    assert told(twice=[near, right])["twice"] == {"false": 0, "found": 1, "exact": 1}
    assert (told()["over"], told()["worst"]) == (6, 3)
