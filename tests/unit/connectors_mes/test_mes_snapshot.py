"""Stock lines: exact quantities, codes as text, and what a MES says about itself."""

import json
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st
from mes_wire import NOW, SHANGHAI, Moving, reply, row, settings, source
from pydantic import ValidationError

from bridge.demo.lookalikes import MesServer
from bridge.domain.errors import SnapshotRejected, SourceRefused, SourceUnavailable
from bridge.domain.quantity import to_micro
from bridge.domain.snapshot import STOCK_LINES, WAREHOUSE_CARDS, Scope
from connectors.json_api.fields import RowFields
from connectors.json_api.rows import Rows
from connectors.json_api.source import safety
from connectors.mes import CONNECTOR
from connectors.mes.config import MesSettings

FIELDS = {"item": "part_no", "warehouse": "area", "qty": "qty", "unit": "uom", "doc": "report_no", "at": "done_at"}


def snapshot(wire, body, **more):
    """Read a snapshot of one answer; `body` may be JSON text, where figures must stay as they are spelled."""
    wire.answer = lambda *_: reply(body)
    return source(wire.url, **more).snapshot(Scope())


def refused(wire, body, error=SnapshotRejected, **more):
    """Return the refusal of one answer."""
    with pytest.raises(error) as caught:
        snapshot(wire, body, **more)
    assert caught.value.text("zh")
    return caught.value


def test_codes_stay_text_and_figures_exact(wire):
    """NA and 00710 survive; decimals are exact as strings and as numbers; null and '' are unknown."""
    body = """{"data": [
        {"item": "NA", "warehouse": "L1", "batch": "B 1", "qty": "0.1", "unit": "个"},
        {"item": "00710", "warehouse": null, "qty": 0.10000000000000000001},
        {"item": "123456789012345678", "warehouse": "", "qty": -12345678901.123456},
        {"item": "NULL", "qty": null}, {"item": "A", "qty": " "}, {"item": "B"}, {"item": "C", "qty": "1e3"}
    ]}"""
    found = snapshot(wire, body)
    assert found.lines.schema == STOCK_LINES
    assert [tuple(line.values()) for line in found.lines.to_pylist()] == [
        ("NA", "L1", "B 1", 100_000, "个", "0.1"),
        ("00710", "", "", 100_000, "", "0.10000000000000000001"),
        ("123456789012345678", "", "", -12_345_678_901_123_456, "", "-12345678901.123456"),
        ("NULL", "", "", None, "", ""),
        ("A", "", "", None, "", ""),
        ("B", "", "", None, "", ""),
        ("C", "", "", 1_000_000_000, "", "1e3"),
    ]
    assert found.warehouses.schema == WAREHOUSE_CARDS
    assert found.warehouses.num_rows == 0  # nobody said of what kind they are
    assert snapshot(wire, body, warehouse_kind="line_side").warehouses.to_pylist() == [
        {"warehouse": "L1", "name": "L1", "kind": "line_side", "frozen": False}
    ]


@profile(deadline=None)
@given(st.decimals(-(10**9), 10**9, places=6), st.booleans())
def test_every_decimal_arrives_as_it_was_sent(value, as_text):
    """As a string or as a JSON number, to the millionth."""
    spelled = f'"{value:f}"' if as_text else f"{value:f}"
    parsed = json.loads(f'{{"item": "A", "qty": {spelled}}}', parse_float=Decimal)
    quantities, _ = Rows("mes", "/stock", [parsed], RowFields()).quantities()
    assert quantities == [to_micro(value)]


@pytest.mark.parametrize(
    "value",
    ["true", "1e400", "-1e400", "1e999999", "99999999999999999999", '"1,234.5"', '"12,5"', '"NaN"', '"１２"', '"1_000"', '"0x10"', "[1]",
     '"1e99999999"', '"约5"', "{}"],
)  # fmt: skip
def test_what_is_no_quantity_is_refused_with_its_row(wire, value):
    """Never zero, never guessed."""
    found = refused(wire, f'{{"data": [{{"item": "A", "qty": 1}}, {{"item": "B", "qty": {value}}}]}}')
    assert (found.code, found.facts["row"], found.facts["field"]) == ("BR-1454", "2", "qty")


@pytest.mark.parametrize(
    ("value", "code"),
    [("null", "BR-1452"), ('"  "', "BR-1452"), ("710.0", "BR-1453"), ("true", "BR-1453"), ('["A"]', "BR-1453"), ('"\\ud800"', "BR-1453")],
)  # fmt: skip
def test_what_is_no_code_is_refused(wire, value, code):
    """A decimal has lost its digits; half a character cannot be kept."""
    assert refused(wire, f'{{"data": [{{"item": {value}, "qty": 1}}]}}').code == code


