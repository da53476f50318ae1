"""U8's frozen quantity as a hold: deltas on full keys, never out of bounds, never others' freezes."""

import sqlite3
from contextlib import closing, suppress
from datetime import timedelta
from decimal import Decimal

import pytest
from hold_orders import ACCOUNT, NOW, Still, frozen_target, order, plant, rows, run
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.domain.errors import EffectRefused, EffectRetryable
from connectors.yonyou_u8 import CONNECTOR
from connectors.yonyou_u8.freeze_plan import Part, StockRow, pieces, plan_freeze, standing_parts


@pytest.fixture
def books(tmp_path):
    """Return a plant with 1,000 of 00710 and 60 + 40 of NA in two batches."""
    made = plant(tmp_path)
    made.set_opening("00710", "01", 1000)
    made.set_opening("NA", "01", 60, "B1")
    made.set_opening("NA", "01", 40, "B2")
    return made


def frozen(books, item="00710", warehouse="01"):
    """Return batch -> frozen quantity."""
    query = "SELECT cBatch, fStopQuantity FROM CurrentStock WHERE cInvCode = ? AND cWhCode = ?"
    return {batch: Decimal(str(quantity)) for batch, quantity in books.rows(query, (item, warehouse))}


def test_place_freezes_and_lift_frees(books):
    """The disputed quantity is added to fStopQuantity, pieces stay consistent, iQuantity is untouched."""
    target = frozen_target(books.path)
    receipt = target.place(order(80))
    assert (receipt.done, receipt.quantity) == (True, 80_000_000)
    assert frozen(books) == {"": Decimal(80)}
    assert books.row("SELECT iQuantity, fStopNum FROM CurrentStock WHERE cInvCode = '00710'") == (1000, 2)
    seen = target.probe(receipt.ref)
    assert (seen.present, seen.item, seen.warehouse, seen.quantity) == (True, "00710", "01", 80_000_000)
    assert target.list_own() == (seen,)
    assert target.ability.level == "system"
    lifted = target.lift(order(80))
    assert (lifted.done, lifted.quantity) == (True, 80_000_000)
    assert frozen(books) == {"": Decimal(0)}
    assert target.list_own() == ()


def test_place_twice_freezes_once_lift_twice_frees_once(books):
    """Repeating a place or a lift changes nothing."""
    target = frozen_target(books.path)
    target.place(order(80))
    assert target.place(order(80)).quantity == 80_000_000
    assert frozen(books) == {"": Decimal(80)}
    books.freeze("00710", "01", 5)
    target.lift(order(80))
    assert target.lift(order(80)).quantity == 0
    assert frozen(books) == {"": Decimal(5)}


def test_a_reference_can_live_again(books):
    """After lifting the same reference may freeze again; the earlier life stays as a row."""
    target = frozen_target(books.path)
    for quantity in (80, 30):
        assert target.place(order(quantity)).quantity == quantity * 1_000_000
        assert target.lift(order(quantity)).quantity == quantity * 1_000_000
    assert rows(books.path, "SELECT line, delta, freed FROM stockbridge_freeze") == [(1, "80", "80"), (2, "30", "30")]


def test_spread_over_rows_in_a_fixed_order(books):
    """A position of several rows is frozen row by row in key order; a batch order touches its batch only."""
    target = frozen_target(books.path)
    assert target.place(order(70, item="NA")).quantity == 70_000_000
    assert frozen(books, "NA") == {"B1": Decimal(60), "B2": Decimal(10)}
    target.lift(order(70, item="NA"))
    target.place(order(15, item="NA", batch="B2"))
    assert frozen(books, "NA") == {"B1": Decimal(0), "B2": Decimal(15)}
    assert target.list_own()[0].batch == "B2"


