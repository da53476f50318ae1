"""The reference MES keeps its own contract: pictures, cursors, holds, refusals with reasons."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import requests

from bridge.demo.reference_mes import ReferenceMes, Refused
from bridge.demo.reference_mes.movements import Movement, book, delete
from bridge.demo.reference_mes.tables import transaction
from bridge.domain.quantity import to_micro

AT = datetime(2026, 11, 23, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
UNTIL = "2026-11-23T16:30:00+08:00"
BODY = {"scope": ["out"], "item": "00710", "location": "L1", "batch": "", "qty": "80", "reason": "盘亏", "until": UNTIL}


class Mes(ReferenceMes):
    """A reference MES with a clock of its own and shorter words."""

    def __init__(self, folder):
        self.time = AT
        super().__init__(folder / "mes.sqlite", lambda: self.time, reader="r", writer="w")

    def ask(self, path, method="GET", token="w", **more):
        """Send a request as a client would."""
        headers = {"Authorization": f"Bearer {token}"}
        return requests.request(method, f"{self.url}/open/{path}", headers=headers, timeout=10, **more)

    def book(self, name, quantity, to_loc="", item="00710", batch="", **more):
        """Book a movement from L1."""
        moved = Movement(id=name, item=item, from_loc="L1", qty=to_micro(quantity), to_loc=to_loc, batch=batch, **more)
        with transaction(self.db) as db:
            book(db, moved, self.now_ms)

    def free(self, quantity, batch=""):
        """Return whether so much may leave."""
        try:
            with transaction(self.db) as db:
                book(db, Movement("out", "00710", "L1", -to_micro(quantity), batch=batch), self.now_ms)
                raise InterruptedError  # noqa: TRY301 - only asked
        except Refused:
            return False
        except InterruptedError:
            return True


@pytest.fixture
def mes(tmp_path):
    """Return a MES with stock of two items at L1."""
    with Mes(tmp_path) as server:
        server.book("BG-1", "2000")
        server.book("BG-2", "126.5", item="NA")
        yield server


def test_pages_are_cut_from_one_picture(mes):
    """What moves between two pages is not in them: one id, one time, the total of page 1."""
    first = mes.ask("stock?pageNo=1&pageSize=1").json()["data"]
    mes.time += timedelta(minutes=1)
    mes.book("BG-3", "5", item="NA")
    second = mes.ask("stock?pageNo=2&pageSize=1").json()["data"]
    assert (first["snapshot_id"], first["snapshot_time"]) == (second["snapshot_id"], second["snapshot_time"])
    assert [first["list"][0]["item_code"], second["list"][0]["item_code"]] == ["00710", "NA"]
    assert second["list"][0]["qty"] == "126.5"
    assert mes.ask("stock").json()["data"]["list"][1]["qty"] == "131.5"


def test_stock_as_of_a_moment(mes):
    """The parameter asOf winds back what moved since, transfers on both sides."""
    mes.time += timedelta(hours=1)
    mes.book("YK-1", "300", to_loc="L2")
    rows = mes.ask("stock", params={"asOf": (AT + timedelta(minutes=5)).isoformat()}).json()["data"]["list"]
    assert {(row["item_code"], row["warehouse"]): row["qty"] for row in rows} == {
        ("00710", "L1"): "2000", ("00710", "L2"): "0", ("NA", "L1"): "126.5"
    }  # fmt: skip


def test_a_cursor_ends_where_the_first_page_found_the_end(mes):
    """What is written while pages are read belongs to the next reading; nothing comes twice."""
    first = mes.ask("movements?pageSize=1").json()["data"]
    mes.book("BG-3", "5")
    second = mes.ask(f"movements?pageSize=1&cursor={first['next_cursor']}").json()["data"]
    assert [row["id"] for row in (*first["list"], *second["list"])] == ["BG-1", "BG-2"]
    assert second["next_cursor"] is None


def test_a_deleted_movement_comes_once_more(mes):
    """Deleting takes stock back and shows the row again, with its flag and a new time of writing."""
    mes.time += timedelta(minutes=10)
    with transaction(mes.db) as db:
        delete(db, "BG-1", mes.now_ms)
    span = {"from": (AT + timedelta(minutes=1)).isoformat(), "to": (AT + timedelta(hours=1)).isoformat()}
    rows = mes.ask("movements", params=span).json()["data"]["list"]
    assert [(row["id"], row["deleted"]) for row in rows] == [("BG-1", True)]
    assert mes.ask("stock").json()["data"]["list"][0]["qty"] == "0"


def test_a_movement_booked_twice_moves_once(mes):
    """The id makes a repeat harmless."""
    mes.book("BG-1", "2000")
    assert mes.ask("stock").json()["data"]["list"][0]["qty"] == "2000"


def test_a_hold_stops_only_its_quantity(mes):
    """The rest may leave; another operation too; a reversal always."""
    assert mes.ask("holds/SB1", "PUT", json=BODY).json()["data"]["state"] == "active"
    assert (mes.free("1920"), mes.free("1920.000001")) == (True, False)
    mes.book("YK-1", "2000", to_loc="L2")  # scope was `out` only
    mes.book("BG-1R", "-2000", reversal_of="BG-1")


def test_a_hold_without_batch_is_on_all_batches_together(mes):
    """80 of two batches of 100 held: either whole batch may leave, not both; a batch's own hold counts as well."""
    for batch in ("A", "B"):
        mes.book(f"BG-{batch}", "100", batch=batch)
    mes.book("CK-1", "-2000")
    mes.ask("holds/SB1", "PUT", json=BODY)
    assert (mes.free("100", "A"), mes.free("100", "B")) == (True, True)
    mes.book("CK-2", "-100", batch="A")
    assert (mes.free("20", "B"), mes.free("21", "B")) == (True, False)


