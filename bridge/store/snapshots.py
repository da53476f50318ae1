"""Readings of the sources: where each came from, whether the gates admitted it, and where its rows are."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, insert, select

from bridge.domain.snapshot import Provenance
from bridge.store import canonical
from bridge.store.tables import snapshots


@dataclass(frozen=True)
class StoredSnapshot:
    """One reading. `blob` is the hash of its rows ('' = nothing could be stored).

    `stats` is what later gates compare with. `reason_code` is '' when admitted, else the gate's code, and
    `reason_facts` fill its sentence.
    """

    source: str
    blob: str
    provenance: Provenance
    admitted: bool
    reason_code: str = ""
    reason_facts: tuple[tuple[str, str], ...] = ()
    stats: dict[str, Any] = field(default_factory=dict)
    id: int | None = None


@dataclass(frozen=True)
class Snapshots:
    """The snapshots inside one transaction."""

    connection: Connection

    def add(
        self,
        provenance: Provenance,
        blob: str,
        *,
        admitted: bool,
        reason_code: str = "",
        reason_facts: tuple[tuple[str, str], ...] = (),
        stats: Mapping[str, object] | None = None,
        self_checked: bool = False,
    ) -> int:
        """Keep a reading whose blob is already written. Return its id.

        `self_checked` = the source was asked how it stands to its own books, whether or not it knew.
        """
        kept = StoredSnapshot(
            provenance.source, blob, provenance, admitted, reason_code, reason_facts, dict(stats or {})
        )
        statement = insert(snapshots).values(
            source=kept.source,
            blob=blob,
            fetched_to=provenance.fetched_to,
            rows=provenance.rows,
            admitted=admitted,
            self_checked=self_checked,
            body=canonical.dump(kept),
        )
        return int(self.connection.execute(statement.returning(snapshots.c.id)).scalar_one())

    def get(self, snapshot_id: int) -> StoredSnapshot | None:
        """Return the reading with this id, None when there is none."""
        return next(iter(self._read(select(snapshots).where(snapshots.c.id == snapshot_id))), None)

    def admitted(self, source: str, limit: int = 7) -> list[StoredSnapshot]:
        """Return the source's last admitted readings, newest first."""
        return self._read(_newest(source).where(snapshots.c.admitted).limit(limit))

    def since(self, source: str, at: datetime, limit: int) -> list[StoredSnapshot]:
        """Return the source's first admitted readings whose fetching began at `at` or later, oldest first."""
        later = select(snapshots).where(snapshots.c.source == source, snapshots.c.admitted)
        rows = self._read(later.where(snapshots.c.fetched_to >= at).order_by(snapshots.c.id).limit(limit + 1))
        return [row for row in rows if row.provenance.fetched_from >= at][:limit]

    def self_checked(self, source: str) -> StoredSnapshot | None:
        """Return the source's last admitted reading that was to be held against its own books, None when there is none."""
        checked = _newest(source).where(snapshots.c.admitted, snapshots.c.self_checked)
        return next(iter(self._read(checked.limit(1))), None)

    def last(self, source: str) -> StoredSnapshot | None:
        """Return the source's last reading, admitted or not."""
        return next(iter(self._read(_newest(source).limit(1))), None)

    def _read(self, chosen: Select[Any]) -> list[StoredSnapshot]:
        rows = self.connection.execute(chosen)
        return [replace(canonical.load(StoredSnapshot, row.body), id=row.id) for row in rows]


def _newest(source: str) -> Select[Any]:
    return select(snapshots).where(snapshots.c.source == source).order_by(snapshots.c.id.desc())
