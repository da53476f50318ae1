"""`baseline …`: the person who vouches for the first reading of a source."""

from typing import Annotated

import typer

from bridge.cli.options import AsCsv, AsJson, By, DryRun
from bridge.cli.session import Session, session_of
from bridge.cycle.admit import accept_baseline
from bridge.cycle.round import read
from bridge.domain.contract import snapshot_json
from bridge.domain.errors import ConfigError
from bridge.domain.report import SourceReading

baseline_app = typer.Typer(help="cli.help.baseline", no_args_is_help=True)
Source = Annotated[str, typer.Argument(help="cli.option.source")]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.add_typer(baseline_app, name="baseline")


@baseline_app.command("accept", help="cli.help.baseline_accept")
def accept(
    context: typer.Context, source: Source, by: By = "", dry_run: DryRun = False, as_json: AsJson = False
) -> int:
    """Read the source now and vouch that this is the right account set and range."""
    session = session_of(context)
    app = session.app
    app.source_settings(source)
    reading = read(app.world, [source])[source]
    if dry_run:
        if reading.snapshot is None:
            raise reading.error or ConfigError("BR-2023", source=source)
        provenance = reading.snapshot.provenance
        session.out.say("cli.baseline.would", source=source, account=provenance.account, rows=provenance.rows)
        return 0
    accepted = accept_baseline(app.store, reading, session.operator(by), app.clock.now())
    _show_accepted(session, accepted, reading.snapshot.provenance.account if reading.snapshot else "", as_json=as_json)
    return 0


@baseline_app.command("list", help="cli.help.baseline_list")
def list_baselines(context: typer.Context, as_json: AsJson = False, as_csv: AsCsv = False) -> int:
    """Print who vouched for which source, and when."""
    session = session_of(context)
    zone = session.app.clock.now().tzinfo
    with session.app.store.read() as uow:
        known = {name: uow.baselines.get(name) for name in session.app.settings.sources}
    rows = [
        {
            "source": name,
            "account": found.account if found else None,
            "by": found.by if found else None,
            "at": found.at.astimezone(zone).isoformat(timespec="seconds") if found else None,
        }
        for name, found in known.items()
    ]
    columns = {name: f"cli.column.{name}" for name in ("source", "account", "by", "at")}
    session.out.rows(rows, columns, as_json=as_json, as_csv=as_csv)
    return 0


def _show_accepted(session: Session, accepted: SourceReading, account: str, *, as_json: bool) -> None:
    if as_json:
        session.out.json({**snapshot_json(accepted, session.lang), "account": account})
    else:
        session.out.say("cli.baseline.accepted", source=accepted.source, account=account, rows=accepted.rows)
