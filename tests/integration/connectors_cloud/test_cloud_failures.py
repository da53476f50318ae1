"""Every way the wire breaks, and what a reading makes of it."""

import pytest

from bridge.domain.errors import BridgeError, SnapshotRejected, SourceRefused, SourceUnavailable
from bridge.domain.snapshot import Scope
from connectors.web import parse

GOOD = {("00710", "CK01"): 100_350_000, ("NA", "CK02"): 12_000_000}


def stock(snapshot):
    """Return quantities by item and warehouse."""
    return {(row["item"], row["warehouse"]): row["quantity"] for row in snapshot.lines.to_pylist()}


def failing(source, **changes):
    """Return the error a snapshot ends with."""
    with pytest.raises(BridgeError) as caught:
        source(**changes).snapshot(Scope())
    return caught.value


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"auth": "login_by_sign"},
        {"auth": "password", "password": "correct horse"},
    ],
    ids=["signature", "login_by_sign", "password"],
)
def test_each_way_of_signing_in_reads(source, changes):
    """Signed headers, LoginBySign and a password lead to the same stock."""
    assert stock(source(**changes).snapshot(Scope())) == GOOD


def test_one_session_serves_a_whole_reading(source, cloud):
    """The session of the first answer is kept; signing anew on each call would use up licences."""
    source().snapshot(Scope())
    assert len(cloud.gate.sessions) == 1


def test_a_wrong_secret_is_named(source):
    """MsgCode 1 under a signature means secret, app or user list; it is refused, not retried for ever."""
    found = failing(source, app_secret="ffffffffffffffffffffffffffffffff")
    assert isinstance(found, SourceRefused)
    assert (found.code, found.facts["msg_code"]) == ("BR-1485", "1")
    assert "ffffffff" not in found.text("zh")


def test_a_user_missing_from_the_apps_list_is_named(source, cloud):
    """The same text as an expired session, so it says what else to look at."""
    cloud.gate.listed = False
    assert failing(source).code == "BR-1485"


def test_a_wrong_password_is_refused(source):
    """The login's own words reach the admin, the password does not."""
    found = failing(source, auth="password", password="hunter2-secret")
    assert (found.code, "用户名或密码错误" in found.text("zh"), "hunter2" in found.text("zh")) == (
        "BR-1497",
        True,
        False,
    )


def test_a_wrong_data_centre_is_a_server_fault_that_names_it(source):
    """A wrong acct_id answers with a status other than 200; the sentence tells where to look."""
    found = failing(source, acct_id="ffffffffffffff")
    assert isinstance(found, SourceUnavailable)
    assert (found.code, "acct_id" in found.text("zh")) == ("BR-1480", True)


def test_a_session_that_expires_between_pages_is_renewed(source, cloud):
    """An expired session mid-paging costs one more call, and no row is lost or doubled."""
    cloud.fail_next("", "", "expire", "", "", "expire")
    assert stock(source(page_size=1).snapshot(Scope())) == GOOD
    assert len(cloud.gate.sessions) == 3


@pytest.mark.parametrize(
    "fault", ["502", "502_after", "response_error", "drop", "timeout_after", "msgcode:13", "msgcode:14", "cut:7"]
)
def test_a_reading_is_repeated_where_that_may_help(source, cloud, fault):
    """Gateway faults, lost connections, edit conflicts and call limits pass."""
    cloud.fail_next("", fault, fault)
    assert stock(source().snapshot(Scope())) == GOOD


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("502", "BR-1480"),
        ("response_error", "BR-1483"),
        ("drop", "BR-1471"),
        ("msgcode:13", "BR-1488"),
        ("msgcode:14", "BR-1488"),
        ("429", "BR-1479"),
    ],
)
def test_what_does_not_pass_is_unavailable(source, cloud, pauses, fault, code):
    """After three tries the source is unavailable, with the cause named."""
    cloud.fail_next(*[fault] * 9)
    found = failing(source)
    assert (type(found), found.code, len(pauses)) == (SourceUnavailable, code, 2)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("html", "BR-1482"),
        ("msgcode:2", "BR-1486"),
        ("msgcode:15", "BR-1486"),
        ("msgcode:7", "BR-1486"),
        ("msgcode:9", "BR-1487"),
        ("msgcode:6", "BR-1489"),
    ],
)
def test_a_no_is_not_asked_again(source, cloud, pauses, fault, code):
    """A login page, a missing right, an unknown field: asking again would not help."""
    cloud.fail_next(fault)
    found = failing(source)
    assert (type(found), found.code, len(pauses), len(cloud.calls)) == (SourceRefused, code, 0, 1)


def test_a_wrapped_refusal_is_no_row(source, cloud):
    """`[[{"Result":…}]]` is an error in the clothes of a list; it never becomes a stock line."""
    cloud.fail_next("", "msgcode:6", "msgcode:6")
    found = failing(source)
    assert (found.code, found.facts["msg_code"]) == ("BR-1489", "6")


