"""`audit …`: the chain of what was decided, by whom, and whether it is whole."""

from datetime import tzinfo
from typing import Annotated

import typer

from bridge.cli.options import AsCsv, AsJson, Limit
from bridge.cli.session import session_of
from bridge.store.audit import AuditRow

audit_app = typer.Typer(help="cli.help.audit", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.add_typer(audit_app, name="audit")


@audit_app.command("show", help="cli.help.audit_show")
def show(
    context: typer.Context,
    subject: Annotated[str, typer.Argument(help="cli.option.subject")] = "",
    limit: Limit = 50,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> int:
    """Print the latest entries, newest first, or those about one subject."""
    session = session_of(context)
    zone = session.app.clock.now().tzinfo
    with session.app.store.read() as uow:
        entries = uow.audit.list(subject=subject or None, limit=limit)
    rows = [entry_json(entry, zone) for entry in entries]
    columns = {name: f"cli.column.{name}" for name in ("sequence", "at", "actor", "action", "subject", "facts")}
    session.out.rows(rows, columns, as_json=as_json, as_csv=as_csv)
    return 0


@audit_app.command("verify", help="cli.help.audit_verify")
def verify(context: typer.Context, as_json: AsJson = False) -> int:
    """Recompute the chain; exit 1 and name the first entry that was changed, removed or inserted."""
    session = session_of(context)
    with session.app.store.read() as uow:
        broken = uow.audit.verify()
    if as_json:
        session.out.json({"whole": broken is None, "first_broken": broken})
    elif broken is None:
        session.out.say("cli.audit.whole")
    else:
        session.out.say("cli.audit.broken", sequence=broken)
    return 0 if broken is None else 1


def entry_json(entry: AuditRow, zone: tzinfo | None) -> dict[str, object]:
    """Return one entry of the log, its moment on the clocks of `zone`."""
    return {
        "sequence": entry.sequence,
        "at": entry.at.astimezone(zone).isoformat(timespec="seconds"),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "facts": " ".join(f"{name}={value}" for name, value in sorted(entry.facts.items()) if value),
    }
