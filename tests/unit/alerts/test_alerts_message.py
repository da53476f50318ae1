"""The message on the wire: headers that hold, names that show, bytes that repeat."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.header import decode_header, make_header

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from alerts.backoff import next_attempt
from alerts.message import Attachment, compose, envelope_address, message_id
from alerts.preview import preview
from alerts.render import Rendered, render
from alerts.render.clean import clean
from alerts.spreadsheet import attachments
from bridge.domain.errors import EffectRefused
from bridge.domain.people import Person

SENDER = "数据桥 <bridge@example.com>"
WANG = Person("wang.fang", "王芳", "wangfang@example.com")
ZHAO = Person("zhao.lei", "赵磊", "zhaolei@example.com")


def _compose(now, rendered=None, recipient=WANG, **more):
    rendered = rendered or Rendered("主题", "正文", "<p>正文</p>")
    return compose(rendered, SENDER, recipient, (ZHAO,), message_id="<a@example.com>", date=now, **more)


@pytest.fixture
def first(tell, episodes, days):
    """Give the sketch's first mail."""
    return tell(episodes, days=days)[0]


def test_headers_and_parts(first, now):
    """To, Cc, Date, thread and automatic marks stand as they should; text and HTML are alternatives; the file is third."""
    raw = compose(
        render(first),
        SENDER,
        WANG,
        (ZHAO,),
        message_id=message_id(first, SENDER),
        date=now,
        in_reply_to="<first@example.com>",
        attachments=attachments(first),
    )
    message = message_from_bytes(raw, policy=policy.default)
    assert message["Subject"] == render(first).subject
    assert (message["To"].addresses[0].display_name, message["To"].addresses[0].addr_spec) == ("王芳", WANG.mail)
    assert message["Cc"].addresses[0].display_name == "赵磊"
    assert message["Bcc"] is None
    assert message["Date"].datetime == now
    assert message["In-Reply-To"] == message["References"] == "<first@example.com>"
    assert message["Auto-Submitted"] == "auto-generated"
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds[:4] == ["multipart/mixed", "multipart/alternative", "text/plain", "text/html"]
    assert message.get_body(("plain",)).get_content().replace("\r\n", "\n") == render(first).text
    assert message.get_body(("html",)).get_content().replace("\r\n", "\n") == render(first).html
    (file,) = message.iter_attachments()
    assert file.get_filename() == "差异与单据对照-529.xlsx"
    assert file.get_content() == attachments(first)[0].content


def test_file_name_both_ways(first, now):
    """The name stands as RFC 2231 and, for Foxmail and old Outlook, as one encoded word within 75 characters."""
    raw = _compose(now, attachments=attachments(first)).decode()
    extended = re.search(r"filename\*=utf-8''(\S+)", raw)
    plain = re.findall(r'(?:file)?name="(=\?utf-8\?B\?[^"]+)"', raw)
    assert extended
    assert len(plain) == 2
    assert all(len(word) <= 75 and str(make_header(decode_header(word))) == "差异与单据对照-529.xlsx" for word in plain)


@settings(deadline=None)
@example("00000.¡¡¡¡¡¡¡¡𐀀𐀀𐀀𐀀𐀀𐀀")
@given(st.text(min_size=1, max_size=120).filter(str.strip))
def test_any_file_name_survives(name):
    """Whatever a file is called, its headers stay two headers and pure ASCII."""
    raw = _compose(datetime(2026, 1, 1, tzinfo=UTC), attachments=[Attachment(name, b"x")])
    assert raw.isascii()
    message = message_from_bytes(raw, policy=policy.default)
    (file,) = message.iter_attachments()
    assert set(file.keys()) == {"Content-Type", "Content-Disposition", "Content-Transfer-Encoding", "MIME-Version"}
    assert file.get_content() == b"x"


