"""The whole program against a MES: a difference is confirmed, held in the MES itself, and let go when it is settled."""

import contextlib
import io
import json
import sqlite3
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bridge.cli.main import main
from bridge.demo.reference_mes import ReferenceMes, Refused
from bridge.demo.reference_mes.movements import Movement, book
from bridge.demo.reference_mes.tables import transaction
from bridge.domain.quantity import to_micro

START = datetime(2026, 11, 17, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
CONFIGURATION = """
schema_version = 1
[plant]
name = "MES工厂"
mode = "hold"
[sources.books]
kind = "sql"
url = "sqlite:///{folder}/books.db"
query = "SELECT item, place AS warehouse, qty AS quantity FROM stock"
items_query = "SELECT DISTINCT item, '42.5' AS cost, 'A' AS abc FROM stock"
[sources.mes]
kind = "mes"
base_url = "{url}"
token = "env:MES_READ"
envelope = "yudao"
snapshot = {{ path = "/open/stock", size = 10 }}
fields = {{ item = "item_code" }}
[sources.mes.movements]
path = "/open/movements"
items = "data.list"
since = "from"
cursor = "cursor"
next = "data.next_cursor"
size_name = "pageSize"
fields = {{ item = "item", warehouse = "from_loc", to = "to_loc", doc = "doc_no", type = "doc_type", at = "time" }}
[sources.mes.hold]
via = "hold_api"
token = "env:MES_HOLD"
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
    """Books in a SQLite file, a MES over HTTP, and a clock that both and the bridge go by."""

    def __init__(self, folder):
        self.folder, self.now = folder, START
        self.mes = ReferenceMes(folder / "mes.sqlite", lambda: self.now, reader="read-1234", writer="hold-5678")
        for number in range(30):
            self.move(f"BG-{number}", f"P{number:03}", "2400")
        with sqlite3.connect(folder / "books.db") as db:
            db.execute("CREATE TABLE stock (item TEXT PRIMARY KEY, place TEXT, qty NUMERIC)")
            db.executemany("INSERT INTO stock VALUES (?, 'L1', 2400)", [(f"P{number:03}",) for number in range(30)])
        db.close()

    def move(self, name, item, quantity):
        """Move goods in the MES."""
        with transaction(self.mes.db) as db:
            book(db, Movement(name, item, "L1", to_micro(quantity)), self.mes.now_ms)

    def write_books(self, item, quantity):
        """Correct the books."""
        with sqlite3.connect(self.folder / "books.db") as db:
            db.execute("UPDATE stock SET qty = ? WHERE item = ?", (quantity, item))
        db.close()

    def run(self, *words):
        """Run a command and return its JSON, half an hour after the one before."""
        self.now += timedelta(minutes=30)
        out, err = io.StringIO(), io.StringIO()
        head = ("--config", str(self.folder / "bridge.toml"), "--now", self.now.isoformat())
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main([*head, *words])
        assert code in {0, 10}, out.getvalue() + err.getvalue()
        return json.loads(out.getvalue()) if "--json" in words else out.getvalue()

    def holds(self):
        """Return the holds as the MES has them."""
        with transaction(self.mes.db) as db:
            rows = db.execute("SELECT item, qty, scope FROM hold WHERE released_at IS NULL").fetchall()
        return [(row["item"], row["qty"] // 10**6, row["scope"]) for row in rows]


@pytest.fixture
def plant(tmp_path, monkeypatch):
    """Return a plant whose two sides agree, baselines accepted."""
    monkeypatch.setenv("MES_READ", "read-1234")
    monkeypatch.setenv("MES_HOLD", "hold-5678")
    found = Plant(tmp_path)
    with found.mes:
        text = CONFIGURATION.format(folder=tmp_path, url=found.mes.url)
        (tmp_path / "bridge.toml").write_text(text, encoding="utf-8")
        for source in ("books", "mes"):
            found.run("baseline", "accept", source, "--by", "sun.it")
        yield found


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_difference_is_held_in_the_mes_and_let_go(plant):
    """Confirmed twice, the disputed 80 are held and nothing else; once the books are right, the hold goes."""
    assert plant.run("reconcile", "--json")["agreeing"] == 30
    plant.write_books("P007", 2320)
    for _ in range(3):
        report = plant.run("reconcile", "--json")
    assert [(found["item"], found["state"]) for found in report["variances"]] == [("P007", "confirmed")]
    assert plant.holds() == [("P007", 80, "out,transfer")]
    plant.move("CK-1", "P007", "-2320")
    with pytest.raises(Refused, match="0 of 80 may leave"):
        plant.move("CK-2", "P007", "-1")
    plant.move("BG-back", "P007", "2320")
    plant.write_books("P007", 2400)
    for _ in range(3):
        report = plant.run("reconcile", "--json")
    assert report["variances"] == []
    assert plant.holds() == []