def test_more_than_is_free_blocks_what_is_there(books):
    """Disputing more than is free blocks the free part and says how much that is."""
    books.freeze("NA", "01", 50, "B1")
    target = frozen_target(books.path)
    receipt = target.place(order(500, item="NA"))
    assert receipt.quantity == 50_000_000
    assert receipt.detail.startswith("50 / 500")
    assert frozen(books, "NA") == {"B1": Decimal(60), "B2": Decimal(40)}
    target.lift(order(500, item="NA"))
    assert frozen(books, "NA") == {"B1": Decimal(50), "B2": Decimal(0)}


@pytest.mark.parametrize(
    "change", ["bStopFlag = 1", "BGSPSTOP = 1", "fStopQuantity = iQuantity", "iQuantity = 0", "iQuantity = -5"]
)
def test_nothing_free_is_refused(books, change):
    """Nothing to freeze - frozen, sold out, negative - is refused with the figures, and nothing is written."""
    books.run(f"UPDATE CurrentStock SET {change} WHERE cInvCode = '00710'")
    before = books.rows("SELECT fStopQuantity FROM CurrentStock")
    with pytest.raises(EffectRefused, match="BR-1614") as refused:
        frozen_target(books.path).place(order(80))
    assert "00710" in refused.value.text("zh")
    assert books.rows("SELECT fStopQuantity FROM CurrentStock") == before


@pytest.mark.parametrize("account_sets", [(), ("UFDATA_001_2026",)])
def test_only_released_account_sets_are_written(books, account_sets):
    """Without the database's name in account_sets nothing is written, and the setting is named."""
    target = frozen_target(books.path, account_sets=account_sets)
    for verb in (target.place, target.lift):
        with pytest.raises(EffectRefused, match="BR-1610") as refused:
            verb(order(80))
        assert ACCOUNT in refused.value.text("zh")
    assert frozen(books) == {"": Decimal(0)}
    assert books.row("SELECT count(*) FROM sqlite_master WHERE name = 'stockbridge_freeze'") == (0,)


def test_an_account_number_releases_every_year(books):
    """`002` in account_sets releases UFDATA_002_<any year>."""
    assert frozen_target(books.path, account_sets=("002",)).place(order(80)).done


def test_key_columns_that_say_nothing(tmp_path):
    """Old rows may hold NULL where the key says nothing; freezing and lifting find them all the same."""
    path = run(
        tmp_path / f"{ACCOUNT}.db",
        "CREATE TABLE CurrentStock (cWhCode TEXT, cInvCode TEXT, ItemId INT, cBatch TEXT, iSodid TEXT,"
        "iQuantity DECIMAL, fStopQuantity DECIMAL);"
        "INSERT INTO CurrentStock VALUES ('01', '00710', NULL, NULL, NULL, 5, NULL)",
    )
    target = frozen_target(path)
    assert target.place(order(3)).quantity == 3_000_000
    assert target.lift(order(3)).quantity == 3_000_000
    assert rows(path, "SELECT fStopQuantity FROM CurrentStock") == [(0,)]


def test_vendor_goods_are_not_frozen(books):
    """Vendors' goods in an ordinary warehouse are not ours to freeze."""
    books.run("UPDATE CurrentStock SET cVMIVenCode = 'V1' WHERE cInvCode = '00710'")
    with pytest.raises(EffectRefused, match="BR-1614"):
        frozen_target(books.path).place(order(80))


def test_unfrozen_by_hand_is_respected(books):
    """When a keeper unfreezes in U8 the hold shows as gone; lifting frees nothing more and says why."""
    target = frozen_target(books.path)
    target.place(order(80))
    books.freeze("00710", "01", -80)
    assert not target.probe(order(80).ref).present
    assert target.list_own() == ()
    assert target.place(order(80)).quantity == 0
    lifted = target.lift(order(80))
    assert (lifted.done, lifted.quantity) == (True, 0)
    assert "unfrozen in U8: 0 of 80 left" in lifted.detail
    assert frozen(books) == {"": Decimal(0)}


