"""Which scheduled slots have been taken. A slot is run by whoever inserts its key."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from bridge.store.statements import insert_once
from bridge.store.tables import slots


@dataclass(frozen=True)
class Slot:
    """A taken slot: its unique key and when it was taken (UTC)."""

    run_key: str
    at: datetime


@dataclass(frozen=True)
class Slots:
    """The slots inside one transaction."""

    connection: Connection

    def claim(self, run_key: str, at: datetime) -> bool:
        """Given a slot's unique key, take it. Return whether it was still free."""
        return insert_once(self.connection, slots, {"run_key": run_key, "at": at})

    def last(self, prefix: str) -> Slot | None:
        """Return the latest slot taken whose key begins with `prefix`, None when there is none."""
        mine = func.substr(slots.c.run_key, 1, len(prefix)) == prefix
        row = self.connection.execute(
            select(slots).where(mine).order_by(slots.c.at.desc(), slots.c.run_key.desc()).limit(1)
        ).one_or_none()
        return None if row is None else Slot(row.run_key, row.at)
