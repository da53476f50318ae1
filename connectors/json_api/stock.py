"""Rows of the stock request as stock lines."""

from dataclasses import dataclass, replace

import pyarrow as pa

from bridge.domain.snapshot import STOCK_LINES, WAREHOUSE_CARDS
from connectors.json_api.rows import Rows


@dataclass(frozen=True)
class Lines:
    """Stock lines, how many rows were marked deleted, and how many codes came as numbers."""

    table: pa.Table
    deleted: int
    digits: int
    item_kind: str


def lines_of(rows: Rows) -> Lines:
    """Return STOCK_LINES, one for each row that is not marked deleted. Raise SnapshotRejected naming row and key."""
    rows.require("item", "qty", "warehouse", "batch", "unit", "deleted", "id")
    deleted = rows.flags("deleted")
    standing = replace(rows, rows=[row for row, is_gone in zip(rows.rows, deleted, strict=True) if not is_gone])
    quantities, raw = standing.quantities()
    items = standing.texts("item", code=True)
    item_kind = "number" if standing.digits else "text"
    columns = {
        "item": items,
        "warehouse": standing.texts("warehouse"),
        "batch": standing.texts("batch"),
        "quantity": quantities,
        "raw_unit": standing.texts("unit"),
        "raw_quantity": raw,
    }
    return Lines(pa.table(columns, schema=STOCK_LINES), sum(deleted), standing.digits, item_kind)


def warehouse_table(lines: pa.Table, kind: str | None) -> pa.Table:
    """Return WAREHOUSE_CARDS of the warehouses that occur, all of the configured kind; none if it is not stated."""
    codes = sorted({code for code in lines["warehouse"].to_pylist() if code and kind})
    columns = {"warehouse": codes, "name": codes, "kind": [kind] * len(codes), "frozen": [False] * len(codes)}
    return pa.table(columns, schema=WAREHOUSE_CARDS)
