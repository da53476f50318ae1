"""The audit switches' figure: combinations are held against each other and against what was planted."""

import pytest

from bench.truth.page import write_page
from bench.truth.results import Results
from bench.truth.switches import NOT_CONFIRMED, alike, combinations

NAME = "missing P-1 W1 "


def combination(boxes, told="-40 D2", *, name=NAME, right="-40", false=(), **more):
    """Return the verdict of one combination on one position."""
    stands = {name: {"told": told, "right": right, **more}}
    return {"trial": {"k3_effect": "audit", "boxes": boxes, "seed": 1}, "stands": stands, "false": list(false)}


def test_all_64_are_there_once():
    """32 combinations of boxes under each of K/3's two ways."""
    trials = combinations(3)
    assert len({(trial.k3_effect, trial.boxes) for trial in trials}) == 64
    assert {trial.seed for trial in trials} == {3}


def test_all_right_is_the_same_and_right():
    """The same right verdict everywhere: nothing differs, nothing is wrong."""
    found = alike([combination(boxes) for boxes in range(4)])
    assert (found.count, found.same, found.right, found.false) == (4, 4, 4, 0)
    assert (found.differing, found.wrong) == ((), ())


@pytest.mark.parametrize("told", [NOT_CONFIRMED, "-41 D2", "-40 D3"])
def test_the_same_wrong_verdict_everywhere_is_not_right(told):
    """Unanimous and wrong (not confirmed, another remainder, another cause): the same in all, right in none."""
    found = alike([combination(boxes, told) for boxes in range(4)])
    assert (found.same, found.right, found.differing) == (4, 0, ())
    assert found.wrong == (f"{NAME}: {told} instead of -40 D2, in 4",)


def test_one_that_differs_is_named_by_its_switches():
    """Three right, one not confirmed: 3 of 4 alike, 3 of 4 right, and which combination it was."""
    found = alike([*(combination(boxes) for boxes in range(3)), combination(9, NOT_CONFIRMED)])
    assert (found.count, found.same, found.right) == (4, 3, 3)
    assert found.differing == (f"audit 01001: {NAME}: {NOT_CONFIRMED} instead of -40 D2",)


def test_a_majority_does_not_make_right():
    """Three say the same wrong thing, one is right: it is the odd one among the combinations, and the only right one."""
    found = alike([combination(0), *(combination(boxes, "-4 D4") for boxes in (1, 2, 3))])
    assert (found.same, found.right) == (3, 1)


def test_a_combination_wrong_in_two_positions_counts_once():
    """Two wrong positions in one combination take one from each count."""
    both = combination(1, NOT_CONFIRMED)
    both["stands"]["duplicate P-2 W1 "] = {"told": NOT_CONFIRMED, "right": "-9"}
    good = combination(0)
    good["stands"]["duplicate P-2 W1 "] = {"told": "-9 D3", "right": "-9"}
    other = {**good, "trial": {**good["trial"], "boxes": 2}}
    found = alike([good, both, other])
    assert (found.same, found.right, len(found.differing), len(found.wrong)) == (2, 2, 2, 2)


def test_a_fault_that_does_not_show_is_compared_where_it_does():
    """An unaudited document that moved stock at save is absent from some combinations: they neither differ nor err."""
    silent = {"trial": {"k3_effect": "save", "boxes": 0}, "stands": {}, "false": []}
    found = alike([silent, combination(1), combination(2)])
    assert (found.count, found.same, found.right) == (3, 3, 3)


def test_a_position_whose_time_is_not_over_is_not_wrong_yet():
    """The story ends before the last permitted snapshot: silence is no error; a line of older code does not say and is judged."""
    assert alike([combination(0, NOT_CONFIRMED, judged=False)]).right == 1
    assert alike([combination(0, NOT_CONFIRMED, judged=True)]).right == 0
    assert alike([combination(0, NOT_CONFIRMED)]).right == 0


def test_false_alarms_add_up():
    """Each combination's false alarms count."""
    assert alike([combination(0, false=[{}, {}]), combination(1, false=[{}])]).false == 3


def test_the_page_says_how_many_are_right(tmp_path):
    """Unanimous silence stands on the page as zero right ones, with the position and how often."""
    results = Results(tmp_path / "r.jsonl", "abc")
    for number in range(2):
        results.keep(str(number), combination(number, NOT_CONFIRMED))
    asked = [("switches", str(number), combinations(1)[number]) for number in range(2)]
    page = write_page(tmp_path / "page.md", asked, results, "command")
    assert "2 of 64 combinations run" in page
    assert "2 give the same verdict, 0 the right one at every judged position, 0 false alarms." in page
    assert f"- wrong: {NAME}: not confirmed instead of -40 D2, in 2" in page
