"""kill -9 in the middle of a round, ten times in a row: no hold lost or doubled, no mail lost."""

import random
import time

import pytest
from acceptance_plant import Plant
from acceptance_sink import Sink
from crash_kill import Moment, killed_after, killed_at
from crash_proof import mend, prove, prove_replays, spoil

COMMIT = "bridge.store.unit:UnitOfWork.commit"
SEND = "bridge.bootstrap:send"
OUTBOX_DONE = "bridge.store.outbox:Outbox.done"
PLACE = {
    "frozen_quantity": "connectors.yonyou_u8.frozen_quantity:FrozenQuantity",
    "hold_table": "connectors.holds.sql_table:HoldTable",
}
EFFECTS = [
    ("{target}.place", "before", 1),
    ("{target}.place", "after", 1),
    ("{target}.place", "after", 2),
    ("{target}._book", "after", 1),  # inside the writing transaction in U8
    (SEND, "before", 1),
    (SEND, "after", 1),
    (SEND, "after", 2),
    (OUTBOX_DONE, "after", 1),
    ("{target}.lift", "before", 1),
    ("{target}.lift", "after", 1),
]


def _items(number: int) -> tuple[str, str]:
    return f"M-{2 * number + 1:03d}", f"M-{2 * number + 2:03d}"


def _live(plant: Plant, kill, steps: int) -> set[str]:
    """Let new differences appear and old ones be mended, and kill the round each time. Return what must be held."""
    wanted: set[str] = set()
    for number in range(steps):
        new = _items(number)
        spoil(plant, *new)
        wanted |= set(new)
        if number % 3 == 2:
            gone = _items(number - 2)[0]
            mend(plant, gone)
            wanted.discard(gone)
        kill(number)
        plant.later(minutes=30)
    return wanted


def _settle(plant: Plant) -> None:
    """Do three undisturbed rounds, enough for what the killed ones left behind."""
    for _ in range(3):
        assert plant.reconcile().code in {0, 10}
        plant.later(minutes=30)


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("doomed", ["frozen_quantity"], indirect=True)
def test_ten_random_kills_in_a_row(doomed: Plant, sink: Sink):
    """Killed at ten random moments of its round; afterwards ledger, U8 and mailbox are as if nothing had happened."""
    dice = random.Random(20261122)
    began = time.monotonic()
    assert not killed_after(doomed, 60)
    whole = time.monotonic() - began
    doomed.later(minutes=30)
    killed = []
    wanted = _live(doomed, lambda _: killed.append(killed_after(doomed, whole * dice.uniform(0.1, 1.2))), 10)
    assert any(killed)
    _settle(doomed)
    prove(doomed, sink, wanted)
    prove_replays(doomed)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_kills_at_every_outside_effect(doomed: Plant, sink: Sink):
    """Killed before and after each placing, lifting and sending, between the effect and its record."""
    via = "hold_table" if "hold_table" in doomed.config.read_text(encoding="utf-8") else "frozen_quantity"
    moments = [
        Moment(name.format(target=PLACE[via]), when, count)
        for name, when, count in EFFECTS
        if via == "frozen_quantity" or name in {"{target}.place", "{target}.lift"}
    ]
    _prepare(doomed)
    reached = []
    wanted = _live(doomed, lambda number: reached.append(killed_at(doomed, moments[number])), len(moments))
    assert all(reached[:3]), dict(zip(moments, reached, strict=True))
    _settle(doomed)
    prove(doomed, sink, wanted | {"M-051", "M-052"})
    prove_replays(doomed)


def _prepare(plant: Plant) -> None:
    """Have two holds standing and two candidates about to be confirmed, so that even the first round has effects."""
    spoil(plant, "M-051", "M-052")
    plant.reconcile()
    plant.later(minutes=30)
    plant.reconcile()
    spoil(plant, *_items(0))
    plant.later(minutes=30)
    plant.reconcile()
    plant.later(minutes=30)


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("doomed", ["frozen_quantity"], indirect=True)
def test_kills_at_every_commit(doomed: Plant, sink: Sink):
    """Killed right after the 1st, 2nd, … 14th commit of the bridge's own store in a round."""
    _prepare(doomed)
    reached = []
    wanted = _live(doomed, lambda n: reached.append(killed_at(doomed, Moment(COMMIT, "after", n + 1))), 14)
    assert sum(reached) >= 8, reached
    _settle(doomed)
    prove(doomed, sink, wanted | {"M-051", "M-052"})
    prove_replays(doomed)


@pytest.mark.parametrize("doomed", ["frozen_quantity"], indirect=True)
def test_a_kill_between_writing_a_snapshot_and_the_run_costs_one_look(doomed: Plant, sink: Sink):
    """The snapshot is kept, the run is not: the next round compares anew, and nothing was decided on half a round."""
    spoil(doomed, "M-001")
    assert killed_at(doomed, Moment("bridge.cycle.round:run_pair", "before"))
    assert doomed.run("variances", "list", "--json").json == []
    doomed.later(minutes=30)
    doomed.reconcile()
    assert [v["state"] for v in doomed.run("variances", "list", "--json").json] == ["candidate"]
    doomed.later(minutes=30)
    doomed.reconcile()
    prove(doomed, sink, {"M-001"})


@pytest.mark.parametrize("doomed", ["frozen_quantity"], indirect=True)
def test_kill_during_approval_and_panic_leaves_one_outcome(doomed: Plant, sink: Sink):
    """Killed in a person's command: it has happened wholly or not at all, and asking again ends it."""
    spoil(doomed, "M-001", "M-002")
    doomed.reconcile()
    doomed.later(minutes=30)
    doomed.reconcile()
    hold = doomed.run("holds", "list", "--json").json[0]["id"]
    release = ("holds", "release", hold, "--reason", "急单")
    assert killed_at(doomed, Moment(COMMIT, "before", 1), *release)
    assert len(doomed.frozen()) == 2
    assert killed_at(doomed, Moment(COMMIT, "after", 1), *release)
    assert len(doomed.frozen()) == 2, "queued, not yet carried out"
    doomed.later(minutes=30)
    doomed.reconcile()
    assert len(doomed.frozen()) == 1
    panic = ("holds", "panic", "--reason", "月末", "--yes")
    assert killed_at(doomed, Moment(f"{PLACE['frozen_quantity']}.lift", "after", 1), *panic)
    doomed.run("holds", "panic", "--reason", "月末", "--yes")
    assert doomed.frozen() == {}
    assert doomed.run("audit", "verify").code == 0
    assert sink.received
