"""`trace`: one batch through the documents of every system, however each of them spells it."""

from collections.abc import Collection, Sequence
from typing import Annotated, Any

import pyarrow as pa
import typer
from sqlalchemy import Column, select

from bridge.cli.item import DOCUMENT, document_rows
from bridge.cli.options import AsCsv, AsJson
from bridge.cli.session import session_of
from bridge.store.movements import LEDGER
from bridge.store.tables import movements
from bridge.store.unit import UnitOfWork
from reconcilers.codes import fold

_ORDER = [("source", "ascending"), ("key", "ascending")]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("trace", help="cli.help.trace")(trace)


def trace(
    context: typer.Context,
    batch: Annotated[str, typer.Option("--batch", help="cli.option.batch")],
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> int:
    """Print a batch's own documents in every system, then those that share an order or report with them."""
    session = session_of(context)
    rules = session.app.settings.master.code_rules
    with session.app.store.read() as uow:
        own = _of_batch(uow, batch, rules)
        related = _of_documents(uow, {*own["reference"].to_pylist(), *own["document_number"].to_pylist()}, rules)
    known = set(_lines(own))
    second = related.filter(pa.array([line not in known for line in _lines(related)], pa.bool_()))
    zone = session.app.clock.now().tzinfo
    rows = [*document_rows(own, 1, zone), *document_rows(second, 2, zone)]
    columns = {name: f"cli.column.{name}" for name in ("level", *DOCUMENT, "reference", "seen")}
    session.out.rows(rows, columns, as_json=as_json, as_csv=as_csv)
    return 0


def _of_batch(uow: UnitOfWork, batch: str, rules: Sequence[str]) -> pa.Table:
    spelled = _spelled(uow, movements.c.batch, {batch}, rules)
    return pa.concat_tables([LEDGER.empty_table(), *map(uow.movements.of_batch, spelled)]).sort_by(_ORDER)


def _of_documents(uow: UnitOfWork, numbers: Collection[str], rules: Sequence[str]) -> pa.Table:
    columns = (movements.c.document_number, movements.c.reference)
    return uow.movements.of_documents([each for column in columns for each in _spelled(uow, column, numbers, rules)])


def _spelled(uow: UnitOfWork, column: Column[Any], wanted: Collection[str], rules: Sequence[str]) -> list[str]:
    """Return every spelling the ledger has of these codes; a blank is none. One pass over the distinct values."""
    folded = {fold(code, rules) for code in wanted} - {""}
    found = uow.connection.execute(select(column).distinct()).scalars()
    return sorted(code for code in found if fold(code, rules) in folded)


def _lines(table: pa.Table) -> list[tuple[str, str]]:
    """Return the source and key of each line: a key alone may stand in two systems."""
    return list(zip(table["source"].to_pylist(), table["key"].to_pylist(), strict=True))
