"""From query results to the contract's tables."""

import re
from datetime import tzinfo

import pyarrow as pa

from bridge.domain.errors import SnapshotRejected
from bridge.domain.movement import FAMILIES, MOVEMENTS, STATES
from bridge.domain.snapshot import ITEM_CARDS, STOCK_LINES, WAREHOUSE_CARDS
from connectors.sql.config import SqlSettings, StockColumns
from connectors.sql.result import Result

_MOVED = frozenset({"audited", "posted"})


def line_table(found: Result, names: StockColumns) -> pa.Table:
    """Return STOCK_LINES. Columns that the settings name must be there; batch, warehouse and unit may be absent."""
    optional = {name: getattr(names, name) for name in ("warehouse", "batch", "unit")}
    found.require(names.item, names.quantity, *(column for column in optional.values() if column is not None))
    texts = {name: found.texts(column or name) for name, column in optional.items()}
    quantities = found.micros(names.quantity)
    columns = {
        "item": found.texts(names.item, code=True),
        "warehouse": texts["warehouse"],
        "batch": texts["batch"],
        "quantity": quantities,
        "raw_unit": texts["unit"],
        "raw_quantity": ["" if value is None else str(value) for value in found.columns[names.quantity.lower()]],
    }
    return pa.table(columns, schema=STOCK_LINES)


def item_table(found: Result) -> pa.Table:
    """Return ITEM_CARDS, unique by item. Raise SnapshotRejected naming an item that comes twice."""
    found.require("item")
    items = found.texts("item", code=True)
    _refuse_twice(found, "item", items)
    costs = found.micros("cost") if found.has("cost") else [None] * found.rows
    abc = [text.strip().upper() for text in found.texts("abc")]
    columns = {
        "item": items,
        **{name: found.texts(name) for name in ("name", "spec", "unit", "category")},
        "abc": [name if name in {"A", "B", "C"} else "" for name in abc],
        "cost": costs,
        "cost_source": ["" if cost is None else f"{found.source} cost" for cost in costs],
        "decimals": [_whole(text) for text in _spelled(found, "decimals")],
        "active": found.flags("active", [True] * found.rows),
    }
    return pa.table(columns, schema=ITEM_CARDS)


def warehouse_table(lines: pa.Table, settings: SqlSettings) -> pa.Table:
    """Return WAREHOUSE_CARDS of the warehouses that occur; all are of the configured kind."""
    codes = sorted({code for code in lines["warehouse"].to_pylist() if code})
    columns = {
        "warehouse": codes,
        "name": codes,
        "kind": [settings.warehouse_kind] * len(codes),
        "frozen": [False] * len(codes),
    }
    return pa.table(columns, schema=WAREHOUSE_CARDS)


def movement_table(found: Result, zone: tzinfo | None) -> pa.Table:
    """Return MOVEMENTS. What a query does not say: the key is type:number:line, the state audited, audited counts."""
    found.require("document_number", "item", "effect")
    texts = {name: found.texts(name) for name in ("document_type", "line", "warehouse", "batch", "maker", "reference")}
    numbers = found.texts("document_number", code=True)
    parts = zip(texts["document_type"], numbers, texts["line"], strict=True)
    keys = found.texts("key", code=True) if found.has("key") else [":".join(part) for part in parts]
    _refuse_twice(found, "key", keys)
    states = found.words("state", STATES, "audited")
    columns = {
        "source": [found.source] * found.rows,
        "key": keys,
        "document_number": numbers,
        **texts,
        "family": found.words("family", FAMILIES, "other"),
        "item": found.texts("item", code=True),
        "effect": _known(found, "effect"),
        "state": states,
        "counts": found.flags("counts", [state in _MOVED for state in states]),
        "business_time": found.moments("business_time", zone),
        "audited_time": found.moments("audited_time", zone),
        "counterpart": found.texts("counterpart"),
        "first_seen": [None] * found.rows,
    }
    return pa.table(columns, schema=MOVEMENTS)


def _known(found: Result, name: str) -> list[int]:
    """Return numbers of which none may be missing."""
    values = found.micros(name)
    if None in values:
        at = values.index(None)
        raise SnapshotRejected("BR-1234", source=found.source, query=found.query, row=at + 1, column=name)
    return [value for value in values if value is not None]


def _refuse_twice(found: Result, column: str, values: list[str]) -> None:
    seen: dict[str, int] = {}
    for at, value in enumerate(values):
        if value in seen:
            raise SnapshotRejected(
                "BR-1238",
                source=found.source,
                query=found.query,
                column=column,
                value=value,
                first=seen[value] + 1,
                row=at + 1,
            )
        seen[value] = at


def _spelled(found: Result, name: str) -> list[str]:
    return ["" if v is None else str(v) for v in found.columns.get(name, [None] * found.rows)]


def _whole(text: str) -> int | None:
    match = re.fullmatch(r"\s*(\d{1,2})(?:\.0+)?\s*", text)
    return int(match[1]) if match else None
