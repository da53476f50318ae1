"""What the daemon does between its rounds: it pulls documents, and once a day it forgets what is old."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from acceptance_books import change, rows
from acceptance_plant import Plant, copy
from crash_daemon import opened, wake_at
from structlog.testing import capture_logs

from bridge.bootstrap import bootstrap
from bridge.daemon import Daemon
from bridge.heartbeat import read_heartbeat

OLD = 1_000_000_000.0


@pytest.fixture
def plant(crash_origin: Plant, tmp_path: Path) -> Plant:
    """Give an own plant in mode observe whose rounds are an hour apart and whose readings are kept a day."""
    made = copy(crash_origin, tmp_path)
    made.configure(plant__mode="observe", schedule__snapshot="every 1h", retention__snapshots="1d")
    return made


@pytest.fixture
def running(plant: Plant) -> Iterator[Daemon]:
    """Give a daemon that has done the round of this hour."""
    daemon = opened(plant, plant.now)
    daemon.wake()
    yield daemon
    daemon.app.store.close()


def _count(plant: Plant, query: str) -> int:
    return int(str(rows(plant.store, query)[0][0]))


def _received(plant: Plant, number: str) -> None:
    """Save a receipt in U8 that nobody has audited yet."""
    ident = int(number[-4:])
    head = "INSERT INTO RdRecord01 (ID, bRdFlag, cVouchType, cWhCode, cCode, dDate, cMaker, dnmaketime, ufts)"
    change(
        plant.u8,
        f"{head} VALUES (?, 1, '01', '01', ?, '2026-11-17', '李明', '2026-11-17 09:38:00', ?)",
        ident,
        number,
        ident,
    )
    body = "INSERT INTO rdrecords01 (AutoID, ID, cInvCode, cBatch, iQuantity, irowno, rowufts)"
    change(plant.u8, f"{body} VALUES (?, ?, 'M-001', '', 7, 1, ?)", ident, ident, ident)


def _seen(plant: Plant, number: str) -> list[tuple[object, ...]]:
    return rows(plant.store, "SELECT first_seen FROM movements WHERE document_number = ?", number)


def test_documents_are_pulled_between_two_rounds(plant: Plant, running: Daemon):
    """A receipt saved after the round is in the ledger at the next wake-up, with that moment, and no round was done."""
    rounds = _count(plant, "SELECT count(*) FROM runs")
    _received(plant, "CGRK0001")
    later = plant.now + timedelta(minutes=6)
    wake_at(running, later)
    assert _seen(plant, "CGRK0001") == [(int(later.timestamp() * 1_000_000),)]
    assert _count(plant, "SELECT count(*) FROM runs") == rounds


def test_documents_are_pulled_as_often_as_the_schedule_says(plant: Plant):
    """Within one slot of `movements` a second wake-up reads nothing; the next slot does."""
    plant.configure(schedule__movements="every 10m")
    daemon = opened(plant, plant.now)
    daemon.wake()
    start = plant.now.replace(minute=40)
    wake_at(daemon, start)
    _received(plant, "CGRK0002")
    wake_at(daemon, start + timedelta(minutes=5))
    assert _seen(plant, "CGRK0002") == []
    wake_at(daemon, start + timedelta(minutes=10))
    assert len(_seen(plant, "CGRK0002")) == 1
    daemon.app.store.close()


def _aged(plant: Plant) -> set[Path]:
    """Make every kept file look old, so that nothing but [retention] keeps it. Return them."""
    files = {path for path in (plant.data / "blobs").rglob("*") if path.is_file()}
    for path in files:
        os.utime(path, (OLD, OLD))
    return files


def test_what_is_old_goes_once_a_day(plant: Plant, running: Daemon):
    """Readings past [retention] leave the disk at a later day's first wake-up; the second one that day leaves all alone."""
    old = _aged(plant)
    plant.stock(M_001__01="500")
    for day in (3, 6):  # the last admitted readings stay, so two later rounds are needed for the first ones to go
        wake_at(running, plant.now + timedelta(days=day))
    assert [path for path in old if not path.exists()]
    assert _count(plant, "SELECT count(*) FROM slots WHERE run_key LIKE 'retention:%'") == 3
    again = _aged(plant)
    wake_at(running, plant.now + timedelta(days=6, hours=1))
    assert all(path.exists() for path in again)
    assert plant.run("audit", "verify").code == 0


def test_a_part_of_a_day_is_kept_as_a_whole_one(plant: Plant):
    """`snapshots = "12h"` removes nothing 13 hours later, and something after a day: rather too much is kept."""
    plant.configure(retention__snapshots="12h")
    for figure in ("500", "501", "502"):
        plant.stock(M_001__01=figure)
        plant.reconcile()
        plant.later(minutes=5)
    _aged(plant)
    removed = []
    for hours in (13, 25):
        app = bootstrap(plant.config, now=plant.now + timedelta(hours=hours))
        removed.append(app.sweep().blobs > 0)
        app.store.close()
    assert removed == [False, True]


def test_a_failing_sweep_disturbs_no_round(plant: Plant, running: Daemon):
    """What stands in its way is logged; the round is done, the heartbeat is well, and the next wake-up too."""
    blobs = plant.data / "blobs"
    free = next(f"{number:02x}" for number in range(256) if not (blobs / f"{number:02x}").exists())
    (blobs / free).write_text("a file where a folder belongs", encoding="utf-8")
    rounds = _count(plant, "SELECT count(*) FROM runs")
    with capture_logs() as logged:
        wake_at(running, plant.now + timedelta(days=1))
        wake_at(running, plant.now + timedelta(days=1, minutes=1))
    assert [line["log_level"] for line in logged if line["event"] == "old data not removed"] == ["error"]
    assert _count(plant, "SELECT count(*) FROM runs") == rounds + 1
    beat = read_heartbeat(plant.data)
    assert (beat["error"], beat["compared"]) == ("", 120)


def test_a_daily_pair_is_judged_once_a_day_from_its_hour_on(plant: Plant):
    """Not before its time, at the first round after it, not again that day, and again the next."""
    text = plant.config.read_text(encoding="utf-8").replace("owner =", 'check = "daily 10:30"\nowner =', 1)
    plant.config.write_text(text, encoding="utf-8")
    daemon = opened(plant, plant.now)
    start, rounds = plant.now.replace(hour=9, minute=10), []
    for hours in (0, 1, 2, 3, 24, 26):
        wake_at(daemon, start + timedelta(hours=hours))
        rounds.append(_count(plant, "SELECT count(*) FROM runs"))
    daemon.app.store.close()
    assert [count - rounds[0] for count in rounds] == [0, 0, 1, 1, 1, 2]
