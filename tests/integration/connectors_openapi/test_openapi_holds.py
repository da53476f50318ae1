"""Holds as transfers into quarantine: added once, audited with the documents they create, taken back, never doubled."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bridge.domain.errors import EffectRefused, EffectRetryable, EffectUnknown

HOME, QUARANTINE = ("01", "00710", "L1", ""), ("99", "00710", "L1", "")
STEPS = ("/api/transvouch/add", "/api/transvouch/verify", "/api/otherout/verify", "/api/otherin/verify")


def lies(platform):
    """Return what lies in quarantine of 00710."""
    held = [each for (place, item, *_), each in platform.books.stock.items() if (place, item) == ("99", "00710")]
    return sum(held, Decimal(0))


def writes(platform, path):
    """Return how often a writing was sent."""
    return len(platform.sent(path))


def test_place_moves_exactly_and_audits_all_three(platform, target, order):
    """The transfer carries reference, types and auditor; 09 and 08 are audited; nothing is sent twice."""
    receipt = target({"department": "D1", "person": "00001"}).place(order("40", batch="L1", reason="差异 <V-1>"))
    assert (receipt.done, receipt.quantity) == (True, 40_000_000)
    assert (platform.books.stock[HOME], platform.books.stock[QUARANTINE]) == (Decimal("60.25"), Decimal(40))
    assert [writes(platform, step) for step in STEPS] == [1, 1, 1, 1]
    head = platform.sent("/api/transvouch/add")[0]["transvouch"]
    assert head["memory"] == "SBABCDEFGHIJKLMN StockBridge 差异 V-1"
    assert (head["ordcode"], head["irdcode"], head["odepcode"], head["personcode"]) == ("22", "12", "D1", "00001")
    assert head["entry"] == [{"inventorycode": "00710", "quantity": 40, "serial": "L1"}]
    queries = [query for path, query, _ in platform.calls if path in STEPS]
    assert all(("tradeid" in query) != ("biz_id" in query) and query["sync"] == "0" for query in queries)


def test_place_takes_several_rows_and_what_is_free(platform, target, order):
    """Batches and free items are moved as they lie; frozen stock is left; the receipt tells how much it was."""
    platform.books.stopped[HOME] = Decimal("0.25")
    receipt = target().place(order("500"))
    assert receipt.quantity == 115_000_000
    assert receipt.detail.startswith("115 / 500")
    assert platform.books.stock["99", "00710", "L1", "红"] == Decimal(10)
    with pytest.raises(EffectRefused) as refused:
        target().place(order("1", ref="SBOTHERHOLD00000"))
    assert refused.value.code == "BR-1640"


def test_lift_is_a_transfer_back_that_names_the_hold(platform, target, order):
    """After 09 and 08 the way back is another transfer; twice lifts once; a new dispute holds again."""
    holds = target()
    holds.place(order("103"))
    assert holds.lift(order("103")).quantity == 103_000_000
    assert lies(platform) == 0
    assert platform.sent("/api/transvouch/add")[1]["transvouch"]["memory"].endswith("解锁 0000000001")
    assert (holds.lift(order("103")).quantity, writes(platform, "/api/transvouch/add")) == (0, 2)
    assert holds.list_own() == ()
    holds.place(order("5"))
    assert ([each.quantity for each in holds.list_own()], lies(platform)) == ([5_000_000], Decimal(5))


def test_a_writing_that_takes_long_is_followed(platform, target, order, pauses):
    """sync=0 gives an address that is asked until it is final; it needs no token, and pauses grow."""
    platform.writings.polls = 4
    target().place(order("1"))
    asked = [query for path, query, _ in platform.calls if path == "/result"]
    assert len(asked) == 4 * 5
    assert all(set(query) == {"requestid"} for query in asked)
    assert pauses[:4] == [0.5, 1.0, 2.0, 4.0]


def test_a_running_trade_is_asked_again_with_the_same_id(platform, target, order, pauses):
    """30025: wait and ask with the same id, never with another."""
    platform.fail_next(*[""] * 3, "errcode:30025", "errcode:30025")
    target().place(order("1"))
    ids = [query["biz_id"] for path, query, _ in platform.calls if path == "/api/transvouch/add"]
    assert (len(ids), len(set(ids)), len(platform.books.transfers)) == (3, 1, 1)
    assert pauses[:2] == [0.5, 1.0]


def test_a_writing_that_never_ends_stays_unknown(platform, target, order):
    """The platform may carry it out much later: our own id keeps a further try from making another document."""
    platform.writings.polls, platform.writings.late = 1000, True
    for _ in range(2):
        with pytest.raises(EffectUnknown) as unknown:
            target().place(order("1"))
        assert unknown.value.code == "BR-1465"
    platform.writings.settle()
    platform.writings.polls = 1
    target().place(order("1"))
    assert (len(platform.books.transfers), lies(platform)) == (1, Decimal(1))


def test_a_writing_whose_end_is_never_told_is_looked_up(platform, target, order):
    """Done but never reported: the documents themselves say how far it is."""
    platform.writings.polls = 1000
    assert target().place(order("1")).done
    assert (len(platform.books.transfers), lies(platform)) == (1, Decimal(1))


@pytest.mark.parametrize("fault", ["timeout_after", "502_after", "cut:3", "errcode:10001", "drop", "502", "html"])
@pytest.mark.parametrize("step", range(4))
def test_an_answer_that_is_lost_is_looked_up_not_repeated(platform, target, order, step, fault):
    """Whichever writing it is: once done it is found, else it stays unknown, and the hold is made once in the end."""
    respond = platform.respond
    broken = []

    def breaks(asked, body):
        if not broken and asked.path.startswith(STEPS[step]):
            broken.append(fault)
            platform.always = fault
        respond(asked, body)
        platform.always = ""

    platform.respond = breaks
    try:
        target().place(order("40"))
    except EffectUnknown:
        assert fault not in {"timeout_after", "502_after", "cut:3"}
        assert writes(platform, STEPS[step]) == 1
        target().place(order("40"))
    audited = [each for each in platform.books.transfers.values() if each.auditor]
    assert (len(audited), lies(platform)) == (1, Decimal(40))
    assert (len(target().list_own()), target().probe("SBABCDEFGHIJKLMN").quantity) == (1, 40_000_000)


def test_u8_refusals_come_in_its_own_words(platform, target, order):
    """A wrong auditor: the draft stays, for it cannot be deleted, and the same reference uses it again."""
    platform.books.persons = {"00002"}
    with pytest.raises(EffectRefused) as refused:
        target().place(order("40"))
    assert refused.value.code == "BR-1647"
    assert "审核人不存在" in refused.value.text("zh")
    assert (target().probe("SBABCDEFGHIJKLMN").present, lies(platform)) == (False, 0)
    platform.books.persons = {"00001"}
    assert target().place(order("40")).quantity == 40_000_000
    assert len(platform.books.transfers) == 1


def test_a_draft_for_something_else_is_left_to_a_person(platform, target, order):
    """It can be neither changed nor deleted through the OpenAPI."""
    platform.books.refuse_audit = ["期间已结账"]
    with pytest.raises(EffectRefused):
        target().place(order("40"))
    with pytest.raises(EffectRefused) as refused:
        target().place(order("30"))
    assert (refused.value.code, refused.value.facts["number"]) == ("BR-1643", "0000000001")


def test_a_draft_that_somebody_deleted_is_made_again_the_next_day(platform, target, order, clock):
    """The platform still knows our own id of today: nothing is made under another one, and it is said."""
    platform.books.refuse_audit = ["期间已结账"]
    with pytest.raises(EffectRefused):
        target().place(order("40"))
    platform.books.transfers.clear()
    with pytest.raises(EffectUnknown) as unknown:
        target().place(order("40"))
    assert unknown.value.code == "BR-1641"
    clock.at += timedelta(days=1)
    assert target().place(order("40")).quantity == 40_000_000


def test_a_refused_issue_takes_the_transfer_back(platform, target, order):
    """09 not audited, nothing has moved: the transfer is un-audited, and no half hold stays."""
    platform.books.refuse_audit = ["", "出库单不能审核"]
    with pytest.raises(EffectRefused) as refused:
        target().place(order("40"))
    assert (refused.value.code, lies(platform)) == ("BR-1647", 0)
    assert (platform.books.others["otherout"], target().list_own()) == ({}, ())


def test_a_refused_receipt_stays_unknown_until_it_is_done(platform, target, order):
    """09 audited and 08 not: goods are on the way; the next try audits what is missing."""
    platform.books.refuse_audit = ["", "", "入库单不能审核"]
    with pytest.raises(EffectUnknown) as unknown:
        target().place(order("40"))
    assert (unknown.value.code, lies(platform)) == ("BR-1644", 0)
    assert target().place(order("40")).quantity == 40_000_000
    assert lies(platform) == Decimal(40)


def test_a_hold_that_has_not_moved_yet_is_lifted_without_a_transfer(platform, target, order):
    """While 09 and 08 are unaudited the audit is taken back."""
    platform.writings.polls = 0
    number = platform.books.add_transfer(
        {"owhcode": "01", "iwhcode": "99", "ordcode": "22", "irdcode": "12", "memory": "SBABCDEFGHIJKLMN StockBridge"},
        [{"inventorycode": "00710", "quantity": 40, "serial": "L1"}],
    )
    platform.books.verify_transfer(number, "00001")
    assert target().lift(order("40")).quantity == 40_000_000
    assert (writes(platform, "/api/transvouch/unverify"), writes(platform, "/api/transvouch/add")) == (1, 0)
    assert target().probe("SBABCDEFGHIJKLMN").present is False


@pytest.mark.parametrize("step", range(4))
def test_a_lift_that_broke_off_is_finished(platform, target, order, step):
    """A lift is begun once, whatever step it broke off at."""
    target().place(order("40"))
    before = writes(platform, STEPS[step])
    respond = platform.respond

    def breaks(asked, body):
        platform.always = "drop" if asked.path.startswith(STEPS[step]) else ""
        respond(asked, body)

    platform.respond = breaks
    with pytest.raises(EffectUnknown):
        target().lift(order("40"))
    assert (writes(platform, STEPS[step]), len(target().list_own())) == (before + 1, 1)
    platform.respond, platform.always = respond, ""
    assert target().lift(order("40")).quantity == 40_000_000
    assert (lies(platform), len(platform.books.transfers), target().list_own()) == (0, 2, ())


def test_goods_taken_out_of_quarantine_are_missed_when_lifting(platform, target, order):
    """What somebody took away cannot be moved back; the lift is refused in U8's words and stands."""
    target().place(order("40", batch="L1"))
    platform.books.change(QUARANTINE, Decimal(-1))
    with pytest.raises(EffectRefused) as refused:
        target().lift(order("40", batch="L1"))
    assert "可用量不足" in refused.value.text("en")
    assert len(target().list_own()) == 1
    platform.books.change(QUARANTINE, Decimal(1))
    assert target().lift(order("40", batch="L1")).quantity == 40_000_000
    assert len(platform.books.transfers) == 2


