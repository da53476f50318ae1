"""The gates."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bridge import language
from bridge.domain.admission import Baseline, GatePolicy, History, SnapshotFacts, judge

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
GOOD = SnapshotFacts(
    source="k3",
    account="AIS2019",
    schema="abc",
    rows=1000,
    expected_rows=1000,
    keys=1000,
    zero_lines=0,
    lines=1000,
    vanished=10,
    previous_keys=1005,
    content="c0",
    as_of=NOW,
    fetched_from=NOW,
    fetched_to=NOW,
    clock_offset_s=4,
)
PAST = History(
    rows=(1000,) * 7, contents=("c1",), content_since=NOW, last_as_of=NOW - timedelta(minutes=30), zero_share=0.0
)
BASE = Baseline("AIS2019", "abc")
POLICY = GatePolicy()


def gate(history=PAST, baseline=BASE, policy=POLICY, **changes):
    """Return the name of the gate that refuses, None when admitted."""
    refusal = judge(replace(GOOD, **changes), history, baseline, policy, NOW)
    return refusal and refusal.gate


def test_an_ordinary_snapshot_is_admitted():
    """Nothing special: admitted."""
    assert gate() is None


@pytest.mark.parametrize(
    ("expected", "changes"),
    [
        ("incomplete", {"rows": 990}),
        ("empty", {"rows": 0, "expected_rows": 0}),
        ("clock offset", {"clock_offset_s": -3600}),
        ("future", {"as_of": NOW + timedelta(hours=1)}),
        ("older than last", {"as_of": NOW - timedelta(hours=1)}),
        ("wrong account", {"account": "AIS_TEST"}),
        ("schema changed", {"schema": "xyz"}),
        ("row count", {"rows": 500, "expected_rows": 500}),
        ("row count", {"rows": 1600, "expected_rows": 1600}),
        ("vanished keys", {"vanished": 300}),
        ("zero share", {"zero_lines": 400}),
    ],
)
def test_each_gate_refuses_its_own_case(expected, changes):
    """Each kind of bad reading is named by its own gate."""
    assert gate(**changes) == expected


def test_the_first_snapshot_needs_a_person():
    """No baseline, no comparison."""
    assert gate(baseline=None, history=History()) == "no baseline"


def test_stale_data_are_refused_only_where_an_age_is_set():
    """Yesterday's file is refused under max_age."""
    old = NOW - timedelta(hours=27)
    limited = replace(POLICY, max_age=timedelta(hours=26))
    assert gate(as_of=old, history=History(), policy=limited) == "stale"
    assert gate(as_of=old, history=History()) is None


def test_a_source_that_moves_all_the_time_may_not_stand_still_for_long():
    """A frozen replica is noticed; a quiet night is not."""
    still = replace(PAST, contents=tuple(f"c{n}" for n in range(7)), content_since=NOW - timedelta(hours=13))
    assert gate(history=still, content="c0") == "identical"
    assert gate(history=replace(still, content_since=NOW - timedelta(hours=11)), content="c0") is None
    assert gate(history=replace(still, contents=("c0", "c1")), content="c0") is None


def test_tiny_plants_may_lose_one_position():
    """One item sold out of five is no black-out, half of them is."""
    small = replace(PAST, rows=(6,))
    assert gate(history=small, rows=5, expected_rows=5, vanished=1, previous_keys=6, lines=5) is None
    assert gate(history=small, rows=3, expected_rows=3, vanished=3, previous_keys=6, lines=3) == "row count"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_refusal_has_a_whole_sentence(lang):
    """No placeholder stays open in any gate's sentence."""
    cases = [{"rows": 0, "expected_rows": 0}, {"rows": 990}, {"vanished": 300}, {"zero_lines": 400}, {"schema": "x"}]
    for changes in cases:
        refusal = judge(replace(GOOD, **changes), PAST, BASE, POLICY, NOW)
        sentence = language.text(lang, f"errors.{refusal.code}", **refusal.facts)
        assert "<" not in sentence
        assert "{" not in sentence
