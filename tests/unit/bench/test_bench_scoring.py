"""The benchmark's verdicts on hand-made logs: nothing late, wrong or untrue may count as right."""

from dataclasses import replace

import pytest
from bench_story import LAST, PLACE, at, cause, document, fault, sheet, sighting, watched

from bench.truth.scoring import deadline, expected, false_alarms, verdicts
from bench.truth.truth import PlantedPosition
from bench.truth.watch import Log
from bridge.domain.variance import Cause


def judged(planted, log):
    """Return the one verdict on a fault."""
    (found,) = verdicts(sheet(planted), log, by_batch=False)
    return found


def test_a_right_answer_is_right_in_every_respect():
    """Confirmed in time with the planted remainder, cause and document: all marks, both words kept."""
    second = cause("D3", "low")
    found = judged(fault(), watched(sighting("10:00", "-40", cause("D2", "high"), second)))
    assert (found.outcome, found.exact, found.exact_later, found.documented) == ("in_time", True, True, True)
    assert (found.causes, found.confidence, found.second_confidence) == (("D2", "D3"), "high", "low")
    assert (found.due, found.confirmed, found.remainder) == (at("09:30").isoformat(), at("10:00").isoformat(), "-40")


@pytest.mark.parametrize(
    ("clock", "outcome"),
    [("08:30", "in_time"), ("10:00", "in_time"), ("10:30", "late"), (LAST, "late")],
)
def test_time_runs_out_at_the_second_counting_snapshot_after_the_grace(clock, outcome):
    """Seen at 08:30, due at 09:30: the snapshots of 09:30 and 10:00 may confirm, that of 10:30 is late."""
    assert judged(fault(), watched(sighting(clock))).outcome == outcome


def test_readings_close_together_give_no_more_time_or_less():
    """With a reading every ten minutes the second that counts comes thirty minutes after the first: 09:50, not 09:30."""
    log = watched(every=10)
    (one,) = expected(sheet(fault()), by_batch=False)
    assert deadline(one, sheet(fault()), log) == (at("09:20"), at("09:50"))


def test_a_balance_without_a_document_has_no_grace():
    """A tampered balance is due when it is first read: the second counting snapshot after that is 09:00."""
    tampered = fault("tampered_balance", documents=())
    words = cause("S1", "high", document(why="proof"))
    assert judged(tampered, watched(sighting("09:00", "-40", words))).outcome == "in_time"
    assert judged(tampered, watched(sighting("09:30", "-40", words))).outcome == "late"


def test_a_fault_never_confirmed_is_missed():
    """No alarm at all is a miss with its due time, and no mark of any kind."""
    found = judged(fault(), watched())
    assert (found.outcome, found.due) == ("missed", at("09:30").isoformat())
    assert (found.exact, found.exact_later, found.documented) == (False, False, False)
    assert (found.causes, found.confidence) == ((), "")


@pytest.mark.parametrize(("last", "outcome"), [("08:00", ""), ("09:30", ""), ("10:00", "missed")])
def test_a_story_that_ends_too_early_judges_nothing(last, outcome):
    """Before the second counting snapshot after the grace nobody could have told; from then on silence is a miss."""
    assert judged(fault(), watched(last=last)).outcome == (outcome or "too_late_to_judge")


def test_a_confirmation_before_the_fault_does_not_find_it():
    """What was said at 08:00, before the fault of 08:10, is no finding, and it is a false alarm."""
    log = watched(sighting("08:00"))
    assert judged(fault(), log).outcome == "missed"
    (false,) = false_alarms(sheet(fault()), log, by_batch=False)
    assert (false["place"], false["at"], false["causes"]) == (PLACE, at("08:00").isoformat(), ["D2 high"])


def test_a_wrong_remainder_is_not_exact_and_a_later_right_one_is_told_apart():
    """The first confirmation counts; that it became right later is a figure of its own. A millionth is a difference."""
    late = judged(fault(), watched(sighting("10:00", "-41"), sighting("10:30")))
    assert (late.exact, late.exact_later, late.remainder) == (False, True, "-41")
    near = judged(fault(), watched(sighting("10:00", "-40.000001")))
    assert (near.exact, near.exact_later) == (False, False)


def test_documents_must_be_the_planted_ones_and_add_up():
    """A foreign document, one of the other system, a missing part or no document at all is not documented; a proof does not count."""

    def documented(*documents):
        return judged(fault(), watched(sighting("10:00", "-40", Cause("D2", "high", documents)))).documented

    assert documented(document())
    assert documented(document(), document("RK-9", why="proof"))
    assert not documented()
    assert not documented(document("RK-9"))
    assert not documented(document(source="k3"))
    assert not documented(document(effect="-39"))
    assert not documented(document(), document("RK-9", "0"))
    assert not documented(document(why="proof"))


