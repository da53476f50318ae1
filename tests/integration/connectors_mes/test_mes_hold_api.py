"""Holds in a MES when things go wrong: nothing is doubled, nothing is believed that the MES does not show."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bridge.demo.reference_mes import ReferenceMes, Refused
from bridge.demo.reference_mes.movements import Movement, book
from bridge.demo.reference_mes.tables import transaction
from bridge.domain.clock import FixedClock
from bridge.domain.errors import EffectRefused, EffectRetryable, EffectUnknown
from bridge.domain.hold import HoldOrder
from bridge.domain.quantity import to_micro
from connectors.contract.harness import NOW
from connectors.mes import CONNECTOR
from connectors.mes.config import MesSettings

ORDER = HoldOrder(
    ref="SBX7Q2M4K6P8R1T3",
    item="00710",
    warehouse="LINE-1",
    batch="",
    operations=("out", "transfer"),
    quantity=to_micro(Decimal("80.5")),
    reason="库比账少 80.5 个",
    expires_at=NOW + timedelta(hours=8),
)


class Faulty(ReferenceMes):
    """A reference MES that misbehaves at queued (method, when) requests: before or after the work is done."""

    def __init__(self, folder):
        self.faults = []
        self.asked = []
        self.garbled = {}
        super().__init__(folder / "mes.sqlite", lambda: NOW, reader="read-1234", writer="hold-5678")
        with transaction(self.db) as db:
            book(db, Movement("BG-1", "00710", "LINE-1", to_micro("2000")), self.now_ms)

    def answer(self, method, address, authorization, body):
        """Do what the next fault says if it is for this method."""
        self.asked.append(method)
        if address == "/open/login":
            return {"token": "hold-5678"}
        fault = self.faults.pop(0)[1:] if self.faults and self.faults[0][0] == method else ("", 0)
        if fault[0] == "before":
            self._fail(fault[1])
        data = super().answer(method, address, authorization, body)
        if fault[0] == "after":
            self._fail(fault[1])
        return {**data, **self.garbled} if isinstance(data, dict) else data

    def _fail(self, status):
        if status == "drop":
            raise BrokenPipeError  # ends the connection without a word
        raise Refused(status, "系统维护中")


@pytest.fixture
def mes(tmp_path):
    """Return a MES that can be made to fail."""
    with Faulty(tmp_path) as server:
        server._server.handle_error = lambda *_: None
        yield server


def target(mes, **more):
    """Open the target as a new process would."""
    hold = {"via": "hold_api", "token": "hold-5678"} | more.pop("hold", {})
    written = {"kind": "mes", "base_url": mes.url, "token": "read-1234", "snapshot": {"path": "/open/stock"}}
    return CONNECTOR.target("mes", MesSettings(**(written | {"hold": hold} | more)), FixedClock(NOW))


@pytest.mark.parametrize("fault", [500, 502, 503, 408, "drop"])
def test_work_done_but_no_answer_counts_as_done(mes, fault):
    """5xx or a lost connection after the work was done: the hold is looked up, found and not sent again."""
    mes.faults = [("PUT", "after", fault)]
    assert target(mes).place(ORDER).quantity == ORDER.quantity
    assert mes.asked == ["PUT", "GET"]
    mes.faults = [("DELETE", "after", fault)]
    assert target(mes).lift(ORDER).quantity == ORDER.quantity
    assert mes.asked == ["PUT", "GET", "GET", "DELETE", "GET"]


@pytest.mark.parametrize("fault", [500, 502, "drop"])
def test_no_answer_and_nothing_done_is_unknown(mes, fault):
    """The same before the work: unknown, never repeated blindly; the next attempt settles it."""
    mes.faults = [("PUT", "before", fault)]
    with pytest.raises(EffectUnknown) as unsure:
        target(mes).place(ORDER)
    assert unsure.value.code == "BR-1660"
    assert mes.asked == ["PUT", "GET"]
    target(mes).place(ORDER)
    mes.faults = [("DELETE", "before", fault)]
    with pytest.raises(EffectUnknown):
        target(mes).lift(ORDER)
    assert target(mes).probe(ORDER.ref).present


def test_a_placed_hold_that_cannot_be_read_back_is_unknown(mes):
    """Written, but the look fails: somebody must look again before anything else."""
    mes.faults = [("GET", "before", 503)]
    with pytest.raises(EffectUnknown) as unsure:
        target(mes).place(ORDER)
    assert unsure.value.code == "BR-1664"


def test_patience_asked_for_means_nothing_was_done(mes):
    """429 is tried again later."""
    mes.faults = [("PUT", "before", 429)]
    with pytest.raises(EffectRetryable):
        target(mes).place(ORDER)
    assert not target(mes).probe(ORDER.ref).present


def test_the_mes_says_why_it_refuses(mes):
    """A refusal carries the MES's own sentence, in both languages."""
    with pytest.raises(EffectRefused) as refused:
        target(mes).place(replace(ORDER, item="nobody's"))
    assert refused.value.code == "BR-1661"
    assert all("nothing to hold" in refused.value.text(lang) for lang in ("zh", "en"))


