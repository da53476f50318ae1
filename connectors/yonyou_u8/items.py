"""存货档案: what an item is called, counted in, worth, and how its units convert."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy import Connection

from bridge.domain.quantity import to_micro
from bridge.domain.snapshot import ITEM_CARDS
from connectors.database import Schema, TableSchema, as_text, read_columns
from connectors.yonyou_u8.config import YonyouU8Settings
from connectors.yonyou_u8.options import moment
from connectors.yonyou_u8.units import FIXED, Unit, read_units

_TEXTS = {
    "name": "cInvName",
    "spec": "cInvStd",
    "class": "cInvCCode",
    "group": "cGroupCode",
    "unit": "cComUnitCode",
    "abc": "cInvABC",
    "stock_unit": "cSTComUnitCode",
    "aux_unit": "cAssComUnitCode",
    "sales_unit": "cSAComUnitCode",
    "purchase_unit": "cPUComUnitCode",
}


@dataclass(frozen=True)
class Items:
    """Everything read of the item master, one list per column of Inventory, and the units by code.

    `default_type` is the kind of conversion where neither the item nor its group states one.
    """

    code: list[str]
    columns: dict[str, list[Any]]
    units: dict[str, Unit]
    classes: dict[str, str]
    group_types: dict[str, int]
    default_type: int = 0

    def unit_names(self) -> dict[str, str]:
        """Return the main unit's name of each item; its code where the unit has no card."""
        return {code: self.unit_name(unit) for code, unit in zip(self.code, self.columns["unit"], strict=True)}

    def unit_name(self, code: str) -> str:
        """Return a unit's name, or its code if it has no card."""
        return self.units[code].name or code if code in self.units else code

    def group_type(self, row: int) -> int:
        """Return how the item's units convert: 0 none, 1 fixed, 2 floating."""
        own = self.columns["group_type"][row]
        return int(own) if own is not None else self.group_types.get(self.columns["group"][row], self.default_type)


def item_statement(table: TableSchema, settings: YonyouU8Settings) -> sa.Select[Any]:
    """Return the reading of Inventory with the columns this release has."""
    texts = [as_text(table.column(real), 255).label(label) for label, real in _TEXTS.items() if table.has(real)]
    group_type = [table.column("iGroupType").label("group_type")] if table.has("iGroupType") else []
    ends = [table.column("dEDate").label("ends")] if table.has("dEDate") else []
    costs = [table.column(name).label(f"cost_{name}") for name in settings.cost_columns if table.has(name)]
    code = as_text(table.column("cInvCode"), 60).label("item")
    columns: list[sa.ColumnElement[Any]] = [code, *texts, *group_type, *ends, *costs]
    return sa.select(*columns)


def read_items(connection: Connection, schema: Schema, settings: YonyouU8Settings) -> Items | None:
    """Read the item master in the caller's transaction; None if this database has no Inventory."""
    table = schema.table("Inventory")
    if table is None:
        return None
    schema.require("Inventory", "cInvCode")
    found = _read(connection, schema, settings, item_statement(table, settings))
    size = len(found["item"])
    blank = {label: found.get(label, [""] * size) for label in _TEXTS}
    columns = {**found, **blank, "group_type": found.get("group_type", [None] * size)}
    kinds = _pairs(connection, schema, settings, ("ComputationGroup", "cGroupCode", "iGroupType"))
    return Items(
        code=found["item"],
        columns=columns,
        units=read_units(connection, schema, settings),
        classes=_pairs(connection, schema, settings, ("InventoryClass", "cInvCCode", "cInvCName")),
        group_types={code: int(kind) for code, kind in kinds.items() if kind.isdigit()},
        # A stand-in without iGroupType anywhere: a stated iChangRate means that it converts.
        default_type=0 if table.has("iGroupType") or kinds else FIXED,
    )


def item_cards(items: Items, *, decimals: int | None, today: datetime) -> pa.Table:
    """Return ITEM_CARDS. An item is active while it has no stop date or that lies ahead (dEDate, yonyou-u8.md 2.1)."""
    size = len(items.code)
    costs = [_cost(items, row) for row in range(size)]
    ends = items.columns.get("ends", [None] * size)
    return pa.Table.from_pydict(
        {
            "item": items.code,
            "name": items.columns["name"],
            "spec": items.columns["spec"],
            "unit": [items.unit_name(unit) for unit in items.columns["unit"]],
            "category": [items.classes.get(code, code) for code in items.columns["class"]],
            "abc": [_abc(value) for value in items.columns["abc"]],
            "cost": [cost for cost, _ in costs],
            "cost_source": [origin for _, origin in costs],
            "decimals": [decimals] * size,
            "active": [_active(end, today) for end in ends],
        },
        schema=ITEM_CARDS,
    )


def _pairs(
    connection: Connection, schema: Schema, settings: YonyouU8Settings, wanted: tuple[str, str, str]
) -> dict[str, str]:
    """Return an optional table's key and value column as a mapping of texts."""
    name, key, value = wanted
    table = schema.table(name)
    if table is None or not table.has(key, value):
        return {}
    columns: list[sa.ColumnElement[Any]] = [as_text(table.column(key), 60).label("key")]
    statement = sa.select(*columns, as_text(table.column(value), 255).label("value"))
    found = _read(connection, schema, settings, statement)
    return dict(zip(found["key"], found["value"], strict=True))


def _read(
    connection: Connection, schema: Schema, settings: YonyouU8Settings, statement: sa.Select[Any]
) -> dict[str, list[Any]]:
    return read_columns(connection, statement, source=schema.source, row_cap=settings.row_cap)


def _cost(items: Items, row: int) -> tuple[int | None, str]:
    """Return the first stated cost above zero, in millionths, and its column. U8 leaves unknown costs at 0 or NULL."""
    for label, values in items.columns.items():
        if label.startswith("cost_") and values[row] is not None and (cost := to_micro(values[row])) > 0:
            return cost, f"U8 {label.removeprefix('cost_')}"
    return None, ""


def _abc(value: str) -> str:
    letter = value.strip().upper()[:1]
    return letter if letter in {"A", "B", "C"} else ""


def _active(end: Any, today: datetime) -> bool:
    stop = moment(end, today.tzinfo)
    return stop is None or stop > today
