"""Errcodes, tokens and the bridge's own notes in U8 documents."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.errors import SnapshotRejected
from bridge.domain.quantity import to_micro
from connectors.holds.note import note_for, ref_in
from connectors.yonyou_u8_openapi.answers import trouble_in
from connectors.yonyou_u8_openapi.own import LEGS, Line, Transfer, lift_note, shifts, standing
from connectors.yonyou_u8_openapi.session import Login
from connectors.yonyou_u8_openapi.stock import Shift, summed

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
REF = "SBABCDEFGHIJKLMN"


@pytest.mark.parametrize(
    ("answer", "code", "again", "outcome"),
    [
        ({"errcode": "10001", "errmsg": "平台错误"}, "BR-1462", "later", "unknown"),
        ({"errcode": "20005", "errmsg": "U8 服务调用失败"}, "BR-1463", "no", "refused"),
        ({"errcode": "30025", "errmsg": "操作正在执行"}, "BR-1465", "later", "unknown"),
        ({"errcode": "30013", "errmsg": "Token 已过期"}, "BR-1461", "session", "none"),
        ({"errcode": 40001, "errmsg": "令牌无效"}, "BR-1461", "session", "none"),
        ({"errcode": "99999", "errmsg": ""}, "BR-1464", "no", "refused"),
        ({"errcode": None}, "BR-1464", "no", "refused"),
        ({"errmsg": "x"}, "BR-1466", "no", "unknown"),
        ([], "BR-1466", "no", "unknown"),
        ("0", "BR-1466", "no", "unknown"),
    ],
)
def test_each_errcode_says_what_to_do(answer, code, again, outcome):
    """Whether asking again helps, and what a writing did."""
    met = trouble_in(answer, "words")
    assert (met.code, met.again, met.outcome) == (code, again, outcome)


@pytest.mark.parametrize("good", ["0", 0, " 0 "])
def test_zero_is_good_as_text_and_as_number(good):
    """The platform writes it as text."""
    assert trouble_in({"errcode": good}, "") is None


class Still:
    """A clock that stands until it is moved."""

    def __init__(self):
        self.at = NOW

    def now(self):
        """Return the moment."""
        return self.at


@pytest.mark.parametrize(("life", "minutes"), [("7200", 115), (7200, 115), ("600", 5), (None, 115), ("99999", 115)])
def test_a_token_is_renewed_five_minutes_before_its_end(life, minutes):
    """Stated as text, as a number or not at all; never trusted for more than two hours."""
    clock = Still()
    login = Login(clock)
    assert login.token == ""
    assert login.keep({"token": {"id": "t0ken", "expiresIn": life}}) == "t0ken"
    clock.at = NOW + timedelta(minutes=minutes, seconds=-1)
    assert login.token == "t0ken"
    clock.at += timedelta(seconds=1)
    assert login.token == ""
    assert "t0ken" not in repr(vars(login))


def test_an_answer_without_a_token_is_none():
    """Whatever shape it has."""
    for answer in ({}, {"token": None}, {"token": "x"}, {"token": {"id": ""}}):
        assert Login(Still()).keep(answer) == ""


@given(st.text(max_size=300))
def test_a_note_gives_its_reference_back(reason):
    """Whatever the reason is; and only notes of ours begin with one."""
    assert ref_in(note_for(REF, reason)) == REF
    assert ref_in(reason if not reason.startswith("SB") else "x") == ""


def test_a_lift_names_its_hold():
    """The transfer back says which transfer it takes back."""
    assert lift_note(REF, "0000000007").endswith("解锁 0000000007")


def made(code, *, lifts="", audited=True, legs=(True, True), quantity=5_000_000):
    """Return a transfer whose 09 and 08 are audited or not, as `legs` says; None = not there."""
    way = ("99", "01") if lifts else ("01", "99")
    found = tuple((kind, f"{code}{kind}", leg) for kind, leg in zip(LEGS, legs, strict=True) if leg is not None)
    lines = (Line("A", "L", (), quantity),)
    return Transfer(code, REF, lifts, *way, "2026-11-23", audited, lines, found if audited else ())


def test_what_stands_is_what_no_finished_lift_took_back():
    """Drafts do not stand; a lift that is not finished has not lifted."""
    assert standing([made("1", audited=False)]) == []
    assert [each.code for each in standing([made("1", legs=(None, None))])] == ["1"]
    assert [each.code for each in standing([made("1"), made("2", lifts="1", legs=(True, False))])] == ["1"]
    assert standing([made("1"), made("2", lifts="1")]) == []
    assert [each.code for each in standing([made("1"), made("2", lifts="1"), made("3")])] == ["3"]


@given(st.lists(st.tuples(st.sampled_from([None, False, True]), st.sampled_from([None, False, True])), max_size=6))
def test_taking_shifts_back_gives_the_stock_without_holds(states):
    """Whatever of 09 and 08 is audited: on-hand less what our documents did is what it was before."""

    class Effect:
        stock_effect = "on_audit"

    transfers = [made(str(number), legs=legs) for number, legs in enumerate(states)]
    stock = {"01": 100_000_000, "99": 3_000_000}
    for legs in states:
        for place, sign, leg in (("01", -1, legs[0]), ("99", 1, legs[1])):
            stock[place] += sign * 5_000_000 if leg else 0
    rows = [
        {"invcode": "A", "whcode": place, "batch": "L", "qty": Decimal(quantity) / 10**6}
        for place, quantity in stock.items()
    ]
    found = summed(rows, shifts(transfers, Effect()), "u8", by_batch=True)
    assert {place: total[0] for (_, place, _), total in found.items()} == {"01": 100_000_000, "99": 3_000_000}


@given(st.lists(st.decimals(-(10**9), 10**9, places=6), min_size=1, max_size=20), st.booleans())
def test_sums_are_exact_and_unknown_stays_unknown(figures, is_text):
    """Numbers or text, added up to the last digit; one missing figure makes the sum unknown."""
    rows = [{"invcode": "A", "whcode": "01", "qty": f"{figure:f}" if is_text else figure} for figure in figures]
    key = ("A", "01", "")
    assert summed(rows, (), "u8", by_batch=False)[key][0] == sum(to_micro(figure) for figure in figures)
    for blank in (None, "", " "):
        assert summed([*rows, {"invcode": "A", "whcode": "01", "qty": blank}], (), "u8", by_batch=False)[key] is None


def test_nothing_is_left_where_only_our_goods_lay():
    """A place that only our transfers filled has no line."""
    rows = [{"invcode": "A", "whcode": "99", "batch": "", "qty": 5}]
    assert summed(rows, [Shift("A", "99", "", 5_000_000)], "u8", by_batch=True) == {}


@pytest.mark.parametrize("row", [{"invcode": "", "whcode": "01"}, {"invcode": "A", "whcode": None}, {}])
def test_a_row_without_codes_is_refused(row):
    """Nobody knows whose stock it is."""
    with pytest.raises(SnapshotRejected, match="BR-1271"):
        summed([{**row, "qty": 1}], (), "u8", by_batch=True)


@pytest.mark.parametrize("value", ["abc", True, [], "NaN", "1e400"])
def test_a_quantity_that_is_no_number_is_refused(value):
    """Neither read as zero nor left out."""
    with pytest.raises(SnapshotRejected):
        summed([{"invcode": "A", "whcode": "01", "qty": value}], (), "u8", by_batch=True)