def test_retry_after_is_kept(source, cloud, pauses):
    """The server says how long to wait; without it the bridge's own pauses hold."""
    cloud.fail_next("429:7", "429")
    assert stock(source().snapshot(Scope())) == GOOD
    assert pauses == [7.0, 3.0]


def test_a_retry_after_beyond_the_deadline_ends_the_reading(source, cloud, pauses):
    """A wait that does not fit is not begun."""
    cloud.fail_next("429:3600")
    assert failing(source).code == "BR-1479"
    assert pauses == []


def test_a_trickling_body_ends_at_the_deadline(source, cloud):
    """A byte now and then keeps every socket time-out away; the deadline holds all the same."""
    cloud.fail_next("", *["trickle"] * 5)
    found = failing(source, timeout_s=1)
    assert (type(found), found.code) == (SourceUnavailable, "BR-1470")


def test_silence_ends_a_reading(source, cloud):
    """A server that accepts and never answers is given up."""
    cloud.fail_next("hang", "hang", "hang")
    assert failing(source, silence_s=0.2).code == "BR-1470"


def test_an_answer_above_the_cap_is_refused(source):
    """The cap on bytes bounds memory."""
    assert failing(source, max_bytes=300).code == "BR-1475"


def test_an_unreachable_server_is_unavailable(source, cloud):
    """Nobody listens on the port."""
    cloud.stop()
    cloud.stop = lambda: None
    assert failing(source).code == "BR-1471"


@pytest.mark.parametrize("kind", ["cut", "cut_close"])
def test_a_body_cut_anywhere_is_never_believed(source, cloud, settings, kind):
    """However the body is framed and wherever it ends, part of an answer is no answer."""
    opened = source()
    assert stock(opened.snapshot(Scope())) == GOOD  # the forms' keys are known now; the next call is the first page
    whole = len(b'[["000186a4-0000-4000-8000-000000000000", "00710", "CK01", "L1", "KCZT01_SYS"')
    for size in range(0, whole, 3):
        cloud.fail_next(*[f"{kind}:{size}"] * 3)
        with pytest.raises(SourceUnavailable) as cut:
            opened.snapshot(Scope())
        assert cut.value.code in {"BR-1474", "BR-1471", "BR-1484"}


def test_json_cut_at_every_byte_is_no_json():
    """No prefix of a list of lists is a list of lists."""
    body = b'[["a",1.5,null],["b",2,"\\u4f60"]]'
    for size in range(len(body)):
        with pytest.raises(Exception, match=r".*") as cut:
            parse(body[:size])
        assert cut.typename == "NotJson"


@pytest.mark.parametrize(
    "body",
    [
        '[["F",1]]',
        "[[]]",
        '{"rows":[]}',
        '"text"',
        "7",
        "null",
        '[{"FID":1}]',
        '[["a","b","c","d","e","f","g","h","i"]]',
    ],
)
def test_answers_of_another_shape_are_rejected(source, cloud, body):
    """What is no list of rows with one value per field asked for is not stock."""
    cloud.answer = lambda service, given, real=cloud.answer: (
        parse(body.encode()) if service.endswith("ExecuteBillQuery") else real(service, given)
    )
    found = failing(source)
    assert (type(found), found.code) == (SnapshotRejected, "BR-1264")


@pytest.mark.parametrize("quantity", ['"many"', "true", "[1]", "1e400"])
def test_a_quantity_that_is_no_number_is_rejected(source, cloud, quantity):
    """Words, flags and infinities are no quantities."""
    body = f'[["x","a","b",null,"KCZT01_SYS","BD_OwnerOrg","个",{quantity}]]'
    state = {"pages": 0}

    def answer(service, given, real=cloud.answer):
        if not service.endswith("ExecuteBillQuery"):
            return real(service, given)
        state["pages"] += 1
        narrow = given["data"]["FieldKeys"] == "FID"
        full = [["x"]] if narrow else parse(body.encode())
        return full if given["data"]["StartRow"] == 0 else []

    cloud.answer = answer
    found = failing(source)
    assert isinstance(found, BridgeError)
    assert found.code in {"BR-1266", "BR-1801", "BR-1802", "BR-1484"}


def test_no_secret_in_what_is_said(source, cloud, settings):
    """Neither settings nor errors nor objects show the secret, even when the server echoes it."""
    secret = cloud.gate.app_secret
    given = settings()
    assert secret not in repr(given)
    cloud.answer = lambda *_: (_ for _ in ()).throw(LookupError(f"echo {secret}"))
    found = failing(source)
    assert (secret in found.text("zh"), "***" in found.text("zh")) == (False, True)