def test_partly_unfrozen(books):
    """What is left of ours is lifted, no more."""
    target = frozen_target(books.path)
    target.place(order(80))
    books.freeze("00710", "01", -50)
    assert target.probe(order(80).ref).quantity == 30_000_000
    assert target.lift(order(80)).quantity == 30_000_000
    assert frozen(books) == {"": Decimal(0)}


def test_recalculation_that_keeps_freezes(books):
    """整理现存量 gives rows new AutoID and ufts; the key stays, so the hold stands and lifts exactly."""
    target = frozen_target(books.path)
    target.place(order(80))
    books.freeze("00710", "01", 7)
    books.recalculate(keep_freezes=True)
    assert target.probe(order(80).ref).quantity == 80_000_000
    assert target.lift(order(80)).quantity == 80_000_000
    assert frozen(books) == {"": Decimal(7)}


def test_recalculation_that_loses_freezes(books):
    """Where 整理现存量 drops freezes the reading says so; a row that is gone altogether is no error either."""
    target = frozen_target(books.path)
    target.place(order(80))
    books.recalculate(keep_freezes=False)
    assert not target.probe(order(80).ref).present
    assert "整理现存量" in target.lift(order(80)).detail
    target.place(order(30))
    books.run("DELETE FROM CurrentStock WHERE cInvCode = '00710'")
    lifted = target.lift(order(30))
    assert (lifted.quantity, lifted.detail) == (0, "row gone from CurrentStock")


def test_two_holds_share_a_row(books):
    """Each hold frees its own part."""
    target = frozen_target(books.path)
    target.place(order(80))
    target.place(order(20, ref="SBBBBBBBBBBBBBBB"))
    assert [seen.quantity for seen in target.list_own()] == [80_000_000, 20_000_000]
    target.lift(order(80))
    assert frozen(books) == {"": Decimal(20)}
    assert [seen.ref for seen in target.list_own()] == ["SBBBBBBBBBBBBBBB"]


@pytest.mark.parametrize("table", ["CurrentStock", "stockbridge_freeze"])
def test_an_error_in_the_middle_leaves_nothing(books, table):
    """An error after the first write rolls everything back: no record without a freeze, no freeze without a record."""
    target = frozen_target(books.path)
    target.place(order(1, ref="SBSETUP"))
    target.lift(order(1, ref="SBSETUP"))
    event, row = ("UPDATE", "NEW.cBatch = 'B2'") if table == "CurrentStock" else ("INSERT", "NEW.line = 2")
    books.run(f"CREATE TRIGGER stop BEFORE {event} ON {table} WHEN {row} BEGIN SELECT RAISE(ABORT, 'crash'); END")
    with pytest.raises(EffectRefused, match="BR-1605"):
        target.place(order(90, item="NA"))
    assert frozen(books, "NA") == {"B1": Decimal(0), "B2": Decimal(0)}
    assert target.list_own() == ()
    books.run("DROP TRIGGER stop")
    assert target.place(order(90, item="NA")).quantity == 90_000_000


def test_a_trigger_that_meddles_is_noticed(books):
    """If the row does not hold exactly our delta after the update, everything is rolled back."""
    books.run(
        "CREATE TRIGGER meddle AFTER UPDATE OF fStopQuantity ON CurrentStock WHEN NEW.fStopQuantity = 80 "
        "BEGIN UPDATE CurrentStock SET fStopQuantity = 999 WHERE rowid = NEW.rowid; END"
    )
    with pytest.raises(EffectRefused, match="BR-1613"):
        frozen_target(books.path).place(order(80))
    assert frozen(books) == {"": Decimal(0)}


