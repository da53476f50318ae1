"""Whatever goes wrong on the wire leaves as one error of the tree, with its cause and never a secret."""

import threading
import time
from contextlib import contextmanager

import pytest
from tds import Manner, SqlError
from tds_plant import ACCOUNT, BOOKS, PASSWORD

from bridge.cycle.collect import collect
from bridge.cycle.plan import SourcePlan
from bridge.domain.admission import GatePolicy
from bridge.domain.errors import SnapshotRejected, SourceRefused, SourceUnavailable
from bridge.domain.snapshot import Scope

UNREACHABLE, TOO_SLOW, LOCKED = "BR-1102", "BR-1103", "BR-1109"


@contextmanager
def refused(kind, code):
    """Expect one error of the tree; it must not hold the password in either language."""
    with pytest.raises(kind) as seen:
        yield seen
    assert seen.value.code == code, str(seen.value)
    for language in ("zh", "en"):
        assert PASSWORD not in seen.value.text(language)


def test_a_wrong_password(plant, driver):
    """18456 is a refusal of the login."""
    with refused(SourceRefused, "BR-1105"):
        plant.k3(driver, password="wrong").snapshot(Scope())


def test_an_unknown_database(plant, driver):
    """4060 names the database."""
    with refused(SourceRefused, "BR-1106") as seen:
        plant.k3(driver, database="AIS_GONE").snapshot(Scope())
    assert "AIS_GONE" in str(seen.value)


def test_a_database_without_a_user_for_the_login(plant, driver):
    """A login that is no user of the account set is refused the same way."""
    plant.server.rights.users.discard(("bridge_ro", BOOKS.lower()))
    with refused(SourceRefused, "BR-1106"):
        plant.k3(driver).snapshot(Scope())


def test_nobody_listens(plant, driver):
    """A closed port is a server that cannot be reached."""
    with refused(SourceUnavailable, UNREACHABLE):
        plant.k3(driver, port=1, login_timeout_s=1).snapshot(Scope())


def test_a_driver_that_is_not_there(plant, freetds):
    """The sentence lists the drivers there are."""
    with refused(SourceRefused, "BR-1104") as seen:
        plant.k3("ODBC Driver 99 for SQL Server").snapshot(Scope())
    assert "FreeTDS" in seen.value.text("zh")


def test_encryption_that_the_server_does_not_have(plant, driver):
    """`encrypt = true` is kept, not silently dropped."""
    with pytest.raises((SourceRefused, SourceUnavailable)) as seen:
        plant.k3(driver, encrypt=True, login_timeout_s=2).snapshot(Scope())
    assert seen.value.code in {"BR-1107", UNREACHABLE}
    assert not [received for received in plant.server.log if "ICInventory" in received.text]


def test_a_table_without_the_right_looks_missing(plant, driver):
    """SQL Server shows a login only what it may touch: the cure names the GRANT."""
    grants = plant.server.rights.grants
    del grants["bridge_ro", BOOKS.lower(), "SELECT", "*"]
    for table in ("t_icitem", "t_stock"):
        grants["bridge_ro", BOOKS.lower(), "SELECT", table] = None
    with refused(SourceRefused, "BR-1201") as seen:
        plant.k3(driver).snapshot(Scope())
    assert "GRANT SELECT ON ICInventory" in str(seen.value)


def test_a_right_taken_away_after_looking(plant, driver):
    """229 on the statement itself is a refusal that names the object."""
    with refused(SourceRefused, "BR-1203") as seen:
        plant.server.plan(r"FROM \[ICInventory\]", _revoked)
        plant.k3(driver).snapshot(Scope())
    assert "ICInventory" in str(seen.value)


def _revoked(session):
    session.instance.rights.grants.clear()


def test_a_table_that_vanished(plant, driver):
    """208 and 207 name table and column."""
    plant.server.plan(r"FROM \[ICInventory\]", SqlError(208, "Invalid object name 'ICInventory'."))
    with refused(SourceRefused, "BR-1206") as seen:
        plant.k3(driver).snapshot(Scope())
    assert "ICInventory" in str(seen.value)
    plant.server.plan(r"FROM \[ICInventory\]", SqlError(207, "Invalid column name 'FQty'."))
    with refused(SourceRefused, "BR-1207"):
        plant.k3(driver).snapshot(Scope())


def test_a_row_that_somebody_is_changing(plant, driver):
    """READ COMMITTED waits for the lock time-out and says so; once the other has finished it reads what he wrote."""
    writer = plant.connect(driver, database=BOOKS)
    writer.autocommit = False
    writer.execute("UPDATE ICInventory SET FQty = FQty + 1 WHERE FBatchNo = 'l2'")
    source = plant.k3(driver, lock_timeout_s=0.1)
    with refused(SourceUnavailable, LOCKED):
        source.snapshot(Scope())
    writer.commit()
    by_batch = {row["batch"]: row["quantity"] for row in source.snapshot(Scope(by_batch=True)).lines.to_pylist()}
    assert by_batch["l2"] == 13_000_000


