"""A batch through both systems: its own documents, then those of the same order or report, however each spells them."""

import datetime as dt

import pytest
from acceptance_plant import Plant
from acceptance_posted import DAY

from bridge.demo.lookalikes import BillLine, KingdeeBooks, StockLine, YonyouStock


@pytest.fixture
def traced(posted: Plant) -> Plant:
    """Give a plant where K/3 received batch `Lot-7a` on PO-5001 and U8 consumed it as `LOT-7A` for MO-900.

    U8's receipt on `po-5001` and K/3's production receipt on `mo-900` name no batch; a receipt on PO-5002 is unrelated.
    """
    books, shelf = KingdeeBooks.open(posted.k3), YonyouStock.open(posted.u8)
    at = posted.now.replace(tzinfo=None)
    received = BillLine("P-021", "01", 70, batch="Lot-7a")
    books.save_bill(1, [received], on=DAY, maker="王芳", number="WIN700", reference="PO-5001")
    shelf.save("01", [StockLine("P-021", 70)], "01", at, "李明", number="CGRK700", reference="po-5001")
    consumed = StockLine("P-021", 30, batch="LOT-7A")
    shelf.save("11", [consumed], "01", at + dt.timedelta(minutes=5), "李明", number="CLCK700", reference="MO-900")
    books.save_bill(2, [BillLine("P-022", "01", 15)], on=DAY, maker="王芳", number="CIN700", reference="mo-900")
    books.save_bill(1, [BillLine("P-021", "01", 9)], on=DAY, maker="王芳", number="WIN701", reference="PO-5002")
    books.close(), shelf.close()
    posted.reconcile()
    return posted


@pytest.mark.parametrize("asked", ["Lot-7a", "LOT-7A", "ｌｏｔ-7a "])
def test_trace_finds_a_batch_received_here_and_consumed_there(traced: Plant, asked: str):
    """Level 1 has the receipt in K/3 and the issue in U8, level 2 what shares their order; nothing stands twice."""
    found = traced.run("trace", "--batch", asked, "--json").json
    assert sorted((row["level"], row["source"], row["document_number"], row["batch"]) for row in found) == [
        (1, "k3", "WIN700", "Lot-7a"),
        (1, "u8", "CLCK700", "LOT-7A"),
        (2, "k3", "CIN700", ""),
        (2, "u8", "CGRK700", ""),
    ]
    assert {row["document_number"]: row["effect"] for row in found} == {
        "WIN700": "70",
        "CLCK700": "-30",
        "CIN700": "15",
        "CGRK700": "70",
    }


def test_trace_folds_only_by_the_plants_own_rules(traced: Plant):
    """A plant that keeps cases apart finds what is spelled so, and nothing that only looks alike."""
    traced.configure(master__code_rules=["strip"])
    found = traced.run("trace", "--batch", "Lot-7a", "--json").json
    assert [(row["level"], row["document_number"]) for row in found] == [(1, "WIN700")]


def test_trace_of_an_unknown_batch_finds_nothing(traced: Plant):
    """A batch nobody has is an empty answer, as is a blank one: documents without a batch are no batch."""
    assert traced.run("trace", "--batch", "LOT-8", "--json").json == []
    assert traced.run("trace", "--batch", " ", "--json").json == []
    assert "没有" in traced.run("trace", "--batch", "LOT-8").out
