"""First step, beside collect: what moved since last time, stamped with the bridge's clock.

Documents are read before and after the snapshots: what is seen before a read began is in it, what is seen only after it
may be, and the explaining engine settles which.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa

from bridge.domain.errors import BridgeError
from bridge.domain.movement import MovementBatch
from bridge.ports import Source
from bridge.store.store import Store
from bridge.store.unit import UnitOfWork

_DAY = 86_400_000_000
_UTC_MICROS = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True)
class Pulled:
    """One source's documents since a cursor, or the error that stood in their way. `first` = nothing was read before."""

    source: str
    at: datetime
    batch: MovementBatch | None
    error: BridgeError | None
    first: bool


def pull(store: Store, sources: Sequence[Source], at: datetime) -> tuple[Pulled, ...]:
    """Given open sources, ask side by side what moved since their cursors. Nothing is stored or raised."""
    with store.read() as uow:
        cursors = {source.id: uow.movements.cursor(source.id) for source in sources if source.ability.movements}
    asked = [source for source in sources if source.id in cursors]
    with ThreadPoolExecutor(max_workers=max(len(asked), 1), thread_name_prefix="pull") as pool:
        return tuple(pool.map(lambda source: _pulled(source, cursors[source.id], at), asked))


def absorb(uow: UnitOfWork, pulled: Pulled) -> None:
    """Given what a source said, bring the ledger up to it inside the caller's transaction."""
    batch = pulled.batch
    if batch is None:
        return
    rows = backlog(batch.rows, pulled.at) if pulled.first else batch.rows
    uow.movements.merge(pulled.source, rows, pulled.at, batch.complete_keys, batch.complete_since)
    uow.movements.set_cursor(pulled.source, batch.cursor, pulled.at)


def backlog(rows: pa.Table, at: datetime) -> pa.Table:
    """Given a source's first reading, stamp each document with the moment it most likely moved.

    A ledger that starts in the middle of a month must not take last week's documents for news: they get their audit
    time, else their business time. A mere date counts as its end, and today's as now: younger is the safe side.
    """
    now = _micros(at)
    offset = int((at.utcoffset() or timedelta(0)).total_seconds()) * 1_000_000
    times = np.full(rows.num_rows, now, dtype=np.int64)
    for name in ("business_time", "audited_time"):
        found = _times(rows, name)
        known = found >= 0
        dated = known & ((found + offset) % _DAY == 0)
        times = np.where(known, np.where(dated, found + _DAY - 1, found), times)
    stamps = pa.array(np.minimum(times, now), pa.int64()).cast(_UTC_MICROS)
    return rows.set_column(rows.column_names.index("first_seen"), "first_seen", stamps)


def _pulled(source: Source, cursor: str, at: datetime) -> Pulled:
    try:
        return Pulled(source.id, at, source.movements(cursor), None, first=not cursor)
    except BridgeError as error:
        return Pulled(source.id, at, None, error, first=not cursor)


def _times(rows: pa.Table, name: str) -> np.ndarray:
    column = rows.column(name).cast(pa.int64()).fill_null(-1)
    return np.asarray(column.combine_chunks(), dtype=np.int64)


def _micros(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000)
