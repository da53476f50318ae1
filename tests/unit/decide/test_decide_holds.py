"""Which holds a run wants."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from alerts.decide import HoldPolicy, Place, decide_holds, is_settled
from bridge.domain.budget import Budget
from bridge.domain.episode import Approval, Episode, EpisodeState
from bridge.domain.hold import HoldState
from bridge.domain.variance import Position, Presence, Variance

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
HOLDING = HoldPolicy(mode="hold", release_on={"A": "verified", "B": "approved"})


def episode(number=1, state=EpisodeState.CONFIRMED, remainder=-80, abc="A", **changes):
    """Return a confirmed variance."""
    figures = Variance(
        Position(f"I{number}", "W1", abc=abc),
        2400,
        2400 + remainder,
        Presence.KNOWN,
        Presence.KNOWN,
        0,
        Decimal(3),
        1,
        1,
        "K3",
        exceeds=True,
        rule="default",
    )
    made = Episode(f"V-{number}", "p", state, figures, "wang", NOW, NOW, NOW, 1, 1)
    return replace(made, **changes)


def places(*episodes, on_hand=1900):
    """Return where the stock of each episode lies."""
    return {each.id: (Place("u8", each.variance.position.item, "01", "", on_hand, on_hand),) for each in episodes}


def decide(episodes, known=(), policy=HOLDING, where=None, compared=2000, today=0):
    """Decide with the usual circumstances."""
    found = places(*episodes) if where is None else where
    return decide_holds(episodes, known, found, policy, compared=compared, placed_today=today, now=NOW)


def test_a_confirmed_variance_holds_only_the_disputed_quantity():
    """80 of 1,900 are held, 1,820 may leave."""
    (hold,) = decide([episode()]).new
    assert (hold.order.quantity, hold.state, hold.order.operations) == (80, HoldState.REQUESTED, ("out", "transfer"))
    assert len(hold.order.ref) == 16


def test_never_more_than_what_lies_there_and_nothing_where_nothing_lies():
    """A hold cannot exceed the stock."""
    big = episode(remainder=-5000)
    assert decide([big]).new[0].order.quantity == 1900
    assert decide([big], where=places(big, on_hand=0)).new == ()


def test_the_whole_stock_when_the_target_cannot_do_parts():
    """`allow_undisputed = false` holds all of it."""
    (hold,) = decide([episode()], policy=replace(HOLDING, allow_undisputed=False)).new
    assert hold.order.quantity == 1900


def test_several_places_are_filled_fullest_first():
    """One material under two codes: the disputed quantity is spread, never doubled."""
    one = episode(remainder=-100)
    where = {one.id: (Place("u8", "A", "01", "", 30, 30), Place("u8", "B", "01", "", 90, 90))}
    held = decide([one], where=where).new
    assert [(h.order.item, h.order.quantity) for h in held] == [("B", 90), ("A", 10)]


def test_the_targets_own_unit_is_used():
    """A box of 40 pieces: 80 pieces are 2 boxes."""
    one = episode()
    where = {one.id: (Place("u8", "A", "01", "", 2000, own=50),)}
    assert decide([one], where=where).new[0].order.quantity == 2


@pytest.mark.parametrize("state", ["candidate", "suspended", "verifying", "parked", "closed", "approved"])
def test_only_confirmed_or_reviewed_variances_hold(state):
    """No hold from a candidate, from bad data, or for what is settled."""
    assert decide([episode(state=EpisodeState(state))]).new == ()


@pytest.mark.parametrize("policy", [replace(HOLDING, mode="alert"), replace(HOLDING, no_new="close day")])
def test_other_modes_and_close_days_only_plan(policy):
    """What would have been held is shown as planned."""
    assert [hold.state for hold in decide([episode()], policy=policy).new] == [HoldState.PLANNED]


def test_a_class_outside_the_list_is_advised_not_held():
    """C items are only mailed when classes are A and B; items without a class are held."""
    narrow = replace(HOLDING, classes=("A", "B"))
    assert decide([episode(abc="C")], policy=narrow).new == ()
    assert len(decide([episode(abc="")], policy=narrow).new) == 1


def test_a_variance_is_held_once_even_when_somebody_lifted_it_by_hand():
    """A hold lifted by hand is respected."""
    (hold,) = decide([episode()]).new
    lifted = replace(hold, id="H-1", state=HoldState.RELEASED)
    assert decide([episode()], known=[lifted]).new == ()


@pytest.mark.parametrize(
    ("count", "compared", "today", "over"),
    [
        (3, 2000, 0, ""),
        (11, 2000, 0, "max_items_per_run:10"),
        (5, 2000, 21, "max_per_day:25"),
        (4, 300, 0, "max_share:3"),
        (3, 40, 0, ""),
    ],
)
def test_the_budget_is_all_or_nothing(count, compared, today, over):
    """The decision names the limit that the whole plan breaks."""
    decision = decide([episode(n) for n in range(count)], compared=compared, today=today)
    assert (decision.over, len(decision.new)) == (over, count)


def test_holds_go_when_settled_and_only_then():
    """A: when verified; B: when approved; both when cleared or closed; never while suspended."""
    (hold,) = decide([episode()]).new
    active = replace(hold, id="H-1", state=HoldState.ACTIVE)
    signed = (Approval("li", "checker", NOW, approved=True),)

    def lifted(abc, state, approvals=()):
        return bool(decide([episode(abc=abc, state=EpisodeState(state), approvals=approvals)], known=[active]).lift)

    assert not lifted("A", "approved", signed)
    assert lifted("B", "approved", signed)
    assert not lifted("B", "suspended")
    assert not lifted("B", "confirmed")
    assert lifted("A", "closed")
    assert lifted("A", "cleared")


def test_a_budget_of_nothing_holds_nothing():
    """`max_items_per_run = 0` switches new holds off."""
    policy = replace(HOLDING, budget=Budget(per_run=0))
    assert decide([episode()], policy=policy).over == "max_items_per_run:0"


def test_references_are_the_same_for_the_same_dispute():
    """A repeat after a crash is recognised by its reference."""
    later = NOW + timedelta(hours=1)
    again = decide_holds([episode()], (), places(episode()), HOLDING, compared=1, placed_today=0, now=later)
    assert again.new[0].order.ref == decide([episode()]).new[0].order.ref


@pytest.mark.parametrize("agreed", [True, False])
def test_a_rejection_is_no_approval(agreed):
    """Class B in verification: an approval lifts the hold, a rejection that stands among the approvals does not."""
    word = (Approval("li", "checker", NOW, approved=agreed),)
    verifying = episode(state=EpisodeState.VERIFYING, abc="B", approvals=word)
    assert is_settled(verifying, HOLDING) is agreed
