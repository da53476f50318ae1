"""The daemon: one per store, stops between two steps, one catch-up after a gap, keeps the old configuration."""

import json
import signal

import pytest
from acceptance_books import change, rows
from acceptance_plant import Plant, copy
from crash_kill import waited

from bridge import daemon
from bridge.bootstrap import bootstrap


@pytest.fixture
def plant(crash_origin: Plant, tmp_path) -> Plant:
    """Give an own plant in mode observe whose slots are an hour long."""
    made = copy(crash_origin, tmp_path)
    made.configure(plant__mode="observe", schedule__snapshot="every 1h")
    return made


def _runs(plant: Plant) -> int:
    return int(str(rows(plant.store, "SELECT count(*) FROM runs")[0][0]))


def _once(plant: Plant) -> int:
    return plant.run("run", "--once").code


def _opened(plant: Plant) -> daemon.Daemon:
    app = bootstrap(plant.config)
    epoch = app.store.lease.acquire(daemon.LEASE, daemon.TENURE)
    assert epoch is not None
    return daemon.Daemon(plant.config, app, epoch)


def test_a_slot_is_run_once_whoever_asks(plant: Plant):
    """The first wake-up of a slot runs it, the second finds it done."""
    before = _runs(plant)
    assert (_once(plant), _once(plant)) == (0, 0)
    assert _runs(plant) == before + 1


def test_after_a_gap_there_is_one_catch_up(plant: Plant):
    """Three slots were missed while nobody ran: one round, not zero, not three."""
    _once(plant)
    before = _runs(plant)
    change(plant.store, "UPDATE slots SET run_key = 'snapshot:3600:' || (CAST(substr(run_key, 15) AS integer) - 4)")
    assert (_once(plant), _once(plant)) == (0, 0)
    assert _runs(plant) == before + 1


def test_a_process_that_died_in_its_slot_does_not_block_the_next(plant: Plant):
    """A daemon killed with -9 leaves its lease behind; the next one takes it at once, for the holder is dead."""
    started = plant.start("run")
    waited(lambda: plant.data.joinpath("heartbeat.json").exists())
    started.kill()
    started.communicate(timeout=20)
    assert _once(plant) == 0


@pytest.mark.slow
def test_second_daemon_refuses_and_sigterm_ends_the_first_gently(plant: Plant):
    """Exit 2 and the holder's name for the second; the first exits 0 on SIGTERM, its round whole and its lease free."""
    first = plant.start("run")
    beat = plant.data / "heartbeat.json"
    waited(lambda: beat.exists() and "round_at" in json.loads(beat.read_text(encoding="utf-8")))
    second = plant.run("run", "--lang", "en")
    assert second.code == 2
    assert "[BR-1720]" in second.err
    assert str(first.pid) in second.err
    status = plant.run("status", "--json").json
    assert str(first.pid) in status["daemon"]
    assert status["heartbeat"]["compared"] == 120
    first.send_signal(signal.SIGTERM)
    _, log = first.communicate(timeout=30)
    assert first.returncode == 0, log
    assert "daemon stopped" in log
    assert plant.run("status", "--json").json["daemon"] is None
    assert plant.run("audit", "verify").code == 0


def test_heartbeat_tells_what_was_compared(plant: Plant):
    """Not only that it lives: when it last compared, how many rows, with which exit code, and any error's code."""
    _once(plant)
    beat = json.loads((plant.data / "heartbeat.json").read_text(encoding="utf-8"))
    assert {"at", "pid", "round_at", "compared", "exit_code", "error"} <= set(beat)
    assert (beat["compared"], beat["exit_code"], beat["error"]) == (120, 0, "")


def test_reload_takes_the_new_and_keeps_the_old_when_it_is_bad(plant: Plant, capsys):
    """A wrong bridge.toml changes nothing and is said once; a right one counts at the next wake-up."""
    running = _opened(plant)
    running.wake()
    good = plant.config.read_text(encoding="utf-8")
    plant.config.write_text(good.replace("[[pairs]]", "[thresholdz]\n[[pairs]]"), encoding="utf-8")
    for _ in range(3):
        running.wake()
    assert running.app.settings.thresholds.percent == 3
    assert capsys.readouterr().err.count("BR-1001") <= 1
    plant.config.write_text(good.replace("[[pairs]]", "[thresholds]\npercent = 7.0\n[[pairs]]"), encoding="utf-8")
    running.wake()
    assert running.app.settings.thresholds.percent == 7
    running.app.store.close()


def test_a_daemon_that_lost_its_lease_stops(plant: Plant):
    """Somebody else has the store: no more rounds, and the scheduler is told to end."""
    running = _opened(plant)
    told = []
    running.stop = lambda: told.append("stop")
    change(plant.store, "UPDATE leases SET epoch = epoch + 1 WHERE name = 'daemon'")
    before = _runs(plant)
    running.wake()
    assert (told, _runs(plant)) == (["stop"], before)
    running.app.store.close()


def test_a_dead_source_never_ends_the_daemon(plant: Plant):
    """Wake-ups go on while a source is away; the round is suspended, the heartbeat beats."""
    plant.u8.rename(plant.folder / "away.db")
    running = _opened(plant)
    running.wake()
    running.wake()
    beat = json.loads((plant.data / "heartbeat.json").read_text(encoding="utf-8"))
    assert (beat["exit_code"], beat["compared"]) == (3, 0)
    running.app.store.close()


def test_service_install_prints_a_unit_that_runs_this_configuration(plant: Plant):
    """The systemd unit names the program and the absolute path of bridge.toml, and restarts it."""
    unit = plant.run("service", "install", "--dry-run").out
    assert str(plant.config) in unit
    assert "ExecStart=" in unit
    assert "Restart=" in unit
