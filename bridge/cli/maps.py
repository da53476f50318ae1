"""`map import`, `approve`, `export`: the rows of items.csv. The bridge proposes, a person approves."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from bridge.cli import unmapped
from bridge.cli.options import DryRun
from bridge.cli.session import session_of
from bridge.domain.errors import ConfigError, NotPermitted
from bridge.master import load_maps, write_items
from reconcilers.codes import fold
from reconcilers.maps import ITEM_COLUMNS, ItemRow, parse_items, to_csv

map_app = typer.Typer(help="cli.help.map", no_args_is_help=True)
Pending = Annotated[bool, typer.Option("--pending", help="cli.option.pending")]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.add_typer(map_app, name="map")
    unmapped.register(map_app)


@map_app.command("import", help="cli.help.map_import")
def import_rows(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="cli.option.map_file")],
    dry_run: DryRun = False,
) -> int:
    """Take rows of another items.csv over as proposals or, where they carry an approver, as they are."""
    session = session_of(context)
    rules = session.app.settings.master.code_rules
    try:
        content = file.read_bytes()
    except OSError as cause:
        raise ConfigError("BR-2053", file=file, detail=cause.strerror or "") from cause
    new = parse_items(content, file.name, rules, tuple(session.app.settings.sources))
    known = load_maps(session.app.loaded).items
    both = to_csv([*known, *(row for row in new if row not in known)], ITEM_COLUMNS)
    merged = parse_items(both, "items.csv", rules)
    if not dry_run:
        write_items(session.items_path, merged)
    session.out.say("cli.map.imported", count=len(merged) - len(known), file=session.items_path)
    return 0


@map_app.command("approve", help="cli.help.map_approve")
def approve(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="cli.option.source")],
    code: Annotated[str, typer.Argument(help="cli.option.code")],
    item: Annotated[str, typer.Argument(help="cli.option.item")],
    by: Annotated[str, typer.Option("--by", help="cli.option.by_required")],
    valid_from: Annotated[str, typer.Option("--from", help="cli.option.valid_from")] = "",
    dry_run: DryRun = False,
) -> int:
    """Say that this code of this source is this item; needs the role master_data."""
    session = session_of(context)
    person = session.actor(by)
    if "master_data" not in person.roles:
        has = ", ".join(person.roles) or "-"
        raise NotPermitted("BR-2001", person=person.name, action="map approve", roles="master_data", has=has)
    begins = _day(valid_from)
    rules = session.app.settings.master.code_rules
    known = load_maps(session.app.loaded).items
    same = [
        row for row in known if row.source == source and fold(row.code, rules) == fold(code, rules) and not row.approved
    ]
    kept = [row for row in known if row not in same]
    proposed = next((row for row in same if fold(row.item, rules) == fold(item, rules)), ItemRow(source, code, item))
    row = replace(proposed, approved_by=person.id, valid_from=begins or proposed.valid_from)
    merged = parse_items(to_csv([*kept, row], ITEM_COLUMNS), "items.csv", rules, tuple(session.app.settings.sources))
    if not dry_run:
        write_items(session.items_path, merged)
        with session.app.store.begin() as uow:
            facts = {"item": item, "from": str(row.valid_from or "")}
            uow.audit.append(person.id, "map.approved", f"{source}:{code}", facts, session.app.clock.now())
            uow.commit()
    session.out.say("cli.map.approved", source=source, code=code, item=item)
    return 0


@map_app.command("export", help="cli.help.map_export")
def export(context: typer.Context, pending: Pending = False) -> int:
    """Print items.csv in a stable order."""
    session = session_of(context)
    maps = load_maps(session.app.loaded)
    print(to_csv(maps.proposals if pending else maps.items, ITEM_COLUMNS), end="")
    return 0


def _day(words: str) -> date | None:
    try:
        return date.fromisoformat(words) if words else None
    except ValueError as wrong:
        raise ConfigError("BR-2026", value=words) from wrong
