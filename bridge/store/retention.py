"""What is kept how long. Rows that explain decisions stay; the bulk behind them goes when nothing young names it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from bridge.store.blobs import GRACE_S, blob_hashes
from bridge.store.outbox import UNFINISHED
from bridge.store.store import Store
from bridge.store.tables import baselines, outbox, snapshots
from bridge.store.unit import UnitOfWork


@dataclass(frozen=True)
class Swept:
    """How much was removed."""

    blobs: int
    audit_rows: int


def sweep(
    store: Store,
    now: datetime,
    *,
    snapshots_days: int,
    audit_days: int,
    by: str = "system",
    grace_s: float = GRACE_S,
) -> Swept:
    """Remove blobs that nothing within `snapshots_days` refers to, and audit rows older than `audit_days`.

    Whatever their age, these stay: the last admitted and the accepted snapshot of each source, the mails of unfinished
    effects, and, for `grace_s` seconds of real time, whatever was just put. Both removals stand in the audit trail.
    """
    with store.begin() as uow:
        keep = kept_blobs(uow, now - timedelta(days=snapshots_days))
        pruned = uow.audit.prune(now - timedelta(days=audit_days), by=by, at=now)
        uow.commit()
    removed = store.blobs.sweep(store.blobs.closure(keep), grace_s)
    if removed:
        with store.begin() as uow:
            facts = {"blobs": removed, "snapshots_days": snapshots_days}
            uow.audit.append(by, "blobs.swept", "retention", facts, now)
            uow.commit()
    return Swept(removed, pruned)


def kept_blobs(uow: UnitOfWork, since: datetime) -> set[str]:
    """Return the hash of every blob that must stay when what happened before `since` may go."""
    keep = uow.runs.blobs_since(since) | _snapshot_blobs(uow.connection, since) | _effect_blobs(uow.connection, since)
    return keep - {""}


def _snapshot_blobs(connection: Connection, since: datetime) -> set[str]:
    last = select(func.max(snapshots.c.id)).where(snapshots.c.admitted).group_by(snapshots.c.source)
    accepted = select(baselines.c.snapshot_id)
    chosen = select(snapshots.c.blob).where(
        (snapshots.c.fetched_to >= since) | snapshots.c.id.in_(last) | snapshots.c.id.in_(accepted)
    )
    return set(connection.execute(chosen).scalars())


def _effect_blobs(connection: Connection, since: datetime) -> set[str]:
    chosen = select(outbox.c.body).where((outbox.c.created_at >= since) | outbox.c.state.in_(UNFINISHED))
    return {name for body in connection.execute(chosen).scalars() for name in blob_hashes(body)}
