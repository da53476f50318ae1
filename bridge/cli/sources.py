"""`sources …`: the systems that are read, what they are and how they are set."""

from collections.abc import Collection, Sequence
from typing import Annotated

import typer

from bridge.bootstrap import connector_of
from bridge.cli.options import AsCsv, AsJson
from bridge.cli.readings import last_admitted
from bridge.cli.session import Session, session_of
from bridge.cycle.round import read
from bridge.doctor.meaning import MEANING, meaning
from bridge.domain.errors import BridgeError, ConfigError
from bridge.domain.report import refusal
from bridge.domain.snapshot import Identity
from bridge.language import text

sources_app = typer.Typer(help="cli.help.sources", no_args_is_help=True)
Source = Annotated[str, typer.Argument(help="cli.option.source")]
Findings = Sequence[tuple[str, dict[str, str]]]
OptionalSource = Annotated[str, typer.Argument(help="cli.option.source")]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.add_typer(sources_app, name="sources")


@sources_app.command("list", help="cli.help.sources_list")
def list_sources(context: typer.Context, as_json: AsJson = False, as_csv: AsCsv = False) -> int:
    """Print each source with its last reading."""
    session, rows = session_of(context), []
    zone = session.app.clock.now().tzinfo
    with session.app.store.read() as uow:
        for name, settings in session.app.settings.sources.items():
            last, baseline = uow.snapshots.last(name), uow.baselines.get(name)
            reason = None
            if last is not None and not last.admitted:
                reason = refusal(last.reason_code, last.reason_facts).text(session.lang)
            rows.append(
                {
                    "source": name,
                    "label": settings.label or name,
                    "kind": settings.kind,
                    "account": baseline.account if baseline else None,
                    "baseline": baseline.at.astimezone(zone).isoformat(timespec="seconds") if baseline else None,
                    "taken_to": last.provenance.fetched_to.isoformat(timespec="seconds") if last else None,
                    "rows": last.provenance.rows if last else None,
                    "admitted": last.admitted if last else None,
                    "reason": reason,
                }
            )
    columns = {
        name: f"cli.column.{name}"
        for name in ("source", "label", "kind", "account", "taken_to", "rows", "admitted", "reason")
    }
    session.out.rows(rows, columns, as_json=as_json, as_csv=as_csv)
    return 0


@sources_app.command("test", help="cli.help.sources_test")
def test(context: typer.Context, source: OptionalSource = "", as_json: AsJson = False) -> int:
    """Read each source once (or one) and say how it went; nothing is stored."""
    session = session_of(context)
    names = _named(session, source)
    results, code = [], 0
    for name, reading in read(session.app.world, names).items():
        error = reading.error
        if error is not None:
            code = code or error.exit_code
        results.append(
            {
                "source": name,
                "reached": error is None,
                "rows": reading.snapshot.provenance.rows if reading.snapshot else None,
                "account": reading.snapshot.provenance.account if reading.snapshot else None,
                "reason": error.text(session.lang) if error else None,
            }
        )
    columns = {name: f"cli.column.{name}" for name in ("source", "reached", "rows", "account", "reason")}
    session.out.rows(results, columns, as_json=as_json)
    return code


@sources_app.command("probe", help="cli.help.sources_probe")
def probe(context: typer.Context, source: OptionalSource = "", as_json: AsJson = False) -> int:
    """Ask each source what it is and how it is set."""
    session = session_of(context)
    shown: list[Identity] = []
    code = 0
    for name in _named(session, source):
        try:
            found = session.app.source(name).probe()
        except BridgeError as error:
            code = code or error.exit_code
            session.out.note("cli.plain", words=f"{name}: {error.text(session.lang)}")
            continue
        shown.append(found)
    meant = {found.source: _meaning(session, found) for found in shown}
    if as_json:
        session.out.json([_identity_json(found, meant[found.source], session.lang) for found in shown])
        return code
    for found in shown:
        session.out.line(f"{found.source}  {found.product} {found.version}  {found.account} {found.account_name}")
        for sentence in meant[found.source]:
            session.out.line(f"  · {sentence}")
        for name, value in found.switches.items():
            session.out.line(f"  {name} = {value}")
        for finding in _findings(found.findings, session.lang, without=MEANING):
            session.out.line(f"  ! {finding}")
    return code


def _meaning(session: Session, found: Identity) -> list[str]:
    app = session.app
    return meaning(found, last_admitted(app, found.source), app.clock.now().tzinfo, session.lang)


def _identity_json(found: Identity, meant: list[str], lang: str) -> dict[str, object]:
    return {
        "source": found.source,
        "product": found.product,
        "version": found.version,
        "account": found.account,
        "account_name": found.account_name,
        "switches": found.switches,
        "rights": list(found.rights),
        "clock_offset_s": found.clock_offset_s,
        "meaning": meant,
        "findings": _findings(found.findings, lang),
    }


def _findings(found: Findings, lang: str, without: Collection[str] = ()) -> list[str]:
    return [text(lang, f"findings.{key}", **facts) for key, facts in found if key not in without]


@sources_app.command("show-sql", help="cli.help.sources_show_sql")
def show_sql(context: typer.Context, source: Source) -> int:
    """Print the exact statements that a snapshot sends."""
    return _script(context, source, "show_sql")


@sources_app.command("grants", help="cli.help.sources_grants")
def grants(
    context: typer.Context,
    source: Source,
    revoke: Annotated[bool, typer.Option("--revoke", help="cli.option.revoke")] = False,
) -> int:
    """Print a least-privilege script for the DBA; the bridge never runs it itself."""
    return _script(context, source, "revoke" if revoke else "grants")


def _named(session: Session, source: str) -> list[str]:
    if source:
        session.app.source_settings(source)
    return [source] if source else list(session.app.settings.sources)


def _script(context: typer.Context, source: str, kind: str) -> int:
    session = session_of(context)
    settings = session.loaded.settings.sources.get(source)
    if settings is None:
        raise ConfigError("BR-2022", source=source, known=", ".join(session.loaded.settings.sources))
    script = getattr(connector_of(settings), kind)
    if script is None:
        raise ConfigError("BR-2025", source=source, kind=settings.kind)
    session.out.line(script(source, settings))
    return 0
