"""计量单位 as U8 keeps them."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bridge.domain.quantity import to_micro
from connectors.database import Schema, TableSchema, as_text, read_columns
from connectors.yonyou_u8.config import YonyouU8Settings

FIXED, FLOATING = 1, 2
"""iGroupType: 0 无换算, 1 固定换算, 2 浮动换算."""


@dataclass(frozen=True)
class Unit:
    """One 计量单位. `rate` is main units in one of it, in millionths; None = no conversion stated."""

    code: str
    name: str
    group: str
    main: bool
    rate: int | None


def unit_statement(table: TableSchema) -> sa.Select[Any]:
    """Return the reading of ComputationUnit."""
    columns: list[sa.ColumnElement[Any]] = [as_text(table.column("cComunitCode"), 40).label("code")]
    columns += [
        as_text(table.column(real), 60).label(label)
        for label, real in {"name": "cComUnitName", "group": "cGroupCode"}.items()
        if table.has(real)
    ]
    columns += [
        table.column(real).label(label)
        for label, real in {"main": "bMainUnit", "rate": "iChangRate"}.items()
        if table.has(real)
    ]
    return sa.select(*columns)


def read_units(connection: Connection, schema: Schema, settings: YonyouU8Settings) -> dict[str, Unit]:
    """Read the units in the caller's transaction, by code; empty if this database has no ComputationUnit."""
    table = schema.table("ComputationUnit")
    if table is None or not table.has("cComunitCode"):
        return {}
    found = read_columns(connection, unit_statement(table), source=schema.source, row_cap=settings.row_cap)
    size = len(found["code"])
    rows = zip(
        found["code"],
        found.get("name", [""] * size),
        found.get("group", [""] * size),
        found.get("main", [False] * size),
        found.get("rate", [None] * size),
        strict=True,
    )
    return {
        code: Unit(code, name, group, bool(main), None if rate is None else to_micro(rate))
        for code, name, group, main, rate in rows
    }