def test_only_the_leading_causes_documents_count():
    """The right document under the second guess does not document anything."""
    log = watched(sighting("10:00", "-40", cause("D3", "high", document("RK-9")), cause()))
    found = judged(fault(), log)
    assert (found.documented, found.causes) == (False, ("D3", "D2"))


def test_a_third_guess_is_none():
    """The planted cause in third place is neither first nor among the first two."""
    guesses = (cause("D3", "medium"), cause("D4", "low"), cause("D2", "low"))
    assert judged(fault(), watched(sighting("10:00", "-40", *guesses))).causes == ("D3", "D4")


def test_no_cause_is_no_cause():
    """A variance that names nothing is found and exact, and has neither cause nor word nor document."""
    bare = replace(sighting("10:00"), causes=())
    found = judged(fault(), watched(bare))
    assert (found.outcome, found.exact, found.documented) == ("in_time", True, False)
    assert (found.causes, found.confidence, found.second_confidence) == ((), "", "")


def test_a_tampered_balance_must_name_no_document():
    """There is none: naming one is wrong, proving by one is not."""
    tampered = fault("tampered_balance", documents=())
    proven, named = (cause("S1", "high", document(why=why)) for why in ("proof", "S1"))
    assert judged(tampered, watched(sighting("09:00", "-40", proven))).documented
    assert not judged(tampered, watched(sighting("09:00", "-40", named))).documented


def test_a_count_may_name_its_gain_or_loss():
    """The sheet cites the count, the balance moves by the document it makes: only its sum is asked for."""
    count = fault("physical_count", documents=(("u8", "盘点", "PD-1"),))
    assert judged(count, watched(sighting("10:00", "-40", cause("P1", "high", document("QT-1"))))).documented
    assert not judged(count, watched(sighting("10:00", "-40", cause("P1", "high", document("QT-1", "-4"))))).documented


STEPS = ((at("08:30").isoformat(), "-10"), (at("09:10").isoformat(), "-40"))


@pytest.mark.parametrize(
    ("first", "last", "exact"),
    [("-10", "-40", True), ("-40", "-40", True), ("-11", "-40", False), ("-10", "-30", False), ("-40", "-10", False)],
)
def test_a_drift_is_confirmed_at_a_step_and_ends_at_its_sum(first, last, exact):
    """It may be confirmed at any of its steps, and at the end it must be the whole; its cause is that of the last run."""
    drift = fault("backflush_drift", steps=STEPS, visible_at=at("09:10").isoformat())
    said = (
        sighting("09:00", first, cause("D2", "low")),
        sighting("17:00", last, cause("B1", "high", document(effect=last))),
    )
    found = judged(drift, watched(*said))
    assert (found.outcome, found.exact, found.causes, found.confidence) == ("in_time", exact, ("B1",), "high")
    assert found.confirmed == at("09:00").isoformat()
    assert found.documented, "by the last run's documents and remainder"


def test_a_drift_nobody_saw_is_missed():
    """A whole day after its last step silence is a miss."""
    assert judged(fault("backflush_drift", steps=STEPS), watched()).outcome == "missed"


def test_a_confirmed_position_without_a_fault_is_one_false_alarm_an_episode():
    """An episode that stands for three runs is one false alarm, a second episode another; the planted position is none."""
    log = watched(sighting("10:00"))
    other = ("P-2", "W1", "")
    log.sightings[other] = [sighting(clock) for clock in ("10:00", "10:30", "11:00")] + [
        sighting("15:00", identity="V-2")
    ]
    found = false_alarms(sheet(fault()), log, by_batch=False)
    assert [(one["place"], one["at"]) for one in found] == [
        (other, at(clock).isoformat()) for clock in ("10:00", "15:00")
    ]
    assert false_alarms(sheet(), Log(), by_batch=False) == []


def test_a_fault_between_batches_shows_only_batch_by_batch():
    """-40 on one batch and +40 on another: nothing to find by item, two positions by batch."""
    positions = tuple(PlantedPosition("P-1", "W1", batch, q, "20", "400") for batch, q in (("A", "-40"), ("B", "40")))
    swapped = sheet(fault("wrong_batch", positions=positions))
    assert expected(swapped, by_batch=False) == []
    assert [(one.place[2], one.remainder) for one in expected(swapped, by_batch=True)] == [
        ("A", -40_000_000),
        ("B", 40_000_000),
    ]
    part = sheet(fault(positions=(*positions, PlantedPosition("P-1", "W1", "C", "5", "1", "1"))))
    assert [one.remainder for one in expected(part, by_batch=False)] == [5_000_000]
