"""A past run, recomputed from what was stored: the same snapshots, rules and state must give the same bytes."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from bridge.cycle.admit import Judged
from bridge.cycle.decide import decide, result_text
from bridge.cycle.inputs import RunInputs
from bridge.cycle.ledger import from_blobs
from bridge.cycle.own_books import past_stock
from bridge.domain.report import SourceReading
from bridge.store import canonical
from bridge.store.archive import get_snapshot
from bridge.store.runs import StoredRun
from bridge.store.store import Store


@dataclass(frozen=True)
class Replay:
    """Hashes of the result as stored and as recomputed, and the recomputed text."""

    stored: str
    recomputed: str
    text: str

    @property
    def same(self) -> bool:
        """Return whether both are the same to the byte."""
        return self.stored == self.recomputed


@dataclass(frozen=True)
class PastRun:
    """What a run was given, as it was stored, and the hash of what it decided."""

    inputs: RunInputs
    judged: Mapping[str, Judged]
    result: str


def replay(store: Store, number: int) -> Replay | None:
    """Given a run's number, recompute it. Return None if there is no such run; raise InvariantBroken if a blob is damaged."""
    past = past_run(store, number)
    if past is None:
        return None
    ids, documents = iter(past.inputs.ids), from_blobs(store.blobs, past.inputs.documents)
    decision = decide(past.inputs, past.judged, documents, past_stock(store.blobs), lambda: next(ids))
    text = result_text(decision)
    return Replay(past.result, hashlib.sha256(text.encode()).hexdigest(), text)


def past_run(store: Store, number: int) -> PastRun | None:
    """Given a run's number, return it. Return None if there is none; raise InvariantBroken if a blob is damaged."""
    with store.read() as uow:
        run = uow.runs.get(number)
    if run is None:
        return None
    return PastRun(inputs_of(store, run), judged_in(store, run), run.result_blob)


def inputs_of(store: Store, run: StoredRun) -> RunInputs:
    """Return what a stored run decided from, its readings apart."""
    return canonical.load(RunInputs, store.blobs.get(run.inputs["inputs"]).decode())


def judged_in(store: Store, run: StoredRun) -> dict[str, Judged]:
    """Return a stored run's readings by source, with their snapshots."""
    return {reading.source: judged_of(store, reading) for reading in run.report.snapshots}


def judged_of(store: Store, reading: SourceReading) -> Judged:
    """Given a source's part in a past run, return it with its stored snapshot."""
    snapshot = get_snapshot(store.blobs, reading.blob) if reading.admitted else None
    return Judged(reading=reading, snapshot=snapshot, exit_code=0)