def test_locked_database_is_retryable(books):
    """A posting in progress: certainly nothing frozen, try again."""
    target = frozen_target(books.path)
    with closing(sqlite3.connect(books.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        quick = CONNECTOR.target("u8", target._settings.model_copy(update={"lock_timeout_s": 0}), Still())
        with pytest.raises(EffectRetryable, match="BR-1109"):
            quick.place(order(80))
        other.execute("ROLLBACK")
    assert frozen(books) == {"": Decimal(0)}


def test_without_frozen_column_it_is_refused(tmp_path):
    """A CurrentStock without fStopQuantity cannot freeze a part."""
    path = run(tmp_path / f"{ACCOUNT}.db", "CREATE TABLE CurrentStock (cWhCode, cInvCode, iQuantity)")
    with pytest.raises(EffectRefused, match="BR-1601"):
        frozen_target(path).place(order(1))


def test_rows_that_cannot_be_told_apart(tmp_path):
    """Without the full key two rows may look the same; then nothing is written."""
    path = run(
        tmp_path / f"{ACCOUNT}.db",
        "CREATE TABLE CurrentStock (cWhCode TEXT, cInvCode TEXT, iQuantity DECIMAL, fStopQuantity DECIMAL);"
        "INSERT INTO CurrentStock VALUES ('01', '00710', 5, 0), ('01', '00710', 6, 0)",
    )
    with pytest.raises(EffectRefused, match="BR-1612"):
        frozen_target(path).place(order(3))
    assert rows(path, "SELECT sum(fStopQuantity) FROM CurrentStock") == [(0,)]


def test_expiry_and_reason_are_on_record(books):
    """The DBA sees why and until when, in plant time, with what the row held before and after."""
    frozen_target(books.path, Still(NOW + timedelta(seconds=1.5))).place(order(80))
    query = "SELECT reason, expires_at, placed_at, frozen_before, frozen_after, on_hand FROM stockbridge_freeze"
    assert rows(books.path, query) == [
        (order(80).reason, "2026-11-23 16:30:00.000000", "2026-11-23 08:30:01.000000", "0", "80", "1000")
    ]


# --- arithmetic ------------------------------------------------------------------------------------------------------

MICROS = st.integers(-(10**12), 10**12)


@given(st.lists(st.tuples(MICROS, MICROS, st.booleans()), max_size=6), st.integers(0, 10**12))
def test_a_plan_stays_in_bounds(amounts, quantity):
    """Whatever the rows hold, a plan never takes more than asked or free, and takes all it can."""
    stock = [StockRow(("01", "A", n), on_hand, held, stopped) for n, (on_hand, held, stopped) in enumerate(amounts)]
    takes = plan_freeze(stock, quantity)
    assert all(take > 0 and row.frozen >= 0 and row.frozen + take <= row.on_hand for row, take in takes)
    assert sum(take for _, take in takes) == min(quantity, sum(row.free for row in stock))
    assert takes == plan_freeze(list(reversed(stock)), quantity)


@given(st.integers(-10, 10**9), st.lists(st.integers(1, 10**9), max_size=6))
def test_shares_never_exceed_what_is_frozen(held, deltas):
    """Our shares are at most what was recorded and together at most what is frozen; whole when there is enough."""
    parts = [Part(f"R{n}", 1, (), delta, (f"{n}", "", 0)) for n, delta in enumerate(deltas)]
    shares = standing_parts(held, parts)
    assert sum(shares.values()) == min(max(held, 0), sum(deltas))
    assert all(0 <= shares[part.ref, 1] <= part.delta for part in parts)


@given(st.integers(0, 10**12), st.integers(1, 10**9))
def test_pieces_round_half_up(quantity, rate):
    """Pieces are quantity / rate, rounded to six decimals."""
    exact = Decimal(quantity) / Decimal(rate)
    assert abs(Decimal(pieces(quantity, rate)) / 1_000_000 - exact) <= Decimal("0.0000005")


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("place"), st.sampled_from("ABC"), st.integers(1, 900)),
        st.tuples(st.just("lift"), st.sampled_from("ABC"), st.just(0)),
        st.tuples(st.just("foreign"), st.sampled_from(("B1", "B2")), st.integers(-400, 400)),
        st.tuples(st.just("issue"), st.sampled_from(("B1", "B2")), st.integers(1, 400)),
        st.tuples(st.just("receive"), st.sampled_from(("B1", "B2")), st.integers(1, 400)),
    ),
    max_size=10,
)


