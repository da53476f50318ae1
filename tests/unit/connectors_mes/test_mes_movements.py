"""Movements of a MES: signed, once each, and nothing missed between two readings."""

from datetime import timedelta

import pytest
from mes_wire import NOW, Moving, reply, source

from bridge.demo.lookalikes import MesServer
from bridge.domain.clock import FixedClock
from bridge.domain.errors import SnapshotRejected, SourceRefused
from bridge.domain.movement import MOVEMENTS
from connectors.mes import CONNECTOR
from connectors.mes.config import MesSettings

FIELDS = {"item": "part_no", "warehouse": "area", "qty": "qty", "unit": "uom", "doc": "report_no", "at": "done_at"}
MOVES = {"path": "/moves", "since": "after"}
AT = "2026-11-23 08:00:00"


def mes_source(mes, clock=None):
    """Return the source of users.md 3.3 over the stand-in."""
    chosen = MesSettings(
        kind="rest",
        base_url=mes.url,
        snapshot={"path": "/stock", "items": "data", "page": "page", "size": 500},
        movements={"path": "/moves", "items": "data", "since": "updated_after"},
        fields=FIELDS,
    )
    return CONNECTOR.source("mes", chosen, clock or FixedClock(NOW))


def move(n=1, qty="5", **more):
    """Return a row as a MES would send it."""
    return {"id": n, "doc": f"BG-{n}", "item": "A", "warehouse": "L1", "qty": qty, "at": AT} | more


def read(wire, *rows, since="", clock=None, **movements):
    """Return the batch that these rows make."""
    wire.answer = lambda *_: reply({"data": list(rows)})
    return source(wire.url, clock, movements=MOVES | movements).movements(since)


def refused(wire, *rows, error=SnapshotRejected, **movements):
    """Return the refusal of these rows."""
    with pytest.raises(error) as caught:
        read(wire, *rows, **movements)
    assert caught.value.text("zh")
    return caught.value


def test_the_plants_sample_reads_what_the_mes_reports():
    """Pages, keys, times, signs and deletions, by the settings of the sample; the stand-in caps pages unasked at 20."""
    with MesServer() as mes:
        for n in range(30):
            mes.add_move(
                f"BG-{n:02d}", "00710", "L1", "-3.25" if n else 80, NOW - timedelta(minutes=60 - n), operator="何"
            )
        mes.add_move("BG-X", "NA", "L2", 1, NOW - timedelta(minutes=5), deleted=True, work_order="WO-1")
        batch = mes_source(mes).movements("")
    assert batch.rows.schema == MOVEMENTS
    rows = batch.rows.to_pylist()
    assert len(rows) == 31
    assert rows[0] == {
        "source": "mes", "key": "BG-00-1", "document_type": "产品入库", "document_number": "BG-00", "line": "1",
        "family": "report", "item": "00710", "warehouse": "L1", "batch": "", "effect": 80_000_000, "state": "posted",
        "counts": True, "business_time": NOW - timedelta(minutes=60), "audited_time": None, "maker": "何", "reference": "",
        "counterpart": "", "first_seen": None,
    }  # fmt: skip
    assert rows[1]["effect"] == -3_250_000
    assert (rows[-1]["state"], rows[-1]["counts"], rows[-1]["reference"]) == ("deleted", False, "WO-1")
    assert batch.complete_keys is None


def test_the_next_reading_begins_a_while_before_the_last_change():
    """What was written while we read is caught by the overlap; what is read twice has the same key."""
    with MesServer() as mes:
        mes.add_move("BG-1", "A", "L1", 1, NOW - timedelta(minutes=30))
        mes.add_move("BG-2", "A", "L1", 1, NOW - timedelta(minutes=20))
        first = mes_source(mes).movements("")
        mes.add_move("BG-LATE", "A", "L1", 1, NOW - timedelta(minutes=25))  # committed late, with an earlier time
        mes.add_move("BG-3", "A", "L1", 1, NOW - timedelta(minutes=1))
        second = mes_source(mes).movements(first.cursor)
        third = mes_source(mes).movements(second.cursor)
        old = [line for line in mes.requests if "2026-10-24T08%3A30" in line]
    assert first.rows["document_number"].to_pylist() == ["BG-1", "BG-2"]
    assert second.rows["document_number"].to_pylist() == ["BG-LATE", "BG-2", "BG-3"]
    assert third.rows["document_number"].to_pylist() == ["BG-3"]
    assert third.cursor == second.cursor
    assert old, "the first reading goes back by `history`"


def test_a_change_dated_into_the_future_hides_nothing(wire):
    """The cursor never passes the MES's own clock, nor ours where it stands still (a drill)."""
    future = move(updated_at="2062-11-23 08:00:00")
    batch = read(wire, future, clock=Moving())
    assert '"since":"2026-11-23T00:30:05+00:00"' in batch.cursor
    assert read(wire, since=batch.cursor, clock=Moving()).cursor == batch.cursor
    assert '"since":"2026-11-23T08:30:00+08:00"' in read(wire, future).cursor


def test_rows_without_a_change_time_advance_by_the_clock(wire):
    """Late reports carry old business times; the server's clock at the request is the safe mark."""
    cursor = read(wire, move(), clock=Moving()).cursor
    assert "2026-11-23T00:30:05" in cursor
    assert "after=2026-11-23T08%3A20%3A05%2B08%3A00" in asked_after(wire, cursor)


