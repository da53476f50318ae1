"""The whole program against a MES whose clock is an hour off: its readings are no evidence, and the exit code says so."""

import contextlib
import io
import json
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from bridge.cli.main import main
from bridge.demo.lookalikes import MesServer

CONFIGURATION = """
schema_version = 1
[plant]
name = "时钟工厂"
mode = "observe"
[sources.books]
kind = "sql"
url = "sqlite:///{folder}/books.db"
query = "SELECT item, place AS warehouse, qty AS quantity FROM stock"
[sources.mes]
kind = "mes"
base_url = "{url}"
isolate = false
snapshot = {{ path = "/stock", items = "data" }}
fields = {{ item = "part_no", warehouse = "area", qty = "qty", unit = "uom" }}
{gates}
[[pairs]]
id = "line"
book = ["books"]
stock = ["mes"]
owner = "wang.fang"
[people]
"wang.fang" = {{ name = "王芳", mail = "wangfang@example.com", roles = ["maker"] }}
"li.zong" = {{ name = "李总监", mail = "li@example.com", roles = ["checker", "owner_of_last_resort"] }}
"sun.it" = {{ name = "孙工", mail = "it@example.com", roles = ["admin"] }}
"""


class Plant:
    """Books and a MES that agree about 20 items. `ahead` is how far the MES's clock is from ours, which is the real one.

    A clock that `--now` makes stand still measures no other clock, so these commands go without it.
    """

    def __init__(self, folder, mes, gates=""):
        self.folder, self.mes, self.ahead = folder, mes, timedelta(0)
        mes.now = lambda: datetime.now(UTC) + self.ahead
        with contextlib.closing(sqlite3.connect(folder / "books.db")) as db, db:
            db.execute("CREATE TABLE stock (item TEXT, place TEXT, qty NUMERIC)")
            db.executemany("INSERT INTO stock VALUES (?, 'L1', 240)", [(f"P{number:03}",) for number in range(20)])
        text = CONFIGURATION.format(folder=folder, url=mes.url, gates=gates)
        (folder / "bridge.toml").write_text(text, encoding="utf-8")
        self.state(240)
        for source in ("books", "mes"):
            code, _ = self.run("baseline", "accept", source, "--by", "sun.it")
            assert code == 0

    def state(self, first):
        """Have the MES state 240 of each item, and `first` of the first one, under its own time."""
        for number in range(20):
            self.mes.set_stock(f"P{number:03}", "L1", 240 if number else first, self.mes.now())

    def run(self, *words):
        """Run a command by the real clock. Return its exit code and what it printed."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(["--config", str(self.folder / "bridge.toml"), "--lang", "en", *words])
        return code, out.getvalue()

    def reconcile(self):
        """Do a round. Return its exit code and its report."""
        code, out = self.run("reconcile", "--json")
        return code, json.loads(out)


@pytest.fixture
def mes():
    """Give a running MES."""
    with MesServer() as server:
        yield server


@pytest.mark.slow
@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_an_hour_off_ends_in_exit_code_4_with_the_gate_named(tmp_path, mes, hours):
    """An hour fast or slow: refused as `clock offset` with the offset, nothing compared; set right, the next run compares."""
    plant = Plant(tmp_path, mes)
    code, report = plant.reconcile()
    assert (code, report["compared"]) == (0, 20)
    plant.ahead = timedelta(hours=hours)
    plant.state(100)
    code, report = plant.reconcile()
    assert code == 4
    books, seen = report["snapshots"]
    assert (books["admitted"], seen["admitted"]) == (True, False)
    assert seen["reason"].startswith("clock offset:")
    assert "[BR-1813]" in seen["reason"]
    assert ("+3" if hours > 0 else "-3") in seen["reason"]
    assert (report["compared"], report["variances"]) == (0, []), "the 140 missing there are no finding of this reading"
    plant.ahead = timedelta(0)
    plant.state(240)
    code, report = plant.reconcile()
    assert (code, report["compared"], report["variances"]) == (0, 20, [])


@pytest.mark.slow
@pytest.mark.parametrize(("gates", "code"), [("", 4), ("[gates]\nmax_clock_offset_s = 280", 0)])
def test_how_far_off_a_clock_may_be_is_a_setting(tmp_path, mes, gates, code):
    """Four minutes are more than the two that are usual; where the plant allows 280 seconds they pass."""
    plant = Plant(tmp_path, mes, gates)
    plant.ahead = timedelta(minutes=4)
    plant.state(240)
    found, report = plant.reconcile()
    assert (found, report["compared"]) == (code, 0 if code else 20)
    assert ("120 s" in (report["snapshots"][1]["reason"] or "")) is bool(code)
