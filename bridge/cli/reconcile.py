"""`reconcile` and `replay`: a whole round, and a past run recomputed."""

from typing import Annotated

import typer

from bridge.cli.options import AsJson, DryRun, Pair
from bridge.cli.report import show_report
from bridge.cli.session import session_of
from bridge.cycle.replay import replay as replay_run
from bridge.cycle.round import reconcile as reconcile_round
from bridge.domain.contract import report_json
from bridge.domain.errors import ConfigError


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("reconcile", help="cli.help.reconcile")(reconcile)
    app.command("replay", help="cli.help.replay")(replay)


def reconcile(
    context: typer.Context,
    pair: Pair = None,
    dry_run: DryRun = False,
    explain: Annotated[bool, typer.Option("--explain", help="cli.option.explain")] = False,
    as_json: AsJson = False,
) -> int:
    """Do a whole round for the pairs named, or for all."""
    session = session_of(context)
    world = session.app.world
    names = list(pair or (each.id for each in session.app.settings.pairs))
    for name in names:
        session.app.pair_plan(name)
    out = session.out
    done = reconcile_round(world, names, lambda key, facts: out.note(key, **facts), dry_run=dry_run)
    if as_json:
        shown = [report_json(report, session.lang) for report in done.reports]
        out.json(shown[0] if len(shown) == 1 else shown)
    else:
        for report in done.reports:
            told = (*report.variances, *report.waiting)
            numbers = [document.number for episode in told for document in episode.variance.documents]
            show_report(out, report, dry_run=dry_run, names=session.names(report.pair, numbers) if explain else None)
    if done.delivered.busy:
        out.note("cli.deliver.busy")
    for hold in done.checked.lifted_by_hand:
        out.note("cli.self_check.lifted", hold=hold.id, item=hold.item, target=hold.target)
    for hold in done.checked.orphans:
        out.note("cli.self_check.orphan", hold=hold.id, item=hold.item, target=hold.target)
    for target, error in done.checked.unread:
        out.note("cli.self_check.unread", target=target, error=error.text(session.lang))
    return done.exit_code


def replay(
    context: typer.Context,
    run: Annotated[int, typer.Argument(help="cli.option.run")],
    as_json: AsJson = False,
) -> int:
    """Recompute a past run from what was stored and compare it with what was decided then."""
    session = session_of(context)
    result = replay_run(session.app.store, run)
    if result is None:
        raise ConfigError("BR-2020", run=run)
    if as_json:
        session.out.json({"run": run, "same": result.same, "stored": result.stored, "recomputed": result.recomputed})
    else:
        key = "cli.replay.same" if result.same else "cli.replay.differs"
        session.out.say(key, run=run, stored=result.stored[:16], recomputed=result.recomputed[:16])
    return 0 if result.same else 1
