"""Two commands at the same time: one store, one outcome."""

import os

import pytest
from acceptance_plant import Plant
from acceptance_sink import Sink
from crash_kill import ROUND
from crash_proof import prove, spoil


def _together(plant: Plant, count: int, *words: str) -> list[int]:
    """Start the same command in several processes at once. Return their exit codes."""
    children = []
    for _ in range(count):
        child = os.fork()
        if child == 0:
            code = 70
            try:
                code = plant.run(*words).code
            finally:
                os._exit(code)
        children.append(child)
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


@pytest.mark.slow
def test_three_rounds_at_once_hold_and_mail_once(doomed: Plant, sink: Sink):
    """Daemon, admin and script reconcile in the same second: each item is held once, each reader told once."""
    spoil(doomed, "M-001", "M-002")
    doomed.reconcile()
    doomed.later(minutes=30)
    codes = _together(doomed, 3, *ROUND)
    assert set(codes) == {10}
    doomed.later(minutes=30)
    doomed.reconcile()
    prove(doomed, sink, {"M-001", "M-002"})
    assert len(sink.to("wangfang@example.com")) == 1


@pytest.mark.slow
@pytest.mark.parametrize("doomed", ["frozen_quantity"], indirect=True)
def test_release_and_round_at_once_never_hold_again(doomed: Plant):
    """A hold that is released while rounds run is lifted and stays lifted."""
    spoil(doomed, "M-001")
    doomed.reconcile()
    doomed.later(minutes=30)
    doomed.reconcile()
    hold = doomed.run("holds", "list", "--json").json[0]["id"]
    assert sorted(_together(doomed, 2, "holds", "release", hold, "--reason", "急单")) == [0, 5]
    assert set(_together(doomed, 2, *ROUND)) == {10}
    doomed.later(minutes=30)
    doomed.reconcile()
    assert doomed.frozen() == {}
    assert doomed.run("audit", "verify").code == 0
