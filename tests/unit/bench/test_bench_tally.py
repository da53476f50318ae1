"""From verdicts to the table's figures: every share stands over all judged positions, and no mark is given twice."""

import json

import pytest
from bench_story import at, cause, fault, result, sheet, sighting, watched

from bench.truth.page import write_page
from bench.truth.results import Results
from bench.truth.scoring import as_json, verdicts
from bench.truth.tally import figures, naive_figures, share, tally
from bench.truth.trial import Trial


def lines(*stories, drop=()):
    """Return verdicts as JSON keeps them, of (fault, sightings) each; `drop` are fields an older line lacks."""
    found = [one for planted, said in stories for one in verdicts(sheet(planted), watched(*said), by_batch=False)]
    kept = [{name: value for name, value in as_json(one).items() if name not in drop} for one in found]
    return json.loads(json.dumps(kept))


RIGHT = (fault(), [sighting("10:00", "-40", cause("D2", "high"), cause("D3", "low"))])
LATE = (fault(), [sighting("11:00", "-40", cause("D2", "medium"))])
WRONG_SUM = (fault(), [sighting("10:00", "-41"), sighting("10:30")])
SECOND = (fault(), [sighting("10:00", "-40", cause("D3", "medium"), cause("D2", "low"))])
WRONG = (fault(), [sighting("10:00", "-40", cause("D3", "medium"), cause("D4", "low"))])
SILENT = (fault(), [])
UNJUDGED = (fault(planted_at=at("17:30").isoformat(), visible_at=at("17:40").isoformat()), [])


def test_each_mark_is_counted_for_itself():
    """Six judged positions, each wrong in its own way, and one that came too late: the sums, one by one."""
    total = tally([result(*lines(RIGHT, LATE, WRONG_SUM, SECOND, WRONG, SILENT, UNJUDGED))])
    assert (total.judged, total.unjudged, total.found) == (6, 1, 5)
    assert (total.in_time, total.late) == (4, 1)
    assert (total.exact, total.exact_later, total.documented) == (4, 5, 4)
    assert (total.first, total.first_two) == (3, 4)
    assert dict(total.kinds["missing"]) == {
        "judged": 6, "in_time": 4, "late": 1, "exact": 4, "exact_later": 5, "documented": 4, "first": 3,
        "first_two": 4, "said D3": 2,
    }  # fmt: skip


def test_shares_stand_over_all_judged_positions():
    """A fault nobody saw weighs on every figure, not only on that of the found ones; one too late on none."""
    shown = {row[0]: row[2] for row in figures(tally([result(*lines(RIGHT, SILENT, UNJUDGED), false=[{}, {}])]))}
    assert shown.pop("false confirmed variances") == "2"
    assert set(shown.values()) == {"50.0 % (1/2)"}
    assert (share(0, 0), share(999, 1000)) == ("–", "99.9 % (999/1000)")


def test_words_are_held_against_the_guess_they_were_said_of():
    """High and right, medium and wrong; and of the second guesses: low, once the planted cause, twice not."""
    words = tally([result(*lines(RIGHT, SECOND, WRONG))]).words
    assert dict(words) == {
        ("first", "high", True): 1,
        ("first", "medium", False): 2,
        ("second", "low", False): 2,
        ("second", "low", True): 1,
    }


def test_a_position_without_a_cause_is_found_and_wrong():
    """No first guess is no right one; it is told as `-`."""
    (line,) = lines(RIGHT)
    total = tally([result(line | {"causes": [], "confidence": "", "second_confidence": ""})])
    assert (total.in_time, total.first, total.first_two, total.kinds["missing"]["said -"]) == (1, 0, 0, 1)


def test_lines_of_older_code_still_read():
    """Without the second guess's word all else counts as before, and the second guesses have no row filled."""
    old = tally([result(*lines(RIGHT, SECOND, drop={"second_confidence"}))])
    assert (old.first, old.first_two) == (1, 2)
    assert {guess for guess, _, _ in old.words} == {"first"}


def test_plants_add_up_and_the_worst_stays_the_worst():
    """Sums over plants; `worst` is the maximum of both and no sum."""
    naive = {"over": 7, "worst": 4, "once": {"false": 3, "found": 1, "exact": 0}}
    total = tally([result(*lines(RIGHT), **naive), result(*lines(SILENT), **naive | {"worst": 2})])
    assert (total.plants, total.runs, total.compared, total.seconds) == (2, 20, 200, 4.0)
    assert naive_figures(total) == [
        ("false alarms", "6", "0"),
        ("planted faults found in time", "100.0 % (2/2)", "0.0 % (0/2)"),
        ("difference equals the planted fault", "0.0 % (0/2)", "0.0 % (0/2)"),
        ("positions over the limit per run", "0.7, worst 4", "–"),
    ]


@pytest.mark.parametrize(("drop", "low"), [((), "50.0 % (1/2)"), (("second_confidence",), "–")])
def test_the_page_gives_the_second_guesses_rows_of_their_own(tmp_path, drop, low):
    """The words of the first and of the second guesses stand in six rows; a line of older code leaves the second's empty."""
    trial, results = Trial("faults", 1, "pda", 1, 10, 10, 30), Results(tmp_path / "r.jsonl", "abc")
    results.keep("one", {"trial": {}, **result(*lines(RIGHT, SECOND, drop=drop))})
    page = write_page(tmp_path / "page.md", [("faults", "one", trial)], results, "command")
    rows = [
        [cell.strip() for cell in row.split("|")[1:4]]
        for row in page.splitlines()
        if row.startswith(("| first |", "| second |"))
    ]
    assert rows == [
        ["first", "高 high", "100.0 % (1/1)"],
        ["first", "中 medium", "0.0 % (0/1)"],
        ["first", "低 low", "–"],
        ["second", "高 high", "–"],
        ["second", "中 medium", "–"],
        ["second", "低 low", low],
    ]
