"""A connector that misbehaves as it is told: one bad habit per setting, none of them guarded against by itself."""

import ctypes
import os
import subprocess
import sys
import time
import urllib.request
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from bridge.domain.errors import SnapshotRejected, SourceRefused
from bridge.domain.movement import MOVEMENTS, MovementBatch
from bridge.domain.snapshot import STOCK_LINES, Identity, Provenance, Snapshot
from bridge.ports import SourceAbility
from config.base import Secret, SourceSettings
from connectors.connector import Connector


class NaughtySettings(SourceSettings):
    """What to do, and with which address."""

    habit: str
    address: str = ""
    password: Secret | None = None


class Naughty:
    """One source. `probe` tells the child's process id as version."""

    def __init__(self, source, settings, clock):
        self.id = source
        self.ability = SourceAbility(movements=True)
        self._settings = settings
        self._clock = clock

    def probe(self):
        """Return who answers: process id, the clock's time, whether secrets arrived, and nothing of argv."""
        secret = self._settings.password.get_secret_value() if self._settings.password else ""
        seen = " ".join(sys.argv) + str(dict(os.environ)) + _command_line()
        return Identity(
            source=self.id,
            product="naughty",
            version=str(os.getpid()),
            account=self._clock.now().isoformat(),
            account_name=secret[::-1],
            schema="leaked" if secret and secret in seen else "",
        )

    def movements(self, since):
        """Return no movement, after `since` seconds."""
        time.sleep(float(since or 0))
        return MovementBatch(MOVEMENTS.empty_table(), "1", frozenset({"a"}), datetime(2026, 11, 1, tzinfo=UTC))

    def snapshot(self, scope):
        """Do what the settings say; then return three lines."""
        HABITS[self._settings.habit](self._settings)
        now = self._clock.now()
        lines = pa.table(
            {
                "item": ["NA", "00710", "铜箔'; --"],
                "warehouse": ["01"] * 3,
                "batch": [""] * 3,
                "quantity": [1, None, -(2**62)],
                "raw_unit": [""] * 3,
                "raw_quantity": [""] * 3,
            },
            schema=STOCK_LINES,
        )
        return Snapshot(Provenance(self.id, now, now, None, "a", "s", 3, scope.row_cap), lines)


class _Strange:
    """A value that no message may carry back."""

    def __reduce__(self):
        return os.system, ("true",)


def _command_line():
    return Path("/proc/self/cmdline").read_text(encoding="utf-8")


def _hang(_settings):
    while True:
        time.sleep(60)


def _hang_with_a_child(settings):
    """Start a process that outlives us unless the whole group is ended, and keep its id."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    Path(settings.address).write_text(str(child.pid), encoding="utf-8")
    _hang(settings)


def _hold_the_lock(_settings):
    """Hang inside C code that never gives the interpreter back."""
    ctypes.PyDLL(None).sleep(600)


def _eat(_settings):
    kept = []
    while True:
        kept.append(bytearray(32 * 1024 * 1024))


def _exit(_settings):
    os._exit(7)


def _segfault(_settings):
    ctypes.string_at(0)


def _read(settings):
    with urllib.request.urlopen(settings.address) as answer:
        while answer.read(1):
            pass


def _redirect(settings):
    address = settings.address
    while True:  # a client that counts no redirects
        answer = urllib.request.build_opener(_Stay).open(address)
        address = answer.headers["Location"]


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        """Follow nothing."""

    def http_error_302(self, _request, answer, *_):
        """Hand the answer back as it is."""
        return answer


def _unpack(settings):
    """Unpack all that comes, as a careless client does."""
    unpacker = zlib.decompressobj(31)
    whole = bytearray()
    with urllib.request.urlopen(settings.address) as answer:
        while block := answer.read(65536):
            whole += unpacker.decompress(block)


def _chatter(_settings):
    sys.stdout.write("a driver's banner on stdout\n")
    os.write(1, b"and one past Python\n")


def _refuse(_settings):
    raise SourceRefused("BR-1105", source="x", detail="login failed")


def _reject(_settings):
    raise SnapshotRejected("BR-1205", source="x", row_cap=5)


class _Own(SnapshotRejected):
    """A connector's own kind of refusal."""


def _reject_in_own_words(_settings):
    raise _Own("BR-1205", source="x", row_cap=5)


def _defect(settings):
    raise ValueError(f"password is {settings.password.get_secret_value()}")


def _nothing(_settings):
    pass


HABITS = {
    "none": _nothing, "hang": _hang, "hang with a child": _hang_with_a_child, "hold the lock": _hold_the_lock,
    "eat": _eat, "exit": _exit, "segfault": _segfault, "read": _read, "redirect": _redirect, "unpack": _unpack,
    "chatter": _chatter, "refuse": _refuse, "reject": _reject, "reject in own words": _reject_in_own_words, "defect": _defect,
}  # fmt: skip


class Smuggler(Naughty):
    """Answers with something that would run code in the parent."""

    def probe(self):
        """Return no identity."""
        return _Strange()


def open_naughty(source, settings, clock):
    """Open it."""
    return Naughty(source, settings, clock)


def open_smuggler(source, settings, clock):
    """Open the one that smuggles."""
    return Smuggler(source, settings, clock)


NAUGHTY = Connector(kind="naughty", settings=NaughtySettings, source=open_naughty)
SMUGGLER = Connector(kind="smuggler", settings=NaughtySettings, source=open_smuggler)
LAMBDA = Connector(kind="lambda", settings=NaughtySettings, source=lambda *words: Naughty(*words))  # noqa: PLW0108 - it must have no name
