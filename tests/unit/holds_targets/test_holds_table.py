"""The customer's hold table: idempotent, kept as history, ours only."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
import sqlglot
from hold_orders import NOW, Still, order, plant, rows, run
from pydantic import ValidationError

from bridge.domain.errors import EffectRefused, EffectRetryable, EffectUnknown
from bridge.language import text
from bridge.ports import HoldTarget
from connectors.holds import ViaHoldTable, create_script, hold_settings, open_hold_table
from connectors.registry import connectors
from connectors.yonyou_u8 import CONNECTOR
from connectors.yonyou_u8.config import YonyouU8Settings


def target(path, clock=None, **hold):
    """Return the hold table of a file."""
    settings = YonyouU8Settings(url=f"sqlite:///{path}", hold=ViaHoldTable(**hold))
    return open_hold_table("wms", settings, clock or Still())


@pytest.fixture
def path(tmp_path):
    """Return a database with a hold table made by the script."""
    return run(tmp_path / "holds.db", create_script("sqlite"))


def test_place_probe_list_lift(path):
    """A placed hold is read back exactly; lifted, it is gone from the list but stays as a row."""
    holds = target(path)
    receipt = holds.place(order(80.5))
    assert (receipt.done, receipt.quantity) == (True, 80_500_000)
    seen = holds.probe(receipt.ref)
    assert (seen.present, seen.item, seen.warehouse, seen.batch, seen.quantity) == (True, "00710", "01", "", 80_500_000)
    assert holds.list_own() == (seen,)
    lifted = holds.lift(order(80.5))
    assert (lifted.done, lifted.quantity) == (True, 80_500_000)
    assert holds.list_own() == ()
    assert rows(path, "SELECT state, quantity FROM stockbridge_hold") == [("lifted", "80.5")]


def test_place_twice_blocks_once(path):
    """The same reference twice is one row; the second renews its expiry and keeps when it began."""
    clock = Still()
    holds = target(path, clock)
    holds.place(order(80))
    clock.at = NOW + timedelta(hours=2)
    holds.place(order(80, expires_at=NOW + timedelta(hours=10)))
    assert rows(path, "SELECT count(*), placed_at, expires_at FROM stockbridge_hold") == [
        (1, "2026-11-23 08:30:00.000000", "2026-11-23 18:30:00.000000")
    ]


def test_lift_twice_and_unknown(path):
    """Lifting again, or a reference nobody placed, is done with quantity 0."""
    holds = target(path)
    holds.place(order(80))
    holds.lift(order(80))
    assert holds.lift(order(80)).quantity == 0
    unknown = holds.lift(order(1, ref="SBUNKNOWN"))
    assert (unknown.done, unknown.quantity) == (True, 0)


def test_placed_again_after_lifting(path):
    """A dispute that comes back blocks again under the same reference, from now on."""
    clock = Still()
    holds = target(path, clock)
    holds.place(order(80))
    holds.lift(order(80))
    clock.at = NOW + timedelta(days=1)
    holds.place(order(30))
    assert holds.list_own()[0].quantity == 30_000_000
    assert rows(path, "SELECT placed_at, lifted_at FROM stockbridge_hold") == [("2026-11-24 08:30:00.000000", None)]


def test_expired_hold_says_so(path):
    """After its expiry a standing hold is listed as expired; the asking program sees expires_at itself."""
    clock = Still()
    holds = target(path, clock)
    holds.place(order(80))
    clock.at = NOW + timedelta(hours=8)
    assert [seen.detail for seen in holds.list_own()] == ["expired"]
    query = "SELECT count(*) FROM stockbridge_hold WHERE state = 'active' AND expires_at > '2026-11-23 16:30:01'"
    assert rows(path, query) == [(0,)]


def test_rows_of_others_are_never_touched(path):
    """A row somebody else wrote is not listed, not lifted, not overwritten."""
    insert = (
        "INSERT INTO stockbridge_hold VALUES ('SBFOREIGN', 'A', '1', '', 'out', '5', '盘点', 'active', 'keeper', "
        "'2026-11-23 07:00:00', '2026-11-30 00:00:00', NULL)"
    )
    run(path, insert)
    holds = target(path)
    assert holds.list_own() == ()
    assert not holds.probe("SBFOREIGN").present
    assert holds.lift(order(5, ref="SBFOREIGN")).quantity == 0
    with pytest.raises(EffectRefused, match="BR-1607"):
        holds.place(order(5, ref="SBFOREIGN"))
    assert rows(path, "SELECT placed_by, state FROM stockbridge_hold") == [("keeper", "active")]


def test_hostile_reason_and_codes(path):
    """Text from an ERP is data: one line, at most 400 characters, codes as they are."""
    holds = target(path)
    holds.place(order(1, item="N'A; --", batch='B"1', reason="a\r\nBcc: x\t" + "长" * 900))
    ((reason,),) = rows(path, "SELECT reason FROM stockbridge_hold")
    assert len(reason) == 400
    assert "\n" not in reason
    assert holds.list_own()[0].item == "N'A; --"


def test_table_in_a_file_is_made_on_first_use(tmp_path):
    """A SQLite file has no DBA: the table is made by the first hold; before that nothing stands there."""
    path = run(tmp_path / "new.db", "CREATE TABLE other (x)")
    holds = target(path, table="gate_hold")
    assert holds.list_own() == ()
    assert not holds.probe("SB").present
    assert holds.lift(order(1)).quantity == 0
    holds.place(order(1))
    assert len(rows(path, "SELECT * FROM gate_hold")) == 1


def test_missing_columns_are_refused(tmp_path):
    """A table of that name with other columns is refused, naming the script that makes it."""
    path = run(tmp_path / "old.db", "CREATE TABLE stockbridge_hold (hold_ref TEXT PRIMARY KEY, item TEXT)")
    with pytest.raises(EffectRefused, match="BR-1601") as refused:
        target(path).place(order(1))
    assert "sources grants wms" in refused.value.text("zh")


def test_constraint_refuses(path):
    """A customer's trigger that raises an error refuses the hold and leaves nothing."""
    run(path, "CREATE TRIGGER guard BEFORE INSERT ON stockbridge_hold BEGIN SELECT RAISE(ABORT, '月末结账'); END")
    with pytest.raises(EffectRefused, match="BR-1605") as refused:
        target(path).place(order(1))
    assert "月末结账" in refused.value.text("zh")
    assert rows(path, "SELECT count(*) FROM stockbridge_hold") == [(0,)]


