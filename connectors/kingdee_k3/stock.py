"""Stock lines: what the stock tables hold, given names by the cards, every row accounted for."""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection

from bridge.domain.errors import SnapshotRejected
from bridge.domain.snapshot import STOCK_LINES
from connectors.database import read_columns, stated_quantity
from connectors.kingdee_k3.cards import Cards, Warehouse
from connectors.kingdee_k3.config import KingdeeK3Settings
from connectors.kingdee_k3.statements import StockStatements

ATTEMPTS = 3
_NAMED = 10  # ids spelled out in a message; the rest is counted


@dataclass(frozen=True)
class Reading:
    """The groups of one stock table and, per warehouse id, how many rows a second count found.

    `virtual` marks POInventory: its stock is neither owned nor available.
    """

    table: str
    virtual: bool
    groups: dict[str, list[Any]]
    counted: dict[Any, int]

    def agrees(self) -> bool:
        """Return whether the groups hold as many rows as were counted."""
        return bool(sum(self.groups["rows"]) == sum(self.counted.values()))


@dataclass(frozen=True)
class Lines:
    """STOCK_LINES with the ids behind them: `rows` of the table went into them, `expected` were counted.

    `left_out` tells rows per warehouse code that the settings leave out, `items` the ids that have stock.
    """

    table: pa.Table
    rows: int
    expected: int
    items: frozenset[Any]
    left_out: dict[str, int]


def read_stock(
    connection: Connection, asked: StockStatements, source: str, row_cap: int, *, virtual: bool = False
) -> Reading:
    """Read one stock table and count it again; repeat while a posting in between makes the two disagree (F2).

    The last reading is returned even if it disagrees: the gate refuses it then.
    """
    for _ in range(ATTEMPTS):
        groups = read_columns(connection, asked.lines, source=source, row_cap=row_cap)
        count = read_columns(connection, asked.count, source=source, row_cap=row_cap)
        reading = Reading(asked.table, virtual, groups, dict(zip(count["stock_id"], count["rows"], strict=True)))
        if reading.agrees():
            break
    return reading


def lines_of(readings: list[Reading], cards: Cards, settings: KingdeeK3Settings, source: str) -> Lines:
    """Given the readings and the cards, return the lines of the warehouses that are wanted.

    Raise SnapshotRejected if a row's item or warehouse has no card or no code: a join must not make stock vanish.
    """
    columns: dict[str, list[Any]] = {name: [] for name in STOCK_LINES.names}
    rows = expected = 0
    items: set[Any] = set()
    left_out: dict[str, int] = {}
    for reading in readings:
        wanted = _wanted(reading, cards, settings, source)
        expected += sum(count for key, count in reading.counted.items() if key in wanted)
        for key, count in reading.counted.items():
            if key not in wanted:
                code = cards.warehouses[key].code
                left_out[code] = left_out.get(code, 0) + count
        groups = reading.groups
        chosen = [at for at, key in enumerate(groups["stock_id"]) if key in wanted]
        _refuse_orphans(reading.table, "t_ICItem", {groups["item_id"][at] for at in chosen}, cards.items, source)
        batches = groups.get("batch")
        for at in chosen:
            item = cards.items[groups["item_id"][at]]
            known = groups["quantity"][at] is not None and not groups["unknown"][at]
            columns["item"].append(item.code)
            columns["warehouse"].append(wanted[groups["stock_id"][at]].code)
            columns["batch"].append(batches[at] if batches else "")
            where = {"source": source, "item": item.code, "warehouse": wanted[groups["stock_id"][at]].code}
            columns["quantity"].append(stated_quantity(groups["quantity"][at], **where) if known else None)
            columns["raw_unit"].append(item.unit)
            columns["raw_quantity"].append(str(groups["quantity"][at]) if known else "")
            rows += groups["rows"][at]
            items.add(groups["item_id"][at])
    return Lines(pa.table(columns, schema=STOCK_LINES), rows, expected, frozenset(items), left_out)


def _wanted(reading: Reading, cards: Cards, settings: KingdeeK3Settings, source: str) -> dict[Any, Warehouse]:
    """Return the warehouses of this reading whose type is to be read. Of the virtual table all are."""
    keys = set(reading.groups["stock_id"]) | set(reading.counted)
    _refuse_orphans(reading.table, "t_Stock", keys, cards.warehouses, source)
    found = {key: cards.warehouses[key] for key in keys}
    if reading.virtual:
        return found
    # Without a type nothing says that the stock is not ordinary; leaving it out would be a silent loss.
    return {key: card for key, card in found.items() if card.type is None or card.type in settings.warehouse_types}


def _refuse_orphans(table: str, master: str, keys: set[Any], cards: dict[Any, Any], source: str) -> None:
    strays = sorted(
        (str(key) for key in keys if key not in cards or not cards[key].code), key=lambda key: (len(key), key)
    )
    if strays:
        named = ", ".join(strays[:_NAMED]) + (" ..." if len(strays) > _NAMED else "")
        column = "FStockID" if master == "t_Stock" else "FItemID"
        raise SnapshotRejected(
            "BR-1221", source=source, table=table, master=master, column=column, ids=named, count=len(strays)
        )
