"""`holds …`: what is blocked, and the ways to unblock it at once."""

from typing import Annotated

import typer

from bridge.cli.audit import entry_json
from bridge.cli.options import AsCsv, AsJson, By, DryRun, Limit, Reason, Yes
from bridge.cli.session import Session, session_of
from bridge.cycle import act
from bridge.cycle.self_check import self_check
from bridge.domain.contract import hold_json
from bridge.domain.errors import ConfigError
from bridge.domain.hold import STANDING, Hold, HoldState
from bridge.store.unit import UnitOfWork

holds_app = typer.Typer(help="cli.help.holds", no_args_is_help=True)
HoldId = Annotated[str, typer.Argument(help="cli.option.hold")]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.add_typer(holds_app, name="holds")


@holds_app.command("list", help="cli.help.holds_list")
def list_holds(
    context: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="cli.option.all")] = False,
    limit: Limit = 200,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> int:
    """Print the standing holds, or all of them."""
    session = session_of(context)
    states = None if every else [*STANDING, HoldState.FAILED, HoldState.ORPHAN]
    with session.app.store.read() as uow:
        found = uow.holds.list(states=states, limit=limit)
    shown = ("id", "item", "warehouse", "operations", "state", "target", "variance", "quantity", "since", "until")
    columns = {name: f"cli.column.{name}" for name in shown}
    session.out.rows([hold_json(hold, session.lang) for hold in found], columns, as_json=as_json, as_csv=as_csv)
    return 0


@holds_app.command("show", help="cli.help.holds_show")
def show(context: typer.Context, hold: HoldId, as_json: AsJson = False) -> int:
    """Print one hold with its story."""
    session = session_of(context)
    with session.app.store.read() as uow:
        found = _found(uow, hold)
        story = uow.audit.list(subject=hold)
    facts = hold_json(found, session.lang)
    zone = session.app.clock.now().tzinfo
    if as_json:
        session.out.json({**facts, "story": [entry_json(entry, zone) for entry in story]})
        return 0
    session.out.card(facts)
    for entry in reversed(story):
        at, who = entry.at.astimezone(zone), session.called(entry.actor)
        session.out.line(f"  {at:%m-%d %H:%M}  {who}  {session.out.told('event', entry.action)}")
    return 0


@holds_app.command("release", help="cli.help.holds_release")
def release(context: typer.Context, hold: HoldId, reason: Reason, by: By = "", dry_run: DryRun = False) -> int:
    """Lift one hold now."""
    session = session_of(context)
    app = session.app
    act.release(app.store, hold, session.operator(by), reason, app.clock.now(), dry_run=dry_run)
    if dry_run:
        session.out.say("cli.holds.would_release", hold=hold)
        return 0
    app.deliver()
    _say_state(session, hold)
    return 0


@holds_app.command("retry", help="cli.help.holds_retry")
def retry(context: typer.Context, hold: HoldId, by: By = "", dry_run: DryRun = False) -> int:
    """Place a hold that failed once more, after its cause was mended."""
    session = session_of(context)
    app = session.app
    act.retry(app.store, hold, session.operator(by), app.world.hold_ttl, app.clock.now(), dry_run=dry_run)
    if dry_run:
        session.out.say("cli.holds.would_retry", hold=hold)
        return 0
    app.deliver()
    _say_state(session, hold)
    return 0


@holds_app.command("panic", help="cli.help.holds_panic")
def panic(context: typer.Context, reason: Reason, by: By = "", yes: Yes = False, dry_run: DryRun = False) -> int:
    """Lift every hold the bridge placed and place no new ones for 24 hours."""
    session = session_of(context)
    app = session.app
    with app.store.read() as uow:
        standing = uow.holds.standing()
    session.out.say("cli.holds.panic_plan", count=len(standing))
    if dry_run:
        return 0
    if not yes:
        raise ConfigError("BR-2024", action="holds panic")
    lifted = act.panic(app.store, session.operator(by), reason, app.clock.now())
    app.deliver()
    session.out.say("cli.holds.panic_done", count=len(lifted))
    return 0


@holds_app.command("reconcile", help="cli.help.holds_reconcile")
def reconcile(context: typer.Context, as_json: AsJson = False) -> int:
    """Compare the register with what each target says; nothing is removed from a target."""
    session = session_of(context)
    app = session.app
    found = self_check(app.store, app.target_names(), app.target, app.clock)
    rows = [{**hold_json(hold, session.lang), "finding": "lifted_by_hand"} for hold in found.lifted_by_hand]
    rows += [{**hold_json(hold, session.lang), "finding": "orphan"} for hold in found.orphans]
    columns = {name: f"cli.column.{name}" for name in ("id", "finding", "item", "warehouse", "target", "quantity")}
    session.out.rows(rows, columns, as_json=as_json)
    for target, error in found.unread:
        session.out.note("cli.self_check.unread", target=target, error=error.text(session.lang))
    return found.unread[0][1].exit_code if found.unread else 0


def _say_state(session: Session, hold: str) -> None:
    with session.app.store.read() as uow:
        found = _found(uow, hold)
    session.out.say("cli.holds.now", hold=hold, state=session.out.told("state", found.state.value))


def _found(uow: UnitOfWork, hold: str) -> Hold:
    found = uow.holds.get(hold)
    if found is None:
        raise ConfigError("BR-2011", hold=hold)
    return found
