"""Second step: judge each reading at the gates and keep what arrived, admitted or not."""

from dataclasses import dataclass, replace
from datetime import datetime

import pyarrow.compute as pc

from bridge.cycle.collect import Reading
from bridge.domain.admission import Baseline, History, Refusal, SnapshotFacts, judge
from bridge.domain.errors import SnapshotRejected, SourceUnavailable
from bridge.domain.report import SourceReading
from bridge.domain.snapshot import Snapshot
from bridge.store.archive import HashOnly, get_positions, positions, put_snapshot
from bridge.store.store import Store
from bridge.store.unit import UnitOfWork


@dataclass(frozen=True)
class Judged:
    """A reading after the gates. `snapshot` is None when nothing arrived or it was refused."""

    reading: SourceReading
    snapshot: Snapshot | None
    exit_code: int


def accept_baseline(store: Store, reading: Reading, by: str, now: datetime) -> SourceReading:
    """Given a reading that a person vouches for, make it the source's normal. Raise what stood in the reading's way.

    The gates that need no past still hold: a truncated or empty read is no baseline, whoever signs.
    """
    if reading.snapshot is None:
        raise reading.error or SourceUnavailable("BR-2064", source=reading.plan.id, seconds="0")
    blob, content = put_snapshot(store.blobs, reading.snapshot)
    provenance = reading.snapshot.provenance
    with store.begin() as uow:
        facts = _facts(store, uow, reading, reading.snapshot, content)
        alone = replace(facts, vanished=0)
        refusal = judge(alone, History(), Baseline(provenance.account, provenance.schema), reading.plan.gates, now)
        if refusal is not None:
            raise SnapshotRejected(refusal.code, **refusal.facts)
        kept = uow.snapshots.add(provenance, blob, admitted=True, stats=_stats(facts))
        uow.baselines.accept(reading.plan.id, provenance.account, provenance.schema, kept, by=by, at=now)
        told = {"account": provenance.account, "rows": str(provenance.rows), "snapshot": blob}
        uow.audit.append(by, "baseline.accepted", reading.plan.id, told, now)
        uow.commit()
    return _source_reading(reading, blob, None)


def admit(store: Store, reading: Reading, now: datetime, *, keep: bool = True) -> Judged:
    """Given a reading, store its snapshot, judge it against its source's past, and record the verdict at once.

    The verdict is its own small transaction: a snapshot is a fact about the source, whatever the run then does. Without
    `keep` (a dry run) it is judged alike and nothing is written.
    """
    if reading.snapshot is None:
        return _unread(reading)
    blob, content = put_snapshot(store.blobs if keep else HashOnly(), reading.snapshot)
    with store.begin() as uow:
        facts = _facts(store, uow, reading, reading.snapshot, content)
        refusal = judge(facts, _history(uow, reading), _baseline(uow, reading), reading.plan.gates, now)
        uow.snapshots.add(
            reading.snapshot.provenance,
            blob,
            admitted=refusal is None,
            reason_code=refusal.code if refusal else "",
            reason_facts=_reason(refusal),
            stats=_stats(facts),
            self_checked=reading.own_books,
        )
        checked = uow.snapshots.self_checked(reading.plan.id)
        if keep:
            uow.commit()
    return Judged(
        reading=replace(
            _source_reading(reading, blob, refusal),
            self_agreement=checked.provenance.self_agreement if checked else None,
        ),
        snapshot=reading.snapshot if refusal is None else None,
        exit_code=4 if refusal else 0,
    )


def _unread(reading: Reading) -> Judged:
    error = reading.error or SourceUnavailable("BR-2064", source=reading.plan.id, seconds="0")
    gate = "source unreachable" if isinstance(error, SourceUnavailable) else "source refused"
    refusal = Refusal("snapshot rejected" if error.exit_code == 4 else gate, error.code, error.facts)  # noqa: PLR2004 - exit code of a gate
    return Judged(_source_reading(reading, "", refusal), None, error.exit_code)


def _source_reading(reading: Reading, blob: str, refusal: Refusal | None) -> SourceReading:
    provenance = reading.snapshot.provenance if reading.snapshot else None
    return SourceReading(
        source=reading.plan.id,
        label=reading.plan.label,
        taken_from=reading.taken_from,
        taken_to=reading.taken_to,
        as_of=provenance.as_of if provenance else None,
        rows=provenance.rows if provenance else 0,
        admitted=refusal is None,
        blob=blob,
        reason_code=refusal.code if refusal else "",
        reason_facts=_reason(refusal),
    )


def _reason(refusal: Refusal | None) -> tuple[tuple[str, str], ...]:
    return (("gate", refusal.gate), *sorted(refusal.facts.items())) if refusal else ()


def _facts(store: Store, uow: UnitOfWork, reading: Reading, snapshot: Snapshot, content: str) -> SnapshotFacts:
    provenance = snapshot.provenance
    now_there = positions(snapshot.lines)
    last = uow.snapshots.admitted(reading.plan.id, limit=1)
    before = get_positions(store.blobs, last[0].blob) if last else set()
    return SnapshotFacts(
        source=reading.plan.id,
        account=provenance.account,
        schema=provenance.schema,
        rows=provenance.rows,
        expected_rows=provenance.expected_rows,
        keys=len(now_there),
        zero_lines=pc.sum(pc.equal(snapshot.lines["quantity"], 0)).as_py() or 0,
        lines=snapshot.lines.num_rows,
        vanished=len(before - now_there),
        previous_keys=len(before),
        content=content,
        as_of=provenance.as_of,
        fetched_from=provenance.fetched_from,
        fetched_to=provenance.fetched_to,
        clock_offset_s=provenance.clock_offset_s,
    )


def _stats(facts: SnapshotFacts) -> dict[str, object]:
    """Return what later gates compare with."""
    return {"content": facts.content, "zero_lines": facts.zero_lines, "lines": facts.lines}


def _history(uow: UnitOfWork, reading: Reading) -> History:
    """Return the source's admitted past since its baseline; older pictures belong to another normal."""
    accepted = uow.baselines.get(reading.plan.id)
    admitted = [
        row
        for row in uow.snapshots.admitted(reading.plan.id, limit=_LOOK_BACK)
        if accepted is None or (row.id or 0) >= accepted.snapshot_id
    ]
    if not admitted:
        return History()
    contents: list[str] = []
    since = admitted[0].provenance.fetched_from
    for row in admitted:
        if not contents or contents[-1] != row.stats["content"]:
            contents.append(row.stats["content"])
        if len(contents) == 1:
            since = row.provenance.fetched_from
    newest = admitted[0]
    return History(
        rows=tuple(row.provenance.rows for row in admitted[: reading.plan.gates.history]),
        contents=tuple(contents),
        content_since=since,
        last_as_of=newest.provenance.as_of,
        zero_share=newest.stats["zero_lines"] / newest.stats["lines"] if newest.stats["lines"] else 0.0,
    )


def _baseline(uow: UnitOfWork, reading: Reading) -> Baseline | None:
    accepted = uow.baselines.get(reading.plan.id)
    return None if accepted is None else Baseline(account=accepted.account, schema=accepted.schema)


_LOOK_BACK = 200
"""Admitted snapshots looked at to tell for how long a content has stood still: four days at one every half hour."""
