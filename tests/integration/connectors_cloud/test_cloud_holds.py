"""Holds as status conversions: once, reversible, found again, and never written blindly."""

from decimal import Decimal

import pytest

from bridge.domain.errors import EffectRefused, EffectRetryable, EffectUnknown
from bridge.domain.snapshot import Scope

REF = "SBABCDEFGHIJKLMN"
AUDITED = {"convert": "audited"}
MIRROR = {"convert": "audited", "lift_by": "mirror"}


def conversions(cloud):
    """Return the status conversions there are."""
    return list(cloud.books.documents["STK_StockConvert"].values())


def states(cloud):
    """Return their states."""
    return [document.head["FDocumentStatus"] for document in conversions(cloud)]


def on_hand(cloud, status, item="00710"):
    """Return what there is of an item in one status."""
    rows = cloud.books.inventory.values()
    return sum(
        row["FBaseQty"]
        for row in rows
        if row["FStockStatusId.FNumber"] == status and row["FMaterialId.FNumber"] == item
    )


def audit_by_hand(cloud):
    """Submit and audit the first conversion, as a person would."""
    document = conversions(cloud)[0]
    cloud.documents.submit("STK_StockConvert", {"Ids": document.id})
    cloud.documents.audit("STK_StockConvert", {"Ids": document.id})
    return document


def test_a_hold_is_a_draft_unless_the_admin_wants_more(target, cloud, order):
    """By default the document waits for a person; no stock moves."""
    bridge = target()
    receipt = bridge.place(order("40"))
    assert (receipt.done, receipt.quantity, "未审核" in receipt.detail) == (True, 40_000_000, True)
    assert (states(cloud), on_hand(cloud, "KCZT01_SYS")) == (["A"], Decimal("100.25"))
    assert conversions(cloud)[0].head["FNote"] == f"{REF} StockBridge 差异 V-1"
    seen = bridge.probe(REF)
    assert (seen.present, seen.item, seen.warehouse, seen.batch, seen.quantity) == (
        True,
        "00710",
        "CK01",
        "L1",
        40_000_000,
    )
    assert bridge.list_own() == (seen,)
    assert bridge.ability.level == "advise"


def test_lifting_a_draft_deletes_it(target, cloud, order):
    """Nothing of the hold stays; a second lift finds nothing to do."""
    bridge = target()
    bridge.place(order())
    assert bridge.lift(order()).quantity == 40_000_000
    assert conversions(cloud) == []
    again = bridge.lift(order())
    assert (again.done, again.quantity) == (True, 0)
    assert bridge.probe(REF).present is False


def test_an_audited_hold_moves_stock_to_frozen_and_back(target, cloud, source, order):
    """The quantity cannot be picked, on-hand stays the same, and lifting restores it exactly."""
    bridge = target(AUDITED)
    before = source().snapshot(Scope(by_batch=True)).lines
    assert bridge.place(order("40")).quantity == 40_000_000
    assert (on_hand(cloud, "KCZT01_SYS"), on_hand(cloud, "KCZT03_SYS")) == (Decimal("60.25"), Decimal("40.1"))
    assert source().snapshot(Scope(by_batch=True)).lines.equals(before)
    assert bridge.lift(order("40")).quantity == 40_000_000
    assert (on_hand(cloud, "KCZT01_SYS"), on_hand(cloud, "KCZT03_SYS")) == (Decimal("100.25"), Decimal("0.1"))
    assert (conversions(cloud), bridge.ability.level) == ([], "system")


def test_a_mirrored_document_lifts_without_un_auditing(target, cloud, order):
    """Both documents stay as history; the same dispute can be held and lifted again."""
    bridge = target(MIRROR)
    for life in (1, 2):
        assert bridge.place(order("40")).quantity == 40_000_000
        assert bridge.lift(order("40")).quantity == 40_000_000
        assert bridge.probe(REF).present is False
        assert on_hand(cloud, "KCZT01_SYS") == Decimal("100.25")
        assert states(cloud) == ["C", "C"] * life


def test_placing_twice_holds_once(target, cloud, order):
    """The reference is looked up before each writing."""
    bridge = target(AUDITED)
    bridge.place(order("40"))
    assert bridge.place(order("40")).quantity == 40_000_000
    assert (len(cloud.sent("Save")), on_hand(cloud, "KCZT03_SYS")) == (1, Decimal("40.1"))


