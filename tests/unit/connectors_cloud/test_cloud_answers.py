"""The answers' shapes: JSON without floats, refusals however they are wrapped."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kingdee_cloud.answers import refusal_in
from connectors.kingdee_cloud.trouble import of_refusal
from connectors.web import NotJson, parse, to_json

STATUS = {"Result": {"ResponseStatus": {"IsSuccess": False, "MsgCode": 9, "Errors": [{"Message": "字段不存在"}]}}}


@pytest.mark.parametrize("answer", [STATUS, [[STATUS]]], ids=["bare", "wrapped"])
def test_a_refusal_is_found_in_both_shapes(answer):
    """List queries wrap their errors, all others do not."""
    found = refusal_in(answer)
    assert (found.code, found.message) == (9, "字段不存在")


@pytest.mark.parametrize(
    "answer", [[], [["a", 1]], [[None]], {"Result": {"ResponseStatus": {"IsSuccess": True}}}, {"Result": []}, "x", None]
)
def test_data_is_no_refusal(answer):
    """Rows, successes and strange answers are not taken for a business error."""
    assert refusal_in(answer) is None


@pytest.mark.parametrize("text", ["会话信息已丢失，请重新登录", "Session information is lost, ...", "x ctx == null y"])
@pytest.mark.parametrize("code", [None, 0])
def test_a_lost_session_is_known_by_its_words(text, code):
    """Older servers name no MsgCode."""
    answer = {"Result": {"ResponseStatus": {"IsSuccess": "false", "MsgCode": code, "Errors": [{"Message": text}]}}}
    assert refusal_in(answer).code == 1


def test_a_success_that_mentions_a_session_is_a_success():
    """Only a parsed failure counts: a text match on a successful save once made duplicates."""
    status = {"IsSuccess": True, "SuccessMessages": ["session"], "Errors": [{"Message": "会话信息已丢失"}]}
    assert refusal_in({"Result": {"ResponseStatus": status}}) is None


def test_numbers_are_exact():
    """No float is made on the way."""
    assert parse(b"[[0.1, 1E+2, 12345678901234567890.123456]]") == [
        [Decimal("0.1"), Decimal("1E+2"), Decimal("12345678901234567890.123456")]
    ]


def test_json_inside_a_json_string_is_decoded():
    """Some stubs answer with a JSON text in a JSON string."""
    assert parse(b'"[[1]]"') == [[1]]


@pytest.mark.parametrize(
    "body", [b"", b"[[1]", b"[[NaN]]", b"[[Infinity]]", b"[[1]]x", b"\xff\xfe", b"[" * 100_000, b"1" * 5000]
)
def test_what_is_no_whole_json_is_refused(body):
    """Cut, infinite, not UTF-8, too deep, too long: none is half believed."""
    with pytest.raises(NotJson):
        parse(body)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12))
def test_a_quantity_is_sent_exactly(quantity):
    """What is written is read back to the last place, without exponent."""
    text = to_json({"FConvertQty": quantity})
    assert parse(text.encode())["FConvertQty"] == quantity
    assert "e" not in text.partition(":")[2].lower()


def test_floats_are_not_sent():
    """A float in a model is a defect."""
    with pytest.raises(TypeError):
        to_json({"q": 0.1})


@pytest.mark.parametrize("code", range(16))
def test_every_msg_code_has_its_trouble(code):
    """1 renews the session, 13 and 14 pass, all others are final; none leaves a writing in doubt."""
    answer = {"Result": {"ResponseStatus": {"IsSuccess": False, "MsgCode": code, "Errors": []}}}
    trouble = of_refusal(refusal_in(answer), "")
    again = {1: "session", 13: "later", 14: "later"}.get(code, "no")
    assert (trouble.again, trouble.outcome) == (again, "refused" if again == "no" else "none")
