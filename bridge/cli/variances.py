"""`variances list` and `variances show`: what is wrong, and its story."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Annotated

import typer

from bridge.cli import variance_moves
from bridge.cli.audit import entry_json
from bridge.cli.options import AsCsv, AsJson, Limit
from bridge.cli.session import Session, session_of
from bridge.cli.variance_past import agreement_run, own_codes, read_at
from bridge.cli.variance_view import Told, show_variance
from bridge.cycle.act import find
from bridge.cycle.ledger import NEVER, settled_of
from bridge.cycle.matched import Matched, matched_at
from bridge.domain.contract import hold_json, variance_json
from bridge.domain.episode import ENDED, Episode, EpisodeState
from bridge.domain.errors import ConfigError
from bridge.domain.quantity import to_text
from bridge.domain.report import document_json
from bridge.store.unit import UnitOfWork

variances_app = typer.Typer(help="cli.help.variances", no_args_is_help=True)
Variance = Annotated[str, typer.Argument(help="cli.option.variance")]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.add_typer(variances_app, name="variances")
    variance_moves.register(variances_app)


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
    rows = [variance_json(episode, session.lang) for episode in found]
    if not as_json:
        rows = [{**row, "owner": session.called(str(row["owner"]))} for row in rows]
    session.out.rows(rows, columns, as_json=as_json, as_csv=as_csv)
    return 0


@variances_app.command("show", help="cli.help.variances_show")
def show(
    context: typer.Context,
    variance: Variance,
    every: Annotated[bool, typer.Option("--all", help="cli.option.all_matched")] = False,
    as_json: AsJson = False,
) -> int:
    """Print one variance with its equation, its causes and its story."""
    session = session_of(context)
    with session.app.store.read() as uow:
        episode = find(uow, variance)
        told = _told(session, uow, episode)
    if every:
        position = episode.variance.position
        place = (position.item, position.warehouse, position.batch)
        told = replace(told, matched=matched_at(session.app.store, episode.last_run, place))
    if as_json:
        session.out.json({**variance_json(episode, session.lang), **_review(episode), **_around(session, told)})
    else:
        show_variance(session.out, told)
    return 0


def _told(session: Session, uow: UnitOfWork, episode: Episode) -> Told:
    """Return a variance with all that is shown around it."""
    app, position = session.app, episode.variance.position
    agreed = settled_of(uow.agreements.get(episode.pair)).of((position.item, position.warehouse, position.batch))
    agreed_at = agreed.at if agreed and agreed.at > NEVER else None
    names = session.names(episode.pair, [document.number for document in episode.variance.documents])
    now = app.clock.now()
    read = {name: _clock(at.astimezone(now.tzinfo), now) for name, at in read_at(uow, episode).items()}
    return Told(
        episode,
        names=replace(names, read=read),
        currency=app.settings.plant.currency,
        agreed=agreed_at,
        agreed_run=agreement_run(uow, episode, agreed_at),
        holds=uow.holds.list(variance=episode.id),
        story=uow.audit.list(subject=episode.id),
        people={name: person.name for name, person in app.people.items()},
        own_codes=tuple(own_codes(app, names.compared, position.item)),
    )


def _clock(at: datetime, now: datetime) -> str:
    """Return a moment to the second, with its day unless that is today."""
    return f"{at:%H:%M:%S}" if at.date() == now.date() else f"{at:%m-%d %H:%M:%S}"


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
        else {
            "cause": said.cause,
            "documents": list(said.documents),
            "parked": list(said.parked),
            "note": said.note,
            "by": said.by,
        },
        "approvals": [
            {"by": given.by, "role": given.role, "approved": given.approved, "note": given.note}
            for given in episode.approvals
        ],
    }


def _around(session: Session, told: Told) -> dict[str, object]:
    zone = session.app.clock.now().tzinfo
    return {
        "agreed": told.agreed.astimezone(zone).isoformat(timespec="seconds") if told.agreed else None,
        "agreed_run": told.agreed_run,
        "codes": [asdict(own) for own in told.own_codes],
        "open": [document_json(document) for document in told.episode.variance.suspects],
        "matched": [_matched(group) for group in told.matched],
        "holds": [hold_json(hold, session.lang) for hold in told.holds],
        "story": [entry_json(entry, zone) for entry in told.story],
    }


def _matched(group: Matched) -> dict[str, object]:
    documents = [{**asdict(document), "effect": to_text(document.effect)} for document in group.documents]
    return {"how": group.how, "left_open": to_text(group.left_open), "documents": documents}
