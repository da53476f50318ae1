"""A plant that is driven from outside: its account sets, its bridge.toml, and the program itself."""

import contextlib
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import tomlkit
from acceptance_books import rows, set_k3, set_u8, write_k3, write_u8

from bridge.cli.main import main

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 11, 17, 9, 0, tzinfo=SHANGHAI)
"""A Tuesday, far from the close of a month."""
ROOT = Path(__file__).parents[2]

CONFIGURATION = """
schema_version = 1
[plant]
name = "验收工厂"
mode = "observe"
[sources.k3]
kind = "kingdee_k3"
label = "金蝶K3"
url = "sqlite:///{folder}/AIS20260101080000.db"
[sources.u8]
kind = "yonyou_u8"
label = "用友U8"
url = "sqlite:///{folder}/UFDATA_002_2026.db"
[[pairs]]
id = "fin_wms"
label = "财务账 ↔ 仓库"
book = ["k3"]
stock = ["u8"]
owner = "wang.fang"
[people]
"wang.fang" = {{ name = "王芳", mail = "wangfang@example.com", roles = ["maker"] }}
"li.zong" = {{ name = "李总监", mail = "li@example.com", roles = ["checker", "owner_of_last_resort"] }}
"zhao.lei" = {{ name = "赵磊", mail = "zhaolei@example.com", roles = ["wh_manager"] }}
"zhou.min" = {{ name = "周敏", mail = "zhoumin@example.com", roles = ["master_data"] }}
"sun.it" = {{ name = "孙工", mail = "it@example.com", roles = ["admin"] }}
"""


@dataclass(frozen=True)
class Result:
    """What a command left: its exit code, stdout and stderr."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Return stdout as JSON."""
        return json.loads(self.out)


@dataclass
class Plant:
    """A folder with bridge.toml and two account sets. `now` is the time of the next command."""

    folder: Path
    now: datetime = START
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        """Return the path of bridge.toml."""
        return self.folder / "bridge.toml"

    @property
    def data(self) -> Path:
        """Return the data folder."""
        return self.folder / "data"

    @property
    def store(self) -> Path:
        """Return the bridge's own database."""
        return self.data / "stockbridge.db"

    @property
    def k3(self) -> Path:
        """Return the K/3 account set."""
        return self.folder / "AIS20260101080000.db"

    @property
    def u8(self) -> Path:
        """Return the U8 account database."""
        return self.folder / "UFDATA_002_2026.db"

    def configure(self, **tables: object) -> None:
        """Change bridge.toml: `plant__mode="hold"` sets [plant] mode; a value of None removes the key."""
        document = tomlkit.parse(self.config.read_text(encoding="utf-8"))
        for path, value in tables.items():
            *parents, key = path.split("__")
            table: Any = document
            for name in parents:
                if name not in table:
                    table[name] = tomlkit.table()
                table = table[name]
            if value is None:
                table.pop(key, None)
            else:
                table[key] = value
        self.config.write_text(tomlkit.dumps(document), encoding="utf-8")

    def run(self, *words: str, now: datetime | None = None) -> Result:
        """Run one command in this process, as at `now`."""
        out, err = io.StringIO(), io.StringIO()
        arguments = ["--config", str(self.config), "--now", (now or self.now).isoformat(), *words]
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), _environment(self.environ):
            code = main(arguments)
        return Result(code, out.getvalue(), err.getvalue())

    def start(self, *words: str, now: datetime | None = None, **settings: Any) -> "subprocess.Popen[str]":
        """Start one command as a process of its own."""
        moment = [] if now is None else ["--now", now.isoformat()]
        command = [sys.executable, "-m", "bridge", "--config", str(self.config), *moment, *words]
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **self.environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            **settings,
        )

    def process(self, *words: str, now: datetime | None = None) -> Result:
        """Run one command as a process of its own and wait for it."""
        started = self.start(*words, now=now or self.now)
        out, err = started.communicate(timeout=60)
        return Result(started.returncode, out, err)

    def later(self, **span: float) -> datetime:
        """Let time pass. Return the new time."""
        self.now += timedelta(**span)
        return self.now

    def accept(self, *sources: str) -> None:
        """Have a person accept the baselines."""
        for source in sources or ("k3", "u8"):
            done = self.run("baseline", "accept", source, "--by", "sun.it")
            assert done.code == 0, done.err

    def reconcile(self, *words: str) -> Result:
        """Do a round at `now`."""
        return self.run("reconcile", "--pair", "fin_wms", "--json", *words)

    def confirm(self) -> Result:
        """Do two rounds half an hour apart, the usual way to a confirmed variance. Return the second."""
        self.reconcile()
        self.later(minutes=30)
        return self.reconcile()

    def stock(self, **figures: str) -> None:
        """Set U8 figures: `M_001__01="500"` is item M-001 in warehouse 01."""
        set_u8(self.u8, {_place(name): figure for name, figure in figures.items()})

    def books(self, **figures: str) -> None:
        """Set K/3 figures, spelled like `stock`."""
        set_k3(self.k3, {_place(name): figure for name, figure in figures.items()})

    def frozen(self) -> dict[tuple[str, str], float]:
        """Return what U8 itself says is frozen, by item and warehouse."""
        found = rows(self.u8, "SELECT cInvCode, cWhCode, fStopQuantity FROM CurrentStock WHERE fStopQuantity <> 0")
        return {(str(item), str(warehouse)): float(str(quantity)) for item, warehouse, quantity in found}

    def table(self) -> list[tuple[object, ...]]:
        """Return the standing rows of the hold table in U8's database: item, warehouse, quantity, reason."""
        return rows(
            self.u8,
            "SELECT item, warehouse, quantity, reason FROM stockbridge_hold WHERE state = 'active' ORDER BY item",
        )

    def memory(self) -> dict[str, str]:
        """Return a fingerprint of everything the bridge keeps: each table's rows, each other file's bytes."""
        found = {}
        for path in sorted(self.data.rglob("*")):
            if path.is_file() and not path.name.startswith(self.store.name):
                found[str(path.relative_to(self.data))] = hashlib.sha256(path.read_bytes()).hexdigest()
        for (name,) in (
            rows(self.store, "SELECT name FROM sqlite_master WHERE type = 'table'") if self.data.exists() else ()
        ):
            content = repr(sorted(rows(self.store, f'SELECT * FROM "{name}"'), key=repr))
            found[f"table {name}"] = hashlib.sha256(content.encode()).hexdigest()
        return found


def build(folder: Path) -> Plant:
    """Write a plant without any difference into a new folder."""
    write_k3(folder / "AIS20260101080000.db")
    write_u8(folder / "UFDATA_002_2026.db")
    (folder / "bridge.toml").write_text(CONFIGURATION.format(folder=folder), encoding="utf-8")
    return Plant(folder)


def copy(origin: Plant, folder: Path) -> Plant:
    """Return an own copy of a plant."""
    shutil.copytree(origin.folder, folder, dirs_exist_ok=True)
    path = folder / "bridge.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(str(origin.folder), str(folder)), encoding="utf-8")
    return Plant(folder, origin.now)


def _place(name: str) -> tuple[str, str]:
    item, _, warehouse = name.rpartition("__")
    return item.replace("_", "-"), warehouse


@contextlib.contextmanager
def _environment(extra: dict[str, str]) -> Any:
    before = dict(os.environ)
    os.environ.update(extra)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
