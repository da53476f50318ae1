"""A broken invariant stops all writing: the daemon pauses by itself, and a person resumes."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from acceptance_books import change, rows
from acceptance_plant import Plant, copy
from crash_daemon import opened, wake_at

from bridge.cycle import act
from bridge.daemon import Daemon
from bridge.heartbeat import read_heartbeat

NO_RUN = "CREATE TRIGGER no_run BEFORE INSERT ON runs BEGIN SELECT RAISE(ABORT, 'rule broken by hand'); END"
NO_PAUSE = """CREATE TRIGGER no_pause BEFORE INSERT ON flags WHEN NEW.name = 'paused'
 BEGIN SELECT RAISE(ABORT, 'flags broken by hand'); END"""
PAUSES = "SELECT actor FROM audit WHERE action = 'paused'"


@pytest.fixture
def plant(crash_origin: Plant, tmp_path: Path) -> Plant:
    """Give an own plant with a hold in U8 whose lifting is queued and not carried out."""
    made = copy(crash_origin, tmp_path)
    hold = {"via": "frozen_quantity", "account_sets": ["UFDATA_002_2026"]}
    made.configure(schedule__snapshot="every 1h", sources__u8__hold=hold)
    made.stock(M_001__01="500")
    made.confirm()
    assert made.frozen()
    return made


@pytest.fixture
def running(plant: Plant) -> Iterator[Daemon]:
    """Give a daemon that has something to write into U8 as soon as it delivers."""
    daemon = opened(plant, plant.now)
    act.panic(daemon.app.store, "sun.it", "drill", plant.now)
    yield daemon
    daemon.app.store.close()


def test_a_broken_invariant_pauses_once_until_a_person_resumes(plant: Plant, running: Daemon):
    """The round breaks twice, one pause is recorded, nothing leaves for U8; after `resume` it does."""
    before = plant.frozen()
    change(plant.store, NO_RUN)
    running.wake()
    wake_at(running, plant.now + timedelta(hours=1))  # the next round breaks as well
    wake_at(running, plant.now + timedelta(hours=1, minutes=1))  # no round is due: this one would deliver
    assert plant.frozen() == before
    assert rows(plant.store, PAUSES) == [("daemon",)]
    status = plant.run("status", "--json").json
    assert status["paused"]["by"] == "daemon"
    assert "[BR-1709]" in status["paused"]["reason"]
    change(plant.store, "DROP TRIGGER no_run")
    assert plant.run("resume", "--by", "sun.it").code == 0
    wake_at(running, plant.now + timedelta(hours=2))
    assert plant.frozen() == {}
    assert plant.run("audit", "verify").code == 0


def test_the_heartbeat_keeps_the_error_until_a_round_went_well(plant: Plant, running: Daemon):
    """The wake-up after a failed round has nothing to complain of, and must not hide what the round did."""
    change(plant.store, NO_RUN)
    running.wake()
    wake_at(running, plant.now + timedelta(minutes=1))
    assert read_heartbeat(plant.data)["error"] == "BR-1709"
    change(plant.store, "DROP TRIGGER no_run")
    wake_at(running, plant.now + timedelta(hours=1))
    assert read_heartbeat(plant.data)["error"] == ""


def test_a_pause_by_a_person_keeps_its_name_and_reason(plant: Plant, running: Daemon):
    """Paused is paused: the daemon does not write its own reason over a person's."""
    assert plant.run("pause", "--reason", "U8 升级", "--by", "sun.it").code == 0
    change(plant.store, NO_RUN)
    running.wake()
    assert plant.run("status", "--json").json["paused"] == {"by": "sun.it", "reason": "U8 升级"}


def test_a_pause_that_cannot_be_kept_stops_the_daemon_from_writing(plant: Plant, running: Daemon):
    """The store refuses the pause too: nothing is delivered, the heart beats with the error, and the pause comes later."""
    before = plant.frozen()
    change(plant.store, NO_RUN)
    change(plant.store, NO_PAUSE)
    running.wake()
    wake_at(running, plant.now + timedelta(minutes=1))
    assert (plant.frozen(), rows(plant.store, PAUSES)) == (before, [])
    beat = read_heartbeat(plant.data)
    assert (beat["error"], beat["at"]) == ("BR-1709", (plant.now + timedelta(minutes=1)).isoformat(timespec="seconds"))
    change(plant.store, "DROP TRIGGER no_pause")
    wake_at(running, plant.now + timedelta(minutes=2))
    assert (plant.frozen(), rows(plant.store, PAUSES)) == (before, [("daemon",)])
