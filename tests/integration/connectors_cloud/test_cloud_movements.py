"""Stock documents as movements: signs, legs, flags, deltas and what is left out."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bridge.domain.errors import SourceRefused
from bridge.domain.movement import MOVEMENTS
from connectors.kingdee_cloud.cursor import parse

REF = "SBABCDEFGHIJKLMN"


def line(item="00710", stock="CK01", quantity="5", key="FBaseQty", lot="L1", status="KCZT01_SYS", **more):
    """Return a document line."""
    return {
        "FMaterialId.FNumber": item,
        "FStockId.FNumber": stock,
        "FLot.FNumber": lot,
        "FStockStatusId.FNumber": status,
        "FStockOrgId.FNumber": "100",
        key: Decimal(quantity),
        **more,
    }


def by_number(batch):
    """Return the movements by document number and leg."""
    return {(row["document_number"], row["key"].rpartition(":")[2]): row for row in batch.rows.to_pylist()}


def one(batch, number):
    """Return the only movement of a document."""
    (row,) = [row for row in batch.rows.to_pylist() if row["document_number"] == number]
    return row


def test_each_form_has_its_sign_and_family(source, cloud, now):
    """Receipts add, issues take away, returns the other way round; quantities are in base units."""
    cases = [
        ("STK_InStock", "FBaseUnitQty", 5_000_000, "purchase_receipt"),
        ("PUR_MRB", "FBaseUnitQty", -5_000_000, "purchase_receipt"),
        ("SAL_OUTSTOCK", "FBaseUnitQty", -5_000_000, "sales_issue"),
        ("SAL_RETURNSTOCK", "FBaseUnitQty", 5_000_000, "sales_issue"),
        ("PRD_INSTOCK", "FBaseRealQty", 5_000_000, "product_receipt"),
        ("PRD_PickMtrl", "FBaseActualQty", -5_000_000, "material_issue"),
        ("SUB_ReturnMtrl", "FBaseQty", 5_000_000, "subcontract_issue"),
        ("STK_MISCELLANEOUS", "FBaseQty", 5_000_000, "other_receipt"),
        ("STK_StockCountLoss", "FBaseLossQty", -5_000_000, "count_loss"),
    ]
    for form, key, _, _ in cases:
        cloud.books.add_document(form, f"N-{form}", [line(key=key)], now)
    found = source().movements("")
    assert found.rows.schema == MOVEMENTS
    for form, _, effect, family in cases:
        row = one(found, f"N-{form}")
        assert (row["effect"], row["family"], row["counts"], row["state"]) == (effect, family, True, "audited")


def test_a_transfer_has_two_legs_with_their_own_flags(source, cloud, now):
    """The stock has left one warehouse and not yet reached the other: each leg says so itself."""
    entry = {
        "FMaterialId.FNumber": "00710",
        "FLot.FNumber": "L1",
        "FDestLot.FNumber": "L1",
        "FSrcStockId.FNumber": "CK01",
        "FDestStockId.FNumber": "CK02",
        "FBaseQty": Decimal("2.5"),
        "FStockOutFlag": "1",
        "FStockInFlag": "0",
    }
    cloud.books.add_document("STK_TransferDirect", "DB1", [entry], now, status="B")
    found = by_number(source().movements(""))
    out, into = found["DB1", "out"], found["DB1", "in"]
    assert (out["effect"], out["warehouse"], out["counterpart"], out["counts"]) == (-2_500_000, "CK01", "CK02", True)
    assert (into["effect"], into["warehouse"], into["counterpart"], into["counts"]) == (
        2_500_000,
        "CK02",
        "CK01",
        False,
    )


def test_the_flag_decides_not_the_state(source, cloud, now):
    """A saved document may have posted, an audited one may not; a voided one never counts."""
    cloud.books.add_document("STK_InStock", "SAVED", [line(key="FBaseUnitQty")], now, status="A", posted=True)
    cloud.books.add_document("STK_InStock", "AUDITED", [line(key="FBaseUnitQty")], now, posted=False)
    cloud.books.add_document("STK_InStock", "VOID", [line(key="FBaseUnitQty")], now, FCancelStatus="B")
    found = source().movements("")
    told = {
        number: (one(found, number)["state"], one(found, number)["counts"]) for number in ("SAVED", "AUDITED", "VOID")
    }
    assert told == {"SAVED": ("saved", True), "AUDITED": ("audited", False), "VOID": ("voided", False)}


def test_a_return_turns_the_sign_round(source, cloud, now):
    """Other receipts of direction RETURN take stock away."""
    cloud.books.add_document("STK_MISCELLANEOUS", "R1", [line(FStockDirect="RETURN")], now)
    assert one(source().movements(""), "R1")["effect"] == -5_000_000


def test_reference_maker_and_times_are_carried(source, cloud, now):
    """A document names its origin, its maker and when it was made and audited."""
    at = now - timedelta(hours=3)
    cloud.books.add_document("PRD_INSTOCK", "P1", [line(key="FBaseRealQty", FMoBillNo="MO-7")], at, changed=now)
    row = one(source().movements(""), "P1")
    assert (row["reference"], row["maker"], row["business_time"], row["audited_time"]) == ("MO-7", "张三", at, now)


def test_only_what_changed_is_read_again(source, cloud, now):
    """After the first reading a cursor leads to what was made, changed or audited since."""
    opened = source()
    long_ago = now - timedelta(days=3)
    cloud.books.add_document("STK_InStock", "OLD", [line(key="FBaseUnitQty")], long_ago)
    first = opened.movements("")
    assert first.complete_keys == frozenset(first.rows["key"].to_pylist())
    assert first.complete_since == first.complete_since.replace(hour=0, minute=0)
    cloud.books.add_document("STK_InStock", "NEW", [line(key="FBaseUnitQty")], long_ago, changed=now)
    second = opened.movements(first.cursor)
    assert (second.rows["document_number"].to_pylist(), second.complete_keys) == (["OLD", "NEW"], None)
    third = opened.movements(second.cursor)
    assert third.rows["document_number"].to_pylist() == ["NEW"]  # the overlap


def test_a_full_pass_shows_what_was_deleted(source, cloud, now):
    """Deletions leave no trace in a query; the keys of a full pass tell them."""
    opened = source(full_pass="0s")
    kept = cloud.books.add_document("STK_InStock", "KEEP", [line(key="FBaseUnitQty")], now)
    gone = cloud.books.add_document("STK_InStock", "GONE", [line(key="FBaseUnitQty")], now)
    first = opened.movements("")
    del cloud.books.documents["STK_InStock"][gone.id]
    cloud.books.version += 1
    second = opened.movements(first.cursor)
    assert len(first.complete_keys) == 2
    assert {key.split(":")[1] for key in second.complete_keys} == {kept.id}


def test_a_cursor_of_another_data_centre_starts_anew(source, cloud, now):
    """Ids of one data centre mean nothing in another."""
    cloud.books.add_document("STK_InStock", "N1", [line(key="FBaseUnitQty")], now - timedelta(days=9))
    opened = source()
    foreign = opened.movements("").cursor.replace("0123456789abcd", "other")
    assert opened.movements(foreign).rows.num_rows == 1
    assert opened.movements("no cursor at all").rows.num_rows == 1


def test_a_time_from_the_far_future_does_not_blind_the_cursor(source, cloud, now):
    """One document stamped in 2099 must not hide all later changes."""
    cloud.books.add_document("STK_InStock", "Y", [line(key="FBaseUnitQty")], now, changed=now.replace(year=2099))
    found = source().movements("")
    assert parse(found.cursor).changed < "2026-11-25"


def test_our_own_holds_are_no_movements(source, cloud, now):
    """A hold is a status conversion of ours: it explains nothing; other people's conversions cancel out."""
    pair = [
        line(key="FBaseConvertQty", FConvertType="A"),
        line(key="FBaseConvertQty", FConvertType="B", status="KCZT03_SYS"),
    ]
    cloud.books.add_document("STK_StockConvert", "OURS", pair, now, FNote=f"{REF} StockBridge V-1")
    cloud.books.add_document("STK_StockConvert", "THEIRS", pair, now, FNote="质检冻结")
    rows = source().movements("").rows.to_pylist()
    assert {row["document_number"] for row in rows} == {"THEIRS"}
    assert sorted((row["family"], row["effect"]) for row in rows) == [
        ("conversion_in", 5_000_000),
        ("conversion_out", -5_000_000),
    ]