def test_a_frozen_row_gives_nothing(mes):
    """`frozen` is the whole row; it still counts as stock."""
    with transaction(mes.db) as db:
        db.execute("UPDATE stock SET frozen = 1 WHERE item = '00710'")
    assert not mes.free("1")
    assert mes.ask("stock").json()["data"]["list"][0]["frozen"] is True


def test_a_hold_ends_by_itself(mes):
    """Past `until` the stock moves even if nobody lifts; the hold still stands in the list, expired."""
    mes.ask("holds/SB1", "PUT", json=BODY | {"qty": "5000"})
    assert not mes.free("1")
    mes.time += timedelta(hours=9)
    assert mes.free("2000")
    assert [hold["state"] for hold in mes.ask("holds").json()["data"]["list"]] == ["expired"]


def test_a_standing_hold_can_be_renewed_and_nothing_else(mes):
    """`until` and `reason` may change; another quantity under the same id is refused; after a release it may come."""
    mes.ask("holds/SB1", "PUT", json=BODY)
    later = mes.ask("holds/SB1", "PUT", json=BODY | {"until": "2026-11-24T16:30:00+08:00"})
    assert (later.status_code, later.json()["data"]["until"]) == (200, "2026-11-24T16:30:00.000+08:00")
    other = mes.ask("holds/SB1", "PUT", json=BODY | {"qty": "90"})
    assert (other.status_code, other.json()["data"]["state"]) == (409, "refused")
    assert "another qty" in other.json()["data"]["refused_reason"]
    states = [mes.ask("holds/SB1", "DELETE").json()["data"]["state"] for _ in range(2)]
    assert states == ["released", "released"]
    assert mes.ask("holds/SB1", "PUT", json=BODY | {"qty": "90"}).json()["data"]["qty"] == "90"


