"""Who is told what: new, changed, closed, and silence when nothing changed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.digest import DigestKind, News, fingerprint
from alerts.notices import plan_digest, trial_digest, trouble_digest, trouble_fingerprint
from alerts.told import remembered
from bridge.domain.episode import EpisodeState, Explanation
from bridge.domain.hold import HoldState
from bridge.domain.quantity import to_micro

THREAD = "<first@example.com>"


@pytest.fixture
def told(episodes, holds):
    """Give the three episodes as they stand after their first mail."""
    return [replace(e, mailed=fingerprint(e, h), thread=THREAD) for e, h in zip(episodes, holds, strict=True)]


def test_first_digest_is_one_per_owner_with_a_copy_to_the_warehouse(episodes, now, tell):
    """Three confirmed variances of one owner make one mail, largest first, copied to the warehouse head for the holds."""
    (digest,) = tell(episodes)
    assert digest.kind is DigestKind.VARIANCE
    assert digest.recipient.id == "wang.fang"
    assert [person.id for person in digest.cc] == ["zhao.lei"]
    assert [entry.episode.variance.position.item for entry in digest.entries] == ["CU-35", "FPC-24P", "ZK-2201"]
    assert [person.id for person in digest.next_in_line] == ["zhao.lei", "li.zong"]
    assert digest.due_at == now.replace(hour=16, minute=30)
    assert digest.thread == ""
    assert len(digest.told) == 3


def test_owners_are_told_apart(episodes, tell):
    """Each owner hears of his own episodes only."""
    episodes[1] = replace(episodes[1], owner="li.zong")
    found = tell(episodes)
    assert {(d.recipient.id, len(d.entries)) for d in found} == {("wang.fang", 2), ("li.zong", 1)}


def test_nothing_changed_is_silence(told, tell):
    """Told and unchanged: no mail."""
    assert tell(told) == []


def test_observe_mode_is_silent(report, episodes, tell):
    """In observe mode nobody is mailed about a variance."""
    assert tell(episodes, report=replace(report, mode="observe")) == []


def test_candidates_are_not_told(episodes, tell):
    """A variance that is not confirmed, or was never told and is gone, or is frozen before it was told, is no mail."""
    states = (EpisodeState.CANDIDATE, EpisodeState.CLEARED, EpisodeState.SUSPENDED)
    quiet = [replace(e, state=state, resume=EpisodeState.CONFIRMED) for e, state in zip(episodes, states, strict=True)]
    assert tell(quiet) == []


def test_suspended_data_are_no_news_for_the_owner(told, tell):
    """Missing data freeze an episode; its owner hears nothing until something really changes."""
    frozen = [replace(e, state=EpisodeState.SUSPENDED, resume=EpisodeState.CONFIRMED) for e in told]
    assert tell(frozen) == []


def test_change_goes_into_the_thread_and_names_only_what_changed(told, holds, tell):
    """A closed one, a stepped one and a silent one: the mail answers the first, tells two, counts the third."""
    told[0] = replace(told[0], state=EpisodeState.CLOSED)
    told[1] = replace(told[1], state=EpisodeState.APPROVED)
    (digest,) = tell(told, holds=holds, stems={THREAD: "first subject"})
    assert digest.kind is DigestKind.CHANGE
    assert (digest.thread, digest.stem) == (THREAD, "first subject")
    assert {entry.news for entry in digest.entries} == {News.CLOSED, News.CHANGED, News.OPEN}
    assert len(digest.live) == 2
    assert told[2].id not in dict(digest.told)


def test_all_closed_is_one_closing_mail_and_then_silence(told, holds, tell):
    """When everything is closed the thread ends with one mail; afterwards the closed ones are never told again."""
    closed = [replace(e, state=EpisodeState.CLOSED) for e in told]
    released = [replace(hold, state=HoldState.RELEASED) for hold in holds]
    (digest,) = tell(closed, holds=released)
    assert digest.kind is DigestKind.CLOSED
    marks = dict(digest.told)
    after = [replace(e, mailed=marks[e.id]) for e in closed]
    assert tell(after, holds=released) == []


@pytest.mark.parametrize(("moved_to", "is_news"), [("1899", False), ("1892", False), ("1891", True), ("2060", True)])
def test_figures_are_news_when_they_move_materially(told, holds, moved_to, is_news, tell):
    """More than a tenth of the told remainder of -80 is news, and so is a change of sign; less is not."""
    frame = told[2].variance
    stock = to_micro(moved_to)
    moved = replace(frame, stock=stock, value=abs(stock - frame.book - frame.explained) * 425 // 10)
    told[2] = replace(told[2], variance=moved)
    assert bool(tell(told, holds=holds)) is is_news


def test_slow_drift_adds_up_to_news(told, holds, tell):
    """Small steps are measured against what was told, not against the last run."""
    for stock, is_news in (("1896", False), ("1892", False), ("1888", True)):
        steps = to_micro(stock)
        frame = told[2].variance
        moved = replace(frame, stock=steps, value=abs(steps - frame.book - frame.explained) * 425 // 10)
        told[2] = replace(told[2], variance=moved)
        assert bool(tell(told, holds=holds)) is is_news


@pytest.mark.parametrize(
    ("state", "is_news"),
    [
        (HoldState.REQUESTED, False),
        (HoldState.FAILED, True),
        (HoldState.OVERRIDDEN, True),
        (HoldState.RELEASED, True),
        (HoldState.UNKNOWN, True),
    ],
)
def test_holds_are_news_when_somebody_is_stopped_or_freed(told, holds, state, is_news, tell):
    """Requested and active are the same to the reader; failure, override, release and doubt are not."""
    holds[0] = replace(holds[0], state=state)
    found = tell(told, holds=holds)
    assert bool(found) is is_news
    assert all(person.id == "zhao.lei" for digest in found for person in digest.cc)


def test_whom_the_pair_names_gets_a_copy_of_every_mail(episodes, holds, report, policy, tell):
    """With a hold beside the warehouse, without one alone; an unknown id and one without an address get none."""
    named = replace(policy, copies=("li.zong", "no.mail", "nobody"))
    (held,) = tell(episodes, policy=named)
    assert [person.id for person in held.cc] == ["zhao.lei", "li.zong"]
    (free,) = tell(episodes, policy=named, report=replace(report, holds=()))
    assert [person.id for person in free.cc] == ["li.zong"]
    told = [replace(e, mailed=fingerprint(e, h), thread=THREAD) for e, h in zip(episodes, holds, strict=True)]
    (closing,) = tell([replace(e, state=EpisodeState.CLOSED) for e in told], policy=named)
    assert (closing.kind, [person.id for person in closing.cc]) == (DigestKind.CLOSED, ["zhao.lei", "li.zong"])


def test_nobody_gets_a_mail_twice(episodes, people, policy, tell):
    """The warehouse head is named by the pair too, the reader is named, and two share an address: one copy each."""
    people["sun.it"] = replace(people["sun.it"], mail="LI@example.com")
    named = replace(policy, copies=("zhao.lei", "wang.fang", "li.zong", "sun.it"))
    (digest,) = tell(episodes, policy=named)
    assert [person.id for person in digest.cc] == ["zhao.lei", "li.zong"]


def test_own_steps_are_no_news_but_others_steps_are(told, holds, now, tell):
    """Taking and explaining a variance himself tells the owner nothing; a colleague's step does."""
    own = Explanation("D3", (), "", "wang.fang", now)
    told[0] = replace(told[0], state=EpisodeState.REVIEWING, maker="wang.fang")
    told[1] = replace(told[1], state=EpisodeState.EXPLAINED, maker="wang.fang", explanation=own)
    assert tell(told, holds=holds) == []
    told[0] = replace(told[0], maker="li.zong")
    assert len(tell(told, holds=holds)) == 1