def test_a_list_need_not_tell_what_is_audited(platform, target, order):
    """Whether a transfer is audited is then read from the document itself."""
    platform.modes.bare = True
    holds = target()
    for _ in range(2):
        assert holds.place(order("40")).quantity == 40_000_000
    assert (len(platform.books.transfers), len(holds.list_own())) == (1, 1)
    assert (holds.lift(order("40")).quantity, holds.list_own(), lies(platform)) == (40_000_000, (), 0)


def test_a_document_that_shows_no_lines_is_not_audited(platform, target, order):
    """What it moves is not known, so it stays a draft, and that is said."""
    add = platform.books.add_transfer

    def hides(head, entries):
        code = add(head, entries)
        platform.books.transfers[code].lines.clear()
        return code

    platform.books.add_transfer = hides
    with pytest.raises(EffectUnknown) as unknown:
        target().place(order("40"))
    assert (unknown.value.code, writes(platform, "/api/transvouch/verify"), lies(platform)) == ("BR-1645", 0, 0)


def test_holds_lifted_long_ago_cost_nothing(platform, target, order, clock):
    """A week after its lift a hold is known by the list of heads alone."""
    holds = target()
    for number in range(3):
        ref = f"SBOLDHOLD000000{number}"
        holds.place(order("1", ref=ref))
        holds.lift(order("1", ref=ref))
    holds.place(order("1"))
    clock.at += timedelta(days=8)
    platform.calls.clear()
    assert [each.ref for each in holds.list_own()] == ["SBABCDEFGHIJKLMN"]
    assert [path for path, *_ in platform.calls if path.startswith("/api")] == [
        "/api/transvouchlist/batch_get",
        "/api/transvouch/get",
    ]


