"""The unit of work: all or nothing, alone while it writes, a still picture while it reads."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import ResourceClosedError

from bridge.domain.errors import BridgeError, InvariantBroken


def test_rollback_leaves_nothing(store, sample):
    """A unit of work that is not committed, or ends in an error, leaves no trace of any noun."""
    with store.begin() as uow:
        assert uow.runs.next_number() == 1
        uow.episodes.save(sample.episode)
        uow.holds.save(sample.hold)
        uow.outbox.add(sample.effect)
        uow.audit.append("li", "x", "y", {}, sample.now)
        uow.runs.add(sample.report, {})
    with pytest.raises(ZeroDivisionError), store.begin() as uow:
        _ = uow.slots.claim("k", sample.now) / 0
    with store.read() as uow:
        assert (uow.episodes.list(), uow.holds.list(), uow.outbox.list(), uow.audit.list()) == ([], [], [], [])
        assert uow.runs.list() == []
        assert uow.slots.last("k") is None
    with store.begin() as uow:
        assert uow.runs.next_number() == 1


def test_commit_ends_it(store, sample):
    """After commit the unit of work cannot be used, so nothing is written that would be lost."""
    with store.begin() as uow:
        uow.flags.set("paused", {"why": "盘点"}, by="it", at=sample.now)
        uow.commit()
        with pytest.raises(ResourceClosedError):
            uow.flags.get("paused")
    with store.read() as uow:
        assert uow.flags.get("paused").value == {"why": "盘点"}


def test_reading_cannot_write(store, sample):
    """A reading unit of work refuses to write, and the next writing one is not hindered by that."""
    with pytest.raises(BridgeError), store.read() as uow:
        uow.slots.claim("k", sample.now)
    with store.begin() as uow:
        assert uow.slots.claim("k", sample.now)
        uow.commit()


def test_reading_sees_one_picture_beside_a_writer(store, sample):
    """A reader neither waits for a writer nor sees half of what it writes."""
    with store.read() as reader:
        assert reader.flags.get("paused") is None
        with store.begin() as writer:
            writer.flags.set("paused", {}, by="it", at=sample.now)
            with store.read() as beside:
                assert beside.flags.get("paused") is None
            writer.commit()
        assert reader.flags.get("paused") is None
    with store.read() as later:
        assert later.flags.get("paused") is not None


def test_a_broken_rule_becomes_an_error_of_the_tree(store, sample):
    """What a constraint refuses leaves the block as InvariantBroken, without parameters, and everything is undone."""

    def break_a_rule():
        with store.begin() as uow:
            uow.flags.set("paused", {}, by="it", at=sample.now)
            uow.baselines.accept("k3", "AIS", "s", 999, by="it", at=sample.now)
            uow.commit()

    with pytest.raises(InvariantBroken) as raised:
        break_a_rule()
    assert raised.value.code == "BR-1709"
    assert "AIS" not in raised.value.text("zh")
    with store.read() as uow:
        assert uow.flags.list() == []


def test_counters_are_free_of_gaps(store):
    """Numbers count up per name and period; a rolled-back number is given out again."""
    with store.begin() as uow:
        assert [uow.counters.next("variance", "20261123") for _ in range(3)] == [1, 2, 3]
        assert uow.counters.next("variance", "20261124") == 1
        assert uow.counters.next("hold", "20261123") == 1
        uow.commit()
    with store.begin() as uow:
        assert uow.counters.next("variance", "20261123") == 4
    with store.begin() as uow:
        assert uow.counters.next("variance", "20261123") == 4


def test_counters_lose_nothing_between_processes(store, processes):
    """Processes that read, wait and write in one unit of work do not overwrite each other, and do not deadlock."""
    script = (
        "for n in range(10):\n"
        "    with store.begin() as uow:\n"
        "        flag = uow.flags.get('total')\n"
        "        uow.flags.set('total', {'n': (flag.value['n'] if flag else 0) + 1}, by=str(me), at=NOW)\n"
        "        uow.counters.next('x')\n"
        "        uow.commit()\n"
    )
    processes(script, 3)
    with store.begin() as uow:
        assert uow.flags.get("total").value == {"n": 30}
        assert uow.counters.next("x") == 31


def test_slots_are_taken_once(store, sample, processes):
    """Of several processes that claim the same slots, each slot goes to exactly one."""
    script = (
        "won = []\n"
        "for n in range(10):\n"
        "    with store.begin() as uow:\n"
        "        if uow.slots.claim(f'fin_wms@{n:02}', NOW + timedelta(minutes=n)): won.append(n)\n"
        "        uow.commit()\n"
        "print(*won)\n"
    )
    won = [int(number) for printed in processes(script, 3) for number in printed.split()]
    assert sorted(won) == list(range(10))
    with store.read() as uow:
        assert uow.slots.last("fin_wms@").run_key == "fin_wms@09"
        assert uow.slots.last("FIN_WMS@") is None
        assert uow.slots.last("fin%") is None


def test_last_slot_is_the_latest_by_time(store, sample):
    """The last slot of a prefix is the one taken last, whatever its key."""
    with store.begin() as uow:
        assert uow.slots.claim("a:2", sample.now + timedelta(hours=1))
        assert uow.slots.claim("a:9", sample.now)
        assert not uow.slots.claim("a:9", sample.now + timedelta(hours=2))
        last = uow.slots.last("a:")
        assert (last.run_key, last.at) == ("a:2", sample.now + timedelta(hours=1))