def test_a_new_owner_is_told_as_of_something_new(told, tell):
    """Handing an episode over tells its new owner, outside the old owner's thread."""
    (digest,) = tell([replace(e, owner="li.zong") for e in told])
    assert digest.recipient.id == "li.zong"
    assert digest.kind is DigestKind.VARIANCE
    assert digest.thread == ""


@pytest.mark.parametrize("owner", ["nobody", "no.mail"])
def test_an_unreachable_owner_is_stood_in_for(episodes, owner, tell):
    """An owner without an address: the admin gets the mail and is told for whom."""
    (digest,) = tell([replace(episodes[0], owner=owner)])
    assert (digest.recipient.id, digest.stands_in_for) == ("sun.it", (owner,))


def test_one_mail_for_several_owners_without_address(episodes, tell):
    """Whoever stands in for two owners still gets one mail a run."""
    lost = [replace(episodes[0], owner="no.mail"), replace(episodes[1], owner="nobody"), episodes[2]]
    found = tell(lost)
    assert [(d.recipient.id, d.stands_in_for) for d in found] == [("sun.it", ("no.mail", "nobody")), ("wang.fang", ())]


def test_nobody_to_tell_is_no_digest(episodes, tell):
    """Without a single address there is no mail, and no crash."""
    assert tell(episodes, people={}) == []