@pytest.mark.parametrize("fault", ["timeout_after", "502_after", "cut:20"])
def test_a_saving_whose_answer_is_lost_is_unknown_and_never_repeated(target, cloud, order, fault):
    """The work was done, the answer did not come: nobody may write again before looking."""
    bridge = target()
    at = 1 + _calls_before(cloud, bridge, order, "Save")
    cloud.fail_next(*[""] * (at - 1), fault)
    with pytest.raises(EffectUnknown):
        bridge.place(order())
    assert bridge.probe(REF).present
    assert bridge.place(order()).quantity == 40_000_000
    assert (len(cloud.sent("Save")), len(conversions(cloud))) == (1, 1)


@pytest.mark.parametrize("fault", ["html", "response_error", "502", "drop"])
def test_a_saving_that_may_have_failed_is_unknown_too(target, cloud, order, fault):
    """The bridge cannot tell a gateway's fault before the work from one after it."""
    bridge = target()
    at = 1 + _calls_before(cloud, bridge, order, "Save")
    cloud.fail_next(*[""] * (at - 1), fault)
    with pytest.raises(EffectUnknown):
        bridge.place(order())
    assert bridge.probe(REF).present is False


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("msgcode:1", EffectRetryable),
        ("msgcode:13", EffectRetryable),
        ("msgcode:14", EffectRetryable),
        ("429", EffectRetryable),
        ("msgcode:2", EffectRefused),
        ("msgcode:11", EffectRefused),
    ],
)
def test_a_saving_that_was_refused_had_no_effect(target, cloud, order, fault, kind):
    """Session lost, edit conflict and call limit may be tried again; rights and rules may not. Nothing is resent."""
    bridge = target()
    at = 1 + _calls_before(cloud, bridge, order, "Save")
    cloud.fail_next(*[""] * (at - 1), fault)
    with pytest.raises(kind):
        bridge.place(order())
    assert (len(cloud.sent("Save")), conversions(cloud)) == (1, [])


@pytest.mark.parametrize("method", ["Submit", "Audit"])
def test_an_audit_whose_answer_is_lost_is_finished_later(target, cloud, order, method):
    """The draft is found, what is missing is done, and nothing is held twice."""
    bridge = target(AUDITED)
    at = 1 + _calls_before(cloud, bridge, order, method)
    cloud.fail_next(*[""] * (at - 1), "timeout_after")
    with pytest.raises(EffectUnknown):
        bridge.place(order("40"))
    assert bridge.probe(REF).present is (method == "Audit")
    assert bridge.place(order("40")).quantity == 40_000_000
    assert (states(cloud), on_hand(cloud, "KCZT03_SYS")) == (["C"], Decimal("40.1"))


@pytest.mark.parametrize("method", ["UnAudit", "Delete"])
def test_a_lift_whose_answer_is_lost_is_finished_later(target, cloud, order, method):
    """Un-auditing and deleting are each done once, wherever the line broke."""
    bridge = target(AUDITED)
    bridge.place(order("40"))
    count = len(cloud.calls)
    bridge.lift(order("40"))
    services = [service.rpartition(".")[2] for service, _ in cloud.calls[count:]]
    bridge.place(order("40"))
    cloud.fail_next(*[""] * services.index(method), "timeout_after")
    with pytest.raises(EffectUnknown):
        bridge.lift(order("40"))
    bridge.lift(order("40"))
    assert (conversions(cloud), on_hand(cloud, "KCZT01_SYS")) == ([], Decimal("100.25"))


def test_a_failed_look_before_writing_had_no_effect(target, cloud, order):
    """Without a look nothing is written, so it may be tried again."""
    cloud.fail_next(*["502"] * 9)
    with pytest.raises(EffectRetryable):
        target().place(order())
    assert cloud.sent("Save") == []


def test_a_failed_look_after_writing_is_unknown(target, cloud, order):
    """It was written, but nobody has seen it."""
    bridge = target()
    at = 1 + _calls_before(cloud, bridge, order, "Save")
    cloud.fail_next(*[""] * at, *["502"] * 9)
    with pytest.raises(EffectUnknown) as unknown:
        bridge.place(order())
    assert unknown.value.code == "BR-1637"


