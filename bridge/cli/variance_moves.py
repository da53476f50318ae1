"""`variances take, explain, approve …`: what people do about a variance, and the same as a rehearsal."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import typer

from bridge.cli.options import DryRun, Note
from bridge.cli.session import session_of
from bridge.cycle.act import find, move
from bridge.domain import workflow
from bridge.domain.episode import Episode
from bridge.domain.errors import ConfigError
from bridge.domain.people import Person
from bridge.domain.quantity import to_micro
from bridge.language import text

Variance = Annotated[str, typer.Argument(help="cli.option.variance")]
By_ = Annotated[str, typer.Option("--by", help="cli.option.by_required")]
Change = Callable[[Episode, Person, datetime], Episode]


def register(variances_app: typer.Typer) -> None:
    """Add this file's commands."""
    for name, command in (
        ("take", take),
        ("explain", explain),
        ("approve", approve),
        ("reject", reject),
        ("park", park),
        ("reopen", reopen),
    ):
        variances_app.command(name, help=f"cli.help.variances_{name}")(command)


def take(context: typer.Context, variance: Variance, by: By_, dry_run: DryRun = False) -> int:
    """Say that you are looking into it."""
    return _move(context, variance, "take", by, workflow.take, dry_run=dry_run)


def explain(
    context: typer.Context,
    variance: Variance,
    by: By_,
    cause: Annotated[str, typer.Option("--cause", help="cli.option.cause")] = "",
    doc: Annotated[list[str] | None, typer.Option("--doc", help="cli.option.doc")] = None,
    park_doc: Annotated[list[str] | None, typer.Option("--park", help="cli.option.park_doc")] = None,
    note: Note = "",
    accept: Annotated[bool, typer.Option("--accept", help="cli.option.accept")] = False,
    dry_run: DryRun = False,
) -> int:
    """Name the cause and the documents, or accept what the bridge suspects."""

    def change(episode: Episode, person: Person, at: datetime) -> Episode:
        said, documents = cause, tuple(doc or ())
        if accept:
            if not episode.variance.causes:
                raise ConfigError("BR-2018", variance=variance)
            first = episode.variance.causes[0]
            said = first.code
            documents = tuple(dict.fromkeys(found.number for found in first.documents if found.why != "proof"))
        return workflow.explain(episode, person, said, documents, note, at, tuple(park_doc or ()))

    return _move(context, variance, "explain", by, change, dry_run=dry_run)


def approve(context: typer.Context, variance: Variance, by: By_, note: Note = "", dry_run: DryRun = False) -> int:
    """Agree with an explanation; never your own."""
    limit = session_of(context).app.settings.segregation.dual_sign_over
    rules = workflow.Segregation(to_micro(limit))
    return _move(
        context,
        variance,
        "approve",
        by,
        lambda e, person, at: workflow.approve(e, person, note, at, rules),
        dry_run=dry_run,
    )


def reject(context: typer.Context, variance: Variance, by: By_, note: Note = "", dry_run: DryRun = False) -> int:
    """Send an explanation back, with a reason."""
    return _move(
        context, variance, "reject", by, lambda e, person, at: workflow.reject(e, person, note, at), dry_run=dry_run
    )


def park(
    context: typer.Context,
    variance: Variance,
    by: By_,
    until: Annotated[str, typer.Option("--until", help="cli.option.until")],
    note: Note = "",
    dry_run: DryRun = False,
) -> int:
    """Put it aside until a date, with a reason."""
    zone = session_of(context).app.clock.now().tzinfo
    try:
        day = datetime.fromisoformat(until)
    except ValueError as wrong:
        raise ConfigError("BR-2026", value=until) from wrong
    moment = day if day.tzinfo else day.replace(tzinfo=zone)
    return _move(
        context, variance, "park", by, lambda e, person, at: workflow.park(e, person, moment, note, at), dry_run=dry_run
    )


def reopen(context: typer.Context, variance: Variance, by: By_, note: Note = "", dry_run: DryRun = False) -> int:
    """Bring an approved or parked one back under review."""
    return _move(
        context, variance, "reopen", by, lambda e, person, at: workflow.reopen(e, person, note, at), dry_run=dry_run
    )


def _move(context: typer.Context, name: str, action: str, by: str, change: Change, *, dry_run: bool) -> int:
    """Carry a move out and say the state after it; as a rehearsal, only say what it would be or why it is refused."""
    session = session_of(context)
    app, person = session.app, session.actor(by)
    at = app.clock.now()
    with app.store.read() as uow:
        holds = app.pair_plan(find(uow, name).pair).holds
    after = move(
        app.store, name, action, person.id, lambda episode: change(episode, person, at), holds, at, dry_run=dry_run
    )
    if not dry_run:
        app.deliver()
    state = text(session.lang, f"cli.state.{after.state.value}")
    session.out.say("cli.variance.would" if dry_run else "cli.variance.now", variance=after.id, state=state)
    return 0