def test_bytes_repeat_and_are_clean(first, now):
    """The same facts give the same bytes: ASCII, CRLF only, no line beyond 998."""
    once, again = (_compose(now, rendered=render(first), attachments=attachments(first)) for _ in range(2))
    assert once == again
    assert once.isascii()
    assert once.count(b"\n") == once.count(b"\r\n") == once.count(b"\r")
    assert max(map(len, once.split(b"\r\n"))) <= 998


@settings(deadline=None)
@given(st.text(max_size=300), st.text(max_size=80))
def test_no_text_breaks_a_header(subject, name):
    """Whatever a subject or a name holds, no header is added and the subject stays one line."""
    person = replace(WANG, name=name)
    raw = _compose(datetime(2026, 1, 1, tzinfo=UTC), Rendered(subject, "x", "y"), person)
    message = message_from_bytes(raw, policy=policy.default)
    assert set(message.keys()) == {
        *("Message-ID", "Date", "From", "To", "Cc", "Subject", "Auto-Submitted"),
        *("X-Auto-Response-Suppress", "MIME-Version", "Content-Type"),
    }
    assert message["To"].addresses[0].addr_spec == WANG.mail


@settings(deadline=None)
@given(
    st.text(
        alphabet=st.characters(min_codepoint=32, max_codepoint=0x9FFF, categories=["L", "N", "P", "Zs"]), max_size=150
    )
)
def test_subjects_fold_and_unfold(subject):
    """A subject of any length and script reads back as it was, single blanks apart."""
    raw = _compose(datetime(2026, 1, 1, tzinfo=UTC), Rendered(subject, "x", "y"))
    head = raw.split(b"\r\n\r\n")[0]
    assert all(len(line) <= 78 for line in head.split(b"\r\n"))
    assert message_from_bytes(raw, policy=policy.default)["Subject"] == clean(subject, 200)


def test_message_id_is_stable_and_distinct(first):
    """The same mail has the same Message-ID; another run, reader or kind has another."""
    own = message_id(first, SENDER)
    assert own == message_id(first, SENDER)
    assert own.endswith("@example.com>")
    others = {
        message_id(replace(first, recipient=ZHAO), SENDER),
        message_id(replace(first, report=replace(first.report, run=530)), SENDER),
        message_id(replace(first, report=replace(first.report, pair="x")), SENDER),
        message_id(replace(first, kind="change"), SENDER),
    }
    assert len({own, *others}) == 5


@pytest.mark.parametrize(
    "address", ["", "nobody", "a b@example.com", "王@example.com", "a@", "@example.com", "a@b.com\r\nBcc: x@y.z"]
)
def test_a_wrong_address_is_refused(address):
    """What is no address ends in one sentence that shows it."""
    with pytest.raises(EffectRefused) as caught:
        envelope_address(address)
    assert caught.value.code == "BR-1513"


def test_chinese_domains_are_spelled_in_ascii():
    """A Chinese domain goes over the wire as the registry knows it."""
    assert envelope_address("数据桥 <a@例子.公司>") == "a@xn--fsqu00a.xn--55qx5d"


def test_backoff_never_gives_up(now):
    """1, 2, 5, 15, 60 minutes, then doubling, at most a day, for ever."""
    minutes = [(next_attempt(attempt, now) - now) // timedelta(minutes=1) for attempt in range(1, 13)]
    assert minutes == [1, 2, 5, 15, 60, 120, 240, 480, 960, 1440, 1440, 1440]


def test_preview_is_what_would_be_sent(first):
    """The preview holds the very message, under a harmless file name."""
    report = replace(first.report, pair="../财务 x")
    shown = preview(replace(first, report=report), SENDER)
    assert re.fullmatch(r"[A-Za-z0-9._-]+", shown.name)
    assert ".." not in shown.name
    assert message_from_bytes(shown.eml, policy=policy.default)["Subject"] == render(first).subject
    assert shown.html.startswith("<!DOCTYPE html>")