def test_another_content_under_a_standing_id_is_refused(mes):
    """The id of a standing hold cannot come to mean something else."""
    target(mes).place(ORDER)
    with pytest.raises(EffectRefused):
        target(mes).place(replace(ORDER, quantity=to_micro("90")))
    assert target(mes).probe(ORDER.ref).quantity == ORDER.quantity


def test_a_hold_is_renewed(mes):
    """The same order with a later end moves the end."""
    target(mes).place(ORDER)
    target(mes).place(replace(ORDER, expires_at=NOW + timedelta(days=2)))
    with transaction(mes.db) as db:
        until = db.execute("SELECT until FROM hold").fetchone()[0]
    assert until == round((NOW + timedelta(days=2)).timestamp() * 1000)


def test_a_renewal_that_was_lost_is_not_taken_for_done(mes):
    """The hold stands, but with its old end: unknown."""
    target(mes).place(ORDER)
    mes.faults = [("PUT", "before", 502)]
    with pytest.raises(EffectUnknown):
        target(mes).place(replace(ORDER, expires_at=NOW + timedelta(days=2)))


@pytest.mark.parametrize(
    "garbled", [{"qty": "79"}, {"item": "0071"}, {"location": "LINE-2"}, {"scope": ["out"]}, {"state": "expired"}]
)
def test_what_shows_otherwise_than_ordered_is_unknown(mes, garbled):
    """A MES that stores something else than it was told is not believed."""
    mes.garbled = garbled
    with pytest.raises(EffectUnknown) as unsure:
        target(mes).place(ORDER)
    assert unsure.value.code == "BR-1665"


@pytest.mark.parametrize(
    "garbled",
    [
        {"hold_id": "SBOTHER000000000"}, {"state": "ok"}, {"qty": None}, {"qty": True}, {"qty": "viel"},
        {"until": "2026-11-23T16:30:00"}, {"until": None}, {"scope": "out"}, {"owner": None}, {"batch": None},
    ],
)  # fmt: skip
def test_a_hold_that_breaks_the_contract_is_refused(mes, garbled):
    """What cannot be read is named, not guessed."""
    target(mes).place(ORDER)
    mes.garbled = garbled
    with pytest.raises(EffectRefused) as refused:
        target(mes).probe(ORDER.ref)
    assert refused.value.code == "BR-1662"


def test_a_bare_404_is_not_absence(mes):
    """A wrong path or a proxy must not make standing holds look lifted."""
    mes.faults = [("GET", "before", 404)]
    with pytest.raises(EffectRefused) as refused:
        target(mes).probe(ORDER.ref)
    assert refused.value.code == "BR-1663"
    with pytest.raises(EffectRefused):
        target(mes, hold={"path": "/wrong/{hold_id}"}).place(ORDER)


