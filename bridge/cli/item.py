"""`item`: one material everywhere."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Annotated

import pyarrow as pa
import pyarrow.compute as pc
import typer

from bridge.cli.options import AsJson, Limit
from bridge.cli.readings import last_admitted
from bridge.cli.session import Session, session_of
from bridge.domain.contract import hold_json, variance_json
from bridge.domain.errors import ConfigError
from bridge.domain.quantity import to_text
from reconcilers.align import Aligned, align
from reconcilers.codes import fold

DOCUMENT = ("source", "document_type", "document_number", "item", "warehouse", "batch", "effect", "state")
"""What a person sees of a document's line."""
_SHOWN = {
    "stock": ("source", "code", "warehouse", "batch", "quantity", "unit"),
    "variances": ("id", "warehouse", "difference", "explained", "remainder", "state", "since"),
    "holds": ("id", "warehouse", "quantity", "state", "target"),
    "documents": (*DOCUMENT, "seen"),
}


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("item", help="cli.help.item")(item)


def item(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="cli.option.item")],
    limit: Limit = 20,
    as_json: AsJson = False,
) -> int:
    """Print where a material stands in each system, what is wrong with it, what is held, and its latest documents."""
    session = session_of(context)
    alignments = _alignments(session)
    common = _common(alignments, code, session.app.settings.master.code_rules)
    stock = [row for name, aligned in alignments.items() for row in _stock(name, aligned, common)]
    with session.app.store.read() as uow:
        variances = [variance_json(e, session.lang) for e in uow.episodes.list() if e.variance.position.item == common]
        holds = [hold_json(hold, session.lang) for hold in uow.holds.list() if hold.item == common]
        first = session.app.clock.now().replace(year=2000)
        known = uow.movements.codes(first)
        own = (aligned.footing.own_codes({common}) for aligned in alignments.values())
        codes = {code, common}.union(*(each.spelled(known) for each in own))
        ledger = uow.movements.window(list(session.app.settings.sources), first, codes)
    documents = document_rows(ledger.sort_by([("first_seen", "descending")]).slice(0, limit), 0, first.tzinfo)
    tables = {"stock": stock, "variances": variances, "holds": holds, "documents": documents}
    if not any(tables.values()):
        raise ConfigError("BR-2074", item=code)
    if as_json:
        session.out.json({"item": common, **tables})
        return 0
    for name, rows in tables.items():
        session.out.say(f"cli.item.{name}", item=common)
        session.out.rows(rows, {column: f"cli.column.{column}" for column in _SHOWN[name]}, as_json=False)
        session.out.line()
    return 0


def _alignments(session: Session) -> dict[str, Aligned]:
    """Return each source's last admitted stock on the common footing."""
    app, found = session.app, {}
    for name in app.settings.sources:
        snapshot = last_admitted(app, name)
        if snapshot is not None:
            found[name] = align(snapshot, app.maps, app.settings.master.code_rules, app.clock.now().date())
    return found


def _common(alignments: Mapping[str, Aligned], code: str, rules: Sequence[str]) -> str:
    """Given a code as any system spells it, return the common item; the code itself where no system has it."""
    folded = fold(code, rules)
    for aligned in alignments.values():
        for item in (folded, aligned.footing.items.common(folded)):
            if item and pc.any(pc.equal(aligned.lines["item"], item)).as_py():
                return item
    return code


def _stock(source: str, aligned: Aligned, item: str) -> list[dict[str, object]]:
    """Return where a common item lies in a source, under the source's own codes."""
    return [
        {
            "source": source,
            "code": raw.item,
            "warehouse": raw.warehouse,
            "batch": raw.batch,
            "quantity": to_text(raw.raw_quantity),
            "unit": raw.unit,
        }
        for raw in aligned.raw_positions(item)
    ]


def document_rows(table: pa.Table, level: int, zone: tzinfo | None) -> list[dict[str, object]]:
    """Given LEDGER lines, return them as rows to show; `level` says how far they are from what was asked for."""
    return [
        {
            "level": level,
            "source": row["source"],
            "document_type": row["document_type"],
            "document_number": row["document_number"],
            "line": row["line"],
            "item": row["item"],
            "warehouse": row["warehouse"],
            "batch": row["batch"],
            "effect": to_text(row["effect"]),
            "state": row["state"],
            "counts": row["counts"],
            "reference": row["reference"],
            "maker": row["maker"],
            "seen": row["first_seen"].astimezone(zone).isoformat(timespec="seconds"),
        }
        for row in table.to_pylist()
    ]
