"""`trace`: one batch through the documents of every system, however each of them spells it."""

from collections.abc import Collection
from typing import Annotated

import pyarrow as pa
import typer

from bridge.cli.item import DOCUMENT, document_rows
from bridge.cli.options import AsCsv, AsJson
from bridge.cli.session import session_of
from bridge.store.movements import LEDGER
from bridge.store.unit import UnitOfWork
from reconcilers.codes import OwnCodes, fold

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


def _of_batch(uow: UnitOfWork, batch: str, rules: tuple[str, ...]) -> pa.Table:
    spelled = _codes({batch}, rules).spelled(uow.movements.values("batch"))
    return pa.concat_tables([LEDGER.empty_table(), *map(uow.movements.of_batch, spelled)]).sort_by(_ORDER)


def _of_documents(uow: UnitOfWork, numbers: Collection[str], rules: tuple[str, ...]) -> pa.Table:
    known = uow.movements.values("document_number") | uow.movements.values("reference")
    return uow.movements.of_documents(_codes(numbers, rules).spelled(known))


def _codes(codes: Collection[str], rules: tuple[str, ...]) -> OwnCodes:
    """Return these codes however they are spelled; a blank is none."""
    return OwnCodes(frozenset(fold(code, rules) for code in codes) - {""}, rules)


def _lines(table: pa.Table) -> list[tuple[str, str]]:
    """Return the source and key of each line: a key alone may stand in two systems."""
    return list(zip(table["source"].to_pylist(), table["key"].to_pylist(), strict=True))
