"""A running daemon follows its files: maps and calendar as well as bridge.toml."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from acceptance_plant import Plant, copy
from crash_daemon import opened
from structlog.testing import capture_logs

from bridge.daemon import Daemon

ITEMS = "item,source,code,valid_from,valid_to,approved_by\n"
REFUSED = "configuration refused, the old one stays"
RELOADED = "configuration reloaded"


@pytest.fixture
def plant(crash_origin: Plant, tmp_path: Path) -> Plant:
    """Give an own plant in mode observe with an empty item map and a calendar."""
    made = copy(crash_origin, tmp_path)
    (made.folder / "items.csv").write_text(ITEMS, encoding="utf-8")
    (made.folder / "calendar.csv").write_text("date,kind,note\n2026-11-18,rest,\n", encoding="utf-8")
    made.configure(
        plant__mode="observe",
        schedule__snapshot="every 10000d",
        schedule__movements="every 10000d",
        schedule__calendar="calendar.csv",
        master__items="items.csv",
    )
    return made


@pytest.fixture
def running(plant: Plant) -> Iterator[Daemon]:
    """Give a daemon that has woken once."""
    daemon = opened(plant)
    daemon.wake()
    yield daemon
    daemon.app.store.close()


def _woken(daemon: Daemon, times: int = 3) -> list[str]:
    """Wake the daemon. Return what it said of its configuration."""
    with capture_logs() as logged:
        for _ in range(times):
            daemon.wake()
    return [str(line["event"]) for line in logged if line["event"] in {REFUSED, RELOADED}]


def test_an_approved_code_counts_without_a_restart(plant: Plant, running: Daemon):
    """`map approve` beside a running daemon: its next wake-up knows the code; once read it is not read again."""
    assert running.app.maps.items == ()
    done = plant.run("map", "approve", "k3", "M-001", "COMMON-1", "--by", "zhou.min")
    assert done.code == 0, done.err
    assert _woken(running) == [RELOADED]
    assert [(row.code, row.item, row.approved_by) for row in running.app.maps.items] == [
        ("M-001", "COMMON-1", "zhou.min")
    ]


def test_a_wrong_map_keeps_the_old_one_and_is_said_once(plant: Plant, running: Daemon):
    """A broken items.csv changes nothing, however often the daemon wakes; put right, it counts."""
    path = plant.folder / "items.csv"
    path.write_text(f"{ITEMS}A,k3,M-001,,,zhou.min\n", encoding="utf-8")
    assert _woken(running) == [RELOADED]
    path.write_text("no,such,columns\n", encoding="utf-8")
    assert _woken(running) == [REFUSED]
    assert [row.item for row in running.app.maps.items] == ["A"]
    path.write_text(f"{ITEMS}BB,k3,M-001,,,zhou.min\n", encoding="utf-8")
    assert _woken(running) == [RELOADED]
    assert [row.item for row in running.app.maps.items] == ["BB"]


def test_a_map_that_goes_and_comes_is_a_change(plant: Plant, running: Daemon):
    """A deleted map is refused once, the old rows stay; the file's return is a change, even as it was."""
    path = plant.folder / "items.csv"
    path.unlink()
    assert _woken(running) == [REFUSED]
    path.write_text(ITEMS, encoding="utf-8")
    assert _woken(running) == [RELOADED]


def test_a_configuration_that_waits_for_a_map_takes_it_when_it_comes(plant: Plant, running: Daemon):
    """bridge.toml names a map nobody has written yet: refused; written, it is taken without touching bridge.toml."""
    plant.configure(master__warehouses="warehouses.csv")
    assert _woken(running) == [REFUSED]
    (plant.folder / "warehouses.csv").write_text("warehouse,source,code\nW1,k3,01\n", encoding="utf-8")
    assert _woken(running) == [RELOADED]
    assert [row.warehouse for row in running.app.maps.warehouses] == ["W1"]


def test_a_changed_calendar_counts(plant: Plant, running: Daemon):
    """A day the plant declares a rest day is one from the next wake-up on; a wrong line keeps the former days."""
    path = plant.folder / "calendar.csv"
    path.write_text("date,kind,note\n2026-11-18,rest,\n2026-11-19,rest,\n", encoding="utf-8")
    assert _woken(running) == [RELOADED]
    assert len(running.app.calendar.overrides) == 2
    path.write_text("date,kind,note\n2026-11-18,holiday,\n", encoding="utf-8")
    assert _woken(running) == [REFUSED]
    assert len(running.app.calendar.overrides) == 2
