"""The documents that a run put together at one position: what stands behind the number of pairs."""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from bridge.cycle.decide import explaining_of, sides_of
from bridge.cycle.ledger import Documents, Recorder, from_blobs
from bridge.cycle.own_books import past_stock
from bridge.cycle.replay import past_run
from bridge.store.store import Store
from reconcilers.engine import compare
from reconcilers.equation import NOT_FOLDED
from reconcilers.request import Place, document_id


@dataclass(frozen=True)
class MatchedDocument:
    """One line of a document; `effect` in millionths of its own system's base unit."""

    source: str
    type: str
    number: str
    effect: int


@dataclass(frozen=True)
class Matched:
    """Documents of one event. `how` they were found, as in reconcilers.matching.HOWS.

    `left_open` is what they leave open on stock - book, in millionths: 0, unless one waits for audit or was rounded.
    """

    how: str
    left_open: int
    documents: tuple[MatchedDocument, ...]


def matched_at(store: Store, number: int, place: Place) -> tuple[Matched, ...]:
    """Given a run's number and a position at the pair's grain, explain the run again; return its pairs there.

    Nothing for a run that is gone, or that a source was missing from.
    """
    past = past_run(store, number)
    if past is None or any(past.judged[source].snapshot is None for source in past.inputs.plan.sources):
        return ()
    plan, recorder = past.inputs.plan, Recorder(from_blobs(store.blobs, past.inputs.documents))
    explaining = explaining_of(past.inputs, past.judged, recorder, past_stock(store.blobs))
    compare(sides_of(plan, past.judged), plan.compare, explaining)
    members: dict[int, list[dict[str, Any]]] = {}
    for row in _at(explaining.groups, place).to_pylist():
        if row["how"] not in NOT_FOLDED:
            members.setdefault(row["group"], []).append(row)
    lines = _lines(recorder.given, {row["id"] for rows in members.values() for row in rows})
    return tuple(
        Matched(rows[0]["how"], rows[0]["signed"], tuple(lines[row["id"]] for row in rows)) for rows in members.values()
    )


def _at(groups: pa.Table, place: Place) -> pa.Table:
    for name, part in zip(("item", "warehouse", "batch"), place, strict=True):
        groups = groups.filter(pc.equal(groups[name], part))
    return groups


def _lines(given: list[Documents], wanted: set[str]) -> dict[str, MatchedDocument]:
    keys = pa.array(sorted(name.partition("/")[2] for name in wanted), pa.string())
    found: dict[str, MatchedDocument] = {}
    for each in given:
        for row in each.rows.filter(pc.is_in(each.rows["key"], value_set=keys)).to_pylist():
            line = MatchedDocument(row["source"], row["document_type"], row["document_number"], row["effect"])
            found[document_id(row["source"], row["key"])] = line
    return found
