"""Past runs: what each found, what it was made from, and which blobs prove it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, insert, select

from bridge.domain.report import RunReport
from bridge.store import canonical
from bridge.store.blobs import blob_hashes
from bridge.store.counters import Counters
from bridge.store.tables import run_blobs, runs


@dataclass(frozen=True)
class StoredRun:
    """A run as it was kept. `inputs` is what the caller gave, `result_blob` the hash of the full result ('' = none)."""

    report: RunReport
    inputs: dict[str, Any]
    result_blob: str


Found = list[StoredRun]  # the classes have a method named list


@dataclass(frozen=True)
class Runs:
    """The runs inside one transaction."""

    connection: Connection

    def next_number(self) -> int:
        """Return the number of the run that is being written."""
        return Counters(self.connection).next("run")

    def add(self, report: RunReport, inputs: Mapping[str, object], result_blob: str = "") -> None:
        """Keep a run. Every blob hash in the report, in `inputs` and in `result_blob` is kept as long as the run is."""
        given = canonical.dump(dict(inputs))
        self.connection.execute(
            insert(runs).values(
                number=report.run,
                pair=report.pair,
                as_of=report.as_of,
                mode=report.mode,
                confirmed=report.confirmed,
                body=canonical.dump(report),
                inputs=given,
                result_blob=result_blob,
            )
        )
        readings = " ".join(reading.blob for reading in report.snapshots)
        named = sorted(blob_hashes(f"{given} {result_blob} {readings}"))
        if named:
            self.connection.execute(insert(run_blobs), [{"run": report.run, "blob": blob} for blob in named])

    def get(self, number: int) -> StoredRun | None:
        """Return the run with this number, None when there is none."""
        return _first(self.connection, select(runs).where(runs.c.number == number))

    def last(self, pair: str) -> StoredRun | None:
        """Return the pair's latest run."""
        return _first(self.connection, select(runs).where(runs.c.pair == pair).order_by(runs.c.number.desc()).limit(1))

    def list(self, limit: int = 50, pair: str | None = None) -> Found:
        """Return the latest runs, newest first."""
        chosen = select(runs).order_by(runs.c.number.desc()).limit(limit)
        rows = self.connection.execute(chosen if pair is None else chosen.where(runs.c.pair == pair))
        return [_read(row) for row in rows]

    def blobs_since(self, since: datetime) -> set[str]:
        """Return the hash of every blob that a run at or after `since` refers to."""
        joined = select(run_blobs.c.blob).join(runs, runs.c.number == run_blobs.c.run).where(runs.c.as_of >= since)
        return set(self.connection.execute(joined.distinct()).scalars())


def _first(connection: Connection, chosen: Select[Any]) -> StoredRun | None:
    row = connection.execute(chosen).one_or_none()
    return None if row is None else _read(row)


def _read(row: Any) -> StoredRun:
    return StoredRun(canonical.load(RunReport, row.body), canonical.load_facts(row.inputs), row.result_blob)
