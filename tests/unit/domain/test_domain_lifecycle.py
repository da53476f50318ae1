"""How episodes move from run to run."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bridge.domain.episode import Approval, EpisodeState
from bridge.domain.lifecycle import ConfirmPolicy, Look, first_seen, still_exceeding, suspended, within_limit
from bridge.domain.variance import Position, Presence, Variance

START = datetime(2026, 11, 23, 8, 28, tzinfo=UTC)
POLICY = ConfirmPolicy()


def look(minutes, run=1):
    """Return a look so many minutes after the start."""
    return Look(run=run, at=START + timedelta(minutes=minutes), due=lambda _variance: START + timedelta(hours=8))


def variance(remainder=-80, **changes):
    """Return a variance over its limit."""
    made = Variance(
        position=Position("ZK-2201", "半成品仓", abc="A"),
        book=2_400_000_000,
        stock=2_400_000_000 + remainder * 1_000_000,
        book_presence=Presence.KNOWN,
        stock_presence=Presence.KNOWN,
        explained=0,
        percent=Decimal("3.33"),
        value=3_400_000_000,
        cost=42_500_000,
        cost_source="K3",
        exceeds=True,
        rule="default",
    )
    return replace(made, **changes)


def candidate():
    """Return a candidate."""
    return first_seen("V-20261123-001", "fin_wms", "wang.fang", variance(), look(0), POLICY)


def confirmed():
    """Return a confirmed variance."""
    return still_exceeding(candidate(), variance(), look(30, run=2), POLICY)


def test_first_look_makes_a_candidate_and_no_deadline():
    """One look is never enough to alarm anybody."""
    episode = candidate()
    assert (episode.state, episode.due_at, episode.streak) == (EpisodeState.CANDIDATE, None, 1)


def test_second_look_after_the_gap_confirms_with_a_deadline():
    """Two admitted looks 25 minutes apart confirm, and the owner gets a deadline."""
    episode = confirmed()
    assert episode.state is EpisodeState.CONFIRMED
    assert episode.due_at == START + timedelta(hours=8)


def test_looks_too_close_together_count_once():
    """Running the command five times in a row does not confirm anything."""
    episode = candidate()
    for minute in range(1, 25):
        episode = still_exceeding(episode, variance(), look(minute), POLICY)
    assert (episode.state, episode.streak) == (EpisodeState.CANDIDATE, 1)


def test_a_change_of_sign_starts_again():
    """A difference that swings from minus to plus is movement, not a variance."""
    swung = still_exceeding(candidate(), variance(+80), look(30), POLICY)
    assert (swung.state, swung.streak) == (EpisodeState.CANDIDATE, 1)
    assert still_exceeding(swung, variance(+80), look(60), POLICY).state is EpisodeState.CONFIRMED


def test_one_look_suffices_when_so_configured():
    """`confirm = 1` confirms at once."""
    assert first_seen("V", "p", "o", variance(), look(0), ConfirmPolicy(times=1)).state is EpisodeState.CONFIRMED


@pytest.mark.parametrize("make", [candidate, confirmed])
def test_unreviewed_variances_clear_at_once(make):
    """Within the limit again before anybody took it: cleared."""
    assert within_limit(make(), variance(0, exceeds=False), look(60), POLICY).state is EpisodeState.CLEARED


def test_reviewed_variances_close_after_as_many_clean_looks():
    """A corrected variance is verified by two clean looks, the gap apart."""
    taken = replace(confirmed(), state=EpisodeState.APPROVED)
    first = within_limit(taken, variance(0, exceeds=False), look(60), POLICY)
    too_soon = within_limit(first, variance(0, exceeds=False), look(70), POLICY)
    second = within_limit(too_soon, variance(0, exceeds=False), look(90), POLICY)
    assert [e.state for e in (first, too_soon, second)] == [
        EpisodeState.VERIFYING,
        EpisodeState.VERIFYING,
        EpisodeState.CLOSED,
    ]


def test_verifying_falls_back_to_reviewing_when_it_exceeds_again():
    """A fix that did not hold comes back to the reviewer."""
    verifying = within_limit(replace(confirmed(), state=EpisodeState.REVIEWING), variance(0), look(60), POLICY)
    assert still_exceeding(verifying, variance(), look(90), POLICY).state is EpisodeState.REVIEWING


def test_suspension_freezes_and_resumes_where_it_was():
    """Missing data neither clear nor confirm; the count goes on where it stood."""
    frozen = suspended(suspended(candidate(), START), START)
    assert (frozen.state, frozen.resume, frozen.streak) == (EpisodeState.SUSPENDED, EpisodeState.CANDIDATE, 1)
    assert still_exceeding(frozen, variance(), look(60), POLICY).state is EpisodeState.CONFIRMED


def test_a_parked_variance_returns_on_its_date():
    """Parked until Monday means back under review on Monday."""
    parked = replace(confirmed(), state=EpisodeState.PARKED, park_until=START + timedelta(hours=2))
    assert still_exceeding(parked, variance(), look(60), POLICY).state is EpisodeState.PARKED
    assert still_exceeding(parked, variance(), look(120), POLICY).state is EpisodeState.REVIEWING


def test_a_half_signed_variance_is_verified_without_signatures():
    """One of two signatures was given when the difference went: it counts as no approval while verifying."""
    signed = (Approval("li.zong", "checker", START, approved=True),)
    half = replace(confirmed(), state=EpisodeState.EXPLAINED, approvals=signed)
    after = within_limit(half, variance(remainder=0, exceeds=False), look(60, run=3), POLICY)
    assert (after.state, after.approvals) == (EpisodeState.VERIFYING, ())
    whole = within_limit(replace(half, state=EpisodeState.APPROVED), variance(0), look(60, run=3), POLICY)
    assert (whole.state, whole.approvals) == (EpisodeState.VERIFYING, signed)
