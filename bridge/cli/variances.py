"""`variances …`: what is wrong, and what people do about it."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import typer

from bridge.cli.options import AsCsv, AsJson, Limit, Note
from bridge.cli.session import Session, session_of
from bridge.cli.variance_view import Told, show_variance
from bridge.cycle.act import find, move
from bridge.cycle.ledger import NEVER, settled_of
from bridge.domain import workflow
from bridge.domain.contract import variance_json
from bridge.domain.episode import ENDED, Episode, EpisodeState
from bridge.domain.errors import ConfigError
from bridge.domain.people import Person
from bridge.domain.quantity import to_micro
from bridge.language import text
from bridge.store.unit import UnitOfWork

variances_app = typer.Typer(help="cli.help.variances", no_args_is_help=True)
Variance = Annotated[str, typer.Argument(help="cli.option.variance")]
By_ = Annotated[str, typer.Option("--by", help="cli.option.by_required")]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.add_typer(variances_app, name="variances")


@variances_app.command("list", help="cli.help.variances_list")
def list_variances(
    context: typer.Context,
    pair: Annotated[str, typer.Option("--pair", help="cli.option.pair")] = "",
    state: Annotated[list[str] | None, typer.Option("--state", help="cli.option.state")] = None,
    owner: Annotated[str, typer.Option("--owner", help="cli.option.owner")] = "",
    every: Annotated[bool, typer.Option("--all", help="cli.option.all")] = False,
    limit: Limit = 200,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> int:
    """Print the open variances, or all of them."""
    session = session_of(context)
    states = _states(state, every=every)
    with session.app.store.read() as uow:
        found = uow.episodes.list(states=states, pair=pair or None, owner=owner or None, limit=limit)
    shown = ("id", "item", "warehouse", "book", "stock", "difference", "explained", "remainder", "percent", "value")
    columns = {name: f"cli.column.{name}" for name in (*shown, "state", "owner", "since")}
    session.out.rows(
        [variance_json(episode, session.lang) for episode in found], columns, as_json=as_json, as_csv=as_csv
    )
    return 0


@variances_app.command("show", help="cli.help.variances_show")
def show(context: typer.Context, variance: Variance, as_json: AsJson = False) -> int:
    """Print one variance with its equation, its causes and its story."""
    session = session_of(context)
    with session.app.store.read() as uow:
        episode = find(uow, variance)
        if as_json:
            session.out.json({**variance_json(episode, session.lang), **_review(episode)})
        else:
            show_variance(session.out, _told(session, uow, episode))
    return 0


@variances_app.command("take", help="cli.help.variances_take")
def take(context: typer.Context, variance: Variance, by: By_) -> int:
    """Say that you are looking into it."""
    return _move(context, variance, "take", by, workflow.take)


@variances_app.command("explain", help="cli.help.variances_explain")
def explain(
    context: typer.Context,
    variance: Variance,
    by: By_,
    cause: Annotated[str, typer.Option("--cause", help="cli.option.cause")] = "",
    doc: Annotated[list[str] | None, typer.Option("--doc", help="cli.option.doc")] = None,
    note: Note = "",
    accept: Annotated[bool, typer.Option("--accept", help="cli.option.accept")] = False,
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
        return workflow.explain(episode, person, said, documents, note, at)

    return _move(context, variance, "explain", by, change)


@variances_app.command("approve", help="cli.help.variances_approve")
def approve(context: typer.Context, variance: Variance, by: By_, note: Note = "") -> int:
    """Agree with an explanation; never your own."""
    limit = session_of(context).app.settings.segregation.dual_sign_over
    rules = workflow.Segregation(to_micro(limit))
    return _move(context, variance, "approve", by, lambda e, person, at: workflow.approve(e, person, note, at, rules))


@variances_app.command("reject", help="cli.help.variances_reject")
def reject(context: typer.Context, variance: Variance, by: By_, note: Note = "") -> int:
    """Send an explanation back, with a reason."""
    return _move(context, variance, "reject", by, lambda e, person, at: workflow.reject(e, person, note, at))


@variances_app.command("park", help="cli.help.variances_park")
def park(
    context: typer.Context,
    variance: Variance,
    by: By_,
    until: Annotated[str, typer.Option("--until", help="cli.option.until")],
    note: Note = "",
) -> int:
    """Put it aside until a date, with a reason."""
    zone = session_of(context).app.clock.now().tzinfo
    try:
        day = datetime.fromisoformat(until)
    except ValueError as wrong:
        raise ConfigError("BR-2026", value=until) from wrong
    moment = day if day.tzinfo else day.replace(tzinfo=zone)
    return _move(context, variance, "park", by, lambda e, person, at: workflow.park(e, person, moment, note, at))


@variances_app.command("reopen", help="cli.help.variances_reopen")
def reopen(context: typer.Context, variance: Variance, by: By_, note: Note = "") -> int:
    """Bring an approved or parked one back under review."""
    return _move(context, variance, "reopen", by, lambda e, person, at: workflow.reopen(e, person, note, at))


def _move(
    context: typer.Context, name: str, action: str, by: str, change: Callable[[Episode, Person, datetime], Episode]
) -> int:
    session = session_of(context)
    app, person = session.app, session.actor(by)
    at = app.clock.now()
    with app.store.read() as uow:
        pair = find(uow, name).pair
    holds = app.pair_plan(pair).holds
    after = move(app.store, name, action, person.id, lambda episode: change(episode, person, at), holds, at)
    app.deliver()
    state = text(session.lang, f"cli.state.{after.state.value}")
    session.out.say("cli.variance.now", variance=after.id, state=state)
    return 0


def _told(session: Session, uow: UnitOfWork, episode: Episode) -> Told:
    """Return a variance with all that is shown around it."""
    app, position = session.app, episode.variance.position
    agreed = settled_of(uow.agreements.get(episode.pair)).of((position.item, position.warehouse, position.batch))
    return Told(
        episode,
        names=session.names(episode.pair, [document.number for document in episode.variance.documents]),
        currency=app.settings.plant.currency,
        agreed=agreed.at if agreed and agreed.at > NEVER else None,
        holds=uow.holds.list(variance=episode.id),
        story=uow.audit.list(subject=episode.id),
        people={name: person.name for name, person in app.people.items()},
    )


def _states(names: list[str] | None, *, every: bool) -> list[EpisodeState] | None:
    if names:
        known = {state.value for state in EpisodeState}
        for name in names:
            if name not in known:
                raise ConfigError("BR-2027", state=name, allowed=", ".join(sorted(known)))
        return [EpisodeState(name) for name in names]
    return None if every else [state for state in EpisodeState if state not in ENDED]


def _review(episode: Episode) -> dict[str, object]:
    said = episode.explanation
    return {
        "maker": episode.maker or None,
        "explanation": None
        if said is None
        else {"cause": said.cause, "documents": list(said.documents), "note": said.note, "by": said.by},
        "approvals": [
            {"by": given.by, "role": given.role, "approved": given.approved, "note": given.note}
            for given in episode.approvals
        ],
    }
