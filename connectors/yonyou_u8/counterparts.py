"""The other warehouse of a transfer: its 08 and 09 name the 调拨单 in cBusCode, that names both warehouses."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from connectors.database import Schema, as_text, read_columns
from connectors.yonyou_u8.tables import Documents

TRANSFER = "调拨"
_BLOCK = 500  # SQL Server takes 2,100 parameters at most
Transfers = dict[str, list[tuple[str, str]]]
"""(out, in) warehouses by transfer number; numbers may repeat over the years."""


def transfer_warehouses(
    connection: Connection, schema: Schema, found: list[tuple[Documents, dict[str, list[Any]]]]
) -> Transfers:
    """Given document lines as read, return the warehouses of the transfers they name."""
    table = schema.table("TransVouch")
    if table is None or not table.has("cTVCode", "cOWhCode", "cIWhCode"):
        return {}
    numbers = sorted(
        {
            number
            for pair, columns in found
            if pair.type in {"08", "09"}
            for number, origin in zip(columns.get("busy", ()), columns.get("origin", ()), strict=False)
            if number and origin == TRANSFER
        }
    )
    transfers: Transfers = {}
    code = table.column("cTVCode")
    for first in range(0, len(numbers), _BLOCK):
        statement = sa.select(
            as_text(code, 60).label("number"),
            as_text(table.column("cOWhCode"), 60).label("out"),
            as_text(table.column("cIWhCode"), 60).label("into"),
        ).where(code.in_(numbers[first : first + _BLOCK]))
        rows = read_columns(connection, statement, source=schema.source, row_cap=1_000_000)
        for number, out, into in zip(*rows.values(), strict=True):
            transfers.setdefault(number, []).append((out, into))
    return transfers


def counterpart(transfers: Transfers, pair: Documents, number: str, warehouse: str) -> str:
    """Return the warehouse on the other side, '' if no transfer or more than one possible."""
    outward = pair.sign < 0
    legs = transfers.get(number, ())
    others = {into if outward else out for out, into in legs if warehouse == (out if outward else into)}
    return others.pop() if len(others) == 1 else ""
