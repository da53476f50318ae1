"""The first snapshot of each source that a person vouched for, and the account set and schema it came from."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from bridge.store.statements import upsert
from bridge.store.tables import baselines


@dataclass(frozen=True)
class Baseline:
    """What was accepted for a source, by whom and when (UTC)."""

    source: str
    account: str
    schema: str
    snapshot_id: int
    by: str
    at: datetime


@dataclass(frozen=True)
class Baselines:
    """The baselines inside one transaction."""

    connection: Connection

    def get(self, source: str) -> Baseline | None:
        """Return the source's baseline, None when nobody has accepted one."""
        row = self.connection.execute(select(baselines).where(baselines.c.source == source)).one_or_none()
        return None if row is None else Baseline(**row._mapping)  # noqa: SLF001

    def accept(self, source: str, account: str, schema: str, snapshot_id: int, *, by: str, at: datetime) -> None:
        """Accept a stored snapshot as the source's baseline, in place of an earlier one.

        Raise InvariantBroken if there is no such snapshot (at the latest when the unit of work ends).
        """
        row = {"account": account, "schema": schema, "snapshot_id": snapshot_id, "by": by, "at": at}
        upsert(self.connection, baselines, {"source": source, **row})

    def revoke(self, source: str) -> bool:
        """Take the baseline back, so that the source is refused until one is accepted. Return whether it had one."""
        return self.connection.execute(delete(baselines).where(baselines.c.source == source)).rowcount == 1
