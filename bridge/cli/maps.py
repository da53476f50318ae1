"""`map …`: one material, one code. The bridge proposes, a person approves."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from bridge.cli.options import AsCsv, AsJson, DryRun
from bridge.cli.session import Session, session_of
from bridge.cycle.round import read
from bridge.cycle.second_codes import second_codes, unmapped_codes
from bridge.domain.errors import ConfigError, NotPermitted
from bridge.domain.quantity import to_text
from bridge.domain.report import Unmapped, money
from bridge.domain.snapshot import Snapshot
from bridge.language import text
from bridge.master import load_maps, write_items
from reconcilers.align import Aligned, align
from reconcilers.codes import fold
from reconcilers.maps import ITEM_COLUMNS, ItemRow, parse_items, to_csv
from reconcilers.suggest import Proposal

map_app = typer.Typer(help="cli.help.map", no_args_is_help=True)
Source = Annotated[str, typer.Option("--source", help="cli.option.source")]
Pending = Annotated[bool, typer.Option("--pending", help="cli.option.pending")]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.add_typer(map_app, name="map")


@map_app.command("check", help="cli.help.map_check")
def check(context: typer.Context, as_json: AsJson = False) -> int:
    """Check the map files, then list the codes of each source that have no common item, with their money."""
    session = session_of(context)
    maps = session.app.maps
    try:
        load_maps(session.app.loaded, strict=True)
    except ConfigError as findings:
        session.out.note("cli.plain", words=findings.text(session.lang))
    unmapped = [row for aligned in _aligned(session, _snapshots(session)).values() for row in aligned.unmapped]
    if not as_json:
        facts = {"items": len(maps.items), "warehouses": len(maps.warehouses), "units": len(maps.units)}
        session.out.say("cli.map.counts", proposals=len(maps.proposals), **facts)
    columns = {name: f"cli.column.{name}" for name in ("source", "item", "name", "quantity", "value")}
    session.out.rows([_row(row) for row in unmapped], columns, as_json=as_json)
    return 0


@map_app.command("suggest", help="cli.help.map_suggest")
def suggest_rows(
    context: typer.Context,
    source: Source = "",
    write: Annotated[bool, typer.Option("--write", help="cli.option.write")] = False,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> int:
    """Propose a common item for each code that has none; with --write they stand in items.csv, unapproved."""
    session = session_of(context)
    proposals = _proposals(session, source)
    if write:
        known = load_maps(session.app.loaded).items
        taken = {(row.source, row.code) for row in known}
        new = [ItemRow(p.source, p.code, p.item) for p in _first_of_each(proposals) if (p.source, p.code) not in taken]
        write_items(_items_path(session), [*known, *new])
        session.out.note("cli.map.proposed", count=len(new), file=_items_path(session))
    rows = [
        {
            "source": p.source,
            "code": p.code,
            "item": p.item,
            "score": p.score,
            "reasons": list(p.reasons),
            "because": " · ".join(text(session.lang, f"cli.alike.{word}") for word in p.reasons),
        }
        for p in proposals
    ]
    columns = {name: f"cli.column.{name}" for name in ("source", "code", "item", "score", "because")}
    session.out.rows(rows, columns, as_json=as_json, as_csv=as_csv)
    return 0


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
        write_items(_items_path(session), merged)
    session.out.say("cli.map.imported", count=len(merged) - len(known), file=_items_path(session))
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
        write_items(_items_path(session), merged)
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


def _aligned(session: Session, snapshots: dict[str, Snapshot]) -> dict[str, Aligned]:
    app = session.app
    found: dict[str, Aligned] = {}
    for name, snapshot in snapshots.items():
        found[name] = align(snapshot, app.maps, app.settings.master.code_rules, app.clock.now().date())
    return found


def _snapshots(session: Session) -> dict[str, Snapshot]:
    readings = read(session.app.world, list(session.app.settings.sources))
    for name, reading in readings.items():
        if reading.error is not None:
            session.out.note("cli.plain", words=f"{name}: {reading.error.text(session.lang)}")
    return {name: reading.snapshot for name, reading in readings.items() if reading.snapshot is not None}


def _proposals(session: Session, source: str) -> list[Proposal]:
    """Return proposals for the unmapped codes, pair by pair; a code that two pairs know is proposed for once."""
    snapshots = _snapshots(session)
    app, now = session.app, session.app.clock.now()
    found: dict[tuple[str, str], list[Proposal]] = {}
    for pair in app.settings.pairs:
        plan = app.pair_plan(pair.id)
        if any(name not in snapshots for name in plan.sources):
            continue
        unmapped = unmapped_codes(app.store, plan, snapshots, now)
        wanted = {name: codes for name, codes in unmapped.items() if source in ("", name)}
        mine: dict[tuple[str, str], list[Proposal]] = {}
        for each in second_codes(app.store, plan, snapshots, unmapped, now):
            if each.source in wanted:
                mine.setdefault((each.source, each.code), []).append(each)
        for code, proposals in mine.items():
            found[code] = max(found.get(code, []), proposals, key=lambda some: some[0].score if some else 0)
    return [proposal for _, proposals in sorted(found.items()) for proposal in proposals]


def _first_of_each(proposals: list[Proposal]) -> list[Proposal]:
    first: dict[tuple[str, str], Proposal] = {}
    for proposal in proposals:
        first.setdefault((proposal.source, proposal.code), proposal)
    return list(first.values())


def _items_path(session: Session) -> Path:
    path = session.app.settings.master.items
    if path is None:
        raise ConfigError("BR-2055", file=session.app.loaded.path)
    return session.app.loaded.resolve(path)


def _row(line: Unmapped) -> dict[str, object]:
    return {
        "source": line.source,
        "item": line.item,
        "name": line.name,
        "quantity": to_text(line.quantity),
        "value": money(line.value),
    }


def _day(words: str) -> date | None:
    try:
        return date.fromisoformat(words) if words else None
    except ValueError as wrong:
        raise ConfigError("BR-2026", value=words) from wrong