def test_the_list_of_holds_has_pages(mes):
    """All standing holds of the owner, with their total, in a fixed order."""
    for number in range(5):
        mes.ask(f"holds/SB{number}", "PUT", json=BODY)
    mes.ask("holds/SB3", "DELETE")
    pages = [mes.ask(f"holds?owner=stockbridge&pageNo={page}&pageSize=3").json()["data"] for page in (1, 2)]
    assert [page["total"] for page in pages] == [4, 4]
    assert [hold["hold_id"] for page in pages for hold in page["list"]] == ["SB0", "SB1", "SB2", "SB4"]


@pytest.mark.parametrize(
    ("path", "method", "body", "status"),
    [
        ("stock?pageSize=1001", "GET", None, 400),
        ("stock?pageNo=0", "GET", None, 400),
        ("stock?pageNo=2", "GET", None, 409),
        ("stock?asOf=2026-11-23T08:30:00", "GET", None, 400),
        ("stock?asOf=2030-01-01T00:00:00%2B08:00", "GET", None, 400),
        ("movements?cursor=1", "GET", None, 400),
        ("movements?cursor=1-9999999999999999999999", "GET", None, 400),
        ("movements?from=2026-11-23T08:30:00+08:00", "GET", None, 400),
        ("holds?owner=wang", "GET", None, 403),
        ("nothing", "GET", None, 404),
        ("holds", "PUT", BODY, 405),
        ("holds/a%20b", "PUT", BODY, 400),
        ("holds/SB1", "PUT", BODY | {"qty": 80}, 400),
        ("holds/SB1", "PUT", BODY | {"qty": "1e3"}, 400),
        ("holds/SB1", "PUT", BODY | {"qty": "0"}, 400),
        ("holds/SB1", "PUT", BODY | {"qty": "0.0000001"}, 400),
        ("holds/SB1", "PUT", BODY | {"until": "2026-11-23T08:30:00"}, 400),
        ("holds/SB1", "PUT", BODY | {"until": "2026-11-23T08:29:00+08:00"}, 400),
        ("holds/SB1", "PUT", BODY | {"scope": []}, 400),
        ("holds/SB1", "PUT", BODY | {"scope": ["in"]}, 400),
        ("holds/SB1", "PUT", BODY | {"reason": "\ud800"}, 400),
        ("holds/SB1", "PUT", BODY | {"item": "nobody's"}, 409),
        ("holds/SB1", "PUT", BODY | {"more": 1}, 400),
        ("holds/SB1", "PUT", [], 400),
        ("holds/SB1", "DELETE", None, 404),
    ],
)
def test_refusals_say_why(mes, path, method, body, status):
    """What cannot be done is refused with a reason, HTTP status and code alike; nothing is capped or guessed."""
    answer = mes.ask(path, method, json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, status)
    assert answer.json()["msg"]


@pytest.mark.parametrize(
    ("path", "token", "status"), [("stock", "x", 401), ("stock", "", 401), ("stock", "r", 200), ("holds", "r", 403)]
)
def test_tokens(mes, path, token, status):
    """One token reads, another holds, none gets nothing."""
    assert mes.ask(path, token=token).status_code == status


def test_nobody_touches_anothers_hold(mes):
    """A hold of a person can neither be seen nor changed nor lifted by us."""
    with transaction(mes.db) as db:
        facts = ("HAND-1", "wang", "out", "00710", "L1", "", 1, "盘点", 2**60, 0)
        db.execute("INSERT INTO hold VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)", facts)
    answers = [mes.ask("holds/HAND-1"), mes.ask("holds/HAND-1", "DELETE"), mes.ask("holds/HAND-1", "PUT", json=BODY)]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert mes.ask("holds").json()["data"]["list"] == []


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b'{"a":' * 5000, b"x" * 70_000])
def test_bad_bodies_are_refused(mes, content):
    """What is no JSON, or too long, is refused, and the server answers the next request."""
    assert mes.ask("holds/SB1", "PUT", data=content).status_code in {400, 413}
    assert mes.ask("stock").status_code == 200
