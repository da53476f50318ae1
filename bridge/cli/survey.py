"""`survey` and `sources sample`: a source in figures, and its first lines."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any

import typer
from rich.cells import cell_len

from bridge.cli.options import AsCsv, AsJson
from bridge.cli.output import Output
from bridge.cli.session import session_of
from bridge.cli.sources import sources_app
from bridge.cli.spans import span
from bridge.cycle.round import read
from bridge.doctor.survey import survey as survey_of
from bridge.domain.errors import ConfigError
from bridge.domain.quantity import to_text
from bridge.language import text

OptionalSource = Annotated[str, typer.Argument(help="cli.option.source")]
_SAMPLE_CAP = 200
_LAG = "entry_lag"


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("survey", help="cli.help.survey")(survey)


def survey(context: typer.Context, source: OptionalSource = "", as_json: AsJson = False) -> int:
    """Print each source (or one) in figures; nothing is stored."""
    session = session_of(context)
    app = session.app
    names = [source] if source else list(app.settings.sources)
    for name in names:
        app.source_settings(name)
    code, shown = 0, []
    for name, reading in read(app.world, names, own_books=names).items():
        if reading.snapshot is None:
            error = reading.error
            code = code or (error.exit_code if error else 3)
            session.out.note("cli.plain", words=f"{name}: {error.text(session.lang) if error else '-'}")
            continue
        shown.append(survey_of(app, reading.snapshot))
    if as_json:
        session.out.json(shown)
        return code
    for figures in shown:
        for line in _survey_lines(figures, session.lang):
            session.out.line(line)
    if shown:
        _entry_lags(session.out, shown)
    return code


@sources_app.command("sample", help="cli.help.sources_sample")
def sample(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="cli.option.source")],
    rows: Annotated[int, typer.Option("--rows", help="cli.option.rows", min=1, max=_SAMPLE_CAP)] = 10,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> int:
    """Print the first lines of a source with their items' names; nothing is stored."""
    session = session_of(context)
    app = session.app
    app.source_settings(source)
    reading = read(app.world, [source])[source]
    if reading.snapshot is None:
        raise reading.error or ConfigError("BR-2023", source=source)
    names = {card["item"]: card["name"] for card in reading.snapshot.items.to_pylist()}
    lines = [
        {
            "item": line["item"],
            "name": names.get(line["item"], ""),
            "warehouse": line["warehouse"],
            "batch": line["batch"],
            "quantity": None if line["quantity"] is None else to_text(line["quantity"]),
            "unit": line["raw_unit"],
            "raw": line["raw_quantity"],
        }
        for line in reading.snapshot.lines.slice(0, rows).to_pylist()
    ]
    columns = {name: f"cli.column.{name}" for name in ("item", "name", "warehouse", "batch", "quantity", "unit", "raw")}
    session.out.rows(lines, columns, as_json=as_json, as_csv=as_csv)
    return 0


def _survey_lines(figures: dict[str, object], lang: str) -> Iterator[str]:
    head = ("source", "label", "account", "rows", "at")
    yield text(lang, "doctor.survey.head", **{name: figures[name] for name in head})
    labels = {name: text(lang, f"doctor.survey.{name}") for name in figures if name not in (*head, _LAG)}
    width = max(cell_len(label) for label in labels.values())
    for name, label in labels.items():
        yield f"  {label}{' ' * (width - cell_len(label))}  {_shown(figures[name], lang)}"


def _shown(value: object, lang: str) -> str:
    if value is None or value in ([], {}):
        return text(lang, "doctor.survey.none")
    if isinstance(value, dict):
        return "  ".join(f"{name or '-'} {count:,}" for name, count in value.items())
    if isinstance(value, list):
        return "; ".join(" ".join(str(part) for part in each.values()) for each in value)
    return f"{value:,}" if isinstance(value, int) else str(value)


def _entry_lags(out: Output, surveys: Sequence[Mapping[str, Any]]) -> None:
    """Print how late documents are entered beside the grace they are given, in one table for all sources."""
    rows = [
        {
            "source": figures["source"],
            "document_type": lag["document_type"],
            "lines": max(delay["lines"] for delay in (lag["after_business"], lag["after_audit"]) if delay),
            **{
                f"{since}_{which}": _delay(lag[f"after_{since}"], f"{which}_s", out.lang)
                for since in ("business", "audit")
                for which in ("median", "longest")
            },
            "grace": span(timedelta(seconds=lag["grace_s"]), out.lang),
        }
        for figures in surveys
        for lag in figures[_LAG]
    ]
    out.line()
    if rows:
        out.say("doctor.lag.head")
        out.rows(rows, {name: f"doctor.lag.{name}" for name in rows[0]}, as_json=False)
    if without := [figures["source"] for figures in surveys if not figures[_LAG]]:
        out.say("doctor.lag.none", sources=", ".join(without))


def _delay(delay: Mapping[str, int] | None, which: str, lang: str) -> str:
    return "-" if delay is None else span(timedelta(seconds=delay[which]), lang)