@given(ACTS)
@settings(max_examples=15, deadline=None)
def test_any_interleaving_keeps_the_bounds_and_others_freezes(tmp_path_factory, acts):
    """Holds placed and lifted among keepers' freezes, issues of what is free and receipts, in any order.

    After every act 0 <= fStopQuantity <= iQuantity holds in every row, and what is frozen is exactly the keepers' part
    plus ours; at the end, with ours lifted, the keepers' part alone is left.
    """
    path = run(
        tmp_path_factory.mktemp("u8") / f"{ACCOUNT}.db",
        "CREATE TABLE CurrentStock (cWhCode TEXT, cInvCode TEXT, ItemId INT, cBatch TEXT, cVMIVenCode TEXT, iSoType INT,"
        "iSodid TEXT, iQuantity DECIMAL(28,6), fStopQuantity DECIMAL(28,6));"
        "INSERT INTO CurrentStock VALUES ('01', '00710', 1, 'B1', '', 0, '', 500, 0),"
        "('01', '00710', 1, 'B2', '', 0, '', 300.5, NULL);",
    )
    target = frozen_target(path)
    keepers = {"B1": Decimal(0), "B2": Decimal(0)}
    with closing(sqlite3.connect(path, isolation_level=None)) as link:
        for act, name, amount in acts:
            if act in {"place", "lift"}:
                with suppress(EffectRefused):
                    (target.place if act == "place" else target.lift)(order(amount / 10, ref=f"SB{name}"))
            else:
                keeper_acts(link, keepers, act, name, Decimal(amount))
            in_bounds(link, keepers, target)
        for name in "ABC":
            target.lift(order(1, ref=f"SB{name}"))
        assert held(link) == keepers


def keeper_acts(link, keepers, act, batch, amount):
    """Do what people do in U8, as far as U8 itself allows it: only free stock is frozen or issued."""
    query = "SELECT iQuantity, ifnull(fStopQuantity, 0) FROM CurrentStock WHERE cBatch = ?"
    on_hand, stopped = (Decimal(str(value)) for value in link.execute(query, (batch,)).fetchone())
    if act == "foreign" and keepers[batch] + amount >= 0 and stopped + amount <= on_hand:
        keepers[batch] += amount
        values = (str(stopped + amount), batch)
        link.execute("UPDATE CurrentStock SET fStopQuantity = ? WHERE cBatch = ?", values)
    elif act == "receive" or (act == "issue" and on_hand - amount >= stopped):
        values = (str(on_hand + (amount if act == "receive" else -amount)), batch)
        link.execute("UPDATE CurrentStock SET iQuantity = ? WHERE cBatch = ?", values)


def held(link):
    """Return batch -> frozen quantity."""
    return {b: Decimal(str(q)) for b, q in link.execute("SELECT cBatch, ifnull(fStopQuantity, 0) FROM CurrentStock")}


def in_bounds(link, keepers, target):
    """Assert the bounds of every row, and that what is frozen is the keepers' part and ours."""
    for on_hand, stopped in link.execute("SELECT iQuantity, ifnull(fStopQuantity, 0) FROM CurrentStock"):
        assert 0 <= Decimal(str(stopped)) <= Decimal(str(on_hand))
    ours = sum(seen.quantity for seen in target.list_own())
    assert sum(held(link).values()) * 1_000_000 == sum(keepers.values()) * 1_000_000 + ours


def test_closing_a_record_changes_no_stock(books):
    """What somebody froze after ours was unfrozen by hand is neither ours any more nor touched."""
    target = frozen_target(books.path)
    ref = target.place(order(80)).ref
    run(books.path, "UPDATE CurrentStock SET fStopQuantity = 5 WHERE cInvCode = '00710'")
    target.close_record(ref)
    assert frozen(books) == {"": Decimal(5)}
    assert (target.probe(ref).present, target.list_own()) == (False, ())
    assert rows(books.path, "SELECT freed FROM stockbridge_freeze") == [("0",)]