def test_a_refused_audit_leaves_no_draft_behind(target, cloud, order):
    """A workflow stands in the way of the audit: the hold fails whole, without a half-done document."""
    cloud.documents.workflow = True
    with pytest.raises(EffectRefused):
        target(AUDITED).place(order())
    assert (conversions(cloud), on_hand(cloud, "KCZT01_SYS")) == ([], Decimal("100.25"))


def test_the_negative_stock_prompt_is_never_overridden(target, cloud, order):
    """Somebody was faster: Kingdee asks whether to go below zero, and the bridge takes its draft back."""
    real = cloud.documents.submit

    def submit_and_sell(form, data):
        found = real(form, data)
        cloud.books.change_inventory("00710", "CK01", "-90", lot="L1")
        return found

    cloud.documents.submit = submit_and_sell
    with pytest.raises(EffectRefused) as refused:
        target(AUDITED).place(order("40"))
    assert "更新库存时出现可以忽略的异常数据" in refused.value.text("zh")
    assert (conversions(cloud), cloud.documents.overridden) == ([], [])
    assert all("InterationFlags" not in call["data"] for _, call in cloud.calls if "Model" in call.get("data", {}))


def test_only_free_stock_is_held_and_the_receipt_says_so(target, cloud, order):
    """Locked stock belongs to an order; what is left is held."""
    cloud.books.change_inventory("00710", "CK01", 0, lot="L1", locked=90)
    receipt = target(AUDITED).place(order("40"))
    assert (receipt.quantity, receipt.detail.startswith("10.25 / 40")) == (10_250_000, True)


def test_nothing_free_is_refused(target, cloud, order):
    """Without stock there is nothing to hold."""
    with pytest.raises(EffectRefused) as refused:
        target().place(order(item="NA", warehouse="CK01", batch=""))
    assert (refused.value.code, cloud.sent("Save")) == ("BR-1633", [])


def test_a_hold_without_a_batch_takes_from_every_batch(target, cloud, order):
    """One document, a pair of rows for each stock row, and mirrored batch by batch."""
    cloud.books.change_inventory("00710", "CK01", 50, lot="L2")
    bridge = target(MIRROR)
    assert bridge.place(order("120", batch="")).quantity == 120_000_000
    (document,) = conversions(cloud)
    assert [line["FConvertType"] for line in document.lines] == ["A", "B", "A", "B"]
    bridge.lift(order("120", batch=""))
    lots = {
        row["FLot.FNumber"]: row["FBaseQty"]
        for row in cloud.books.inventory.values()
        if row["FStockStatusId.FNumber"] == "KCZT01_SYS"
    }
    assert (lots["L1"], lots["L2"]) == (Decimal("100.25"), Decimal(50))


def test_a_draft_that_a_person_audited_is_theirs_to_un_audit(target, cloud, order):
    """Without the right to audit the bridge says what to do instead."""
    bridge = target()
    bridge.place(order())
    document = audit_by_hand(cloud)
    assert "已审核" in bridge.probe(REF).detail
    with pytest.raises(EffectRefused) as refused:
        bridge.lift(order())
    assert (refused.value.code, refused.value.facts["number"]) == ("BR-1635", document.head["FBillNo"])
    assert states(cloud) == ["C"]


def test_a_draft_in_approval_is_taken_back_and_deleted(target, cloud, order):
    """A submitted document is first taken back; Kingdee deletes none that is in approval."""
    bridge = target()
    bridge.place(order())
    cloud.documents.submit("STK_StockConvert", {"Ids": conversions(cloud)[0].id})
    bridge.lift(order())
    assert conversions(cloud) == []


def test_a_document_that_a_person_deleted_or_cancelled_is_gone(target, cloud, order):
    """A hold lifted by hand in the ERP is seen as such."""
    bridge = target()
    bridge.place(order())
    cloud.documents.execute("STK_StockConvert", "Cancel", {"Ids": conversions(cloud)[0].id})
    assert (bridge.probe(REF).present, bridge.list_own()) == (False, ())