def test_whole_numbers_as_codes_become_their_digits_and_are_told(wire):
    """Exactly, however long; the probe says that zeros may be lost."""
    body = '{"data": [{"item": 710, "qty": 1}, {"item": 123456789012345678, "qty": 1}]}'
    found = snapshot(wire, body)
    assert found.lines["item"].to_pylist() == ["710", "123456789012345678"]
    assert found.provenance.notes == ("json_codes_are_numbers count=2",)
    assert (
        found.provenance.schema
        != snapshot(wire, body.replace("710", '"710"').replace("123456789012345678", '"x"')).provenance.schema
    )
    assert dict(source(wire.url).probe().findings) == {}
    snapshot(wire, body)
    assert dict(source(wire.url).probe().findings) == {"json_codes_are_numbers": {"count": "2"}}


def test_rows_marked_deleted_are_left_out_but_counted(wire):
    """Soft deletes are visible rows; the second count counts them."""
    rows = [row("A"), row("B", deleted=True), row("C", deleted="0"), row("D", deleted=1), row(None, None, deleted="Y")]
    found = snapshot(wire, {"data": rows, "total": 5})
    assert found.lines["item"].to_pylist() == ["A", "C"]
    assert (found.provenance.rows, found.provenance.expected_rows) == (5, 5)
    assert found.provenance.notes == ("json_rows_deleted count=3",)


def test_a_named_key_must_occur(wire):
    """A renamed key would make everything unknown; the closest one is told."""
    found = refused(wire, {"data": [row()]}, SourceRefused, fields={"qty": "qtty"})
    assert (found.code, found.facts["closest"], found.facts["field"]) == ("BR-1451", "qty", "qty")
    assert refused(wire, {"data": [row()]}, SourceRefused, fields={"warehouse": "area"}).code == "BR-1451"
    nested = snapshot(wire, {"data": [{"m": {"code": "A"}, "qty": 1}]}, fields={"item": "m.code"})
    assert nested.lines["item"].to_pylist() == ["A"]


@pytest.mark.parametrize("family", ["plain", "ruoyi", "yudao"])
@pytest.mark.parametrize("envelope", ["auto", "named"])
def test_the_three_families_are_read_alike(family, envelope):
    """All pages of the stand-in, by its own page names; auto tells them from the first answer."""
    with MesServer(family=family, token="t") as mes:
        for n in range(130):
            mes.set_stock(f"00{n:03d}", "L1", "126.5", NOW - timedelta(minutes=n % 7), batch=f"B{n % 3}")
        wanted = {"path": "/stock", "page": "page"} if family == "plain" else {"path": "/stock"}
        chosen = settings(
            mes.url, token="t", fields=FIELDS, snapshot=wanted, envelope=family if envelope == "named" else "auto"
        )
        found = CONNECTOR.source("mes", chosen, Moving()).snapshot(Scope())
        assert (found.provenance.rows, found.provenance.expected_rows) == (130, 130)
        assert found.lines["item"].to_pylist() == [f"00{n:03d}" for n in range(130)]
        assert set(found.lines["quantity"].to_pylist()) == {126_500_000}
        assert found.provenance.as_of == datetime.fromisoformat(mes.content.snapshot_time)
        mes.fail_next("500", "business", "html", "truncated", "drop", "drop")
        errors = [refusal(mes, chosen) for _ in range(5)]
        assert errors == [
            (SourceUnavailable, "BR-1423"),
            (SourceRefused, "BR-1427"),
            (SourceRefused, "BR-1424"),
            (SourceUnavailable, "BR-1405"),
            (SourceUnavailable, "BR-1402"),
        ]
        wrong = chosen.model_copy(update={"token": None})
        assert refusal(mes, wrong) in {(SourceRefused, "BR-1421"), (SourceRefused, "BR-1427")}


def test_a_dropped_connection_is_opened_anew_once():
    """Servers close idle connections just as they are used again: one drop in the middle of the pages is no failure."""
    with MesServer() as mes:
        for n in range(30):
            mes.set_stock(f"I{n}", "L1", 1, NOW)
        chosen = settings(mes.url, fields=FIELDS, snapshot={"path": "/stock", "page": "page", "size": 10})
        mes.fail_next("", "drop")
        assert CONNECTOR.source("mes", chosen, Moving()).snapshot(Scope()).provenance.rows == 30


