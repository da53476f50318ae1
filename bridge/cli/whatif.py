"""`whatif`: what other limits would have reported, on the plant's own past."""

from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from bridge.cli.options import AsCsv, AsJson
from bridge.cli.session import session_of
from bridge.cycle.whatif import what_if
from bridge.domain.contract import percent_text
from bridge.domain.errors import ConfigError
from bridge.domain.report import money
from bridge.language import text


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("whatif", help="cli.help.whatif")(whatif)


def whatif(
    context: typer.Context,
    percent: Annotated[str, typer.Option("--percent", help="cli.option.percents")] = "1,3,5",
    days: Annotated[int, typer.Option("--days", help="cli.option.days", min=1)] = 30,
    pair: Annotated[str, typer.Option("--pair", help="cli.option.pair")] = "",
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> int:
    """Say what the last days were, and decide them again under each percentage; nothing is written."""
    session = session_of(context)
    app = session.app
    since = app.clock.now() - timedelta(days=days)
    names = [pair] if pair else [each.id for each in app.settings.pairs]
    rows = []
    for name in names:
        app.pair_plan(name)
        for outcome in what_if(app.store, name, _percents(percent), since):
            percentage = None if outcome.percent is None else percent_text(outcome.percent)
            facts = {"runs": outcome.runs, "confirmed": outcome.confirmed, "standing": outcome.standing}
            rows.append({"pair": name, "percent": percentage, "gross_value": money(outcome.gross_value), **facts})
    columns = {n: f"cli.column.{n}" for n in ("pair", "percent", "runs", "confirmed", "gross_value", "standing")}
    as_was = text(session.lang, "cli.whatif.as_was")
    shown = rows if as_json else [{**row, "percent": row["percent"] or as_was} for row in rows]
    session.out.rows(shown, columns, as_json=as_json, as_csv=as_csv)
    session.out.note("cli.whatif.moves")
    return 0


def _percents(words: str) -> list[Decimal]:
    try:
        found = [Decimal(word.strip()) for word in words.split(",") if word.strip()]
    except InvalidOperation as wrong:
        raise ConfigError("BR-2028", value=words) from wrong
    if not found or any(not value.is_finite() or value < 0 for value in found):
        raise ConfigError("BR-2028", value=words)
    return found
