"""Which explanations count: the documents sum to the remainder, and none that stands open goes unmentioned."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain import workflow
from bridge.domain.episode import Approval, Episode, EpisodeState
from bridge.domain.errors import NotPermitted
from bridge.domain.people import Person
from bridge.domain.reasons import need_reason
from bridge.domain.variance import Cause, DocumentRef, Position, Presence, Variance
from bridge.domain.waived import Waived, waived

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WANG = Person("wang", "王芳", "w@example.com", ("maker",))
LI = Person("li", "李总监", "l@example.com", ("checker",))


def document(number, effect, why="", line="1"):
    """Return a document of K/3."""
    return DocumentRef("k3", "产品入库", number, line, effect, "audited", why)


def variance(*suspects, remainder=10, causes=()):
    """Return a variance with these open documents."""
    known = (Presence.KNOWN, Presence.KNOWN)
    figures = Variance(
        Position("ZK", "W"), 10, 10 + remainder, *known, 0, Decimal(50), 1, 1, "K3", exceeds=True, rule="default"
    )
    return replace(figures, suspects=suspects, causes=causes)


def refusal(found, cause, documents=(), parked=()):
    """Return the code of the refusal, '' when the reason counts."""
    try:
        need_reason("V-1", found, cause, documents, parked)
    except NotPermitted as refused:
        return refused.code
    return ""


def test_named_documents_must_sum_to_the_remainder():
    """The remainder is 10: documents of 6 and 4 explain it; with 6 and 5 nothing does, and X9 takes two signatures instead."""
    assert refusal(variance(document("A", 6), document("B", 4)), "D3", ("A", "B")) == ""
    assert refusal(variance(document("A", 6), document("B", 5)), "D3", ("A", "B")) == "BR-2015"
    assert refusal(variance(document("A", 6), document("B", 5)), "X9", ("A",)) == ""


def test_every_open_document_is_named_or_parked():
    """A reason that sums up but says nothing of two more open documents does not count until they are parked."""
    found = variance(document("A", 10), document("B", 7), document("C", -7))
    assert refusal(found, "D2", ("A",)) == "BR-2030"
    assert refusal(found, "D2", ("A",), ("B",)) == "BR-2030"
    assert refusal(found, "D2", ("A",), ("B", "C")) == ""
    assert refusal(found, "D2", ("A", "B", "C")) == ""


def test_a_document_that_is_not_there_explains_nothing():
    """A number the bridge does not know at this position is refused, named or parked; one that proves a cause may be named."""
    twin = Cause("D3", "high", (document("A", 10, "D3"), document("A0", 10, "proof")))
    found = variance(document("A", 10), causes=(twin,))
    assert refusal(found, "D3", ("PAPER-7",)) == "BR-2029"
    assert refusal(found, "D3", ("A",), ("PAPER-7",)) == "BR-2029"
    assert refusal(found, "D3", ("A0",)) == "BR-2030"
    assert refusal(found, "D3", ("A", "A0")) == ""


def test_where_the_bridge_knows_no_document_the_word_of_two_people_counts():
    """Without open documents (a spreadsheet, a tampered balance) a maker names papers, and a checker looks at them."""
    assert refusal(variance(), "D3", ("PAPER-7",)) == ""
    assert refusal(variance(), "S1") == ""


def test_a_balance_that_changed_by_itself_needs_no_documents():
    """S1 and P1 explain what no document moved, once the open documents are accounted for; D2 does not."""
    found = variance(document("B", 7), document("C", -7))
    assert refusal(found, "S1", (), ("B", "C")) == ""
    assert refusal(found, "S1", (), ("B",)) == "BR-2030"
    assert refusal(found, "D2", (), ("B", "C")) == "BR-2015"
    assert refusal(variance(document("B", 7)), "P1", ("B",)) == ""


def test_an_edited_document_counts_with_what_the_edit_changed():
    """The old figure out and the new one in stand under one number: together they are the change."""
    assert refusal(variance(document("A", -20), document("A", 30)), "D4", ("A",)) == ""


@given(st.dictionaries(st.sampled_from("ABCDEFG"), st.integers(-50, 50).filter(bool), min_size=1))
def test_naming_all_that_is_open_explains_exactly_what_it_sums_to(effects):
    """All open documents named: the reason counts if and only if they sum to the remainder."""
    suspects = tuple(document(number, effect) for number, effect in effects.items())
    total = sum(effects.values())
    assert refusal(variance(*suspects, remainder=total), "D2", tuple(effects)) == ""
    assert refusal(variance(*suspects, remainder=total + 1), "D2", tuple(effects)) == "BR-2015"


def episode(cause="T2", parked=(), state=EpisodeState.CONFIRMED):
    """Return an explained episode whose documents A and B stand open."""
    found = Episode(
        "V-1", "p", state, variance(document("A", 10), document("B", 3), document("C", -3)), "w", NOW, NOW, NOW, 1, 1
    )
    documents = tuple(number for number in "ABC" if number not in parked)
    return workflow.explain(found, WANG, cause, documents, "", NOW, parked)


def approved(cause="T2", parked=()):
    """Return it approved."""
    return workflow.approve(episode(cause, parked), LI, "", NOW, workflow.Segregation())


def test_an_approved_cut_off_is_accepted_and_what_was_parked_waits():
    """T1 and T2 accept their documents once approved; any other cause wants a correction and waives only what is parked."""
    assert waived([approved()]) == (Waived("ZK", "W", "", frozenset("ABC")),)
    assert waived([approved("D2", ("B", "C"))]) == (Waived("ZK", "W", "", frozenset(), frozenset("BC")),)
    assert waived([approved("D2")]) == ()


def test_nothing_is_waived_before_all_have_signed():
    """What only the maker says, what one of two signed and what was sent back waives nothing."""
    rules = workflow.Segregation(dual_sign_over=0)
    half = workflow.approve(episode(), LI, "", NOW, rules)
    frozen = replace(half, state=EpisodeState.SUSPENDED, resume=EpisodeState.EXPLAINED)
    back = workflow.reject(episode(), LI, "不是跨期", NOW)
    assert half.approvals == (Approval("li", "checker", NOW, approved=True),)
    assert waived([episode(), half, frozen, back, workflow.reopen(approved(), WANG, "又错了", NOW)]) == ()


@pytest.mark.parametrize("state", [EpisodeState.VERIFYING, EpisodeState.CLOSED, EpisodeState.SUSPENDED])
def test_what_was_accepted_stays_so_when_the_variance_ends(state):
    """The document stands on one side still: it must not alarm again the moment its variance closes."""
    assert waived([replace(approved(), state=state)])[0].accepted == frozenset("ABC")