def refusal(mes, chosen):
    """Return type and code of the error a reading ends in."""
    with pytest.raises((SourceRefused, SourceUnavailable)) as caught:
        CONNECTOR.source("mes", chosen, Moving()).snapshot(Scope())
    return type(caught.value), caught.value.code


def test_the_clock_is_compared_unless_ours_stands_still(wire):
    """The Date header tells the offset and the picture's time; a drill at another day measures nothing."""
    wire.answer = lambda *_: reply({"data": [row()]}, date="Mon, 23 Nov 2026 00:35:00 GMT")
    moving = source(wire.url, Moving()).snapshot(Scope()).provenance
    assert moving.clock_offset_s == pytest.approx(300, abs=10)
    assert moving.as_of == datetime(2026, 11, 23, 8, 35, tzinfo=SHANGHAI)
    still = source(wire.url).snapshot(Scope()).provenance
    assert (still.clock_offset_s, still.as_of, still.fetched_from) == (None, None, NOW)
    wire.answer = lambda *_: reply({"data": [row()]}, date="soon")
    assert source(wire.url, Moving()).snapshot(Scope()).provenance.clock_offset_s is None


@pytest.mark.parametrize(
    "stated", ["2026-11-23T08:00:00+08:00", "2026-11-23 08:00:00", "2026/11/23 08:00:00", 1795392000, 1795392000000]
)
def test_the_pictures_own_time_counts_before_the_date_header(wire, stated):
    """A cached list is as old as it says, however young the answer is."""
    wire.answer = lambda *_: reply({"data": [row()], "snapshot_time": stated})
    found = source(wire.url, Moving()).snapshot(Scope()).provenance.as_of
    assert found == datetime(2026, 11, 23, 8, 0, tzinfo=SHANGHAI)


def test_the_account_is_the_address_and_the_tenant(wire):
    """Another tenant is another account set; a name of one's own replaces both."""
    wire.answer = lambda *_: reply({"code": 0, "data": {"list": [row()], "total": 1}})
    found = source(wire.url, headers={"tenant-id": "2"}).probe()
    assert found.account == f"{wire.url.removeprefix('http://')} tenant-id=2"
    assert found.product == "MES (REST, yudao)"
    assert source(wire.url, account="东莞MES", token="t").probe().account == "东莞MES"


def test_what_is_unsafe_is_said():
    """A token in the clear, unless it never leaves the machine; a certificate that nobody checks."""
    assert _codes("http://mes.example.com/api", token="t") == ["json_token_in_clear"]
    assert _codes("http://127.0.0.1/api", token="t") == _codes("https://mes.example.com/api", token="t") == []
    assert _codes("https://mes.example.com/api", verify_tls=False) == ["json_certificate_unchecked"]


def _codes(url, **more):
    return [code for code, _ in safety(settings(url, **more))]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://h/api",
        "http://",
        "http://u:p@h/api",
        "http://h/api?a=1",
        "http://h/api#x",
        "http://h:0x/",
        "h/api",
        "http://h:99999",
        "http://h /a",
    ],
)
def test_addresses_that_cannot_be_used_are_refused(url):
    """At loading; a password in it is not repeated by the sentence."""
    with pytest.raises(ValidationError, match="BR-1431"):
        settings(url)


@pytest.mark.parametrize(
    "more",
    [
        {"snapshot": {"path": "stock"}},
        {"snapshot": {"path": "/stock?x=1"}},
        {"headers": {"tenant id": "1"}},
        {"headers": {"a": "1\r\nb: 2"}},
        {"secret_headers": {"坏": "x"}},
        {"auth": "header", "auth_name": "a b"},
        {"movements": {"path": "/m", "types": {"x": "nothing"}}},
        {"movements": {"path": "/m", "family": "nothing"}},
        {"movements": {"path": "/m", "states": {"x": "nothing"}}},
        {"movements": {"path": "/m", "overlap": "soon"}},
        {"typo": 1},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(more):
    """Before anything is asked."""
    with pytest.raises(ValidationError):
        settings("http://h/api", **more)


def test_the_requests_are_shown_without_the_token(wire):
    """For the MES owner."""
    chosen = settings(
        "http://h/api", token="geheim", auth="query", snapshot={"path": "/stock", "page": "page"},
        movements={"path": "/moves", "since": "updated_after"}, headers={"tenant-id": "1"},
    )  # fmt: skip
    assert CONNECTOR.show_sql("mes", chosen) == (
        "# 库存\nGET http://h/api/stock?page={页码}&size=500\n"
        "# 单据\nGET http://h/api/moves?updated_after={时间}&page={页码}&size=500\n"
    )
    assert "geheim" not in repr(chosen)
    assert MesSettings.model_fields["token"].annotation is not str
