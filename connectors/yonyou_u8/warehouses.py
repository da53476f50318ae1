"""仓库档案: names, and from its flags what kind of stock lies in a warehouse."""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy import Connection

from bridge.domain.snapshot import WAREHOUSE_CARDS
from connectors.database import Schema, TableSchema, as_text, read_columns
from connectors.yonyou_u8.config import YonyouU8Settings

_FLAGS = {
    "frozen": "bFreeze",
    "consigned": "bProxyWh",
    "property": "iWHProperty",
    "available": "bInAvailCalcu",
    "asset": "bWhAsset",
}


@dataclass(frozen=True)
class Warehouse:
    """One warehouse. `available` and `asset` are None where the release has no such flag."""

    code: str
    name: str
    kind: str
    frozen: bool
    available: bool | None
    asset: bool | None


def warehouse_statement(table: TableSchema) -> sa.Select[Any]:
    """Return the reading of Warehouse with the flags this release has."""
    name = [as_text(table.column("cWhName"), 60).label("name")] if table.has("cWhName") else []
    flags = [table.column(real).label(label) for label, real in _FLAGS.items() if table.has(real)]
    columns: list[sa.ColumnElement[Any]] = [as_text(table.column("cWhCode"), 60).label("code"), *name, *flags]
    return sa.select(*columns)


def read_warehouses(connection: Connection, schema: Schema, settings: YonyouU8Settings) -> dict[str, Warehouse] | None:
    """Read the warehouses in the caller's transaction, by code; None if this database has no Warehouse table."""
    table = schema.table("Warehouse")
    if table is None:
        return None
    schema.require("Warehouse", "cWhCode")
    found = read_columns(connection, warehouse_statement(table), source=schema.source, row_cap=settings.row_cap)
    blank: list[Any] = [None] * len(found["code"])
    facts = {label: found.get(label, blank) for label in ("name", *_FLAGS)}
    warehouses = {}
    for row, code in enumerate(found["code"]):
        fact = {label: values[row] for label, values in facts.items()}
        warehouses[code] = Warehouse(
            code=code,
            name=fact["name"] or "",
            kind=_kind(fact, settings),
            frozen=bool(fact["frozen"]),
            available=None if fact["available"] is None else bool(fact["available"]),
            asset=None if fact["asset"] is None else bool(fact["asset"]),
        )
    return warehouses


def warehouse_cards(warehouses: dict[str, Warehouse]) -> pa.Table:
    """Return WAREHOUSE_CARDS."""
    cards = list(warehouses.values())
    return pa.Table.from_pydict(
        {
            "warehouse": [card.code for card in cards],
            "name": [card.name for card in cards],
            "kind": [card.kind for card in cards],
            "frozen": [card.frozen for card in cards],
        },
        schema=WAREHOUSE_CARDS,
    )


def _kind(fact: dict[str, Any], settings: YonyouU8Settings) -> str:
    """Return the kind: bProxyWh is certain; the meaning of iWHProperty other than 0 differs, so it is a setting."""
    if fact["consigned"]:
        return "consigned"
    value = fact["property"]
    return settings.warehouse_kinds.get(str(value), "normal") if value is not None else "normal"
