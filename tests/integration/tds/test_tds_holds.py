"""Holds written over TDS by a login that may do no more than the DBA's script gave it."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from tds import Manner, SqlError
from tds_plant import ACCOUNT, order

from bridge.domain.errors import EffectRefused, EffectRetryable, EffectUnknown
from connectors.holds import ViaHoldTable
from connectors.holds.script import hold_script
from connectors.yonyou_u8.config import ViaFrozenQuantity
from connectors.yonyou_u8.freeze_table import freeze_script

LOGIN = "CREATE LOGIN bridge_hold WITH PASSWORD = N'Hold-1'; CREATE USER bridge_hold FOR LOGIN bridge_hold;\n"


@pytest.fixture
def table(plant, driver):
    """Return the hold table of U8's account database, made by the DBA's script."""
    plant.run_script(driver, LOGIN + hold_script(ViaHoldTable(user="bridge_hold"), "mssql", "bridge_hold"))
    return plant.target(driver, "hold_table")


@pytest.fixture
def frozen(plant, driver):
    """Return U8's frozen quantity, released by the DBA's script."""
    plant.run_script(driver, LOGIN + freeze_script("mssql", "bridge_hold"))
    return plant.target(driver, "frozen_quantity")


def _frozen_in_file(plant):
    with closing(sqlite3.connect(plant.folder / f"{ACCOUNT}.db")) as link:
        return {
            (item, warehouse, batch): quantity
            for item, warehouse, batch, quantity in link.execute(
                "SELECT cInvCode, cWhCode, cBatch, fStopQuantity FROM CurrentStock"
            )
        }


def test_the_hold_table_takes_shows_and_lifts(table):
    """A hold placed twice stands once, is found by its reference and in the list, and goes when lifted."""
    wanted = order(80.25)
    assert table.place(wanted).quantity == 80_250_000
    assert table.place(wanted).done
    seen = table.probe(wanted.ref)
    assert (seen.present, seen.item, seen.warehouse, seen.quantity) == (True, "00710", "01", 80_250_000)
    assert [reading.ref for reading in table.list_own()] == [wanted.ref]
    assert table.lift(wanted).quantity == 80_250_000
    assert table.lift(wanted).quantity == 0
    assert table.list_own() == ()


def test_the_frozen_quantity_is_added_and_taken_back(plant, frozen):
    """The delta lies on top of what U8's own people froze, and only it is taken back."""
    wanted = order(80)
    assert frozen.place(wanted).quantity == 80_000_000
    assert _frozen_in_file(plant)["00710", "01", ""] == 90
    assert frozen.place(wanted).quantity == 80_000_000
    assert _frozen_in_file(plant)["00710", "01", ""] == 90
    assert frozen.probe(wanted.ref).quantity == 80_000_000
    assert [reading.ref for reading in frozen.list_own()] == [wanted.ref]
    assert frozen.lift(wanted).quantity == 80_000_000
    assert _frozen_in_file(plant)["00710", "01", ""] == 10


def test_what_is_read_for_a_change_is_locked(plant, frozen):
    """Stock rows are read WITH (UPDLOCK, ROWLOCK), our own rows WITH (UPDLOCK, HOLDLOCK), before anything is changed."""
    frozen.place(order(80))
    texts = [received.text for received in plant.server.log if received.user == "bridge_hold"]
    locked = [at for at, text in enumerate(texts) if "[CurrentStock] WITH (UPDLOCK, ROWLOCK)" in text]
    ours = [at for at, text in enumerate(texts) if "WITH (UPDLOCK, HOLDLOCK)" in text]
    changed = next(at for at, text in enumerate(texts) if text.startswith("UPDATE [CurrentStock]"))
    assert ours
    assert locked[0] < changed
    assert "ufts" in texts[changed]


def test_batches_are_frozen_row_by_row(plant, frozen):
    """Without a batch the free rows of the position are used in order; with one only its row."""
    everything = order(10, item="NA")
    assert frozen.place(everything).quantity == 10_000_000
    found = _frozen_in_file(plant)
    assert (found["NA", "01", "B1"], found["NA", "01", "B2"]) == (8.25, 1.75)
    one = order(2, ref="SBBBBBBBBBBBBBBB", item="NA", batch="B2")
    assert frozen.place(one).quantity == 2_000_000
    assert frozen.lift(everything).quantity == 10_000_000
    assert _frozen_in_file(plant)["NA", "01", "B2"] == 2


@pytest.mark.parametrize("case", ["code", "width", "blank"])
def test_codes_match_as_the_server_compares_them(plant, frozen, case):
    """The collation Chinese_PRC_CI_AS ignores case, width and trailing blanks."""
    item = {"code": "na", "width": "ＮＡ", "blank": "NA "}[case]
    assert frozen.place(order(1, item=item)).quantity == 1_000_000


def test_the_writing_login_can_change_nothing_else(plant, driver, frozen):
    """The script's column grant holds: on-hand itself cannot be written by this login."""
    with pytest.raises(Exception, match="230"):
        plant.connect(driver, "bridge_hold", "Hold-1").execute("UPDATE CurrentStock SET iQuantity = 0")
    with pytest.raises(Exception, match="229"):
        plant.connect(driver, "bridge_hold", "Hold-1").execute("DELETE FROM stockbridge_freeze")


