"""One mail over real SMTP conversations: how each of them can end, and what the bridge makes of it."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes

import pytest
from pydantic import SecretStr

from alerts.mail import MailServer, Refusal, send
from alerts.message import compose
from alerts.render import Rendered
from bridge.domain.errors import BridgeError, EffectRefused, EffectRetryable, EffectUnknown
from bridge.domain.people import Person

WANG, LI = "wang@example.com", "li@example.com"
PASSWORD = "s3cret-密"


@pytest.fixture
def message():
    """Give a finished message with a line that starts with a dot."""
    rendered = Rendered("【库存差异】3 项", ".\r\n.. 正文", "<p>正文</p>")
    person = Person("wang", "王芳", WANG)
    date = datetime(2026, 11, 23, tzinfo=UTC)
    return compose(rendered, "数据桥 <bridge@example.com>", person, message_id="<1@example.com>", date=date)


def _server(port, **more):
    return MailServer(host="127.0.0.1", port=port, **{"tls": "none", "timeout_s": 20, **more})


def _failure(message, recipients, server) -> BridgeError:
    with pytest.raises(BridgeError) as caught:
        send(message, recipients, server)
    assert PASSWORD not in caught.value.text("zh") + caught.value.text("en") + repr(caught.value)
    assert "<" not in caught.value.text("en").replace("<1@", "")
    return caught.value


def test_plain_delivery_keeps_every_byte(message, box, serve):
    """Over an explicit plain connection the message arrives byte for byte, from the bare sender to the recipient."""
    delivered = send(message, WANG, _server(serve().port))
    assert (delivered.accepted, delivered.refused) == ((WANG,), ())
    (envelope,) = box.received
    assert (envelope.mail_from, envelope.rcpt_tos) == ("bridge@example.com", [WANG])
    assert envelope.content == message


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_encrypted_delivery_with_a_known_authority(message, box, serve, certificate, tls):
    """Implicit TLS and STARTTLS both deliver, encrypted, when ca_file names the authority."""
    controller = serve(tls)
    send(message, WANG, _server(controller.port, tls=tls, ca_file=certificate[0]))
    assert box.secure == [True]


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_an_unknown_authority_is_not_believed(message, box, serve, tls):
    """Without ca_file a self-signed certificate stops the mail; it is not lost and the cure is named."""
    controller = serve(tls)
    failure = _failure(message, WANG, _server(controller.port, tls=tls))
    assert (type(failure), failure.code) == (EffectRetryable, "BR-1503")
    assert "ca_file" in failure.text("zh")
    assert box.received == []


def test_an_admin_may_switch_verification_off(message, box, serve):
    """With verify = false the mail goes to an unknown certificate, still encrypted."""
    send(message, WANG, _server(serve("implicit").port, tls="implicit", verify=False))
    assert box.secure == [True]


def test_a_wrong_name_in_the_certificate_is_not_believed(message, serve, certificate):
    """A certificate for another host name is refused even from a known authority."""
    server = replace(_server(serve("implicit").port, tls="implicit", ca_file=certificate[0]), host="localhost")
    assert _failure(message, WANG, server).code == "BR-1503"


def test_starttls_is_never_downgraded(message, box, serve):
    """A server that offers no STARTTLS gets nothing in the clear."""
    failure = _failure(message, WANG, _server(serve().port, tls="starttls"))
    assert (type(failure), failure.code) == (EffectRetryable, "BR-1504")
    assert box.received == []


def test_tls_against_a_plain_port_is_named(message, serve):
    """Implicit TLS to a plain port names the setting to change."""
    failure = _failure(message, WANG, _server(serve().port, tls="implicit"))
    assert (type(failure), failure.code) == (EffectRetryable, "BR-1505")


@pytest.mark.parametrize("name", ["missing.pem", "garbage.pem"])
def test_an_unreadable_authority_file_is_named(message, tmp_path, free_port, name):
    """A ca_file that is missing or no certificate stops the mail with its name."""
    (tmp_path / "garbage.pem").write_text("no certificate")
    failure = _failure(message, WANG, _server(free_port, tls="implicit", ca_file=tmp_path / name))
    assert (type(failure), failure.code) == (EffectRetryable, "BR-1514")
    assert name in failure.text("zh")


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_login(message, box, serve, certificate, only_secret):
    """The right password, with characters beyond ASCII, opens the door; a wrong one is named and tried again later."""
    controller = serve("implicit", authenticator=only_secret, auth_required=True, auth_require_tls=False)
    server = _server(
        controller.port, tls="implicit", ca_file=certificate[0], user="bridge", password=SecretStr(PASSWORD)
    )
    send(message, WANG, server)
    assert len(box.received) == 1
    failure = _failure(message, WANG, replace(server, password=SecretStr(PASSWORD + "x")))
    assert (type(failure), failure.code) == (EffectRetryable, "BR-1506")
    assert "授权码" in failure.text("zh")


def test_no_login_offered(message, serve):
    """A server without a login ends in its own code."""
    failure = _failure(message, WANG, _server(serve().port, user="bridge", password=SecretStr(PASSWORD)))
    assert (type(failure), failure.code) == (EffectRetryable, "BR-1507")


def test_one_of_two_refused_is_not_swallowed(message, box, serve):
    """One recipient taken, one refused: the call returns, and says who was refused and how."""
    box.answers[LI] = "550 5.1.1 no such user"
    delivered = send(message, [WANG, LI], _server(serve().port))
    assert delivered.accepted == (WANG,)
    assert delivered.refused == (Refusal(LI, 550, "5.1.1 no such user"),)
    assert delivered.refused[0].permanent
    assert box.received[0].rcpt_tos == [WANG]


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [("550 no such user", EffectRefused, "BR-1509"), ("451 greylisted, come back", EffectRetryable, "BR-1517")],
)
def test_the_only_recipient_refused(message, box, serve, answer, kind, code):
    """5xx for the only recipient is final, 4xx is tried again."""
    box.answers[WANG] = answer
    failure = _failure(message, WANG, _server(serve().port))
    assert (type(failure), failure.code) == (kind, code)
    assert WANG in failure.text("zh")


def test_a_temporary_refusal_among_final_ones_is_tried_again(message, box, serve):
    """When all are refused but one of them only for now, the mail stays in the queue."""
    box.answers |= {WANG: "550 no", LI: "452 too many"}
    assert isinstance(_failure(message, [WANG, LI], _server(serve().port)), EffectRetryable)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (("MAIL", "553 sender must be the login"), (EffectRefused, "BR-1510")),
        (("MAIL", "421 too busy"), (EffectRetryable, "BR-1508")),
        (("DATA", "554 spam"), (EffectRefused, "BR-1515")),
        (("DATA", "451 disk full"), (EffectRetryable, "BR-1508")),
    ],
)
def test_spoken_answers(message, box, serve, said, expected):
    """What the server says at each step is final at 5xx and temporary at 4xx, and is quoted."""
    step, answer = said
    box.answers[step] = answer
    failure = _failure(message, WANG, _server(serve().port))
    assert (type(failure), failure.code) == expected
    assert answer[4:] in failure.text("zh")


def test_silence_after_the_message_is_unknown(message, box, serve):
    """The server has the message and says nothing until the deadline: whether it went is unknown."""
    box.silent = True
    failure = _failure(message, WANG, _server(serve().port, timeout_s=1))
    assert (type(failure), failure.code) == (EffectUnknown, "BR-1512")


def test_a_repeat_after_doubt_carries_the_same_identity(message, box, serve):
    """The server hangs up on the message: unknown. Sent again, it is the same message under the same Message-ID."""
    box.hang_up = True
    port = serve().port
    assert type(_failure(message, WANG, _server(port))) is EffectUnknown
    box.hang_up = False
    send(message, WANG, _server(port))
    assert {message_from_bytes(envelope.content)["Message-ID"] for envelope in box.received} == {"<1@example.com>"}
    assert len(box.received) == 2


@pytest.mark.parametrize(
    ("lines", "kind", "code"),
    [
        ([b"..."], EffectRetryable, "BR-1511"),
        ([b"220 hi", b"..."], EffectRetryable, "BR-1511"),
        ([b"220 hi", b"250 ok", b"..."], EffectRetryable, "BR-1511"),
        ([b"220 hi", b"250 ok", b"250 ok", b""], EffectRetryable, "BR-1501"),
        ([b"220 hi", b"250 ok", b"250 ok", b"250 ok", b"..."], EffectUnknown, "BR-1512"),
        ([b"220 hi", b"250 ok", b"250 ok", b"250 ok", b"354 go", b""], EffectUnknown, "BR-1512"),
        ([b"220 hi", b"250 ok", b"250 ok", b"250 ok", b"354 go", b"garbage"], EffectUnknown, "BR-1512"),
        ([b"554 go away"], EffectRetryable, "BR-1516"),
        ([b"421 not now"], EffectRetryable, "BR-1508"),
        ([b""], EffectRetryable, "BR-1501"),
    ],
)
def test_every_place_to_stop(message, scripted, lines, kind, code):
    """Silence, hang-up and garbage at every step: before the message nothing has gone out, after it nobody knows."""
    failure = _failure(message, WANG, _server(scripted(lines), timeout_s=1))
    assert (type(failure), failure.code) == (kind, code)


def test_a_lost_good_bye_changes_nothing(message, scripted):
    """The server took the message and hangs up: delivered."""
    port = scripted([b"220 hi", b"250 ok", b"250 ok", b"250 ok", b"354 go", b"250 taken", b""])
    # The script answers one line per line heard, so the body's first line draws the final answer.
    assert send(message, WANG, _server(port, timeout_s=5)).accepted == (WANG,)


def test_nobody_listens(message, free_port):
    """A closed port is named with host and port."""
    failure = _failure(message, WANG, _server(free_port))
    assert (type(failure), failure.code) == (EffectRetryable, "BR-1501")
    assert str(free_port) in failure.text("zh")


def test_an_unknown_host(message, free_port):
    """A name that does not resolve is named."""
    failure = _failure(message, WANG, replace(_server(free_port), host="mail.invalid"))
    assert (type(failure), failure.code) == (EffectRetryable, "BR-1502")


def test_a_server_that_repeats_the_password_is_not_quoted(message, scripted):
    """An answer that holds the password is masked."""
    answer = f"535 wrong: {PASSWORD}".encode()
    port = scripted([b"220 hi", b"250-ok\r\n250 AUTH PLAIN", answer])
    failure = _failure(message, WANG, _server(port, user="bridge", password=SecretStr(PASSWORD), timeout_s=5))
    assert failure.code == "BR-1506"
    assert "***" in failure.text("zh")


def test_a_wrong_recipient_is_refused_before_anything_is_sent(message, box, serve):
    """An address with a line break never reaches the server."""
    failure = _failure(message, "a@b.com\r\nDATA", _server(serve().port))
    assert (type(failure), failure.code) == (EffectRefused, "BR-1513")
    assert box.received == []
