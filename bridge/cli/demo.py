"""`demo`: a plant, a working day and five mistakes, played with the real program; and the button that makes one more."""

import signal
import sys
import tempfile
import threading
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from bridge.cli.demo_frame import Frame
from bridge.cli.demo_story import Story
from bridge.cli.output import Output
from bridge.cli.session import session_of
from bridge.demo.articles import articles, consigned
from bridge.demo.beats import Opened
from bridge.demo.faults import BY_NAME, Fault, Planting
from bridge.demo.lookalikes import MesServer
from bridge.demo.plant import ZONE, Plant, build
from bridge.demo.postbox import Postbox
from bridge.demo.proof import prove
from bridge.demo.schedule import slipped
from bridge.demo.stage import EVENING, Stage
from bridge.domain.errors import ConfigError
from bridge.rules import is_close_day
from config.calendar import WorkCalendar
from config.models.cutoff import Cutoff

demo_app = typer.Typer(invoke_without_command=True)
NONE = "none"


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.add_typer(demo_app, name="demo", help="cli.help.demo")


@demo_app.callback()
def demo(
    context: typer.Context,
    fault: Annotated[list[str] | None, typer.Option("--fault", help="demo.option.fault")] = None,
    punctual: Annotated[bool, typer.Option("--punctual", help="demo.option.punctual")] = False,
    keep: Annotated[Path | None, typer.Option("--keep", help="demo.option.keep")] = None,
    serve: Annotated[bool, typer.Option("--serve", help="demo.option.serve")] = False,
) -> int:
    """Build the demo plant, play a day in it, and check what the bridge made of it. Exit 1 if anything does not hold."""
    if context.invoked_subcommand is not None:
        return 0
    session = session_of(context)
    faults = _chosen(fault)
    folder = (keep or Path(tempfile.mkdtemp(prefix="stockbridge-demo-"))).absolute()
    story, frame = Story(session.out), Frame(session.out, folder)
    with MesServer() as mes, Postbox(folder / "mails") as postbox:
        day = working_day(session.options.now)
        with build(folder, day, session.lang, mes, postbox) as plant:
            stage = Stage(plant, mes, postbox, day, punctual)
            frame.opening(_opened(plant, day, mes, postbox), len(faults), punctual=punctual)
            for beat in stage.play(faults):
                story.tell(beat)
                sys.stdout.flush()
            proof = prove(stage, stage.app(plant.at(day, EVENING)))
            stage.close()
        frame.result(proof)
        frame.onward(proof)
        if serve:
            _serve(session.out, folder, mes, postbox)
        else:
            session.out.line()
            session.out.say("demo.end.stopped")
    return 1 if proof.wrong else 0


@demo_app.command("fault", help="demo.help.fault_button")
def press(context: typer.Context, name: Annotated[str, typer.Argument(help="demo.option.name")]) -> int:
    """Make one mistake in a kept demo plant, now, so that the next rounds find it."""
    session = session_of(context)
    chosen = _fault(name)
    at = (session.options.now or datetime.now(ZONE)).astimezone(ZONE).replace(microsecond=0)
    folder = session.options.config.absolute().parent
    with Plant.open(folder) as plant:
        planting = Planting.of(chosen, plant, None, f"{at:%m%d}-{at:%H%M%S}")
        planting.move(at)
        planting.audit(at)
        planting.mistype(at)
    Story(session.out).tell(slipped(planting, at))
    Frame(session.out, folder).after_button(at)
    return 0


def working_day(now: datetime | None) -> date:
    """Given the moment of `--now` (None: this time yesterday), return its day or the last one before with work and holds.

    On close days the bridge places no holds, so they are passed over.
    """
    day = datetime.now(ZONE).date() - timedelta(days=1) if now is None else now.astimezone(ZONE).date()
    calendar, close_days = WorkCalendar(), Cutoff().close_days
    while not calendar.is_workday(day) or is_close_day(day, close_days):
        day -= timedelta(days=1)
    return day


def _chosen(names: list[str] | None) -> tuple[Fault, ...]:
    """Return the mistakes to make, each once, in the order of the day. `none` means none."""
    if not names:
        return tuple(BY_NAME.values())
    wanted = {_fault(name).name for name in names if name != NONE}
    return tuple(fault for fault in BY_NAME.values() if fault.name in wanted)


def _fault(name: str) -> Fault:
    if name not in BY_NAME:
        raise ConfigError("BR-1074", fault=name, allowed=", ".join((*BY_NAME, NONE)))
    return BY_NAME[name]


def _opened(plant: Plant, day: date, mes: MesServer, postbox: Postbox) -> Opened:
    own, others = articles(), consigned()
    return Opened(
        folder=plant.folder,
        day=day,
        articles=len(own),
        renamed=sum(article.code != article.u8_code for article in own),
        books_rows=len(plant.books.balances()),
        stock_rows=len(plant.stock.balances()),
        consigned=len(others),
        mes_url=mes.url,
        smtp_port=postbox.port,
    )


def _serve(out: Output, folder: Path, mes: MesServer, postbox: Postbox) -> None:
    """Keep the services up until Ctrl-C or SIGTERM.

    The handlers are set here because a job that a shell put in the background begins with SIGINT ignored.
    """
    asked = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: asked.set())
    out.line()
    out.say("demo.end.serving", mes=mes.url, smtp=postbox.port, mails=folder / "mails")
    sys.stdout.flush()
    while not asked.wait(timeout=0.5):
        pass  # waking now and then lets the handlers run on every platform
    out.say("demo.end.served")
