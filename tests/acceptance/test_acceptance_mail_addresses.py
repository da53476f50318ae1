"""Addresses that no mail can be written to: refused in bridge.toml, and never the end of a run."""

from collections.abc import Callable
from dataclasses import replace
from email.errors import MessageError

import pytest
from acceptance_books import rows
from acceptance_plant import Plant
from acceptance_sink import Sink, mail_table

from bridge.cycle import tell
from bridge.cycle.tell import Letters

ADMIN, MANAGER = "it@example.com", "zhaolei@example.com"
BAD = ["王芳@example.com", "wang..fang@example.com", "wangfang@example.com."]


@pytest.fixture
def mailing(holding: Callable[[str], Plant], sink: Sink) -> Plant:
    """Give a plant that holds in U8's frozen quantity and mails to `sink`, one variance short of confirmed."""
    plant = holding("frozen_quantity")
    plant.configure(mail=mail_table(sink))
    plant.stock(M_001__01="500")
    plant.reconcile()
    plant.later(minutes=30)
    return plant


@pytest.mark.parametrize("address", BAD)
def test_the_check_of_the_configuration_names_a_bad_address(mailing: Plant, address):
    """`config check` refuses what a mail cannot be written to, in the words of any wrong address."""
    mailing.configure(people={"wang.fang": {"name": "王芳", "mail": address, "roles": ["maker"]}})
    done = mailing.run("config", "check", "--lang", "en")
    assert done.code != 0
    assert "[BR-1032]" in done.out + done.err


@pytest.mark.parametrize("address", BAD)
def test_a_reader_who_cannot_be_written_to_is_left_out(mailing: Plant, sink: Sink, monkeypatch, address):
    """Should such an address pass all the same: the hold is placed, somebody stands in, the audit log tells."""

    def letters(blobs, people, policy, sender):
        spoilt = {**people, "wang.fang": replace(people["wang.fang"], mail=address)}
        return Letters(blobs, spoilt, policy, sender)

    monkeypatch.setattr("bridge.bootstrap.Letters", letters)
    assert mailing.reconcile().code == 10
    assert list(mailing.frozen().values()) == [500.0]
    assert {to for to, _ in sink.received} == {ADMIN, MANAGER}
    assert rows(mailing.store, "SELECT count(*) FROM audit WHERE action = 'mail.left_out'") == [(1,)]


def test_a_mail_that_cannot_be_composed_ends_no_run(mailing: Plant, sink: Sink, monkeypatch):
    """Whatever composing raises, the run's holds are kept, and the next run tells what this one could not."""

    def broken(*_args, **_facts):
        raise MessageError("no such header")

    with monkeypatch.context() as patch:
        patch.setattr(tell, "compose", broken)
        assert mailing.reconcile().code == 10
    assert (list(mailing.frozen().values()), sink.received) == ([500.0], [])
    assert rows(mailing.store, "SELECT count(*) FROM audit WHERE action = 'mail.left_out'") == [(1,)]
    mailing.later(minutes=30)
    mailing.reconcile()
    assert {to for to, _ in sink.received} == {"wangfang@example.com", MANAGER}
