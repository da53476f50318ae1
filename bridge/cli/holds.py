"""`holds …`, `plan …`, `pause` and `resume`: what is blocked, and the ways to unblock it at once."""

from datetime import datetime
from typing import Annotated

import typer

from bridge.cli.options import AsCsv, AsJson, By, DryRun, Limit, Yes
from bridge.cli.session import session_of
from bridge.cycle import act
from bridge.cycle.planned import planned_holds
from bridge.cycle.self_check import self_check
from bridge.domain.contract import hold_json
from bridge.domain.errors import ConfigError
from bridge.domain.hold import STANDING, HoldState
from bridge.store.plans import HoldPlan

holds_app = typer.Typer(help="cli.help.holds", no_args_is_help=True)
plan_app = typer.Typer(help="cli.help.plan", no_args_is_help=True)
Hold = Annotated[str, typer.Argument(help="cli.option.hold")]
Plan = Annotated[str, typer.Argument(help="cli.option.plan")]
Reason = Annotated[str, typer.Option("--reason", help="cli.option.reason")]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.add_typer(holds_app, name="holds")
    app.add_typer(plan_app, name="plan")
    app.command("pause", help="cli.help.pause")(pause)
    app.command("resume", help="cli.help.resume")(resume)


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
    session.out.rows([hold_json(hold) for hold in found], columns, as_json=as_json, as_csv=as_csv)
    return 0


@holds_app.command("show", help="cli.help.holds_show")
def show(context: typer.Context, hold: Hold, as_json: AsJson = False) -> int:
    """Print one hold with its story."""
    session = session_of(context)
    with session.app.store.read() as uow:
        found = uow.holds.get(hold)
        story = uow.audit.list(subject=hold)
    if found is None:
        raise ConfigError("BR-2011", hold=hold)
    facts = hold_json(found)
    if as_json:
        session.out.json(facts)
        return 0
    for name, value in facts.items():
        session.out.line(f"{name:<12}{value if not isinstance(value, list) else ' '.join(value)}")
    for entry in reversed(story):
        session.out.line(
            f"  {entry.at.astimezone(session.app.clock.now().tzinfo):%m-%d %H:%M}  {entry.actor}  {entry.action}"
        )
    return 0


@holds_app.command("release", help="cli.help.holds_release")
def release(context: typer.Context, hold: Hold, reason: Reason, by: By = "", dry_run: DryRun = False) -> int:
    """Lift one hold now."""
    session = session_of(context)
    app = session.app
    if dry_run:
        session.out.say("cli.holds.would_release", hold=hold)
        return 0
    act.release(app.store, hold, session.operator(by), reason, app.clock.now())
    app.deliver()
    with app.store.read() as uow:
        after = uow.holds.get(hold)
    session.out.say("cli.holds.now", hold=hold, state=after.state.value if after else "-")
    return 0


@holds_app.command("retry", help="cli.help.holds_retry")
def retry(context: typer.Context, hold: Hold, by: By = "", dry_run: DryRun = False) -> int:
    """Place a hold that failed once more, after its cause was mended."""
    session = session_of(context)
    app = session.app
    if dry_run:
        session.out.say("cli.holds.would_retry", hold=hold)
        return 0
    act.retry(app.store, hold, session.operator(by), app.world.hold_ttl, app.clock.now())
    app.deliver()
    with app.store.read() as uow:
        after = uow.holds.get(hold)
    session.out.say("cli.holds.now", hold=hold, state=after.state.value if after else "-")
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
    rows = [{**hold_json(hold), "finding": "lifted_by_hand"} for hold in found.lifted_by_hand]
    rows += [{**hold_json(hold), "finding": "orphan"} for hold in found.orphans]
    columns = {name: f"cli.column.{name}" for name in ("id", "finding", "item", "warehouse", "target", "quantity")}
    session.out.rows(rows, columns, as_json=as_json)
    for target, error in found.unread:
        session.out.note("cli.self_check.unread", target=target, error=error.text(session.lang))
    return found.unread[0][1].exit_code if found.unread else 0


@plan_app.command("list", help="cli.help.plan_list")
def list_plans(context: typer.Context, as_json: AsJson = False) -> int:
    """Print the hold plans that wait for approval."""
    session = session_of(context)
    with session.app.store.read() as uow:
        found = uow.plans.waiting(session.app.clock.now())
    rows = [_plan_json(plan) for plan in found]
    columns = {name: f"cli.column.{name}" for name in ("id", "pair", "run", "limit", "count", "until")}
    session.out.rows(rows, columns, as_json=as_json)
    return 0


@plan_app.command("show", help="cli.help.plan_show")
def show_plan(context: typer.Context, plan: Plan, as_json: AsJson = False) -> int:
    """Print what a plan would hold."""
    session = session_of(context)
    with session.app.store.read() as uow:
        found = uow.plans.get(plan)
    if found is None:
        raise ConfigError("BR-2013", plan=plan)
    facts = _plan_json(found)
    if as_json:
        session.out.json(facts)
        return 0
    session.out.say("cli.plan.head", **{name: facts[name] for name in ("id", "limit", "count", "until", "hash")})
    columns = {
        name: f"cli.column.{name}" for name in ("item", "warehouse", "operations", "target", "variance", "quantity")
    }
    session.out.rows([hold_json(hold) for hold in planned_holds(found)[1]], columns, as_json=False)
    return 0


@plan_app.command("approve", help="cli.help.plan_approve")
def approve(
    context: typer.Context,
    plan: Plan,
    by: By = "",
    content: Annotated[str, typer.Option("--hash", help="cli.option.hash")] = "",
    dry_run: DryRun = False,
) -> int:
    """Place everything a waiting plan wants."""
    session = session_of(context)
    app = session.app
    if dry_run:
        return show_plan(context, plan)
    holds = act.approve_plan(app.store, plan, content, session.operator(by), app.clock.now())
    app.deliver()
    session.out.say("cli.plan.approved", plan=plan, count=len(holds))
    return 0


def pause(context: typer.Context, reason: Reason, by: By = "") -> int:
    """Stop all writing into other systems; reading, comparing and mailing go on."""
    session = session_of(context)
    act.pause(session.app.store, session.operator(by), reason, session.app.clock.now())
    session.out.say("cli.paused", reason=reason)
    return 0


def resume(context: typer.Context, by: By = "") -> int:
    """Allow writing again."""
    session = session_of(context)
    stopped = act.resume(session.app.store, session.operator(by), session.app.clock.now())
    session.app.deliver()
    session.out.say("cli.resumed" if stopped else "cli.not_paused")
    return 0


def _plan_json(plan: HoldPlan) -> dict[str, object]:
    limit, holds = planned_holds(plan)
    return {
        "id": plan.id,
        "pair": plan.pair,
        "run": plan.run,
        "state": plan.state.value,
        "limit": limit,
        "hash": plan.hash,
        "created": _iso(plan.created_at),
        "until": _iso(plan.expires_at),
        "approved_by": plan.approved_by or None,
        "count": len(holds),
        "holds": [hold_json(hold) for hold in holds],
    }


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