def test_an_account_set_that_audits_by_itself_is_left_to_it(platform, target, order):
    """Where U8 audits 09 and 08 with the transfer there is nothing left to do."""
    platform.books.auto_audit = True
    target().place(order("40"))
    assert [writes(platform, step) for step in STEPS] == [1, 1, 0, 0]
    assert (target().lift(order("40")).quantity, lies(platform)) == (40_000_000, 0)


def test_a_hold_that_a_person_took_back_in_u8_is_gone(platform, target, order):
    """Un-audited in U8, 08 and 09 first: the bridge sees it as lifted, and has nothing to lift."""
    target().place(order("40"))
    (out,), (into,) = (platform.books.others[kind] for kind in ("otherout", "otherin"))
    platform.books.unverify_other("otherin", into)
    platform.books.unverify_other("otherout", out)
    platform.books.unverify_transfer("0000000001")
    assert (target().probe("SBABCDEFGHIJKLMN").present, target().list_own()) == (False, ())
    assert target().lift(order("40")).quantity == 0


def test_lists_of_documents_without_a_count_are_believed_while_they_are_short(platform, target, order):
    """The published description of these lists names no row_count; a full page of them may be a part."""
    platform.modes.uncounted = True
    holds = target()
    holds.place(order("40"))
    assert (holds.probe("SBABCDEFGHIJKLMN").quantity, holds.lift(order("40")).quantity) == (40_000_000, 40_000_000)
    for number in range(20):
        entry = {"inventorycode": "00710", "quantity": 1}
        head = {"owhcode": "01", "iwhcode": "99", "ordcode": "22", "irdcode": "12"}
        platform.books.add_transfer({**head, "memory": f"SBOTHERHOLD000{number:02} StockBridge"}, [entry])
    with pytest.raises(EffectRetryable) as refused:
        holds.list_own()
    assert refused.value.code == "BR-1270"


