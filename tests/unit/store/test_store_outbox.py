"""The outbox and the lease: every effect has one carrier at a time, and none is lost when a carrier dies."""

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.domain.effect import EffectKind, EffectState
from bridge.domain.errors import LeaseLost
from bridge.store.lease import Lease, wall
from bridge.store.process import is_dead, this_process

MINUTE = timedelta(minutes=1)


def queue(store, *effects):
    """Queue effects and return their ids."""
    with store.begin() as uow:
        assert all(uow.outbox.add(effect) for effect in effects)
        ids = [uow.outbox.get(effect.key).id for effect in effects]
        uow.commit()
    return ids


def test_a_decision_is_queued_once(store, sample):
    """The same key is queued once, whatever became of the first."""
    queue(store, sample.effect)
    with store.begin() as uow:
        assert not uow.outbox.add(replace(sample.effect, body="other"))
        found = uow.outbox.get(sample.effect.key)
        assert replace(found, id=None) == sample.effect
        assert uow.outbox.get("nothing") is None


def test_only_what_is_due_is_claimed(store, sample, epoch):
    """Claims take due rows of the wanted kinds, earliest first, up to the limit, and count the attempt."""
    late = replace(sample.effect, key="late", due_at=sample.now + MINUTE)
    early = replace(sample.effect, key="early", due_at=sample.now - MINUTE)
    place = replace(sample.effect, key="place", kind=EffectKind.PLACE)
    queue(store, sample.effect, late, early, place)
    with store.begin() as uow:
        assert [e.key for e in uow.outbox.claim(epoch, sample.now, 1)] == ["early"]
        claimed = uow.outbox.claim(epoch, sample.now, 9, kinds=[EffectKind.PLACE, EffectKind.LIFT])
        assert [(e.key, e.state, e.attempts, e.epoch) for e in claimed] == [("place", EffectState.CLAIMED, 1, epoch)]
        assert [e.key for e in uow.outbox.claim(epoch, sample.now, 9)] == [sample.effect.key]
        assert uow.outbox.claim(epoch, sample.now, 9) == []
        assert [e.key for e in uow.outbox.list(state=EffectState.PENDING, run=529)] == ["late"]
        assert uow.outbox.list(run=1) == []


def test_every_outcome_needs_the_claim(store, sample, epoch):
    """Done, retry, failed and unknown act once, for the claimer only."""
    outcomes = ("done", "retry", "failed", "unknown")
    ids = queue(store, *(replace(sample.effect, key=name) for name in outcomes))
    arguments = {"done": (), "retry": (sample.now + MINUTE, "忙"), "failed": ("no",), "unknown": ("?",)}
    with store.begin() as uow:
        assert not uow.outbox.done(ids[0], epoch)
        uow.outbox.claim(epoch, sample.now, 9)
        for name, effect_id in zip(outcomes, ids, strict=True):
            act = getattr(uow.outbox, name)
            assert not act(effect_id, epoch + 1, *arguments[name])
            assert act(effect_id, epoch, *arguments[name])
            assert not act(effect_id, epoch, *arguments[name])
        states = {e.key: (e.state.value, e.error) for e in uow.outbox.list()}
        assert states == {
            "done": ("done", ""),
            "retry": ("pending", "忙"),
            "failed": ("failed", "no"),
            "unknown": ("unknown", "?"),
        }
        assert uow.outbox.claim(epoch, sample.now, 9) == []
        again = uow.outbox.claim(epoch, sample.now + MINUTE, 9)
        assert [(e.key, e.attempts) for e in again] == [("retry", 2)]


def test_unknown_effects_are_settled_by_what_was_found(store, sample, epoch):
    """An unknown effect is never claimed; a probe's finding ends it or puts it back, once."""
    first, second = queue(store, sample.effect, replace(sample.effect, key="b"))
    with store.begin() as uow:
        uow.outbox.claim(epoch, sample.now, 9)
        assert not uow.outbox.settle(first, EffectState.DONE)
        uow.outbox.unknown(first, epoch, "?")
        uow.outbox.unknown(second, epoch, "?")
        assert uow.outbox.claim(epoch, sample.now + MINUTE, 9) == []
        assert uow.outbox.settle(first, EffectState.DONE)
        assert not uow.outbox.settle(first, EffectState.FAILED)
        assert uow.outbox.settle(second, EffectState.PENDING, due_at=sample.now + MINUTE)
        assert [e.id for e in uow.outbox.claim(epoch, sample.now + MINUTE, 9)] == [second]


