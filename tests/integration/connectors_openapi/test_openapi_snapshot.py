"""What is read through the U8 OpenAPI: exact stock, cards, units, and our own transfers taken back."""

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest

from bridge.domain.errors import BridgeError, SnapshotRejected
from bridge.domain.snapshot import Scope

BATCHES = Scope(by_batch=True)


def test_stock_adds_up_free_items_and_keeps_text(platform, source, on_hand):
    """One line an item, warehouse and batch; codes stay text, figures exact, also where numbers come as text."""
    for as_text in (False, True):
        platform.modes.as_text = as_text
        found = source().snapshot(BATCHES)
        assert on_hand(found) == {
            ("00710", "01", "L1"): "110.25",
            ("00710", "01", "L2"): "5",
            ("NA", "02", ""): "12",
        }
        assert (found.provenance.rows, found.provenance.expected_rows) == (4, 4)
        assert found.provenance.account == "openapi_ent/1"
    assert on_hand(source().snapshot(Scope()))["00710", "01", ""] == "115.25"


def test_cards_units_and_rates(source):
    """Main units by name, classes by name, stop dates judged, a stopped item without stock left out."""
    found = source(warehouse_kinds={"02": "consigned"}).snapshot(Scope())
    cards = {card["item"]: card for card in found.items.to_pylist()}
    assert list(cards) == ["00710", "NA"]
    assert (cards["00710"]["unit"], cards["00710"]["category"], cards["00710"]["active"]) == ("只", "五金", True)
    assert (cards["NA"]["unit"], cards["NA"]["active"], cards["NA"]["cost"]) == ("千克", False, None)
    assert found.rates.to_pylist() == [{"item": "00710", "unit": "箱", "factor": 40_000_000, "floating": False}]
    kinds = {card["warehouse"]: card["kind"] for card in found.warehouses.to_pylist()}
    assert kinds == {"01": "normal", "02": "consigned", "99": "normal"}
    assert set(found.lines["raw_unit"].to_pylist()) == {"只", "千克"}


def test_many_pages_are_one_list(platform, source):
    """Pages of any size give the same stock; the platform may clamp what is asked for."""
    whole = source().snapshot(BATCHES).lines
    for size in (1, 2, 3):
        assert source(page_size=size).snapshot(BATCHES).lines.equals(whole)
    platform.modes.page_limit = 2
    assert source().snapshot(BATCHES).lines.equals(whole)


def test_a_token_that_ends_between_two_pages_is_renewed_once(platform, source):
    """The reading goes on with a new token, and the old one's rows stay."""
    platform.fail_next("", "", "expire")
    assert source(page_size=2).snapshot(BATCHES).provenance.rows == 4
    assert [path for path, *_ in platform.calls].count("/system/token") == 2


def test_a_token_is_kept_and_renewed_before_it_ends(platform, source, clock):
    """One token serves several readings for an hour and 55 minutes."""
    reading = source()
    reading.snapshot(Scope())
    clock.at += timedelta(minutes=114)
    reading.snapshot(Scope())
    assert [path for path, *_ in platform.calls].count("/system/token") == 1
    clock.at += timedelta(minutes=2)
    reading.snapshot(Scope())
    assert [path for path, *_ in platform.calls].count("/system/token") == 2


@pytest.mark.parametrize(
    ("mode", "size", "code"),
    [
        ({"repeating": True}, 2, "BR-1267"),
        ({"wandering": True}, 2, "BR-1269"),
        ({"short": True}, 500, "BR-1268"),
        ({"extra": 1}, 500, "BR-1268"),
    ],
)
def test_pages_that_do_not_fit_together_are_refused(platform, source, mode, size, code):
    """A repeated page, an order that shifts, and a total that is not the sum of the pages."""
    for name, value in mode.items():
        setattr(platform.modes, name, value)
    with pytest.raises(SnapshotRejected) as refused:
        source(page_size=size).snapshot(BATCHES)
    assert refused.value.code == code


def test_the_probe_says_what_is_amiss(platform, source, holding):
    """A missing quarantine warehouse, frozen rows, and an account set that is whichever comes first."""
    platform.books.stopped["01", "00710", "L2", ""] = Decimal(2)
    assert [code for code, _ in source(hold=holding | {"warehouse": "98"}).probe().findings] == [
        "openapi_no_quarantine",
        "openapi_frozen",
    ]
    found = source(ds_sequence=None).probe()
    assert (found.account, found.findings[-1][0]) == ("openapi_ent/-", "openapi_first_account_set")


@pytest.mark.parametrize("on_save", [False, True])
def test_a_hold_never_looks_like_a_variance(platform, source, target, order, holding, on_hand, on_save):
    """While a hold stands, and after it is lifted, the snapshot is what it was without it."""
    platform.books.on_save = on_save
    hold = holding | {"stock_effect": "on_save" if on_save else "on_audit"}
    before = on_hand(source(hold=hold).snapshot(BATCHES))
    holds = target(hold)
    holds.place(order("103"))
    assert ("99", "00710", "L1", "") in platform.books.stock
    assert on_hand(source(hold=hold).snapshot(BATCHES)) == before
    assert on_hand(source(hold=hold).snapshot(Scope()))["00710", "01", ""] == "115.25"
    holds.lift(order("103"))
    assert on_hand(source(hold=hold).snapshot(BATCHES)) == before


@pytest.mark.parametrize("stop_at", range(1, 8))
def test_a_half_made_hold_is_no_variance_either(platform, source, target, order, holding, on_hand, stop_at):
    """Whatever step the bridge dies at, on-hand counts as if there were no hold, at every stage of it."""
    before = on_hand(source(hold=holding).snapshot(BATCHES))
    steps = ["/api/transvouch/verify", "/api/otherout/verify", "/api/otherin/verify"]
    holds = target()
    respond, seen = platform.respond, []

    def dies(asked, body):
        seen.extend(step for step in steps if asked.path.startswith(step))
        platform.always = "status:403" if len(seen) >= stop_at and asked.command == "POST" else ""
        respond(asked, body)

    platform.respond = dies
    for act in (holds.place, holds.lift):
        with suppress(BridgeError):
            act(order("103"))
    platform.respond, platform.always = respond, ""
    assert on_hand(source(hold=holding).snapshot(BATCHES)) == before


def test_goods_of_others_in_quarantine_stay_there(platform, source, target, order, holding, on_hand):
    """Only what the bridge moved counts where it came from."""
    platform.books.change(("99", "00710", "L1", ""), Decimal(7))
    target().place(order("3", batch="L1"))
    found = on_hand(source(hold=holding).snapshot(BATCHES))
    assert (found["00710", "01", "L1"], found["00710", "99", "L1"]) == ("110.25", "7")
