"""A source in its blackout hours is planned rest: no trouble mail, and no word of being well again."""

from dataclasses import replace

from alerts.digest import DigestKind
from alerts.notices import trouble_digest, trouble_fingerprint


def _with(report, code):
    reading = replace(report.snapshots[0], admitted=not code, reason_code=code)
    return replace(report, snapshots=(reading, report.snapshots[1]))


def test_rest_is_no_trouble(report, people, policy, now):
    """Nobody is mailed when the blackout begins, nor when it ends."""
    resting = _with(report, "BR-1116")
    assert trouble_fingerprint(resting) == ""
    assert trouble_digest(resting, people, policy, now) is None
    assert trouble_digest(report, people, policy, now, told=trouble_fingerprint(resting)) is None


def test_trouble_before_the_rest_is_not_over(report, people, policy, now):
    """A source that was unreachable before its blackout is not reported well during it, only once it was read."""
    told = trouble_fingerprint(_with(report, "BR-1102"))
    resting = _with(report, "BR-1116")
    assert trouble_digest(resting, people, policy, now, told=told) is None
    assert trouble_fingerprint(resting, told) == told
    over = trouble_digest(report, people, policy, now, told=told)
    assert over is not None
    assert over.kind is DigestKind.RECOVERED
    assert trouble_fingerprint(report, told) == ""


def test_another_source_s_trouble_is_still_told(report, people, policy, now):
    """The rest of one source hides nothing of the others."""
    resting = _with(report, "BR-1116")
    other = replace(resting.snapshots[1], admitted=False, reason_code="BR-1801")
    digest = trouble_digest(replace(resting, snapshots=(resting.snapshots[0], other)), people, policy, now)
    assert digest is not None
    assert digest.kind is DigestKind.TROUBLE