def test_trigger_that_changes_the_row_is_unknown(path):
    """When the row does not read back as written, the outcome is unknown and must be probed."""
    run(
        path,
        "CREATE TRIGGER meddle AFTER INSERT ON stockbridge_hold BEGIN UPDATE stockbridge_hold SET quantity = '1'; END",
    )
    with pytest.raises(EffectUnknown, match="BR-1606"):
        target(path).place(order(80))


def test_locked_file_is_retryable(path):
    """Somebody else's write lock means: certainly not placed, try again."""
    settings = YonyouU8Settings(url=f"sqlite:///{path}", lock_timeout_s=0, hold=ViaHoldTable())
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(EffectRetryable, match="BR-1109"):
            open_hold_table("wms", settings, Still()).place(order(1))
        other.execute("ROLLBACK")
    assert open_hold_table("wms", settings, Still()).place(order(1)).done


def test_trouble_at_commit_is_unknown(path):
    """When the commit itself fails nobody knows; the target is probed before anything else, and here shows nothing."""
    settings = YonyouU8Settings(url=f"sqlite:///{path}", lock_timeout_s=0, hold=ViaHoldTable())
    holds = open_hold_table("wms", settings, Still())
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM stockbridge_hold").fetchone()  # a reader's lock blocks the commit only
        with pytest.raises(EffectUnknown, match="BR-1602"):
            holds.place(order(1))
    assert not holds.probe(order(1).ref).present


def test_missing_file_is_retryable_and_not_made(tmp_path):
    """A share that is not mounted: nothing was placed, and no file appears."""
    with pytest.raises(EffectRetryable, match="BR-1101"):
        target(tmp_path / "gone.db").place(order(1))
    assert not (tmp_path / "gone.db").exists()


def test_source_without_hold_is_refused(tmp_path):
    """Without [hold] there is no target."""
    settings = YonyouU8Settings(url=f"sqlite:///{tmp_path / 'x.db'}")
    with pytest.raises(EffectRefused, match="BR-1608"):
        open_hold_table("u8", settings, Still())