def test_snapshot_isolation_does_not_wait(plant, driver):
    """Where the database has it, the last committed state is read, of one moment, whoever is writing."""
    plant.run_script(driver, f"ALTER DATABASE {BOOKS} SET ALLOW_SNAPSHOT_ISOLATION ON", BOOKS)
    writer = plant.connect(driver, database=BOOKS)
    writer.autocommit = False
    writer.execute("UPDATE ICInventory SET FQty = FQty + 1 WHERE FBatchNo = 'l2'")
    seen = plant.k3(driver, lock_timeout_s=0.1).snapshot(Scope(by_batch=True))
    assert {row["batch"]: row["quantity"] for row in seen.lines.to_pylist()}["l2"] == 12_000_000
    assert any(received.text == "SET TRANSACTION ISOLATION LEVEL SNAPSHOT" for received in plant.server.log)


def test_snapshot_isolation_is_one_moment(plant, driver):
    """A posting between two statements of a reading is not seen; under READ COMMITTED it is, and the reading repeats."""
    insert = "INSERT INTO ICInventory (FItemID, FStockID, FBatchNo, FQty) SELECT FItemID, FStockID, N'NEW', 1 FROM ICInventory WHERE FBatchNo = 'l2'"

    def posted(_session):
        plant.run_script(driver, insert, BOOKS)

    count = r"SELECT \[ICInventory\]\.\[FStockID\] AS stock_id, count"
    plant.server.plan(count, posted)
    before = len(plant.server.log)
    seen = plant.k3(driver).snapshot(Scope(by_batch=True))
    assert seen.provenance.rows == seen.provenance.expected_rows == 5
    assert sum("count(*) AS rows" in received.text for received in plant.server.log[before:]) == 4
    plant.run_script(driver, f"ALTER DATABASE {BOOKS} SET ALLOW_SNAPSHOT_ISOLATION ON", BOOKS)
    plant.server.plan(count, posted)
    seen = plant.k3(driver).snapshot(Scope(by_batch=True))
    assert seen.provenance.rows == seen.provenance.expected_rows == 5


def test_a_deadlock_victim(plant, driver):
    """1205 may be tried again."""
    plant.server.plan(
        r"FROM \[ICInventory\]", SqlError(1205, "was deadlocked on lock resources", severity=13, aborts=True)
    )
    with refused(SourceUnavailable, LOCKED):
        plant.k3(driver).snapshot(Scope())


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.99])
def test_a_connection_killed_in_the_middle_of_a_result(plant, driver, share):
    """No part of a result is taken for the whole, wherever it was cut."""
    plant.server.plan(r"FROM \[t_ICItem\]", Manner(share=share, then="close"))
    with refused(SourceUnavailable, UNREACHABLE):
        plant.k3(driver).snapshot(Scope())


def test_a_statement_that_takes_too_long(plant, driver):
    """The driver's own statement deadline works while the server still answers cancellations."""
    plant.server.plan(r"FROM \[t_ICItem\]", Manner(wait_s=30))
    with refused(SourceUnavailable, TOO_SLOW):
        plant.k3(driver, timeout_s=1).snapshot(Scope())


@pytest.mark.slow
def test_a_server_that_goes_silent_in_the_middle(plant, driver):
    """A driver may wait for ever: the deadline outside the call ends the wait, and the reading is refused."""
    plant.server.plan(r"FROM \[t_ICItem\]", Manner(share=0.5, then="hang"))
    source = plant.k3(driver, timeout_s=1)
    plan = SourcePlan("k3", "k3", 2.0, by_batch=False, row_cap=1000, gates=GatePolicy())
    began = threading.active_count()
    reading = collect([(plan, source)], plant.clock)["k3"]
    assert reading.snapshot is None
    assert reading.error.code in {"BR-2064", TOO_SLOW, UNREACHABLE}
    plant.server.released.set()
    until = time.monotonic() + 30
    while threading.active_count() > began and time.monotonic() < until:
        time.sleep(0.05)


def test_more_rows_than_the_cap(plant, driver):
    """A part of a stock is no stock."""
    with refused(SnapshotRejected, "BR-1205"):
        plant.k3(driver).snapshot(Scope(row_cap=2))


@pytest.mark.parametrize(
    "password", ["a;b", "a}b", "{ab", "ab}", "a=b;UID=sa", "密码;}", "a b", "' OR 1=1 --", '"', "100%"]
)
def test_passwords_of_any_kind_arrive_whole(plant, driver, password):
    """Nothing in a password ends the connect string early or adds a word to it."""
    plant.server.rights.passwords["bridge_ro"] = password
    assert plant.k3(driver, password=password).snapshot(Scope()).lines.num_rows


def test_a_password_that_freetds_cannot_carry(plant, driver):
    """`};` would end the value and let the rest be read as words: FreeTDS is not asked, Microsoft's driver takes it."""
    password = "x};UID=sa;PWD=Sa-1;{"
    plant.server.rights.passwords["bridge_ro"] = password
    source = plant.k3(driver, password=password)
    if driver != "FreeTDS":
        assert source.snapshot(Scope()).lines.num_rows
        return
    with pytest.raises(SourceRefused) as seen:
        source.snapshot(Scope())
    assert seen.value.code == "BR-1115"
    assert password not in seen.value.text("zh")
    assert plant.server.log == []


def test_ufsystem_without_a_right_falls_back_to_the_name(plant, driver):
    """UFSystem is often forgotten in the grants: the database is found by its name, and the probe says why."""
    plant.server.rights.users.discard(("bridge_ro", "ufsystem"))
    source = plant.u8(driver)
    assert source.snapshot(Scope()).provenance.account == ACCOUNT
    assert "u8_no_system_database" in {code for code, _ in source.probe().findings}
