"""Readings as plain values that checks compare."""

from collections.abc import Iterable
from decimal import Decimal

import pyarrow as pa

from bridge.domain.movement import MovementBatch
from bridge.domain.quantity import from_micro
from bridge.domain.snapshot import Scope, Snapshot
from bridge.ports import Source
from connectors.contract.harness import StockRow

Key = tuple[str, str, str]
USUAL = (
    StockRow("NA", "01", Decimal(2400)),
    StockRow("00710", "01", Decimal("0.5")),
    StockRow("00710", "02", Decimal("12.25")),
)


def read(source: Source, *, by_batch: bool = True) -> Snapshot:
    """Return a snapshot of everything."""
    return source.snapshot(Scope(by_batch=by_batch))


def balances(snapshot: Snapshot) -> dict[Key, Decimal | None]:
    """Return on-hand by item, warehouse and batch; None where a line has no figure."""
    found: dict[Key, Decimal | None] = {}
    for line in snapshot.lines.to_pylist():
        key = (line["item"], line["warehouse"], line["batch"])
        figure = None if line["quantity"] is None else from_micro(line["quantity"])
        before = found.get(key, Decimal(0))
        found[key] = None if figure is None or before is None else before + figure
    return found


def stated(rows: Iterable[StockRow]) -> dict[Key, Decimal | None]:
    """Return what a harness was filled with, in the same shape."""
    found: dict[Key, Decimal | None] = {}
    for row in rows:
        key = (row.item, row.warehouse, row.batch)
        before = found.get(key, Decimal(0))
        found[key] = None if row.quantity is None or before is None else before + row.quantity
    return found


def sorted_rows(table: pa.Table) -> list[tuple[object, ...]]:
    """Return a table's rows in one order, whatever order they came in."""
    return sorted((tuple(row.values()) for row in table.to_pylist()), key=repr)


def by_key(batch: MovementBatch) -> dict[str, dict[str, object]]:
    """Return the rows of a batch by their key, without what the ledger stamps."""
    return {
        row["key"]: {name: value for name, value in row.items() if name != "first_seen"}
        for row in batch.rows.to_pylist()
    }
