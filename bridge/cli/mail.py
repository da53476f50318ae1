"""`mail …`: what would be sent, a trial, and what waits to go."""

import json
from pathlib import Path
from typing import Annotated

import typer

from alerts.notices import trial_digest
from alerts.preview import preview
from bridge.cli.options import AsCsv, AsJson, By, DryRun, Limit
from bridge.cli.session import session_of
from bridge.cycle.preview import variance_mails
from bridge.domain.effect import EffectKind, EffectState
from bridge.domain.errors import ConfigError, EffectRefused
from bridge.language import unpacked

mail_app = typer.Typer(help="cli.help.mail", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.add_typer(mail_app, name="mail")


@mail_app.command("preview", help="cli.help.mail_preview")
def preview_mail(
    context: typer.Context,
    pair: Annotated[str, typer.Option("--pair", help="cli.option.pair")] = "",
    folder: Annotated[Path, typer.Option("--out", help="cli.option.out")] = Path(),
    as_json: AsJson = False,
) -> int:
    """Write the mail of the open variances as .eml and .html; nothing is sent."""
    session = session_of(context)
    app = session.app
    names = [pair] if pair else [each.id for each in app.settings.pairs]
    written = []
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        app.pair_plan(name)
        for digest in variance_mails(app.store, app.letters(name), name, app.clock.now()):
            shown = preview(digest, app.letters(name).sender or "StockBridge <bridge@example.invalid>", session.lang)
            for ending, content in ((".eml", shown.eml), (".html", shown.html.encode())):
                path = folder / f"{shown.name}{ending}"
                path.write_bytes(content)
                written.append({"to": digest.recipient.mail, "file": str(path)})
    session.out.rows(written, {"to": "cli.column.to", "file": "cli.column.file"}, as_json=as_json)
    return 0


@mail_app.command("test", help="cli.help.mail_test")
def test(
    context: typer.Context,
    by: By = "",
    to: Annotated[str, typer.Option("--to", help="cli.option.to")] = "",
    dry_run: DryRun = False,
) -> int:
    """Send a trial mail to one person, past the outbox."""
    session = session_of(context)
    app = session.app
    who = to or by
    if not who:
        raise ConfigError("BR-2010", person="-", known=", ".join(sorted(app.people)))
    person = app.person(who)
    pair = app.settings.pairs[0].id
    letters = app.letters(pair)
    digest = trial_digest(person, letters.policy, app.clock.now())
    shown = preview(digest, letters.sender or "StockBridge <bridge@example.invalid>", session.lang)
    if dry_run:
        session.out.line(shown.html)
        return 0
    if app.carriers.send is None:
        raise EffectRefused("BR-2056")
    app.carriers.send(shown.eml, person.mail)
    session.out.say("cli.mail.tested", to=person.mail)
    return 0


@mail_app.command("outbox", help="cli.help.mail_outbox")
def outbox(context: typer.Context, limit: Limit = 200, as_json: AsJson = False, as_csv: AsCsv = False) -> int:
    """Print what was sent, waits, or failed."""
    session = session_of(context)
    with session.app.store.read() as uow:
        effects = [effect for effect in uow.outbox.list() if effect.kind is EffectKind.MAIL][-limit:]
    rows = [
        {
            "to": json.loads(effect.body)["to"],
            "subject": effect.subject,
            "state": "sent" if effect.state is EffectState.DONE else effect.state.value,
            "attempts": effect.attempts,
            "due": effect.due_at.astimezone(session.app.clock.now().tzinfo).isoformat(timespec="seconds"),
            "error": unpacked(session.lang, effect.error) or None,
        }
        for effect in effects
    ]
    columns = {name: f"cli.column.{name}" for name in ("to", "subject", "state", "attempts", "due", "error")}
    session.out.rows(rows, columns, as_json=as_json, as_csv=as_csv)
    return 0