def test_a_document_somebody_edits_is_tried_later(target, cloud, order):
    """网控 conflict: certainly nothing happened."""
    bridge = target()
    bridge.place(order())
    cloud.documents.busy.add(conversions(cloud)[0].head["FBillNo"])
    with pytest.raises(EffectRetryable):
        bridge.lift(order())


def test_a_success_that_names_no_document_is_not_believed(target, cloud, order):
    """Outer success with nothing done is unknown, not done."""
    cloud.documents.delete = lambda *_: {"Result": {"ResponseStatus": {"IsSuccess": True, "SuccessEntitys": []}}}
    bridge = target()
    bridge.place(order())
    with pytest.raises(EffectUnknown) as unknown:
        bridge.lift(order())
    assert unknown.value.code == "BR-1630"


def test_documents_of_others_are_never_ours(target, cloud, now):
    """Notes that only look like ours are left alone."""
    line = {
        "FMaterialId.FNumber": "00710",
        "FStockId.FNumber": "CK01",
        "FConvertType": "A",
        "FBaseConvertQty": Decimal(1),
    }
    for note in ("SB please check", "sbabcdefghijklmn", "see SBABCDEFGHIJKLMN", "SBABCDEFGHIJKLMNO", None):
        cloud.books.add_document("STK_StockConvert", f"X{note}", [line], now, FNote=note)
    assert target().list_own() == ()


def test_the_options_that_are_dangerous_by_default_are_stated(target, cloud, order):
    """IsDeleteEntry and IgnoreInterationFlag default to true; the bridge says false, as text, and sends Ids as text."""
    bridge = target(AUDITED)
    bridge.place(order())
    (saved,) = cloud.sent("Save")
    assert (saved["data"]["IsDeleteEntry"], saved["data"]["IgnoreInterationFlag"]) == ("false", "false")
    assert saved["data"]["Model"]["FEntity"][0]["FConvertQty"] == 40
    (submitted,) = cloud.sent("Submit")
    assert (submitted["data"]["Ids"], submitted["data"]["IgnoreInterationFlag"]) == (conversions(cloud)[0].id, "false")


@pytest.mark.parametrize("cloud", ["upper"], indirect=True)
def test_a_tenant_that_spells_in_capitals_is_written_to(target, cloud, order):
    """Every key of the model is the tenant's own."""
    bridge = target(AUDITED)
    assert bridge.place(order("40")).quantity == 40_000_000
    assert bridge.lift(order("40")).quantity == 40_000_000


EVIL = [
    "' or '1'='1",
    "x'; DELETE FROM rows; --",
    "'; DROP TABLE rows;--",
    "%",
    "_____",
    "''",
    "\\'",
    "A' OR FNumber like '%",
]


@pytest.mark.parametrize("evil", EVIL)
def test_codes_full_of_sql_select_nothing_else(target, cloud, order, evil):
    """A hold on a code that is an injection finds that code's stock only, and changes nothing else."""
    stock = {key: dict(row) for key, row in cloud.books.inventory.items()}
    for place in ({"item": evil}, {"warehouse": evil}, {"batch": evil}):
        with pytest.raises(EffectRefused) as refused:
            target(AUDITED).place(order(**place))
        assert refused.value.code == "BR-1633"
    cloud.books.add_material(evil, "料")
    cloud.books.change_inventory(evil, "CK01", 9, lot=evil)
    receipt = target(AUDITED).place(order("4", item=evil, batch=evil))
    assert receipt.quantity == 4_000_000
    assert all(cloud.books.inventory[key] == row for key, row in stock.items())


@pytest.mark.parametrize("evil", ["a\nb", "\x00", "tab\there"])
def test_codes_with_control_characters_are_not_asked_for(target, cloud, order, evil):
    """No code holds them; nothing is sent."""
    with pytest.raises(EffectRefused) as refused:
        target().place(order(item=evil))
    assert (refused.value.code, cloud.sent("Save")) == ("BR-1262", [])


def _calls_before(cloud, bridge, order, method):
    """Return how many calls come before the first of this method in a placing; the plant is as before afterwards."""
    bridge.place(order("40"))
    services = [service.rpartition(".")[2] for service, _ in cloud.calls]
    bridge.lift(order("40"))
    cloud.calls.clear()
    return services.index(method)
