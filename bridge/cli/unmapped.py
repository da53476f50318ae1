"""`map check` and `map suggest`: codes that have no common item yet, and which one they probably are."""

from typing import Annotated

import typer

from bridge.cli.options import AsCsv, AsJson
from bridge.cli.session import Session, session_of
from bridge.cycle.round import read
from bridge.cycle.second_codes import second_codes, unmapped_codes
from bridge.domain.errors import ConfigError
from bridge.domain.quantity import to_text
from bridge.domain.report import Unmapped, money
from bridge.domain.snapshot import Snapshot
from bridge.language import text
from bridge.master import load_maps, write_items
from reconcilers.align import Aligned, align
from reconcilers.maps import ItemRow
from reconcilers.suggest import Proposal

Source = Annotated[str, typer.Option("--source", help="cli.option.source")]


def register(map_app: typer.Typer) -> None:
    """Add this file's commands."""
    map_app.command("check", help="cli.help.map_check")(check)
    map_app.command("suggest", help="cli.help.map_suggest")(suggest)


def check(context: typer.Context, as_json: AsJson = False, as_csv: AsCsv = False) -> int:
    """Check the map files, then list the codes of each source that have no common item, with their money."""
    session = session_of(context)
    maps = session.app.maps
    try:
        load_maps(session.app.loaded, strict=True)
    except ConfigError as findings:
        session.out.note("cli.plain", words=findings.text(session.lang))
    snapshots, code = _snapshots(session)
    unmapped = [row for aligned in _aligned(session, snapshots).values() for row in aligned.unmapped]
    if not (as_json or as_csv):
        facts = {"items": len(maps.items), "warehouses": len(maps.warehouses), "units": len(maps.units)}
        session.out.say("cli.map.counts", proposals=len(maps.proposals), **facts)
    columns = {name: f"cli.column.{name}" for name in ("source", "item", "name", "quantity", "value")}
    session.out.rows([_row(row) for row in unmapped], columns, as_json=as_json, as_csv=as_csv)
    return code


def suggest(
    context: typer.Context,
    source: Source = "",
    write: Annotated[bool, typer.Option("--write", help="cli.option.write")] = False,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> int:
    """Propose a common item for each code that has none; with --write they stand in items.csv, unapproved."""
    session = session_of(context)
    snapshots, exit_code = _snapshots(session)
    proposals = _proposals(session, snapshots, source)
    if write:
        known = load_maps(session.app.loaded).items
        taken = {(row.source, row.code) for row in known}
        new = [ItemRow(p.source, p.code, p.item) for p in _first_of_each(proposals) if (p.source, p.code) not in taken]
        write_items(session.items_path, [*known, *new])
        session.out.note("cli.map.proposed", count=len(new), file=session.items_path)
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
    return exit_code


def _aligned(session: Session, snapshots: dict[str, Snapshot]) -> dict[str, Aligned]:
    app = session.app
    found: dict[str, Aligned] = {}
    for name, snapshot in snapshots.items():
        found[name] = align(snapshot, app.maps, app.settings.master.code_rules, app.clock.now().date())
    return found


def _snapshots(session: Session) -> tuple[dict[str, Snapshot], int]:
    """Return what each reachable source holds, and the exit code of the first that could not be read (0 = all were)."""
    readings = read(session.app.world, list(session.app.settings.sources))
    code = 0
    for name, reading in readings.items():
        if reading.error is not None:
            code = code or reading.error.exit_code
            session.out.note("cli.plain", words=f"{name}: {reading.error.text(session.lang)}")
    return {name: reading.snapshot for name, reading in readings.items() if reading.snapshot is not None}, code


def _proposals(session: Session, snapshots: dict[str, Snapshot], source: str) -> list[Proposal]:
    """Return proposals for the unmapped codes, pair by pair; a code that two pairs know is proposed for once."""
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


def _row(line: Unmapped) -> dict[str, object]:
    return {
        "source": line.source,
        "item": line.item,
        "name": line.name,
        "quantity": to_text(line.quantity),
        "value": money(line.value),
    }