def test_fingerprint_survives_hostile_owners_and_missing_cost(episodes, holds):
    """A fingerprint reads back as what was told, whatever the owner's id holds; an unknown one counts as untold."""
    strange = replace(episodes[0], owner="a|b|c", variance=replace(episodes[0].variance, value=None))
    told = remembered(fingerprint(strange, holds[0]))
    assert told is not None
    assert (told.owner, told.value, told.remainder, told.hold) == ("a|b|c", None, to_micro("126.5"), "standing")
    assert remembered("0|whatever") is None
    assert remembered("") is None


def test_trouble_is_told_once_and_its_end_too(report, people, policy, now):
    """A refused snapshot is mailed to the admins once; another gate is news; the end of it closes the thread."""
    reading = replace(report.snapshots[0], admitted=False, reason_code="BR-1801")
    bad = replace(report, snapshots=(reading, report.snapshots[1]))
    first = trouble_digest(bad, people, policy, now)
    assert first is not None
    assert (first.kind, first.recipient.id) == (DigestKind.TROUBLE, "sun.it")
    told = trouble_fingerprint(bad)
    assert trouble_digest(bad, people, policy, now, told=told) is None
    other = replace(bad, snapshots=(replace(reading, reason_code="BR-1802"), report.snapshots[1]))
    assert trouble_digest(other, people, policy, now, told=told) is not None
    over = trouble_digest(report, people, policy, now, told=told, thread=THREAD)
    assert over is not None
    assert (over.kind, over.thread) == (DigestKind.RECOVERED, THREAD)
    assert trouble_digest(report, people, policy, now) is None


def test_plan_mail_reaches_admin_checker_and_owner(report, people, policy, now, plan_notice):
    """A plan over the budget is told to those who can judge and approve it, in one mail."""
    digest = plan_digest(report, plan_notice, people, policy, now)
    assert digest is not None
    assert [person.id for person in (digest.recipient, *digest.cc)] == ["sun.it", "li.zong", "wang.fang"]


def test_trial_mail_has_no_run(people, policy, now):
    """The trial mail speaks of no run and carries no figures."""
    digest = trial_digest(people["sun.it"], policy, now)
    assert (digest.kind, digest.report.run, digest.entries) == (DigestKind.TRIAL, 0, ())


def test_deadline_ignores_what_is_closed(told, holds, now, tell):
    """The deadline named is the earliest of what is still open."""
    told[0] = replace(told[0], state=EpisodeState.CLOSED, due_at=now)
    told[1] = replace(told[1], due_at=now + timedelta(days=2))
    (digest,) = tell(told, holds=holds)
    assert digest.due_at == told[2].due_at