def test_the_reading_token_cannot_hold(mes):
    """Least privilege: without the writing token every verb is refused, and no token shows."""
    found = target(mes, hold={"token": None})
    for verb in (lambda: found.place(ORDER), lambda: found.lift(ORDER), found.list_own):
        with pytest.raises(EffectRefused) as refused:
            verb()
        assert "read-1234" not in refused.value.text("zh") + repr(refused.value)
    with pytest.raises(EffectRefused) as refused:
        target(mes, hold={"token": "wrong-0000"}).probe(ORDER.ref)
    assert (refused.value.code, "wrong-0000" in str(refused.value)) == ("BR-1421", False)


def test_more_holds_than_a_page(mes):
    """All holds are listed, page by page; one that another token placed is not ours."""
    orders = [replace(ORDER, ref=f"SB{number:014}", quantity=1) for number in range(205)]
    for order in orders:
        with transaction(mes.db) as db:
            facts = (order.ref, "stockbridge", "out", "00710", "LINE-1", "", 1, "r", 2**42, 0)
            db.execute("INSERT INTO hold VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)", facts)
    assert [reading.ref for reading in target(mes).list_own()] == [order.ref for order in orders]


@pytest.mark.parametrize("ref", ["..", "../stock", "a/b", "a?b", "%2e%2e", "' OR 1=1", "SB\r\nX: y", "长", "a" * 65])
def test_hostile_references_are_not_sent(mes, ref):
    """What cannot be a reference of ours is absent without asking."""
    assert not target(mes).probe(ref).present
    assert target(mes).lift(replace(ORDER, ref=ref)).quantity == 0
    assert mes.asked == []


@pytest.mark.parametrize("item", ["'); DROP TABLE hold; --", 'a"b\\c', "\u202e料号", "=1+1", "00710 "])
def test_hostile_codes_come_back_as_they_went(mes, item):
    """Codes are text on the whole way."""
    with transaction(mes.db) as db:
        book(db, Movement("BG-2", item, "LINE-1", 1), mes.now_ms)
    order = replace(ORDER, item=item)
    target(mes).place(order)
    assert target(mes).probe(order.ref).item == item


def test_only_what_the_mes_can_stop_is_asked_for(mes):
    """[holds] may say more than this MES can; if nothing of it can be stopped, the hold is refused here."""
    narrow = target(mes, hold={"operations": ["out"]})
    narrow.place(replace(ORDER, operations=("out", "transfer", "in")))
    with transaction(mes.db) as db:
        assert db.execute("SELECT scope FROM hold").fetchone()[0] == "out"
    with pytest.raises(EffectRefused) as refused:
        narrow.place(replace(ORDER, operations=("in",)))
    assert refused.value.code == "BR-1666"


def test_the_admin_sees_the_requests_for_holds():
    """`sources show-sql` names them with their addresses, and no token."""
    hold = {"via": "hold_api", "token": "hold-5678"}
    settings = MesSettings(
        kind="mes", base_url="http://mes:8090", token="read-1234", snapshot={"path": "/open/stock"}, hold=hold
    )
    shown = CONNECTOR.show_sql("mes", settings)
    for line in ("PUT http://mes:8090/open/holds/{hold_id}", "DELETE http://mes:8090/open/holds/{hold_id}"):
        assert line in shown.splitlines()
    assert "GET http://mes:8090/open/holds?owner=stockbridge" in shown
    assert "1234" not in shown + "".join(line for line in shown.splitlines() if "5678" in line)


def test_a_login_that_lapsed_is_renewed_once(mes):
    """A request that was turned away was not carried out, so it may go out again with a new token; not a third time."""
    login = {"path": "/open/login", "method": "GET", "token": "data.token"}
    found = target(mes, token=None, login=login, hold={"token": None})
    mes.faults = [("PUT", "before", 401)]
    found.place(ORDER)
    assert mes.asked == ["GET", "PUT", "GET", "PUT", "GET", "GET"]
    mes.faults = [("DELETE", "before", 401)] * 2
    with pytest.raises(EffectRefused):
        found.lift(ORDER)
    assert found.probe(ORDER.ref).present