def test_u8_by_hold_table(tmp_path):
    """Via = hold_table puts U8's holds into the customer's own database and leaves the account database alone."""
    books = plant(tmp_path)
    gate = run(tmp_path / "gate.db", create_script("sqlite"))
    hold = ViaHoldTable(via="hold_table", url=f"sqlite:///{gate}")
    settings = YonyouU8Settings(url=f"sqlite:///{books.path}", hold=hold)
    holds: HoldTarget = CONNECTOR.target("u8", settings, Still())
    assert holds.place(order(80)).done
    assert holds.ability.level == "bypass"
    assert len(rows(gate, "SELECT * FROM stockbridge_hold")) == 1
    assert books.row("SELECT count(*) FROM sqlite_master WHERE name LIKE 'stockbridge%'") == (0,)


@pytest.mark.parametrize(("dialect", "grammar"), [("mssql", "tsql"), ("postgresql", "postgres"), ("sqlite", "sqlite")])
def test_script_parses_everywhere(dialect, grammar):
    """The script is valid in each dialect, and schema names pass."""
    for table in ("stockbridge_hold", "mes.gate_hold"):
        script = create_script(dialect, table)
        assert sqlglot.parse_one(script.rstrip(";"), dialect=grammar) is not None
        assert "hold_ref" in script
        assert "PRIMARY KEY" in script
    assert "NUMERIC(28, 6)" in create_script("mssql")


def test_writing_login_replaces_the_reading_one():
    """The hold's own user and password are used for writing, and no secret shows in a repr."""
    settings = YonyouU8Settings(server="h", account="002", user="ro", password="r", hold=ViaHoldTable())
    writing = hold_settings(settings, ViaHoldTable(user="bridge_hold", password="w-secret"))
    assert (writing.user, writing.password.get_secret_value()) == ("bridge_hold", "w-secret")
    by_url = YonyouU8Settings(url="postgresql+psycopg://ro:r@h/db")
    changed = hold_settings(by_url, ViaHoldTable(user="bridge_hold", password="w-secret"))
    assert changed.url.get_secret_value() == "postgresql+psycopg://bridge_hold:w-secret@h/db"
    assert "w-secret" not in repr(changed) + repr(writing)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("number", range(1601, 1610))
def test_every_sentence_exists(lang, number):
    """Each hold error has its sentence."""
    assert text(lang, f"errors.BR-{number}", target="u8")


K3 = {"kind": "kingdee_k3"}
SQL = {"kind": "sql", "query": "SELECT item, quantity FROM stock"}


@pytest.mark.parametrize("given", [K3, SQL], ids=["kingdee_k3", "sql"])
def test_every_sql_source_takes_holds_in_a_table(tmp_path, given):
    """K/3 and any SQL source place holds in their hold table; the scripts name it, and other ways are refused."""
    connector = connectors()[given["kind"]]
    hold = {"via": "hold_table", "user": "bridge_hold", "table": "gate_hold"}
    path = run(tmp_path / "any.db", create_script("sqlite", "gate_hold"))
    settings = connector.settings(**given, url=f"sqlite:///{path}", hold=hold)
    holds = connector.target("any", settings, Still())
    assert holds.place(order(80)).quantity == 80_000_000
    assert [held.quantity for held in holds.list_own()] == [80_000_000]
    assert holds.lift(order(80)).quantity == 80_000_000
    server = connector.settings(**given, server="h", database="d", hold=hold)
    assert "GRANT SELECT, INSERT, UPDATE ON gate_hold TO bridge_hold;" in connector.grants("any", server)
    assert "REVOKE SELECT, INSERT, UPDATE ON gate_hold FROM bridge_hold;" in connector.revoke("any", server)
    with pytest.raises(ValidationError, match="BR-1037"):
        connector.settings(**given, server="h", database="d", hold={"via": "frozen_quantity"})
    with pytest.raises(EffectRefused):
        connector.target("any", connector.settings(**given, server="h", database="d"), Still())


def test_a_table_may_be_bound_to_named_databases(tmp_path):
    """With account_sets the hold table is written in these databases only: not in a copy of the account set."""
    path = run(tmp_path / "UFDATA_009_2026.db", create_script("sqlite"))
    bound = target(path, account_sets=("UFDATA_002_2026",))
    with pytest.raises(EffectRefused) as refused:
        bound.place(order(1))
    assert refused.value.code == "BR-1610"
    assert bound.list_own() == ()
