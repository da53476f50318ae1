"""A private PostgreSQL server for the run, and an empty database per test.

The fixtures are those of tests/unit/store; only the URL differs, so both engines pass the same tests.
"""

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

BINARIES = [Path(found).parent for found in [shutil.which("initdb")] if found] + sorted(
    Path("/usr/lib/postgresql").glob("*/bin"), reverse=True
)
UNIT = Path(__file__).parents[2] / "unit" / "store"


def _unit_conftest():
    spec = importlib.util.spec_from_file_location("store_unit_conftest", UNIT / "conftest.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


_shared = _unit_conftest()
store, sample, at_position = _shared.store, _shared.sample, _shared.at_position
lines, epoch, processes = _shared.lines, _shared.epoch, _shared.processes


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Start a server of our own, as user postgres when we are root, and return the URL of its host and port."""
    binaries = next((folder for folder in BINARIES if (folder / "initdb").exists()), None)
    if binaries is None:
        pytest.skip("no PostgreSQL server binaries (initdb) on this machine")
    pytest.importorskip("psycopg", reason="the driver psycopg is not installed")
    user = {"user": "postgres"} if hasattr(os, "geteuid") and os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="stockbridge-pg-"))
    if user:
        try:
            shutil.chown(folder, "postgres")
        except LookupError:
            pytest.skip("running as root, and there is no user postgres to run the server")
    port = _free_port()
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"

    def run(tool: str, *arguments: str) -> None:
        command = [str(binaries / tool), "-D", str(folder / "data"), *arguments]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=60, **user)

    run("initdb", "-U", "bridge", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
    run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"bridge@127.0.0.1:{port}"
    finally:
        run("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


_numbers = count(1)


@pytest.fixture
def store_url(postgresql: str) -> str:
    """Return the URL of an empty database."""
    import psycopg  # noqa: PLC0415 - only where there is a server

    name = f"store{next(_numbers)}"
    with psycopg.connect(f"postgresql://{postgresql}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"postgresql+psycopg://{postgresql}/{name}"