def test_quarantine_itself_is_not_held(target, order):
    """Nothing is moved from the quarantine warehouse into itself."""
    with pytest.raises(EffectRefused) as refused:
        target().place(order(warehouse="99"))
    assert refused.value.code == "BR-1646"


def test_injections_change_nothing(platform, target, order):
    """Codes, batches, references and reasons are only text: nothing is found by them, nothing is written for them."""
    strings = [
        f"{mark}{number}" for number in range(4) for mark in ("' OR 1=1 --", "%", '"}],"x":[{', "&tradeid=", "<x>")
    ]
    for hostile in strings:
        assert not target().probe(hostile).present
        for wrong in (order(item=hostile), order(batch=hostile), order(warehouse=hostile)):
            with pytest.raises(EffectRefused):
                target().place(wrong)
    assert (platform.books.transfers, lies(platform)) == ({}, 0)


def test_an_offline_client_can_be_retried(platform, target, order):
    """Nothing was sent: the hold may be tried again later."""
    platform.offline = True
    with pytest.raises(EffectRetryable) as retryable:
        target().place(order())
    assert retryable.value.code == "BR-1462"


def test_an_unreliable_platform_doubles_nothing(platform, target, order):
    """One call in eight fails with 10001, at random: after some tries there is one hold, and then none."""
    platform.platform_failures, platform.writings.polls = 0.125, 1
    for act, quantity in ((target().place, Decimal(40)), (target().lift, Decimal(0))):
        for _ in range(30):
            try:
                act(order("40"))
                break
            except (EffectUnknown, EffectRetryable):
                continue
        assert lies(platform) == quantity
    assert len(platform.books.transfers) == 2