def test_an_older_tenure_is_recovered_and_fenced(store, sample):
    """What a former holder claimed becomes unknown for the next one; the former holder gets and ends nothing more."""
    (effect_id,) = queue(store, sample.effect)
    old = store.lease.acquire("daemon", MINUTE, "other:1:1")
    with store.begin() as uow:
        uow.outbox.claim(old, sample.now, 1)
        uow.commit()
    assert store.lease.release("daemon", old)
    new = store.lease.acquire("daemon", MINUTE, "other:2:2")
    assert new > old
    with store.begin() as uow:
        assert [e.state for e in uow.outbox.recover(new)] == [EffectState.UNKNOWN]
        assert uow.outbox.recover(new) == []
        assert not uow.outbox.done(effect_id, old)
        uow.commit()
    with pytest.raises(LeaseLost, match="BR-1711"), store.begin() as uow:
        uow.outbox.claim(old, sample.now, 1)
    with pytest.raises(LeaseLost, match="BR-1711"), store.begin() as uow:
        uow.outbox.recover(old)


def test_processes_never_claim_the_same_effect(store, sample, epoch, processes):
    """Several processes emptying the outbox at once get every row exactly once."""
    queue(store, *(replace(sample.effect, key=f"e{n:02}") for n in range(30)))
    script = (
        f"while True:\n    with store.begin() as uow:\n        got = uow.outbox.claim({epoch}, NOW + timedelta(days=9), 2)\n"
        "        uow.commit()\n    if not got: break\n    print(*(e.key for e in got))\n"
    )
    keys = [key for printed in processes(script, 3) for key in printed.split()]
    assert sorted(keys) == [f"e{n:02}" for n in range(30)]


def test_one_of_many_processes_gets_the_lease(store, processes):
    """Of processes that ask at once one gets the lease; while it lives and its time runs nobody else does."""
    script = (
        "epoch = store.lease.acquire('daemon', timedelta(minutes=5))\nprint(epoch or '-')\nsys.stdout.flush()\n"
        "(gate / f'asked-{me}').touch()\nwhile len(list(gate.iterdir())) < 2 * many: time.sleep(0.005)\n"
    )
    printed = processes(script, 3)
    assert sorted(printed) == ["-", "-", "1"]
    assert store.lease.held("daemon") is None  # it ended without releasing: dead, so free at once
    assert store.lease.acquire("daemon", MINUTE) == 2


def test_a_dead_holder_is_replaced_at_once(store):
    """A holder whose process ended, or whose number was reused, does not hold; one elsewhere holds until its time is over."""
    ended = subprocess.run(
        [sys.executable, "-c", "from bridge.store.process import this_process as p; print(p())"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    ).stdout.strip()
    me = this_process()
    host, pid, start = me.split(":")
    assert is_dead(ended)
    assert is_dead(f"{host}:{pid}:{int(start) + 1}")
    assert not is_dead(me)
    assert not is_dead(f"elsewhere:{pid}:{start}")
    assert not is_dead("nonsense")
    first = store.lease.acquire("daemon", MINUTE, ended)
    assert store.lease.acquire("daemon", MINUTE) == first + 1
    assert store.lease.acquire("daemon", MINUTE, "elsewhere:1:1") is None
    assert store.lease.held("daemon").holder == me


def test_a_silent_holder_is_replaced_after_its_time(store):
    """A holder on another host is replaced when it stopped renewing, and then cannot renew or release."""
    late = Lease(store.engine, lambda connection: wall(connection) + 2 * MINUTE)
    first = store.lease.acquire("daemon", MINUTE, "elsewhere:1:1")
    assert store.lease.acquire("daemon", MINUTE) is None
    assert late.acquire("daemon", MINUTE) == first + 1
    assert not store.lease.renew("daemon", first, MINUTE)
    assert not store.lease.release("daemon", first)


def test_holding_on(store):
    """The holder may ask again and renew under the same epoch; other names do not matter; a release frees at once."""
    epoch = store.lease.acquire("daemon", MINUTE)
    assert store.lease.acquire("daemon", MINUTE) == epoch
    assert store.lease.renew("daemon", epoch, MINUTE)
    assert store.lease.acquire("other", MINUTE) == epoch + 1
    assert store.lease.release("daemon", epoch)
    assert not store.lease.renew("daemon", epoch, MINUTE)
    assert store.lease.held("daemon") is None
    assert store.lease.acquire("daemon", MINUTE) == epoch + 2