def test_goods_of_others_and_stock_that_is_not_counted_do_not_move(source, cloud, now):
    """What the snapshot leaves out, the movements leave out."""
    cloud.books.add_document("STK_InStock", "VMI", [line(key="FBaseUnitQty", FOwnerTypeId="BD_Supplier")], now)
    cloud.books.add_document("STK_InStock", "WAY", [line(key="FBaseUnitQty", status="KCZT05_SYS")], now)
    cloud.books.add_document("STK_InStock", "ORG", [line(key="FBaseUnitQty", **{"FStockOrgId.FNumber": "200"})], now)
    assert source(stock_orgs=("100",)).movements("").rows.num_rows == 0


@pytest.mark.parametrize("cloud", ["upper"], indirect=True)
def test_documents_of_a_tenant_that_spells_in_capitals(source, cloud, now):
    """Keys are found in any case, entry ids included."""
    cloud.books.add_document("STK_InStock", "N1", [line(key="FBaseUnitQty")], now)
    assert one(source().movements(""), "N1")["effect"] == 5_000_000


def test_further_forms_come_by_configuration(source, cloud, now):
    """A form the bridge does not know is read by what the settings say of it."""
    more = {"STK_StockCountGain": {"family": "other_receipt", "sign": 1, "quantity": "FBaseGainQty", "name": "自定义"}}
    cloud.books.add_document("STK_StockCountGain", "X1", [line(key="FBaseGainQty")], now)
    row = one(source(forms=(), more_forms=more).movements(""), "X1")
    assert (row["document_type"], row["family"], row["effect"]) == ("自定义", "other_receipt", 5_000_000)


def test_a_form_without_its_quantity_is_refused_by_name(source):
    """A missing key is named with its form."""
    more = {"STK_MisDelivery": {"sign": 1, "quantity": "FNoSuchQty"}}
    with pytest.raises(SourceRefused) as refused:
        source(forms=(), more_forms=more).movements("")
    assert (refused.value.code, refused.value.facts["form"]) == ("BR-1260", "STK_MisDelivery")


def test_without_movements_nothing_is_asked(source, cloud):
    """Switched off, no form is touched."""
    assert source(movements=False).movements("").rows.num_rows == 0
    assert cloud.calls == []
