"""Hold targets on a real server with logins and rights: PostgreSQL."""

import os
import shutil
import socket
import subprocess
import tempfile
import threading
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bridge.domain.clock import FixedClock
from bridge.domain.errors import EffectRefused, EffectRetryable
from bridge.domain.hold import HoldOrder
from connectors.holds import create_script, open_hold_table
from connectors.yonyou_u8 import CONNECTOR
from connectors.yonyou_u8.config import YonyouU8Settings
from connectors.yonyou_u8.freeze_table import freeze_script

pytestmark = [pytest.mark.slow, pytest.mark.postgresql]
NOW = datetime(2026, 11, 23, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
CLOCK = FixedClock(NOW)
BINARIES = [Path(found).parent for found in [shutil.which("initdb")] if found] + sorted(
    Path("/usr/lib/postgresql").glob("*/bin"), reverse=True
)
STOCK = """
CREATE TABLE "CurrentStock" ("AutoID" int, "cWhCode" varchar(10), "cInvCode" varchar(60), "ItemId" int,
 "cBatch" varchar(60), "cVMIVenCode" varchar(20), "iSoType" int, "iSodid" varchar(40), "iQuantity" numeric(28,6),
 "fStopQuantity" numeric(28,6), "fStopNum" numeric(28,6), "bStopFlag" int DEFAULT 0, ufts bigint DEFAULT 1);
INSERT INTO "CurrentStock" VALUES (1, '01', '00710', 1, '', '', 0, '', 1000.5, NULL, NULL, 0, 7);
CREATE ROLE watcher LOGIN;
CREATE ROLE bridge_hold LOGIN;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO watcher;
"""


def order(quantity, **more):
    """Return an order for 00710 in warehouse 01."""
    facts = {"ref": "SBAAAAAAAAAAAAAA", "item": "00710", "warehouse": "01", "batch": "", "operations": ("out",)}
    expires = NOW + timedelta(hours=8)
    return HoldOrder(**{**facts, **more}, quantity=quantity * 1_000_000, reason="差异", expires_at=expires)


@pytest.fixture(scope="module")
def server():
    """Start a server of our own, as user postgres when we are root; return its address."""
    binaries = next((folder for folder in BINARIES if (folder / "initdb").exists()), None)
    if binaries is None:
        pytest.skip("no PostgreSQL server binaries (initdb) on this machine")
    pytest.importorskip("psycopg")
    user = {"user": "postgres"} if hasattr(os, "geteuid") and os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="stockbridge-pg-"))
    if user:
        shutil.chown(folder, "postgres")
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def run(tool, *arguments):
        command = [str(binaries / tool), "-D", str(folder / "data"), *arguments]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=60, **user)

    run("initdb", "-U", "bridge", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"127.0.0.1:{port}"
    finally:
        run("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def books(server):
    """Return the address of a fresh database with stock and both scripts run."""
    import psycopg  # noqa: PLC0415

    with psycopg.connect(f"postgresql://bridge@{server}/postgres", autocommit=True) as link:
        link.execute("DROP DATABASE IF EXISTS u8")
        link.execute("DROP ROLE IF EXISTS watcher")
        link.execute("DROP ROLE IF EXISTS bridge_hold")
        link.execute("CREATE DATABASE u8")
    with psycopg.connect(f"postgresql://bridge@{server}/u8", autocommit=True) as link:
        link.execute(create_script("postgresql"))
        link.execute(create_script("postgresql", "stockbridge_other"))
        link.execute(STOCK)
        link.execute("GRANT SELECT, INSERT, UPDATE ON stockbridge_hold TO bridge_hold")
    return f"{server}/u8"


def settings(address, login="bridge", **hold):
    """Return U8 settings over PostgreSQL, writing as `login`."""
    given = hold if login == "bridge" else {"user": login, **hold}
    return YonyouU8Settings(
        url=f"postgresql+psycopg://bridge@{address}", hold=given, login_timeout_s=3, lock_timeout_s=0.2
    )


def test_hold_table_on_a_server(books):
    """Placed, renewed, read back and lifted by the writing login, with zones kept."""
    holds = open_hold_table("wms", settings(books, "bridge_hold"), CLOCK)
    assert holds.place(order(80)).quantity == 80_000_000
    assert holds.place(order(80)).quantity == 80_000_000
    (seen,) = holds.list_own()
    assert (seen.item, seen.quantity, seen.detail) == ("00710", 80_000_000, "")
    assert holds.lift(order(80)).quantity == 80_000_000
    assert holds.lift(order(80)).quantity == 0
    assert holds.list_own() == ()


def test_read_only_login_is_refused_naming_the_grant(books):
    """A login that may only read is refused, and the sentence holds the GRANT to run."""
    with pytest.raises(EffectRefused, match="BR-1604") as refused:
        open_hold_table("wms", settings(books, "watcher"), CLOCK).place(order(80))
    assert "GRANT SELECT, INSERT, UPDATE ON stockbridge_hold TO watcher" in refused.value.text("zh")


def test_a_server_creates_nothing_by_itself(books):
    """On a server a missing table is refused with the script to run, for both kinds of target."""
    with pytest.raises(EffectRefused, match="BR-1601"):
        open_hold_table("wms", settings(books, table="missing_hold"), CLOCK).place(order(80))
    target = CONNECTOR.target("u8", settings(books, via="frozen_quantity", account_sets=("u8",)), CLOCK)
    with pytest.raises(EffectRefused, match="BR-1601") as refused:
        target.place(order(80))
    assert "stockbridge_freeze" in refused.value.text("zh")


def test_frozen_quantity_on_a_server(books):
    """The delta is exact on decimals, and only with the companion table the script makes."""
    import psycopg  # noqa: PLC0415

    script = freeze_script("postgresql", "bridge_hold").split(";")[0]
    with psycopg.connect(f"postgresql://bridge@{books}", autocommit=True) as link:
        link.execute(script)
        target = CONNECTOR.target("u8", settings(books, via="frozen_quantity", account_sets=("u8",)), CLOCK)
        assert target.place(order(80)).quantity == 80_000_000
        assert target.place(order(80)).quantity == 80_000_000
        link.execute('UPDATE "CurrentStock" SET "fStopQuantity" = "fStopQuantity" + 0.1')
        assert target.lift(order(80)).quantity == 80_000_000
        assert str(link.execute('SELECT "fStopQuantity" FROM "CurrentStock"').fetchone()[0]) == "0.100000"
        assert target.list_own() == ()


def test_a_row_lock_of_others_is_retryable(books):
    """While somebody posts on the row nothing is frozen, and the attempt may be repeated."""
    import psycopg  # noqa: PLC0415

    target = CONNECTOR.target("u8", settings(books, via="frozen_quantity", account_sets=("u8",)), CLOCK)
    with psycopg.connect(f"postgresql://bridge@{books}", autocommit=True) as link:
        link.execute(freeze_script("postgresql", "bridge_hold").split(";")[0])
    with psycopg.connect(f"postgresql://bridge@{books}") as posting:
        posting.execute('UPDATE "CurrentStock" SET "iQuantity" = 900')
        with pytest.raises(EffectRetryable, match="BR-1109"):
            target.place(order(80))
        posting.commit()
    assert target.place(order(950)).quantity == 900_000_000


def test_two_bridges_place_the_same_hold(books):
    """Two at once block once, whoever wins."""
    holds = [open_hold_table("wms", settings(books), CLOCK) for _ in range(2)]
    outcomes = []
    threads = [
        threading.Thread(target=lambda target=target: outcomes.append(target.place(order(80)).quantity))
        for target in holds
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == [80_000_000, 80_000_000]
    assert len(holds[0].list_own()) == 1


def test_unreachable_server_is_retryable():
    """A closed port: certainly nothing was placed."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    with pytest.raises(EffectRetryable, match="BR-1102"):
        open_hold_table("wms", settings(f"127.0.0.1:{free}/u8"), CLOCK).place(order(80))
