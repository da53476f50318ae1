"""Connector calls in a child process: whatever the connector does, the parent gets a typed answer and goes on."""

import gc
import os
import subprocess
import sys
import threading
import time
import zlib
from contextlib import contextmanager, suppress
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from isolation_naughty import LAMBDA, NAUGHTY, SMUGGLER, NaughtySettings

from bridge.cycle.collect import collect
from bridge.cycle.plan import SourcePlan
from bridge.domain.admission import GatePolicy
from bridge.domain.clock import FixedClock
from bridge.domain.errors import BridgeError, SnapshotRejected, SourceRefused, SourceUnavailable
from bridge.domain.snapshot import STOCK_LINES, Scope
from bridge.isolation import Isolated, is_isolated
from connectors.sql.config import SqlSettings

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
CLOCK = FixedClock(NOW)
PASSWORD = "geheim-9f1c"
pytestmark = pytest.mark.skipif(os.name == "nt", reason="the habits are POSIX ones")


def isolated(habit="none", address="", *, connector=NAUGHTY, timeout_s=20.0, memory_mb=512, name="wms"):
    """Return a source that misbehaves in a child."""
    settings = NaughtySettings(kind="naughty", habit=habit, address=str(address), password=PASSWORD)
    return Isolated(name, connector, settings, CLOCK, timeout_s=timeout_s, memory_mb=memory_mb)


def refusal(source):
    """Return the error a snapshot ends with, and check that the next call is answered by a living child."""
    with pytest.raises(BridgeError) as caught:
        source.snapshot(Scope())
    assert PASSWORD not in caught.value.text("zh") + caught.value.text("en") + repr(source) + repr(source.__dict__)
    assert source.probe().product == "naughty"
    return caught.value


class _Endless(BaseHTTPRequestHandler):
    """Answers /trickle byte by byte, /round with itself, /bomb with gigabytes of packed zeros."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        """Never end."""
        with suppress(OSError):
            if self.path == "/round":
                self.send_response(302)
                self.send_header("Location", f"http://{self.headers['Host']}/round")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("Content-Length", str(10**9))
            self.end_headers()
            if self.path == "/bomb":
                packer = zlib.compressobj(9, zlib.DEFLATED, 31)
                while True:
                    self.wfile.write(packer.compress(bytes(4 * 1024 * 1024)))
            while True:
                self.wfile.write(b" ")
                time.sleep(0.05)

    def log_message(self, *_):
        """Keep quiet."""


@contextmanager
def endless():
    """Serve what never ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Endless)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_isolation_carries_tables_exactly():
    """Texts, missing figures, large figures, times and sets arrive as they were sent; scope and clock travel too."""
    source = isolated("chatter")
    found = source.snapshot(Scope(row_cap=17))
    assert found.lines.schema == STOCK_LINES
    assert found.lines["item"].to_pylist() == ["NA", "00710", "铜箔'; --"]
    assert found.lines["quantity"].to_pylist() == [1, None, -(2**62)]
    assert (found.provenance.fetched_from, found.provenance.expected_rows) == (NOW, 17)
    batch = source.movements("0")
    assert (batch.complete_keys, batch.rows.num_rows, batch.cursor) == (frozenset({"a"}), 0, "1")


def test_isolation_keeps_one_warm_child():
    """The same child answers call after call, and it is not this process."""
    source = isolated()
    first, second = source.probe(), source.probe()
    assert first.version == second.version != str(os.getpid())
    assert first.account == NOW.isoformat()


def test_isolation_sends_secrets_by_the_pipe_only():
    """The password arrives, and stands neither in the child's arguments nor in its environment."""
    found = isolated().probe()
    assert (found.account_name, found.schema) == (PASSWORD[::-1], "")


@pytest.mark.parametrize("habit", ["hang", "hold the lock"])
def test_isolation_ends_a_hung_source(habit):
    """A source that never answers, even one that holds the interpreter, is ended; the next call has a new child."""
    source = isolated(habit, timeout_s=1.5)
    before = source.probe().version
    error = refusal(source)
    assert (type(error), error.code, error.facts["seconds"]) == (SourceUnavailable, "BR-2064", "1.5")
    assert source.probe().version != before


def test_isolation_ends_what_the_source_started(tmp_path):
    """A process that the driver started goes with its group."""
    source = isolated("hang with a child", tmp_path / "pid", timeout_s=2)
    source.probe()
    assert refusal(source).code == "BR-2064"
    grandchild = int((tmp_path / "pid").read_text())
    for _ in range(100):
        if not _runs(grandchild):
            break
        time.sleep(0.05)
    assert not _runs(grandchild)


