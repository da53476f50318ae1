"""The SQL connectors against a real server: PostgreSQL, with K/3's tables in it."""

import os
import shutil
import socket
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bridge.domain.clock import FixedClock, SystemClock
from bridge.domain.errors import BridgeError
from bridge.domain.snapshot import Scope
from connectors.kingdee_k3 import CONNECTOR as K3
from connectors.kingdee_k3.config import KingdeeK3Settings
from connectors.sql import CONNECTOR as SQL
from connectors.sql.config import SqlSettings

pytestmark = [pytest.mark.slow, pytest.mark.postgresql]
SHANGHAI = ZoneInfo("Asia/Shanghai")
FOUND = [Path(tool).parent for tool in [shutil.which("initdb")] if tool]
BINARIES = FOUND + sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)

BOOKS = """
CREATE TABLE "ICInventory" ("FItemID" int, "FStockID" int, "FBatchNo" varchar(200), "FQty" numeric(28,10));
CREATE TABLE "t_ICItem" ("FItemID" int, "FNumber" varchar(80), "FName" varchar(255), "FDeleted" smallint, "FPlanPrice" float8);
CREATE TABLE "t_Stock" ("FItemID" int, "FNumber" char(10), "FTypeID" int);
CREATE TABLE "ICStockBill" ("FInterID" int, "FTranType" int, "FBillNo" varchar(255), "FDate" timestamp, "FStatus" smallint,
 "FCancellation" int, "FROB" smallint);
CREATE TABLE "ICStockBillEntry" ("FInterID" int, "FEntryID" int, "FItemID" int, "FQty" numeric(28,10), "FDCStockID" int,
 "FBatchNo" varchar(200));
INSERT INTO "t_ICItem" VALUES (1, '00710', '螺丝', 0, 1.25), (2, 'NA', '铜箔', 1, 0);
INSERT INTO "t_Stock" VALUES (10, '01', 500), (13, 'VMI', 504);
INSERT INTO "ICInventory" SELECT 1, 10, NULL, 0.1 FROM generate_series(1, 10000);
INSERT INTO "ICInventory" VALUES (2, 10, 'B1 ', NULL), (1, 13, '', 7);
INSERT INTO "ICStockBill" VALUES (5, 2, 'CIN000005', '2026-11-20', 1, 0, 1), (6, 21, 'XOUT000006', '2026-11-23', 0, 0, 1);
INSERT INTO "ICStockBillEntry" VALUES (5, 1, 1, 80, 10, NULL), (6, 1, 1, 2.5, 10, '');
CREATE TABLE moves (no text, item text, qty float8, at timestamptz);
INSERT INTO moves VALUES ('R-1', 'NA', 0.1, '2026-11-23 00:00:00+00');
"""


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def address():
    """Start a server of our own, as user postgres when we are root; return host and port."""
    binaries = next((folder for folder in BINARIES if (folder / "initdb").exists()), None)
    if binaries is None:
        pytest.skip("no PostgreSQL server binaries (initdb) on this machine")
    psycopg = pytest.importorskip("psycopg")
    user = {"user": "postgres"} if hasattr(os, "geteuid") and os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="stockbridge-pg-"))
    if user:
        shutil.chown(folder, "postgres")
    port = _free_port()

    def run(tool, *arguments):
        command = [str(binaries / tool), "-D", str(folder / "data"), *arguments]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=60, **user)

    run("initdb", "-U", "bridge", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        with psycopg.connect(f"postgresql://bridge@127.0.0.1:{port}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE k3")
        with psycopg.connect(f"postgresql://bridge@127.0.0.1:{port}/k3", autocommit=True) as connection:
            connection.execute(BOOKS)
            connection.execute("CREATE ROLE reader LOGIN")
        yield f"127.0.0.1:{port}"
    finally:
        run("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def k3(url, clock=None):
    """Return the K/3 connector over a URL."""
    settings = KingdeeK3Settings(kind="kingdee_k3", url=url, login_timeout_s=3, lock_timeout_s=0.2)
    return K3.source("k3", settings, clock or SystemClock(SHANGHAI))


def test_a_snapshot_from_a_server(address):
    """Sums are the server's decimals, NULL stays unknown, the second count agrees, the server's clock is read."""
    found = k3(f"postgresql+psycopg://bridge@{address}/k3").snapshot(Scope(by_batch=True))
    lines = [(row["item"], row["warehouse"], row["batch"], row["quantity"]) for row in found.lines.to_pylist()]
    assert lines == [("00710", "01", "", 1_000_000_000), ("NA", "01", "B1", None)]
    provenance = found.provenance
    assert (provenance.rows, provenance.expected_rows, provenance.account) == (10_001, 10_001, "k3")
    assert provenance.as_of.tzinfo is UTC
    assert abs(provenance.clock_offset_s) < 120
    assert {row["item"]: row["cost"] for row in found.items.to_pylist()} == {"00710": 1_250_000, "NA": None}


def test_bills_from_a_server(address):
    """Bills are read and watched on a server as in a file."""
    source = k3(f"postgresql+psycopg://bridge@{address}/k3", FixedClock(datetime(2026, 11, 23, 8, tzinfo=SHANGHAI)))
    first = source.movements("")
    assert [(row["key"], row["effect"], row["counts"]) for row in first.rows.to_pylist()] == [
        ("5:1", 80_000_000, True),
        ("6:1", -2_500_000, False),
    ]
    assert source.movements(first.cursor).rows.num_rows == 0
    psycopg = pytest.importorskip("psycopg")
    with psycopg.connect(f"postgresql://bridge@{address}/k3", autocommit=True) as connection:
        connection.execute("""UPDATE "ICStockBillEntry" SET "FBatchNo" = 'b7' WHERE "FInterID" = 5""")
    edited = source.movements(first.cursor)
    assert {row["key"]: row["batch"] for row in edited.rows.to_pylist()} == {"5:1": "b7", "6:1": ""}
    assert source.probe().switches == {}


def test_the_sql_connector_on_a_server(address):
    """The connection is read-only, colons and percent signs in the query are the query's own."""
    settings = SqlSettings(
        kind="sql",
        url=f"postgresql+psycopg://bridge@{address}/k3",
        query="SELECT item, qty AS quantity FROM moves WHERE item LIKE 'N%' AND '7:30'::text <> ':since_then'",
        count_query="SELECT count(*) FROM moves",
        movements_query="SELECT no AS document_number, item, qty AS effect, at AS business_time FROM moves",
    )
    source = SQL.source("wms", settings, SystemClock(SHANGHAI))
    found = source.snapshot(Scope())
    assert found.lines["quantity"].to_pylist() == [100_000]
    assert found.provenance.expected_rows == 1
    (row,) = source.movements("").rows.to_pylist()
    assert row["business_time"] == datetime(2026, 11, 23, tzinfo=UTC)
    assert "DELETE moves" in source.probe().rights


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("postgresql+psycopg://bridge@{address}/nowhere", "BR-1106"),
        ("postgresql+psycopg://reader@{address}/k3", "BR-1201"),
        ("postgresql+psycopg://nobody@{address}/k3", "BR-1105"),
        ("postgresql+psycopg://bridge@{address}/postgres", "BR-1201"),
        ("postgresql+psycopg://bridge@127.0.0.1:1/k3", "BR-1102"),
    ],
)
def test_failures_of_a_server(address, url, code):
    """Wrong database, missing rights, unknown login, wrong account set and a closed port are told apart."""
    with pytest.raises(BridgeError) as refusal:
        k3(url.format(address=address)).snapshot(Scope())
    assert refusal.value.code == code
    assert "<" not in refusal.value.text("zh").replace("<login>", "")


def test_a_lock_is_waited_for_briefly(address):
    """A table locked by somebody else ends in 'unavailable' after the lock time-out."""
    psycopg = pytest.importorskip("psycopg")
    with psycopg.connect(f"postgresql://bridge@{address}/k3") as holder:
        holder.execute('LOCK TABLE "ICInventory" IN ACCESS EXCLUSIVE MODE')
        with pytest.raises(BridgeError) as refusal:
            k3(f"postgresql+psycopg://bridge@{address}/k3").snapshot(Scope())
        holder.rollback()
    assert refusal.value.code == "BR-1109"
