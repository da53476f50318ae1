"""Who may do what to a variance."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bridge.domain import workflow
from bridge.domain.episode import Episode, EpisodeState
from bridge.domain.errors import NotPermitted
from bridge.domain.people import Person
from bridge.domain.variance import Position, Presence, Variance

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WANG = Person("wang", "王芳", "w@example.com", ("maker",))
LI = Person("li", "李总监", "l@example.com", ("checker",))
ZHAO = Person("zhao", "赵磊", "z@example.com", ("wh_manager",))
KEEPER = Person("chen", "陈军", "c@example.com", ("keeper",))
ADMIN = Person("sun", "孙工", "s@example.com", ("admin",))
RULES = workflow.Segregation(dual_sign_over=10_000_000_000)


def episode(value=3_400_000_000, state=EpisodeState.CONFIRMED):
    """Return a variance in a state."""
    figures = Variance(
        Position("ZK", "W"),
        10,
        20,
        Presence.KNOWN,
        Presence.KNOWN,
        0,
        Decimal(50),
        value,
        1,
        "K3",
        exceeds=True,
        rule="default",
    )
    return Episode("V-1", "p", state, figures, "wang", NOW, NOW, NOW, 1, 1)


def explained(cause="D3", **changes):
    """Return an explained variance."""
    return workflow.explain(replace(episode(**changes)), WANG, cause, ("WIN012233",), "", NOW)


def code(call):
    """Return the code of the refusal a call ends in."""
    with pytest.raises(NotPermitted) as caught:
        call()
    assert caught.value.exit_code == 5
    return caught.value.code


def test_take_explain_approve_is_the_straight_way():
    """A maker takes and explains, a checker approves."""
    taken = workflow.take(episode(), WANG, NOW)
    said = workflow.explain(taken, WANG, "D3", ("WIN012233",), "", NOW)
    done = workflow.approve(said, LI, "", NOW, RULES)
    assert [e.state for e in (taken, said, done)] == ["reviewing", "explained", "approved"]


@pytest.mark.parametrize("person", [KEEPER, ADMIN, ZHAO])
def test_keeper_admin_and_warehouse_cannot_take_or_approve_alone(person):
    """Custody and IT never check or release."""
    assert code(lambda: workflow.take(episode(), person, NOW)) == "BR-2001"
    assert code(lambda: workflow.approve(explained(), person, "", NOW, RULES)) == "BR-2001"


def test_nobody_approves_their_own_explanation():
    """Maker and checker are two people even when one holds both roles."""
    both = replace(WANG, roles=("maker", "checker"))
    assert code(lambda: workflow.approve(explained(), both, "", NOW, RULES)) == "BR-2005"


@pytest.mark.parametrize(("value", "cause"), [(20_000_000_000, "D3"), (None, "D3"), (1, "X9")])
def test_large_unpriced_and_unexplained_ones_need_two_signatures(value, cause):
    """Above the limit, without a price, or cause X9: checker and warehouse manager both sign, in any order."""
    said = explained(cause, value=value)
    for first, second in ((LI, ZHAO), (ZHAO, LI)):
        half = workflow.approve(said, first, "", NOW, RULES)
        assert half.state is EpisodeState.EXPLAINED
        assert workflow.approve(half, second, "", NOW, RULES).state is EpisodeState.APPROVED


def test_the_same_role_does_not_sign_twice():
    """Two checkers are not finance and warehouse."""
    half = workflow.approve(explained(value=None), LI, "", NOW, RULES)
    other = replace(LI, id="qian")
    assert code(lambda: workflow.approve(half, other, "", NOW, RULES)) == "BR-2006"


def test_rejecting_needs_a_reason_and_goes_back_to_review():
    """A rejection says why."""
    assert code(lambda: workflow.reject(explained(), LI, "", NOW)) == "BR-2007"
    assert workflow.reject(explained(), LI, "单据不对", NOW).state is EpisodeState.REVIEWING


def test_a_candidate_and_a_suspended_one_cannot_be_worked_on():
    """Nothing changes while the data are not trusted."""
    for state in (EpisodeState.CANDIDATE, EpisodeState.SUSPENDED, EpisodeState.CLOSED):
        assert code(lambda state=state: workflow.take(episode(state=state), WANG, NOW)) == "BR-2002"


def test_parking_needs_a_future_date_and_a_reason():
    """Aside until when, and why."""
    assert code(lambda: workflow.park(episode(), WANG, NOW, "等盘点", NOW)) == "BR-2008"
    assert code(lambda: workflow.park(episode(), WANG, NOW + timedelta(days=1), "", NOW)) == "BR-2008"
    assert workflow.park(episode(), WANG, NOW + timedelta(days=1), "等盘点", NOW).state is EpisodeState.PARKED


def test_an_explanation_names_a_known_cause_and_something_to_look_at():
    """Cause codes are those of the list; an empty explanation explains nothing."""
    assert code(lambda: workflow.explain(episode(), WANG, "D99", ("X",), "", NOW)) == "BR-2003"
    assert code(lambda: workflow.explain(episode(), WANG, "D3", (), "", NOW)) == "BR-2004"
