"""The demo's mail server keeps what it says it keeps."""

import smtplib
import socket
from email.message import EmailMessage

import pytest

from alerts.mail import MailServer, send
from bridge.demo.postbox import Postbox


@pytest.fixture
def box(tmp_path):
    """Return a running postbox."""
    with Postbox(tmp_path / "mails") as running:
        yield running


def letter(text="第一行\n.点开头的行\n"):
    """Return a message with a text and an HTML part."""
    message = EmailMessage()
    message["From"] = "数据桥 <bridge@example.com>"
    message["To"] = "王芳 <wangfang@example.com>"
    message["Subject"] = "【库存差异】1 项"
    message["Message-ID"] = "<one@example.com>"
    message["Date"] = "Mon, 23 Nov 2026 09:30:00 +0800"
    message.set_content(text, cte="8bit")
    message.add_alternative("<p>差异</p>", subtype="html")
    return message


def test_message_is_kept_as_eml_and_html(box):
    """A message arrives with its lines of dots, its subject and its HTML part beside it."""
    with smtplib.SMTP("127.0.0.1", box.port) as client:
        client.send_message(letter())
    (kept,) = box.letters
    assert kept.subject == "【库存差异】1 项"
    assert kept.recipients == ("wangfang@example.com",)
    assert kept.eml.name == "001-0930-wangfang.eml"
    assert b"\r\n.\xe7\x82\xb9" in kept.eml.read_bytes()
    assert kept.html.read_text(encoding="utf-8").strip() == "<p>差异</p>"


def test_the_bridge_can_send_to_it(box):
    """The product's own sender is satisfied, several times over one after the other."""
    server = MailServer(host="127.0.0.1", port=box.port, tls="none")
    for _ in range(2):
        assert send(letter().as_bytes(), "zhaolei@example.com", server).accepted == ("zhaolei@example.com",)
    assert [kept.number for kept in box.letters] == [1, 2]


def test_commands_out_of_order_are_refused(box):
    """DATA without recipients and RCPT without a sender get 503, nonsense 502; nothing is kept."""
    with smtplib.SMTP("127.0.0.1", box.port) as client:
        client.ehlo()
        assert client.docmd("RCPT", "TO:<a@example.com>")[0] == 503
        assert client.docmd("DATA")[0] == 503
        assert client.docmd("BDAT", "1")[0] == 502
        assert client.noop()[0] == 250
    assert box.letters == []


def test_a_client_that_leaves_in_the_middle_leaves_nothing(box):
    """A message without its final dot is not kept, and the next client is served."""
    with socket.create_connection(("127.0.0.1", box.port)) as link:
        for words in ("EHLO x", "MAIL FROM:<a@example.com>", "RCPT TO:<b@example.com>", "DATA", "Subject: cut"):
            link.sendall(f"{words}\r\n".encode())
            if words != "Subject: cut":
                link.recv(1000)
    with smtplib.SMTP("127.0.0.1", box.port) as client:
        client.send_message(letter())
    assert [kept.subject for kept in box.letters] == ["【库存差异】1 项"]


def test_mailbox_names_cannot_leave_the_folder(box):
    """A recipient with path signs becomes a harmless file name."""
    kept = box.keep(letter().as_bytes(), ("../../etc/passwd@example.com",))
    assert kept.eml.parent == box.folder


def test_a_taken_port_is_an_error(box, tmp_path):
    """A second server on the same port says so instead of listening nowhere."""
    with pytest.raises(OSError, match="address already in use"):
        Postbox(tmp_path / "other", port=box.port).start()