@pytest.mark.parametrize(("habit", "path"), [("read", "/trickle"), ("redirect", "/round")])
def test_isolation_ends_endless_answers(habit, path):
    """A trickling body and an endless redirect end at the deadline."""
    with endless() as address:
        assert refusal(isolated(habit, address + path, timeout_s=1.5)).code == "BR-2064"


def test_isolation_caps_a_compressed_bomb():
    """A small answer that unpacks to gigabytes ends at the memory cap (or at the deadline, whichever is first)."""
    with endless() as address:
        error = refusal(isolated("unpack", address + "/bomb", timeout_s=20, memory_mb=128))
    assert error.code in {"BR-1132", "BR-2064"}


def test_isolation_caps_memory():
    """A source that takes more than its memory is refused by name and cap, and its child replaced."""
    error = refusal(isolated("eat", memory_mb=256))
    assert (type(error), error.code, error.facts["megabytes"]) == (SourceRefused, "BR-1132", "256")


@pytest.mark.parametrize(("habit", "status"), [("exit", "exit 7"), ("segfault", "SIGSEGV")])
def test_isolation_survives_a_crash(habit, status, capfd):
    """A driver that takes its process with it is told as such."""
    error = refusal(isolated(habit))
    assert (type(error), error.code, error.facts["status"]) == (SourceUnavailable, "BR-1131", status)


@pytest.mark.parametrize(("habit", "kind", "code"), [
    ("refuse", SourceRefused, "BR-1105"),
    ("reject", SnapshotRejected, "BR-1205"),
    ("reject in own words", SnapshotRejected, "BR-1205"),
    ("defect", SourceRefused, "BR-1133"),
])  # fmt: skip
def test_isolation_carries_errors(habit, kind, code):
    """Typed errors come back as they are; a defect is told by type and place, never in its own words."""
    source = isolated(habit)
    pid = source.probe().version
    error = refusal(source)
    assert (type(error), error.code) == (kind, code)
    assert source.probe().version == pid


def test_isolation_refuses_code_from_the_child(tmp_path):
    """An answer that would run something in the parent is no answer."""
    with pytest.raises(SourceUnavailable) as caught:
        isolated(connector=SMUGGLER).probe()
    assert caught.value.code == "BR-1131"


def test_isolation_names_a_connector_that_cannot_travel():
    """An opener that stands in no module is refused with the cure."""
    with pytest.raises(SourceRefused) as caught:
        isolated(connector=LAMBDA).probe()
    assert caught.value.code == "BR-1134"


def test_isolation_ends_the_child_with_its_source():
    """When nobody uses the source any more, its child goes."""
    source = isolated()
    pid = int(source.probe().version)
    del source
    gc.collect()
    assert not _runs(pid)


def test_isolation_leaves_no_orphan():
    """When the parent is killed, the child notices that its pipe has ended and goes."""
    program = "import sys; sys.path[:0] = sys.argv[1:]; from test_isolation_calls import isolated; import time\n"
    program += "source = isolated(); print(source.probe().version, flush=True); time.sleep(60)"
    places = [str(Path(__file__).parent), str(Path(__file__).parents[3])]
    with subprocess.Popen([sys.executable, "-c", program, *places], stdout=subprocess.PIPE, text=True) as parent:
        pid = int(parent.stdout.readline())
        parent.kill()
    for _ in range(100):
        if not _runs(pid):
            break
        time.sleep(0.05)
    assert not _runs(pid)


def test_isolation_reads_the_others_meanwhile():
    """In one round a hung source is refused and the others are read."""
    plans = {
        name: SourcePlan(name, name, 3.0, by_batch=False, row_cap=9, gates=GatePolicy()) for name in ("a", "b", "c")
    }
    sources = [(plans[name], isolated("hang" if name == "b" else "none", name=name, timeout_s=3)) for name in plans]
    found = collect(sources, CLOCK)
    assert [reading.error.code if reading.error else reading.snapshot.lines.num_rows for reading in found.values()] == [
        3, "BR-2064", 3,
    ]  # fmt: skip


def test_isolation_is_on_but_for_sqlite_files():
    """Every kind is isolated unless it reads a SQLite file; `isolate` decides either way."""
    file = {"kind": "sql", "url": "sqlite:///x.db", "query": "SELECT 1"}
    server = {"kind": "sql", "server": "h", "database": "d", "query": "SELECT 1"}
    assert is_isolated(SqlSettings(**server))
    assert not is_isolated(SqlSettings(**file))
    assert is_isolated(SqlSettings(**file, isolate=True))
    assert not is_isolated(SqlSettings(**server, isolate=False))


def _runs(pid):
    """Return whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
