"""When two systems last agreed on a position, and which documents were open on one side then."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select

from bridge.store.statements import upsert
from bridge.store.tables import agreements

Place = tuple[str, str, str]
"""Item, warehouse, batch in common codes."""
_PLACE = ("item", "warehouse", "batch")


@dataclass(frozen=True)
class Agreement:
    """The last agreement point (UTC) of a position and the keys of the documents that were one-sided but explained."""

    at: datetime
    open_keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Agreements:
    """The agreement points inside one transaction."""

    connection: Connection

    def get(self, pair: str) -> dict[Place, Agreement]:
        """Return every agreement point of the pair by position."""
        rows = self.connection.execute(select(agreements).where(agreements.c.pair == pair))
        return {
            (row.item, row.warehouse, row.batch): Agreement(row.at, tuple(json.loads(row.open_keys))) for row in rows
        }

    def save(self, pair: str, rows: Mapping[Place, Agreement]) -> None:
        """Keep the given agreement points, over those at the same positions; others stay."""
        values = [
            {
                "pair": pair,
                "item": item,
                "warehouse": warehouse,
                "batch": batch,
                "at": agreed.at,
                "open_keys": json.dumps(agreed.open_keys, ensure_ascii=False) if agreed.open_keys else "[]",
            }
            for (item, warehouse, batch), agreed in rows.items()
        ]
        upsert(self.connection, agreements, values)

    def forget(self, pair: str, places: Collection[Place] | None = None) -> None:
        """Drop agreement points: of the given positions, or all of the pair (after a restored account set)."""
        of_pair = delete(agreements).where(agreements.c.pair == pair)
        if places is None:
            self.connection.execute(of_pair)
            return
        if places:
            here = [agreements.c[name] == bindparam(f"its_{name}") for name in _PLACE]
            named = [{f"its_{name}": code for name, code in zip(_PLACE, place, strict=True)} for place in places]
            self.connection.execute(of_pair.where(*here), named)
