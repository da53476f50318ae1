"""Which mail addresses bridge.toml may name: those that a mail can really be written to."""

import pytest

from alerts.message import envelope_address
from config.mail_address import parse_mail_address, parse_sender
from config.refusal import Refusal

MAILABLE = [
    "wangfang@example.com",
    "zhao.lei+stock@mail.example.com",
    "o'neil@example.com",
    "it@localhost",
    "a@例子.中国",
]
UNMAILABLE = [
    "wangfang",
    "王芳@example.com",
    "zhao..lei@example.com",
    ".zhao@example.com",
    "zhao.@example.com",
    "zhaolei@example.com.",
    "zhaolei@.example.com",
    "zhaolei@example..com",
    f"zhaolei@{'x' * 64}.com",
    "zhao(lei)@example.com",
    "zhao[lei]@example.com",
    "zhao\\lei@example.com",
    "a@b@example.com",
    "zhao\u00adlei@example.com",
    "zhaolei@exam\u00adple.com",
    f"{'z' * 300}@example.com",
]


@pytest.mark.parametrize("address", MAILABLE)
def test_what_is_taken_can_be_mailed(address):
    """A good address is returned as it is, and the mail knows how to write it."""
    assert parse_mail_address(address) == address
    assert envelope_address(address)
    assert parse_sender(f"数据桥 <{address}>") == f"数据桥 <{address}>"


@pytest.mark.parametrize("address", UNMAILABLE)
def test_what_cannot_be_mailed_is_refused(address):
    """Alone or behind a name, with the code of a wrong address."""
    for refused in (lambda: parse_mail_address(address), lambda: parse_sender(f"数据桥 <{address}>")):
        with pytest.raises(Refusal) as caught:
            refused()
        assert caught.value.code == "BR-1032"


def test_a_senders_name_must_not_hide_his_address():
    """A comma outside quotes makes two addresses of one, so no mail could be from it; quoted it is a name."""
    with pytest.raises(Refusal):
        parse_sender("数据桥, 一厂 <bridge@example.com>")
    assert parse_sender('"数据桥, 一厂" <bridge@example.com>')
