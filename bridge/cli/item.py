"""`item` and `trace`: one material everywhere, and one batch through the documents of every system."""

from datetime import tzinfo
from typing import Annotated

import pyarrow as pa
import typer

from bridge.cli.options import AsCsv, AsJson, Limit
from bridge.cli.session import Session, session_of
from bridge.domain.contract import hold_json, variance_json
from bridge.domain.quantity import to_text
from bridge.store.archive import get_snapshot
from reconcilers.align import Aligned, align

_COLUMNS = ("level", "source", "document_type", "document_number", "item", "warehouse", "batch", "effect", "state")


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("item", help="cli.help.item")(item)
    app.command("trace", help="cli.help.trace")(trace)


def item(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="cli.option.item")],
    limit: Limit = 20,
    as_json: AsJson = False,
) -> int:
    """Print where a material stands in each system, what is wrong with it, what is held, and its latest documents."""
    session = session_of(context)
    stock = [row for name in session.app.settings.sources for row in _stock(session, name, code)]
    with session.app.store.read() as uow:
        variances = [variance_json(e, session.lang) for e in uow.episodes.list() if e.variance.position.item == code]
        holds = [hold_json(hold, session.lang) for hold in uow.holds.list() if hold.item == code]
        codes = {str(row["code"]) for row in stock} | {code}
        sources = list(session.app.settings.sources)
        first = session.app.clock.now().replace(year=2000)
        ledger = uow.movements.window(sources, first, codes)
    documents = _documents(ledger.sort_by([("first_seen", "descending")]).slice(0, limit), 0, first.tzinfo)
    if as_json:
        session.out.json({"item": code, "stock": stock, "variances": variances, "holds": holds, "documents": documents})
        return 0
    out = session.out
    out.rows(
        stock,
        {n: f"cli.column.{n}" for n in ("source", "code", "warehouse", "batch", "quantity", "unit")},
        as_json=False,
    )
    shown = ("id", "warehouse", "difference", "explained", "remainder", "state", "since")
    out.rows(variances, {n: f"cli.column.{n}" for n in shown}, as_json=False)
    out.rows(holds, {n: f"cli.column.{n}" for n in ("id", "warehouse", "quantity", "state", "target")}, as_json=False)
    out.rows(documents, {n: f"cli.column.{n}" for n in (*_COLUMNS[1:], "seen")}, as_json=False)
    return 0


def trace(
    context: typer.Context,
    batch: Annotated[str, typer.Option("--batch", help="cli.option.batch")],
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> int:
    """Print a batch's own documents in every system, then those that share an order or report with them."""
    session = session_of(context)
    with session.app.store.read() as uow:
        own = uow.movements.of_batch(batch)
        numbers = {*own["reference"].to_pylist(), *own["document_number"].to_pylist()}
        related = uow.movements.of_documents(numbers)
    known = set(own["key"].to_pylist())
    second = related.filter(pa.array([key not in known for key in related["key"].to_pylist()], pa.bool_()))
    zone = session.app.clock.now().tzinfo
    rows = [*_documents(own, 1, zone), *_documents(second, 2, zone)]
    columns = {name: f"cli.column.{name}" for name in (*_COLUMNS, "reference", "seen")}
    session.out.rows(rows, columns, as_json=as_json, as_csv=as_csv)
    return 0


def _stock(session: Session, source: str, item: str) -> list[dict[str, object]]:
    """Return where a common item lies in a source's last admitted snapshot, under the source's own codes."""
    app = session.app
    with app.store.read() as uow:
        last = uow.snapshots.admitted(source, limit=1)
    if not last:
        return []
    snapshot = get_snapshot(app.store.blobs, last[0].blob)
    aligned: Aligned = align(snapshot, app.maps, app.settings.master.code_rules, app.clock.now().date())
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


def _documents(table: pa.Table, level: int, zone: tzinfo | None) -> list[dict[str, object]]:
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
