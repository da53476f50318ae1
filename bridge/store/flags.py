"""Small facts the bridge must remember: paused, the audit head, the last heartbeat."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from bridge.store import canonical
from bridge.store.statements import upsert
from bridge.store.tables import flags


@dataclass(frozen=True)
class Flag:
    """One remembered fact: a small JSON object, who set it and when (UTC)."""

    name: str
    value: dict[str, Any]
    by: str
    at: datetime


Found = list[Flag]  # the classes have a method named list


@dataclass(frozen=True)
class Flags:
    """The flags inside one transaction."""

    connection: Connection

    def get(self, name: str) -> Flag | None:
        """Return the flag, None when it is not set."""
        row = self.connection.execute(select(flags).where(flags.c.name == name)).one_or_none()
        return None if row is None else _read(row)

    def set(self, name: str, value: Mapping[str, object], *, by: str, at: datetime) -> None:
        """Set the flag to a small JSON object, over whatever it was."""
        upsert(self.connection, flags, {"name": name, "value": canonical.dump(dict(value)), "by": by, "at": at})

    def delete(self, name: str) -> bool:
        """Take the flag away. Return whether it was set."""
        return self.connection.execute(delete(flags).where(flags.c.name == name)).rowcount == 1

    def list(self) -> Found:
        """Return every flag by name."""
        rows = self.connection.execute(select(flags).order_by(flags.c.name))
        return [_read(row) for row in rows]


def _read(row: Any) -> Flag:
    return Flag(row.name, canonical.load_facts(row.value), row.by, row.at)
