"""`run`, `status`, `service …`, `backup`, `migrate`: keeping it going."""

import shutil
import sys
from datetime import tzinfo
from pathlib import Path
from typing import Annotated

import typer

from bridge import daemon
from bridge.bootstrap import BLOBS, STORE_FILE, Application
from bridge.cli.options import AsJson, DryRun
from bridge.cli.output import Output
from bridge.cli.session import session_of
from bridge.domain.effect import EffectState
from bridge.domain.errors import ConfigError
from bridge.heartbeat import read_heartbeat
from bridge.language import text
from bridge.service import systemd_unit, windows_commands
from bridge.store.runs import StoredRun

service_app = typer.Typer(help="cli.help.service", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("run", help="cli.help.run")(run)
    app.command("status", help="cli.help.status")(status)
    app.command("backup", help="cli.help.backup")(backup)
    app.command("sweep", help="cli.help.sweep")(sweep_old)
    app.add_typer(service_app, name="service")


def run(context: typer.Context, once: Annotated[bool, typer.Option("--once", help="cli.option.once")] = False) -> int:
    """Run the daemon until it is told to stop."""
    session = session_of(context)
    return daemon.run(session.options.config, session.options.lang, once=once)


def status(context: typer.Context, as_json: AsJson = False) -> int:
    """Say whether it runs, what it last compared, what stands open and what waits to go out."""
    session = session_of(context)
    app = session.app
    with app.store.read() as uow:
        last = {pair.id: uow.runs.last(pair.id) for pair in app.settings.pairs}
        paused = uow.flags.get("paused")
        open_variances = sum(len(uow.episodes.open_for(pair.id)) for pair in app.settings.pairs)
        facts: dict[str, object] = {
            "plant": app.settings.plant.name,
            "mode": app.settings.plant.mode,
            "daemon": _holder(session.app),
            "heartbeat": read_heartbeat(app.loaded.data_dir) or None,
            "paused": {"by": paused.by, "reason": paused.value.get("reason")} if paused else None,
            "pairs": [
                {
                    "pair": name,
                    "run": run.report.run if run else None,
                    "as_of": run.report.as_of.isoformat(timespec="seconds") if run else None,
                    "compared": run.report.compared if run else None,
                    "confirmed": run.report.confirmed if run else None,
                    "admitted": run.report.admitted if run else None,
                }
                for name, run in last.items()
            ],
            "open_variances": open_variances,
            "standing_holds": len(uow.holds.standing()),
            "outbox_waiting": len(uow.outbox.list(state=EffectState.PENDING)),
            "outbox_failed": len(uow.outbox.list(state=EffectState.FAILED)),
            "config": str(app.loaded.path),
            "findings": [text(session.lang, f"findings.{code}", **each) for code, each in app.loaded.findings],
        }
    if as_json:
        session.out.json(facts)
        return 0
    for name, value in ((name, facts[name]) for name in facts if name != "pairs"):
        session.out.line(f"{text(session.lang, f'cli.status.{name}')}  {_plain(value)}")
    for name, run in last.items():
        _say_last(session.out, name, run, app.clock.now().tzinfo)
    return 0


def _say_last(out: Output, pair: str, run: StoredRun | None, zone: tzinfo | None) -> None:
    if run is None:
        out.say("cli.status.never", pair=pair)
        return
    report = run.report
    facts = {"run": report.run, "compared": report.compared, "confirmed": report.confirmed}
    key = "cli.status.last" if report.admitted else "cli.status.refused"
    out.say(key, pair=pair, as_of=f"{report.as_of.astimezone(zone):%m-%d %H:%M}", **facts)


def backup(context: typer.Context, folder: Annotated[Path, typer.Argument(help="cli.option.folder")]) -> int:
    """Copy store and snapshots into a new folder, consistently, while everything runs."""
    session = session_of(context)
    app = session.app
    if app.store.engine.dialect.name != "sqlite":
        raise ConfigError("BR-1726", backend=app.store.engine.dialect.name)
    folder.mkdir(parents=True, exist_ok=False)
    raw = app.store.engine.raw_connection()  # VACUUM runs in no transaction, and SQLAlchemy would begin one
    try:
        raw.cursor().execute("PRAGMA query_only = 0")  # a pooled connection may have read before
        raw.cursor().execute("VACUUM INTO ?", (str(folder / STORE_FILE),))
    finally:
        raw.close()
    blobs = app.loaded.data_dir / BLOBS
    if blobs.exists():
        shutil.copytree(blobs, folder / BLOBS)
    shutil.copy2(app.loaded.path, folder / app.loaded.path.name)
    session.out.say("cli.backup.done", folder=folder)
    return 0


def sweep_old(context: typer.Context) -> int:
    """Forget what is older than [retention] allows."""
    session = session_of(context)
    swept = session.app.sweep()
    session.out.say("cli.sweep.done", blobs=swept.blobs, audit=swept.audit_rows)
    return 0


@service_app.command("install", help="cli.help.service_install")
def install(context: typer.Context, dry_run: DryRun = False) -> int:
    """Write the systemd unit, or print the commands that install a Windows service."""
    session = session_of(context)
    config = session.options.config.resolve()
    if sys.platform == "win32":
        session.out.line(windows_commands(Path(sys.executable), config))
        return 0
    unit, path = systemd_unit(Path(sys.executable), config), Path("/etc/systemd/system/stockbridge.service")
    if dry_run:
        session.out.line(unit)
        return 0
    path.write_text(unit, encoding="utf-8")
    session.out.say("cli.service.written", file=path)
    return 0


def _holder(app: Application) -> str | None:
    held = app.store.lease.held(daemon.LEASE)
    return held.holder if held else None


def _plain(value: object) -> str:
    if isinstance(value, list):
        return "".join(f"\n  {_plain(each)}" for each in value) or "-"
    if isinstance(value, dict):
        return "  ".join(f"{name}={each}" for name, each in value.items())
    return "-" if value is None else str(value)
