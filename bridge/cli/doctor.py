"""`doctor`, `survey` and `sources sample`: what is wrong, with its cure; a source in figures; a source's first lines."""

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.cells import cell_len

from bridge.cli.help import installed
from bridge.cli.options import AsCsv, AsJson
from bridge.cli.session import Session, session_of
from bridge.cli.sources import sources_app
from bridge.cycle.round import read
from bridge.doctor import Examination, Finding, Level, examine
from bridge.doctor.finding import of_error
from bridge.doctor.survey import survey as survey_of
from bridge.domain.errors import ConfigError
from bridge.domain.quantity import to_text
from bridge.language import catalogue, text

OptionalSource = Annotated[str, typer.Argument(help="cli.option.source")]
_SAMPLE_CAP = 200


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("doctor", help="cli.help.doctor")(doctor)
    app.command("survey", help="cli.help.survey")(survey)


def doctor(context: typer.Context, source: OptionalSource = "", as_json: AsJson = False) -> int:
    """Look at everything (or one source) and print each finding with its cure; exit 0, or 2, 3, 4, 1 by the worst."""
    session = session_of(context)
    try:
        app = session.app
    except ConfigError as error:  # the doctor's first finding is that there is no patient
        found = Examination((of_error("config", error),))
        _print(session, found, {}, as_json=as_json)
        return found.exit_code
    if source:
        app.source_settings(source)
    session.out.note("cli.progress.doctor")
    found = examine(app, (source,) if source else ())
    plant = {
        "plant": app.settings.plant.name,
        "mode": app.settings.plant.mode,
        "at": app.clock.now().strftime("%Y-%m-%d %H:%M"),
        "version": installed(),
    }
    _print(session, found, plant, as_json=as_json)
    return found.exit_code


def survey(context: typer.Context, source: OptionalSource = "", as_json: AsJson = False) -> int:
    """Print each source (or one) in figures; nothing is stored."""
    session = session_of(context)
    app = session.app
    names = [source] if source else list(app.settings.sources)
    for name in names:
        app.source_settings(name)
    code, shown = 0, []
    for name, reading in read(app.world, names).items():
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


def _print(session: Session, found: Examination, plant: dict[str, str], *, as_json: bool) -> None:
    lang, out = session.lang, session.out
    if as_json:
        rows = [
            {"area": each.area, "level": each.level.value, "code": each.code, "text": each.sentence(lang)}
            for each in found.findings
        ]
        out.json({**plant, "exit_code": found.exit_code, "findings": rows})
        return
    if plant:
        out.say("doctor.title", **plant)
        out.line()
    labels = _labels(session, found.findings) if plant else {"config": text(lang, "doctor.area.config")}
    width = max((cell_len(label) for label in labels.values()), default=0)
    previous = ""
    for each in found.findings:
        label = labels[each.area] if each.area != previous else ""
        code = "" if each.level is Level.FINE else f" [{each.code}]"
        sentence = each.sentence(lang).replace("\n", f"\n{' ' * (width + 4)}")
        out.line(f"{label}{' ' * (width - cell_len(label))}  {each.level.mark} {sentence}{code}")
        previous = each.area
    facts = {"bad": found.count(Level.BAD), "warnings": found.count(Level.WARNING)}
    key = "bad" if facts["bad"] else "warned" if facts["warnings"] else "fine"
    areas = ", ".join(labels[area] for area in found.unusable)
    out.say(f"doctor.end.{key}", **facts, areas=areas)


def _labels(session: Session, findings: tuple[Finding, ...]) -> dict[str, str]:
    """Return what people see for each area: a source's id and label, else the area's name."""
    settings, known = session.app.settings.sources, catalogue(session.lang)
    found = {}
    for area in dict.fromkeys(each.area for each in findings):
        if area in settings:
            found[area] = " ".join(dict.fromkeys((area, settings[area].label or area)))
        else:
            found[area] = known.get(f"doctor.area.{area}", area)
    return found


def _survey_lines(figures: dict[str, object], lang: str) -> Iterator[str]:
    head = ("source", "label", "account", "rows", "at")
    yield text(lang, "doctor.survey.head", **{name: figures[name] for name in head})
    labels = {name: text(lang, f"doctor.survey.{name}") for name in figures if name not in head}
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
