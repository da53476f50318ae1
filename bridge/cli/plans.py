"""`plan …`, `pause` and `resume`: holds that wait for a person, and the stop of all writing."""

from datetime import datetime
from typing import Annotated

import typer

from bridge.cli.options import AsCsv, AsJson, By, DryRun, Reason
from bridge.cli.session import session_of
from bridge.cycle import act
from bridge.cycle.planned import planned_holds
from bridge.domain.contract import hold_json
from bridge.domain.errors import ConfigError
from bridge.store.plans import HoldPlan

plan_app = typer.Typer(help="cli.help.plan", no_args_is_help=True)
Plan = Annotated[str, typer.Argument(help="cli.option.plan")]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.add_typer(plan_app, name="plan")
    app.command("pause", help="cli.help.pause")(pause)
    app.command("resume", help="cli.help.resume")(resume)


@plan_app.command("list", help="cli.help.plan_list")
def list_plans(context: typer.Context, as_json: AsJson = False, as_csv: AsCsv = False) -> int:
    """Print the hold plans that wait for approval."""
    session = session_of(context)
    with session.app.store.read() as uow:
        found = uow.plans.waiting(session.app.clock.now())
    rows = [_plan_json(plan, session.lang) for plan in found]
    columns = {name: f"cli.column.{name}" for name in ("id", "pair", "run", "limit", "count", "until")}
    session.out.rows(rows, columns, as_json=as_json, as_csv=as_csv)
    return 0


@plan_app.command("show", help="cli.help.plan_show")
def show_plan(context: typer.Context, plan: Plan, as_json: AsJson = False) -> int:
    """Print what a plan would hold."""
    session = session_of(context)
    with session.app.store.read() as uow:
        found = uow.plans.get(plan)
    if found is None:
        raise ConfigError("BR-2013", plan=plan)
    facts = _plan_json(found, session.lang)
    if as_json:
        session.out.json(facts)
        return 0
    session.out.say("cli.plan.head", **{name: facts[name] for name in ("id", "limit", "count", "until", "hash")})
    columns = {
        name: f"cli.column.{name}" for name in ("item", "warehouse", "operations", "target", "variance", "quantity")
    }
    session.out.rows([hold_json(hold, session.lang) for hold in planned_holds(found)[1]], columns, as_json=False)
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
    at = app.clock.now()
    holds = act.approve_plan(app.store, plan, content, session.operator(by), at, lambda pair: app.pair_plan(pair).holds)
    app.deliver()
    session.out.say("cli.plan.approved", plan=plan, count=len(holds))
    return 0


def pause(context: typer.Context, reason: Reason, by: By = "", dry_run: DryRun = False) -> int:
    """Stop all writing into other systems; reading, comparing and mailing go on."""
    session = session_of(context)
    if dry_run:
        session.out.say("cli.would_pause", by=session.operator(by), reason=reason)
        return 0
    act.pause(session.app.store, session.operator(by), reason, session.app.clock.now())
    session.out.say("cli.paused", reason=reason)
    return 0


def resume(context: typer.Context, by: By = "", dry_run: DryRun = False) -> int:
    """Allow writing again."""
    session = session_of(context)
    if dry_run:
        with session.app.store.read() as uow:
            paused = uow.flags.get("paused")
        session.out.say("cli.would_resume" if paused else "cli.not_paused", by=session.operator(by))
        return 0
    stopped = act.resume(session.app.store, session.operator(by), session.app.clock.now())
    session.app.deliver()
    session.out.say("cli.resumed" if stopped else "cli.not_paused")
    return 0


def _plan_json(plan: HoldPlan, lang: str) -> dict[str, object]:
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
        "holds": [hold_json(hold, lang) for hold in holds],
    }


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
