"""Load limits: rows a second, hours in which a source is left alone; and codes as the server compares them."""

import sqlite3
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bridge.domain.clock import FixedClock
from bridge.domain.errors import SourceUnavailable
from bridge.domain.snapshot import Scope
from connectors.database import DatabaseSettings, folded, open_engine, read_columns, reading, refuse_in_blackout
from connectors.database.load import Pace
from connectors.sql import CONNECTOR
from connectors.sql.config import SqlSettings

ZONE = ZoneInfo("Asia/Shanghai")


def _settings(**more):
    return DatabaseSettings.model_validate({"kind": "x", "url": "sqlite:///x.db", **more})


def _at(clock):
    hour, minute = clock.split(":")
    return datetime(2026, 11, 23, int(hour), int(minute), tzinfo=ZONE)


@pytest.mark.parametrize(
    ("window", "clock", "rests"),
    [
        ("22:00-23:00", "21:59", False),
        ("22:00-23:00", "22:00", True),
        ("22:00-23:00", "22:59", True),
        ("22:00-23:00", "23:00", False),
        ("23:30-01:00", "23:29", False),
        ("23:30-01:00", "23:30", True),
        ("23:30-01:00", "00:59", True),
        ("23:30-01:00", "01:00", False),
    ],
)
def test_a_blackout_begins_and_ends_on_the_minute(window, clock, rests):
    """Its begin belongs to it, its end does not; it may span midnight."""
    if not rests:
        refuse_in_blackout(_settings(blackout=[window]), "k3", _at(clock))
        return
    with pytest.raises(SourceUnavailable) as seen:
        refuse_in_blackout(_settings(blackout=["03:00-03:30", window]), "k3", _at(clock))
    assert (seen.value.code, seen.value.facts["window"]) == ("BR-1116", window)


@pytest.mark.parametrize("words", ["22:00", "25:00-26:00", "22:00-22:00", "10-11", ""])
def test_a_window_that_is_none_is_refused(words):
    """A blackout is two times of day."""
    with pytest.raises(ValidationError):
        _settings(blackout=[words])


def test_every_reading_of_a_source_rests(tmp_path):
    """Snapshot, movements and probe are refused inside the window and work outside it."""
    path = tmp_path / "own.db"
    with sqlite3.connect(path) as link:
        link.execute("CREATE TABLE stock (item TEXT, quantity INT)")
        link.execute("INSERT INTO stock VALUES ('NA', 3)")
    link.close()
    settings = SqlSettings.model_validate(
        {
            "kind": "sql",
            "url": f"sqlite:///{path}",
            "query": "SELECT item, quantity FROM stock",
            "blackout": ["22:00-23:00"],
        }
    )
    resting, awake = (CONNECTOR.source("own", settings, FixedClock(_at(clock))) for clock in ("22:30", "23:00"))
    for verb in (resting.probe, lambda: resting.snapshot(Scope())):
        with pytest.raises(SourceUnavailable, match="BR-1116"):
            verb()
    assert awake.snapshot(Scope()).lines.num_rows == 1
    assert awake.probe().account == "own"


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=30), st.integers(1, 10_000))
def test_a_pace_never_runs_ahead(blocks, rows_per_s):
    """After each block at least as much time has passed as its rows were allowed to take."""
    now = [100.0]

    def sleep(seconds):
        now[0] += seconds

    pace = Pace(rows_per_s, lambda: now[0], sleep)
    for number, block in enumerate(blocks, start=1):
        pace.after(block)
        assert now[0] - 100.0 >= sum(blocks[:number]) / rows_per_s - 1e-6


def test_a_slow_server_is_not_slowed_further():
    """Where fetching itself takes longer than the limit asks, nobody waits."""
    times, waits = iter([0.0, 10.0, 20.0]), []
    pace = Pace(100, lambda: next(times), waits.append)
    pace.after(50)
    pace.after(50)
    assert waits == []


def test_a_reading_keeps_the_pace(tmp_path, monkeypatch):
    """`rows_per_s` reaches the reading through the engine: blocks of a second each, with a pause after each."""
    path = tmp_path / "stock.db"
    with sqlite3.connect(path) as link:
        link.execute("CREATE TABLE t (a INT)")
        link.executemany("INSERT INTO t VALUES (?)", [(n,) for n in range(25)])
    link.close()
    blocks = []

    class Counting:
        def __init__(self, rows_per_s):
            assert rows_per_s == 10

        def after(self, rows):
            blocks.append(rows)

    monkeypatch.setattr(reading, "Pace", Counting)
    engine = open_engine(_settings(url=f"sqlite:///{path}", rows_per_s=10), source="k3")
    with engine.connect() as connection:
        assert len(read_columns(connection, sa.text("SELECT a FROM t"), source="k3", row_cap=100)["a"]) == 25
    assert blocks == [10, 10, 5]


@pytest.mark.parametrize("spelling", ["ab-1", "AB-1", "ＡＢ-1", "ab－１", "AB-1  "])
def test_codes_that_the_server_takes_for_the_same_fold_to_one(spelling):
    """Chinese_PRC_CI_AS ignores case, width and trailing blanks."""
    assert folded(spelling) == "ab-1"


@pytest.mark.parametrize("other", ["àb-1", "ab 1", " ab-1", "ab-2", "①b-1"])
def test_other_codes_stay_apart(other):
    """Accents, leading blanks and other characters count."""
    assert folded(other) != "ab-1"