@pytest.mark.parametrize("via", ["hold_table", "frozen_quantity"])
def test_a_login_without_the_right_is_refused(plant, driver, via):
    """Reading alone is not enough: the refusal is final and names the table; nothing was written."""
    plant.run_script(driver, LOGIN + hold_script(ViaHoldTable(), "mssql", "nobody") + freeze_script("mssql", "nobody"))
    plant.run_script(
        driver,
        "GRANT SELECT ON stockbridge_hold TO bridge_hold; GRANT SELECT ON stockbridge_freeze TO bridge_hold; GRANT SELECT ON CurrentStock TO bridge_hold",
    )
    with pytest.raises(EffectRefused) as refused:
        plant.target(driver, via).place(order(80))
    assert refused.value.code == "BR-1604"
    assert _frozen_in_file(plant)["00710", "01", ""] == 10


@pytest.mark.parametrize("via", ["hold_table", "frozen_quantity"])
def test_a_missing_table_is_refused_with_the_cure(plant, driver, via):
    """Before the DBA ran the script the hold is refused for good, not retried."""
    plant.run_script(
        driver,
        LOGIN
        + "GRANT SELECT ON CurrentStock TO bridge_hold; GRANT UPDATE ON CurrentStock (fStopQuantity, fStopNum) TO bridge_hold",
    )
    with pytest.raises(EffectRefused) as refused:
        plant.target(driver, via).place(order(80))
    assert refused.value.code == "BR-1601"


def test_an_account_set_that_is_not_released_stays_untouched(plant, driver, frozen):
    """`account_sets` decides, whatever the login may do."""
    hold = ViaFrozenQuantity(user="bridge_hold", password="Hold-1", account_sets=("UFDATA_001_2026",))
    target = plant.target(driver, "frozen_quantity")
    target = type(target)("u8", plant.u8_settings(driver, hold=hold), hold.account_sets, target._writer, plant.clock)
    with pytest.raises(EffectRefused) as refused:
        target.place(order(80))
    assert refused.value.code == "BR-1610"
    assert _frozen_in_file(plant)["00710", "01", ""] == 10


def test_a_row_locked_by_somebody_is_tried_again(plant, driver, frozen):
    """A U8 client holds the row: the hold waits for the lock time-out, changes nothing and may be tried again."""
    blocker = plant.connect(driver)
    blocker.autocommit = False
    blocker.execute("UPDATE CurrentStock SET iQuantity = iQuantity + 0 WHERE cInvCode = '00710'")
    target = plant.target(driver, "frozen_quantity", lock_timeout_s=0.1)
    with pytest.raises(EffectRetryable) as busy:
        target.place(order(80))
    assert busy.value.code == "BR-1109"
    blocker.rollback()
    assert target.place(order(80)).done


def test_a_deadlock_victim_is_tried_again(plant, frozen):
    """The server rolled the transaction back: certainly without effect."""
    plant.server.plan(r"^UPDATE \[CurrentStock\]", SqlError(1205, "deadlocked", severity=13, aborts=True))
    with pytest.raises(EffectRetryable) as victim:
        frozen.place(order(80))
    assert victim.value.code == "BR-1109"
    assert _frozen_in_file(plant)["00710", "01", ""] == 10
    assert frozen.place(order(80)).done


def test_a_row_changed_in_between_is_tried_again(plant, frozen):
    """The row version is part of the condition: somebody posted since the row was read."""

    def posted(_session):
        with closing(sqlite3.connect(plant.folder / f"{ACCOUNT}.db")) as link:
            link.execute("UPDATE CurrentStock SET iQuantity = iQuantity - 1 WHERE cInvCode = '00710'")
            link.commit()

    plant.server.plan(r"^SELECT .*iChangRate", posted)
    with pytest.raises(EffectRetryable) as changed:
        frozen.place(order(80))
    assert changed.value.code == "BR-1611"
    assert _frozen_in_file(plant)["00710", "01", ""] == 10


@pytest.mark.parametrize("via", ["hold_table", "frozen_quantity"])
def test_a_connection_killed_while_writing_leaves_nothing(plant, driver, via, request):
    """The server went away before the commit: nothing stands, and the next attempt places it once."""
    target = request.getfixturevalue("table" if via == "hold_table" else "frozen")
    plant.server.plan(r"^(INSERT INTO|UPDATE)", Manner(share=0, then="close"))
    with pytest.raises(EffectRetryable):
        target.place(order(80))
    assert target.list_own() == ()
    assert target.place(order(80)).done
    assert target.lift(order(80)).quantity == 80_000_000


def test_an_answer_lost_after_the_commit_is_unknown(plant, table):
    """The row was written but nobody saw it: unknown, to be probed; the probe then finds it."""
    plant.server.plan(r"^SELECT .*FROM \[?stockbridge_hold", lambda _: None)
    plant.server.plan(r"^SELECT .*FROM \[?stockbridge_hold", Manner(share=0, then="close"))
    with pytest.raises(EffectUnknown):
        table.place(order(80))
    assert table.probe(order(80).ref).quantity == 80_000_000


def test_twenty_eight_digits_and_long_reasons_arrive(plant, table):
    """decimal(28,6) holds the largest quantity of the bridge exactly; a reason of 4,000 characters is cut to one line."""
    largest = replace(
        order(1), quantity=2**63 - 1, reason="差异" * 2000, expires_at=order(1).expires_at + timedelta(days=1)
    )
    assert table.place(largest).quantity == 2**63 - 1
    assert table.probe(largest.ref).quantity == 2**63 - 1
    assert len(plant.connect("FreeTDS").execute("SELECT reason FROM stockbridge_hold").fetchval()) == 400
