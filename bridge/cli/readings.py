"""The last reading of a source that the gates admitted, as it was stored."""

from bridge.bootstrap import Application
from bridge.domain.snapshot import Snapshot
from bridge.store.archive import get_snapshot


def last_admitted(app: Application, source: str) -> Snapshot | None:
    """Given a source's id, return its last admitted snapshot, None where there is none."""
    with app.store.read() as uow:
        last = uow.snapshots.admitted(source, limit=1)
    return get_snapshot(app.store.blobs, last[0].blob) if last else None
