"""The `stockbridge` command: takes the global options, finds the verb, turns errors into one sentence and an exit code."""

import sys
from collections.abc import Sequence

import typer
import typer.main

from bridge.cli import (
    audit,
    baselines,
    configuration,
    daemon,
    demo,
    doctor,
    holds,
    item,
    mail,
    maps,
    plans,
    reconcile,
    sources,
    survey,
    trace,
    variances,
    whatif,
)
from bridge.cli.arguments import take_globals
from bridge.cli.help import everywhere, translate
from bridge.cli.session import Session
from bridge.domain.errors import BridgeError
from bridge.language import text

app = typer.Typer(
    name="stockbridge", help="cli.help.app", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
app.callback()(everywhere)
for part in (
    configuration,
    doctor,
    survey,
    sources,
    baselines,
    maps,
    reconcile,
    variances,
    item,
    trace,
    whatif,
    holds,
    plans,
    mail,
    daemon,
    audit,
    demo,
):
    part.register(app)


def main(arguments: Sequence[str]) -> int:
    """Given the command line without the program's name, run it. Return the exit code of design.md 3."""
    lang = "zh"
    try:
        options, rest = take_globals(arguments)
        lang = options.lang or "zh"
        session = Session(options)
        command = typer.main.get_command(app)
        translate(command, options.lang or "zh")
        code = command.main(args=rest, prog_name="stockbridge", standalone_mode=False, obj=session)
        return code if isinstance(code, int) else 0
    except BridgeError as error:
        print(error.text(session.lang if "session" in locals() else lang), file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - typer keeps its usage errors private; all others are raised again
        return _usage(error, lang)


def run() -> None:
    """Entry point of the installed command."""
    sys.exit(main(sys.argv[1:]))


def _usage(error: Exception, lang: str) -> int:
    """Show what typer says of a wrong command line; anything else is a defect and keeps its traceback."""
    message = getattr(error, "format_message", None)
    if message is None:
        raise error
    if words := message():  # empty when only the help page was wanted
        print(text(lang, "cli.usage", message=words), file=sys.stderr)
    return 2
