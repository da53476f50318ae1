"""Help pages in the reader's language: the command tree's text keys, typer's headings, the options that stand anywhere."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any

import typer
import typer.rich_utils

from bridge.language import catalogue


def _say_version(asked: bool) -> None:
    if asked:
        print(f"stockbridge {installed()}")
        raise typer.Exit


def everywhere(
    config: Annotated[Path, typer.Option("--config", help="cli.option.config")] = Path("bridge.toml"),
    lang: Annotated[str, typer.Option("--lang", help="cli.option.lang")] = "",
    now: Annotated[str, typer.Option("--now", help="cli.option.now")] = "",
    number: Annotated[
        bool, typer.Option("--version", help="cli.option.version", is_eager=True, callback=_say_version)
    ] = False,
) -> None:
    """Name the options that may stand anywhere, for the help page: `arguments.take_globals` has taken them by now."""


def installed() -> str:
    """Return the installed version, '-' when the program runs without being installed."""
    try:
        return version("stockbridge")
    except PackageNotFoundError:
        return "-"


def translate(command: Any, lang: str) -> None:
    """Given a command tree whose help texts are keys of the catalogue, put the sentences of `lang` in their place."""
    known = catalogue(lang)
    for heading in ("OPTIONS_PANEL_TITLE", "COMMANDS_PANEL_TITLE", "ARGUMENTS_PANEL_TITLE"):
        setattr(typer.rich_utils, heading, known[f"cli.heading.{heading.partition('_')[0].lower()}"])
    _translate(command, known)


def _translate(command: Any, known: dict[str, str]) -> None:
    for name in ("help", "short_help"):
        key = getattr(command, name, None)
        if key in known:
            setattr(command, name, known[key])
    for parameter in command.params:
        if getattr(parameter, "help", None) in known:
            parameter.help = known[parameter.help].replace("[", "\\[")  # rich takes [people] for markup
    own = command.get_help_option(typer.Context(command))
    if own is not None:
        own.help = known["cli.option.help"]
    for child in getattr(command, "commands", {}).values():
        _translate(child, known)
