"""A document is found however it spells its code: in its system `ZK` and `zk` are one item."""

from datetime import timedelta

import pyarrow as pa
import pytest
from explain_frames import MICRO, NOW, ago, document
from reconcilers_plants import card, compared, line, policy, snapshot

from bridge.cycle.explaining import Explaining
from bridge.cycle.ledger import Documents, Settled, from_store
from bridge.cycle.own_books import Earlier, OwnBooks, PastStock
from bridge.cycle.plan import ExplainPlan
from bridge.cycle.window import Window
from bridge.domain.movement import MOVEMENTS
from bridge.store import Store
from bridge.store.agreements import Agreement
from bridge.store.movements import CHANGES, LEDGER
from reconcilers.codes import RULES, OwnCodes
from reconcilers.maps import ItemRow, Maps
from reconcilers.request import ExplainPolicy

SPELLINGS = ("ZK", "zk", " Zk ", "ＺＫ")
OWN = OwnCodes(frozenset({"ZK"}), RULES)


@pytest.fixture
def store(tmp_path):
    """Open a store with one document for each spelling, and one of another item; all entered three hours ago."""
    rows = [{**document("u8", code, 100, 180), "item": code} for code in (*SPELLINGS, "ZKX")]
    with Store.open(f"sqlite:///{tmp_path / 'store.db'}", tmp_path / "blobs") as opened:
        with opened.begin() as uow:
            uow.movements.merge("u8", pa.Table.from_pylist(rows, schema=MOVEMENTS), ago(180))
            uow.commit()
        yield opened


def test_the_ledger_is_asked_for_every_spelling(store):
    """Asked for ZK, the ledger gives the lines that fold to ZK by the source's rules, and no others."""
    with store.read() as uow:
        look = from_store(uow)
        found = look(["u8"], {"u8": OWN}, ago(600)).rows["item"].to_pylist()
        exact = look(["u8"], {"u8": OwnCodes(frozenset({"ZK"}))}, ago(600)).rows["item"].to_pylist()
        unasked = look(["u8"], {"k3": OWN}, ago(600)).rows
        every = look(["u8"], None, ago(600))
    assert sorted(found) == sorted(SPELLINGS)
    assert exact == ["ZK"]
    assert unasked.num_rows == 0
    assert every.without({"u8": OWN}).rows["item"].to_pylist() == ["ZKX"]
    assert every.without({"k3": OWN}).rows.num_rows == len(SPELLINGS) + 1


def test_a_former_spelling_is_found_too(store):
    """What a line said before it changed is found under the code it had then."""
    changed = {**document("u8", "zk", 100, 180), "item": "ZKX"}
    with store.begin() as uow:
        uow.movements.merge("u8", pa.Table.from_pylist([changed], schema=MOVEMENTS), ago(60))
        found = from_store(uow)(["u8"], {"u8": OWN}, ago(600))
    assert found.changes["item"].to_pylist() == ["zk"]


def plain(documents):
    """Return a look-up in these documents that asks as the store does."""
    table = pa.Table.from_pylist([{**row, "deleted_at": None} for row in documents], schema=LEDGER)

    def look(sources, items, since):
        rows = [
            row
            for row in table.to_pylist()
            if row["source"] in sources and row["first_seen"] >= since
            and (items is None or items[row["source"]].spelled([row["item"]]))
        ]  # fmt: skip
        return Documents(pa.Table.from_pylist(rows, schema=LEDGER), CHANGES.empty_table())

    return look


@pytest.mark.parametrize("spelled", SPELLINGS)
@pytest.mark.parametrize("cards", [False, True])
@pytest.mark.parametrize("mapped", [False, True])
def test_a_document_open_from_before_is_found_under_any_spelling(spelled, cards, mapped):
    """A receipt of three hours ago, open at the last run and spelled unlike its card, still explains the difference."""
    agreed = Settled(ago(30), ((("ZK", "W", ""), Agreement(ago(30), ("u8/X",))),))
    plan = ExplainPlan(("k3",), ("u8",), (), ("item", "warehouse"), ExplainPolicy(now=NOW, grace=timedelta(days=1)))
    window = Window(NOW, NOW + timedelta(seconds=5), complete=True)
    look = plain([{**document("u8", "X", 100, 180), "item": spelled}])
    explaining = Explaining(
        plan, {"k3": window, "u8": window}, look, agreed, OwnBooks((), PastStock(lambda _: None, lambda _: None))
    )
    own = [card("ZK")] if cards else []
    maps = Maps(items=(ItemRow("u8", "ZK", "ZK", approved_by="li"),)) if mapped else Maps()
    sides = [snapshot("k3", [line("ZK", 100, "W")], own), snapshot("u8", [line("ZK", 200, "W")], own)]
    compared(*sides, policy(maps=maps), explaining)
    found = explaining.equations["ZK", "W", ""]
    assert (found.remainder, [(ref.number, ref.effect) for ref in found.documents]) == (0, [("X", 100 * MICRO)])


@pytest.mark.parametrize("spelled", SPELLINGS)
def test_an_earlier_balance_is_found_under_any_spelling(spelled):
    """A system is held against its own earlier balance though that one spelled the code otherwise."""
    agreed = Settled(ago(30), ((("ZK", "W", ""), Agreement(ago(30))),))
    plan = ExplainPlan(("k3",), ("u8",), (), ("item", "warehouse"), ExplainPolicy(now=NOW))
    window = Window(NOW, NOW + timedelta(seconds=5), complete=True)
    past = {"k3": snapshot("k3", [line("ZK", 100, "W")]).lines, "u8": snapshot("u8", [line(spelled, 100, "W")]).lines}
    own = OwnBooks(
        tuple(Earlier(name, ago(30), name, ago(31), ago(31)) for name in past),
        PastStock(past.__getitem__, past.__getitem__),
    )
    explaining = Explaining(plan, {"k3": window, "u8": window}, plain([]), agreed, own)
    compared(snapshot("k3", [line("ZK", 100, "W")]), snapshot("u8", [line("ZK", 130, "W")]), policy(), explaining)
    cause = explaining.equations["ZK", "W", ""].causes[0]
    assert (cause.code, cause.confidence, "amount=30" in cause.note) == ("S1", "high", True)