@pytest.mark.parametrize(
    ("form", "text"),
    [("iso", "2026-11-23T08%3A20%3A05%2B08%3A00"), ("local", "2026-11-23+08%3A20%3A05"), ("seconds", "1795393205"), ("milliseconds", "1795393205000")],
)  # fmt: skip
def test_since_is_written_as_the_mes_wants_it(wire, form, text):
    """Encoded, so that a plus stays a plus."""
    cursor = read(wire, move(), clock=Moving()).cursor
    assert asked_after(wire, cursor, since_format=form).endswith(f"after={text}")


def asked_after(wire, cursor, **movements):
    """Return the request that a cursor leads to."""
    read(wire, since=cursor, **movements)
    return wire.requests[-1]


@pytest.mark.parametrize(
    "cursor",
    ["", "{}", "nonsense", '{"v":1,"account":"other","since":"2026-11-23T00:00:00+00:00"}', '{"v":1,"since":1}'],
)
def test_a_cursor_of_another_account_begins_anew(wire, cursor):
    """So does one that cannot be understood."""
    assert "after=2026-10-24T08%3A30" in asked_after(wire, cursor)


def test_without_since_every_reading_is_complete(wire):
    """Then what is gone was deleted."""
    wire.answer = lambda *_: reply({"data": [move(1), move(2)]})
    batch = source(wire.url, movements={"path": "/moves"}).movements("")
    assert batch.complete_keys == {"1", "2"}
    assert wire.requests == ["/api/moves"]


def test_types_states_and_transfers(wire):
    """Mapped as set; a row that names a receiving warehouse has two legs that add up to nothing."""
    wire.answer = lambda *_: reply({"data": [
        move(1, type="入库", st="OK"), move(2, type="别的", st="DRAFT"), move(3, "7", target="L2", st="OK"), move(4, "-2", target="L2", st="OK"),
    ]})  # fmt: skip
    found = source(
        wire.url,
        movements=MOVES
        | {"types": {"入库": "product_receipt"}, "family": "other", "states": {"OK": "audited", "DRAFT": "draft"}},
        fields={"state": "st", "to": "target"},
    ).movements("")
    legs = [
        (
            row["key"],
            row["family"],
            row["warehouse"],
            row["counterpart"],
            row["effect"] // 1_000_000,
            row["state"],
            row["counts"],
        )
        for row in found.rows.to_pylist()
    ]
    assert legs == [
        ("1", "product_receipt", "L1", "", 5, "audited", True),
        ("2", "other", "L1", "", 5, "draft", False),
        ("3:out", "transfer_out", "L1", "L2", -7, "audited", True),
        ("3:in", "transfer_in", "L2", "L1", 7, "audited", True),
        ("4:out", "transfer_out", "L1", "L2", 2, "audited", True),
        ("4:in", "transfer_in", "L2", "L1", -2, "audited", True),
    ]


def test_without_an_id_number_and_line_are_the_key(wire):
    """The same line twice is one; two different ones under one key are refused with the cure."""
    plain = {"doc": "BG-1", "item": "A", "qty": 1, "at": AT}
    assert read(wire, plain, dict(plain), plain | {"line": 2}).rows["key"].to_pylist() == ["BG-1:", "BG-1:2"]
    found = refused(wire, plain, plain | {"qty": 2})
    assert (found.code, found.facts["key"]) == ("BR-1456", "BG-1:")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (move(qty=None), "BR-1452"),
        (move(item=""), "BR-1452"),
        ({"item": "A", "qty": 1}, "BR-1452"),
        (move(at="yesterday"), "BR-1455"),
        (move(at=[2026, 11, 23]), "BR-1455"),
        (move(updated_at=True), "BR-1455"),
    ],
)
def test_a_movement_that_says_too_little_is_refused(wire, row, code):
    """By row and key."""
    assert refused(wire, move(9), row).code == code


def test_an_unknown_state_is_refused(wire):
    """Whether it counts is not ours to guess."""
    wire.answer = lambda *_: reply({"data": [move(st="新")]})
    with pytest.raises(SnapshotRejected) as caught:
        source(wire.url, movements=MOVES, fields={"state": "st"}).movements("")
    assert caught.value.code == "BR-1457"


def test_a_list_that_moves_while_it_is_read_is_read_again(wire):
    """A report that is changed underway moves to the end and pushes another one out of sight."""
    calls = iter(range(100))

    def answer(_path, query, _headers):
        first = next(calls) == 0
        if query["page"] == "1":
            return reply({"data": [move(1), move(2)], "total": 3})
        return reply({"data": [move(1, "9") if first or next(calls) < 2 else move(3)], "total": 3})

    wire.answer = answer
    found = source(wire.url, snapshot={"path": "/stock", "page": "page"}, movements=MOVES).movements("")
    assert sorted(found.rows["key"].to_pylist()) == ["1", "2", "3"]


def test_named_keys_must_occur_here_too(wire):
    """As for stock."""
    wire.answer = lambda *_: reply({"data": [move()]})
    with pytest.raises(SourceRefused) as caught:
        source(wire.url, movements=MOVES, fields={"doc": "number"}).movements("")
    assert caught.value.code == "BR-1451"


def test_without_a_request_there_are_no_movements(wire):
    """Nothing is asked, the cursor stays."""
    found = source(wire.url)
    batch = found.movements("x")
    assert (batch.rows.num_rows, batch.cursor, found.ability.movements, wire.requests) == (0, "x", False, [])
