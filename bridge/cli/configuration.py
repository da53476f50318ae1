"""`config …`, `secrets …` and `init`: bridge.toml and what must never stand in it."""

import sys
from typing import Annotated

import typer
from pydantic import SecretStr

from bridge.bootstrap import kinds
from bridge.cli.options import AsCsv, AsJson, DryRun
from bridge.cli.session import session_of
from bridge.domain.errors import BridgeError, ConfigError
from bridge.language import text
from bridge.master import load_maps
from config.explain import differences, show
from config.loader import load
from config.secrets import SecretBox
from config.wizard import QUESTIONS, check_answer, toml_of

config_app = typer.Typer(help="cli.help.config", no_args_is_help=True)
secrets_app = typer.Typer(help="cli.help.secrets", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("init", help="cli.help.init")(init)
    app.add_typer(config_app, name="config")
    app.add_typer(secrets_app, name="secrets")


Force = Annotated[bool, typer.Option("--force", help="cli.option.force")]


@config_app.command("init", help="cli.help.init")
def init(context: typer.Context, force: Force = False, dry_run: DryRun = False) -> int:
    """Ask eight questions and write a bridge.toml in mode observe."""
    session = session_of(context)
    path = session.options.config
    if path.exists() and not (force or dry_run):
        raise ConfigError("BR-2054", file=path)
    answers: dict[str, str] = {}
    for question in QUESTIONS:
        while True:
            words = question.prompt(session.lang)
            if question.choices:
                words += f" ({' | '.join(question.choices)})"
            answers[question.id] = typer.prompt(words, default=question.default, err=True)
            wrong = check_answer(question.id, answers)
            if not wrong:
                break
            session.out.note("cli.plain", words=wrong[0].text(session.lang))
    content = toml_of(answers)
    if dry_run:
        session.out.line(content)
        return 0
    path.write_text(content, encoding="utf-8")
    session.out.say("cli.init.written", file=path)
    return 0


@config_app.command("check", help="cli.help.config_check")
def check(context: typer.Context) -> int:
    """Load everything, secrets and maps too; print what is wrong or worth knowing."""
    session = session_of(context)
    loaded = load(session.options.config, kinds())
    load_maps(loaded)
    out = session.out
    lang = session.options.lang or loaded.settings.plant.language
    settings = loaded.settings
    out.line(
        text(
            lang,
            "cli.config.good",
            file=loaded.path,
            sources=len(settings.sources),
            pairs=len(settings.pairs),
            mode=settings.plant.mode,
        )
    )
    for code, facts in loaded.findings:
        out.line(f"! {text(lang, f'findings.{code}', **facts)} [{code}]")
    return 0


@config_app.command("show", help="cli.help.config_show")
def show_config(context: typer.Context, as_json: AsJson = False, as_csv: AsCsv = False) -> int:
    """Print every value, defaults included, and where it came from."""
    session = session_of(context)
    rows = [{"key": row.key, "value": row.value, "origin": row.origin} for row in show(session.loaded)]
    columns = {"key": "cli.column.key", "value": "cli.column.value", "origin": "cli.column.origin"}
    session.out.rows(rows, columns, as_json=as_json, as_csv=as_csv)
    return 0


@config_app.command("diff", help="cli.help.config_diff")
def diff(
    context: typer.Context,
    other: Annotated[str, typer.Argument(help="cli.option.other_config")],
    as_json: AsJson = False,
) -> int:
    """Say in sentences what another configuration would change."""
    session = session_of(context)
    before = session.loaded.settings
    after = load(session.options.config.parent / other, kinds(), resolve_secrets=False).settings
    sentences = differences(before, after, session.lang)
    if as_json:
        session.out.json(sentences)
        return 0
    for sentence in sentences:
        session.out.line(sentence)
    if not sentences:
        session.out.say("cli.nothing")
    return 0


Name = Annotated[str, typer.Argument(help="cli.option.secret")]


@secrets_app.command("set", help="cli.help.secrets_set")
def set_secret(context: typer.Context, name: Name) -> int:
    """Read a secret from the terminal (hidden) or from standard input, and keep it encrypted."""
    session = session_of(context)
    box = _box(context)
    if sys.stdin.isatty():
        value = typer.prompt(text(session.lang, "cli.secrets.ask", name=name), hide_input=True, err=True)
    else:
        value = sys.stdin.read().rstrip("\r\n")
    box.set(name, SecretStr(value))
    session.out.say("cli.secrets.kept", name=name, store=box.store)
    return 0


@secrets_app.command("list", help="cli.help.secrets_list")
def list_secrets(context: typer.Context, as_json: AsJson = False, as_csv: AsCsv = False) -> int:
    """Print the names of the secrets, never their values."""
    rows = [{"name": name} for name in _box(context).names()]
    session_of(context).out.rows(rows, {"name": "cli.column.name"}, as_json=as_json, as_csv=as_csv)
    return 0


@secrets_app.command("rotate", help="cli.help.secrets_rotate")
def rotate(context: typer.Context, dry_run: DryRun = False) -> int:
    """Make a new key and encrypt every secret with it."""
    box = _box(context)
    if not dry_run:
        box.rotate()
    session_of(context).out.say("cli.secrets.rotated", count=len(box.names()), key_file=box.key_file)
    return 0


@secrets_app.command("delete", help="cli.help.secrets_delete")
def delete(context: typer.Context, name: Name) -> int:
    """Forget a secret."""
    _box(context).delete(name)
    session_of(context).out.say("cli.secrets.deleted", name=name)
    return 0


def _box(context: typer.Context) -> SecretBox:
    """Return the plant's store; a configuration whose other parts are still wrong does not stand in its way."""
    session = session_of(context)
    try:
        return SecretBox.open(session.loaded.data_dir)
    except BridgeError:
        return SecretBox.open(session.options.config.parent / "data")
