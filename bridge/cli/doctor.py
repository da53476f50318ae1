"""`doctor`: what is wrong, with its cure."""

from typing import Annotated

import typer
from rich.cells import cell_len

from bridge.cli.help import installed
from bridge.cli.options import AsJson
from bridge.cli.session import Session, session_of
from bridge.doctor import Examination, Finding, Level, examine
from bridge.doctor.finding import of_error
from bridge.domain.errors import ConfigError
from bridge.language import catalogue, text

OptionalSource = Annotated[str, typer.Argument(help="cli.option.source")]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("doctor", help="cli.help.doctor")(doctor)


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
