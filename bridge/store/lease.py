"""One holder per name across processes. Every change of holder gives a higher epoch, which fences the former one.

Expiry is real wall time, never the clock of `--now`: on PostgreSQL the server's, so that hosts need not agree.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NewType

from sqlalchemy import Connection, Engine, select, text, update

from bridge.store.columns import from_instant
from bridge.store.counters import Counters
from bridge.store.engine import transaction
from bridge.store.process import is_dead, this_process
from bridge.store.statements import insert_once
from bridge.store.tables import leases

Epoch = NewType("Epoch", int)
"""Grows with every change of holder of any lease, so one number names one tenure."""


@dataclass(frozen=True)
class Tenure:
    """Who holds a name, since which epoch, until when (UTC) unless renewed."""

    name: str
    holder: str
    epoch: Epoch
    expires_at: datetime


def wall(connection: Connection) -> datetime:
    """Return the real time (UTC) that all holders of a lease share."""
    if connection.dialect.name == "sqlite":
        return from_instant(time.time_ns() // 1000)
    micros = connection.execute(text("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")).scalar_one()
    return from_instant(micros)


@dataclass(frozen=True)
class Lease:
    """The leases of a store. Each call is its own short transaction."""

    engine: Engine
    wall: Callable[[Connection], datetime] = wall

    def acquire(self, name: str, ttl: timedelta, holder: str | None = None) -> Epoch | None:
        """Take the name for `ttl`, from now if it is ours already. Return the epoch, None while somebody else holds it.

        `holder` is `host:pid:start`, by default this process. A holder that surely died is replaced at once, any other
        when its time is over. `ttl` should exceed the store's busy time, or a long write outlasts the lease.
        """
        me = this_process() if holder is None else holder
        with transaction(self.engine, "row") as connection:
            now = self.wall(connection)
            insert_once(connection, leases, {"name": name, "holder": "", "epoch": 0, "expires_at": now})
            row = connection.execute(select(leases).where(leases.c.name == name).with_for_update()).one()
            now = self.wall(connection)  # waiting for the row may have taken a while
            if row.holder == me:
                epoch = row.epoch
            elif not row.holder or row.expires_at <= now or is_dead(row.holder):
                epoch = Counters(connection).next("lease")
            else:
                return None
            renewed = update(leases).where(leases.c.name == name)
            connection.execute(renewed.values(holder=me, epoch=epoch, expires_at=now + ttl))
            connection.commit()
            return Epoch(epoch)

    def renew(self, name: str, epoch: int, ttl: timedelta) -> bool:
        """Hold the name for another `ttl` from now. Return False when somebody else has it: stop acting at once."""
        with transaction(self.engine, "row") as connection:
            mine = (leases.c.name == name) & (leases.c.epoch == epoch) & (leases.c.holder != "")
            kept = connection.execute(update(leases).where(mine).values(expires_at=self.wall(connection) + ttl))
            connection.commit()
            return kept.rowcount == 1

    def release(self, name: str, epoch: int) -> bool:
        """Give the name back. Return False when it was no longer ours."""
        with transaction(self.engine, "row") as connection:
            mine = (leases.c.name == name) & (leases.c.epoch == epoch) & (leases.c.holder != "")
            freed = connection.execute(update(leases).where(mine).values(holder=""))
            connection.commit()
            return freed.rowcount == 1

    def held(self, name: str) -> Tenure | None:
        """Return who holds the name now, None when nobody does or its time is over."""
        with transaction(self.engine, "read") as connection:
            row = connection.execute(select(leases).where(leases.c.name == name)).one_or_none()
            if row is None or not row.holder or row.expires_at <= self.wall(connection) or is_dead(row.holder):
                return None
            return Tenure(row.name, row.holder, Epoch(row.epoch), row.expires_at)
