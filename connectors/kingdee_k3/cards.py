"""Master data of a snapshot: materials, warehouses, conversions."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import Connection

from bridge.domain.quantity import to_micro
from connectors.database import Schema, read_columns
from connectors.kingdee_k3 import statements, tables
from connectors.kingdee_k3.config import KingdeeK3Settings

Rows = dict[str, list[Any]]
_DIGITS = 9
_MOST_DECIMALS = 28


@dataclass(frozen=True)
class Item:
    """A material as K/3 keeps it. `id` is the stable key, `code` the one people use."""

    code: str
    name: str
    spec: str
    unit: str
    unit_id: Any
    group_id: Any
    category: str
    abc: str
    cost: int | None
    cost_source: str
    decimals: int | None
    active: bool


@dataclass(frozen=True)
class Warehouse:
    """A warehouse. `kind` as in WAREHOUSE_CARDS; `type` is FTypeID, None where K/3 does not say."""

    code: str
    name: str
    type: int | None
    kind: str


@dataclass(frozen=True)
class Unit:
    """A unit of measure. `coefficient`: how many of its group's default unit one of it is; None = not stated."""

    name: str
    group_id: Any
    coefficient: Decimal | None
    floating: bool


@dataclass(frozen=True)
class Cards:
    """All master data, by id."""

    items: dict[Any, Item]
    warehouses: dict[Any, Warehouse]
    units: dict[Any, Unit]


def read_cards(connection: Connection, schema: Schema, settings: KingdeeK3Settings, row_cap: int) -> Cards:
    """Return the master data. Tables and columns that are optional are simply not known when absent."""

    def read(statement: statements.Statement | None) -> Rows:
        if statement is None:
            return {}
        return read_columns(connection, statement, source=schema.source, row_cap=row_cap)

    units = _units(read(statements.units(schema)))
    classes = _names(read(statements.classes(schema)))
    costs = statements.cost_columns(schema, settings)
    return Cards(
        items=_items(read(statements.items(schema, settings)), units, classes, costs),
        warehouses=_warehouses(read(statements.warehouses(schema))),
        units=units,
    )


def is_set(value: object) -> bool:
    """Return whether a K/3 flag (bit, smallint, 0 or NULL for no) is set."""
    return value is not None and str(value).strip() not in {"", "0", "False"}


def _items(rows: Rows, units: dict[Any, Unit], classes: dict[Any, str], costs: tuple[str, ...]) -> dict[Any, Item]:
    found: dict[Any, Item] = {}
    for at, key in enumerate(rows["id"]):
        unit = units.get(rows["unit_id"][at])
        cost, cost_source = _cost(rows, at, costs)
        abc = rows["abc"][at].strip().upper()
        found[key] = Item(
            code=rows["code"][at],
            name=rows["name"][at],
            spec=rows["spec"][at],
            unit=unit.name if unit else "",
            unit_id=rows["unit_id"][at],
            group_id=rows["group_id"][at],
            category=classes.get(rows["parent_id"][at], ""),
            abc=abc if abc in {"A", "B", "C"} else "",
            cost=cost,
            cost_source=cost_source,
            decimals=_decimals(rows["decimals"][at]),
            active=not is_set(rows["deleted"][at]),
        )
    return found


def _cost(rows: Rows, at: int, columns: tuple[str, ...]) -> tuple[int | None, str]:
    """Return the first cost above zero in millionths, and where it stands. Zero means "not kept", not "free"."""
    for n, column in enumerate(columns):
        value = rows[f"cost_{n}"][at]
        cost = to_micro(value) if value is not None and str(value).strip() else 0
        if cost > 0:
            return cost, f"K3 {column}"
    return None, ""


def _whole(value: object) -> int | None:
    """Return a small whole number as some column states it, None if it states none."""
    text = str(value).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None


def _warehouses(rows: Rows) -> dict[Any, Warehouse]:
    found: dict[Any, Warehouse] = {}
    for at, key in enumerate(rows["id"]):
        kind = _whole(rows["type"][at]) or None
        found[key] = Warehouse(
            code=rows["code"][at],
            name=rows["name"][at],
            type=kind,
            kind=tables.WAREHOUSE_KINDS.get(kind or 500, "normal"),
        )
    return found


def _units(rows: Rows) -> dict[Any, Unit]:
    found: dict[Any, Unit] = {}
    for at, key in enumerate(rows.get("id", ())):
        found[key] = Unit(
            name=rows["name"][at],
            group_id=rows["group_id"][at],
            coefficient=_positive(rows["coefficient"][at]),
            floating=rows["fixed"][at] is not None and not is_set(rows["fixed"][at]),
        )
    return found


def _decimals(value: object) -> int | None:
    number = _whole(value)
    return number if number is not None and number <= _MOST_DECIMALS else None


def _positive(value: object) -> Decimal | None:
    """Return a rate, None if there is none to calculate with."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and number > 0 else None


def _names(rows: Rows) -> dict[Any, str]:
    return dict(zip(rows.get("id", ()), rows.get("name", ()), strict=True))
