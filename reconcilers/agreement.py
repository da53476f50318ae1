"""Agreement: of two systems with each other (the point everything later starts from), and of one system with itself.

Self-agreement comes first (users.md 2.1): a balance that is not its own opening plus documents cannot be explained by
comparing it with another. Like ERPNext's stock ledger variance report only the *first* entry where the running balance
goes wrong is of interest; balances exist at the snapshots only, so the first interval between two snapshots that does
not add up is named, and the entries in it that alone would explain the break. Before the first snapshot there is the
system's own word: its opening, and the sum of its documents since.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations, pairwise

import numpy as np
import pyarrow as pa

from bridge.domain.variance import DocumentRef
from reconcilers.equation import Explained
from reconcilers.grain import GRAIN, places_of
from reconcilers.ledger_rows import read_side, steps
from reconcilers.request import Agreement, ExplainPolicy, LedgerSide, Place, SelfBreak
from reconcilers.rows import STOCK, Ints, Rows, micros

_MOST_UNSURE = 8
_MOST_ENTRIES = 5
"""Entries named for a break: the newest ones. Among many equal lots none is more likely than another."""


def keep_agreements(explained: Explained, tolerance: int = 0) -> dict[Place, Agreement]:
    """Given a pair's equations, return a new agreement point for each position whose remainder is within `tolerance`."""
    return {
        place: Agreement(explained.as_of, equation.open)
        for place, equation in explained.equations.items()
        if abs(equation.remainder) <= tolerance
    }


@dataclass(frozen=True)
class Reading:
    """The balances of one system at one time: item, warehouse, batch, quantity (millionths).

    `own_sums` = not what the system says is there, but its openings of the day `since` plus all its documents by then.
    """

    read_from: datetime
    read_to: datetime
    balances: pa.Table
    own_sums: bool = False
    since: date | None = None


def self_breaks(
    name: str, readings: Sequence[Reading], side: LedgerSide, grain: tuple[str, ...], policy: ExplainPolicy
) -> tuple[SelfBreak, ...]:
    """Given one system's readings, oldest first, and its documents, return where its balance left its documents.

    Positions missing from a reading count as zero there. Documents that moved during a read are given the benefit of
    the doubt. `amount` is what the balance has beyond its documents over all readings; `documents` name the entries of
    the first wrong interval whose effect alone makes it up (counted twice, or not at all). Raise nothing.
    """
    places = _all_places(readings)
    if len(readings) < 2 or not places.num_rows:  # noqa: PLR2004
        return ()
    rows = read_side(side, STOCK, places, grain, policy)
    keys = places_of(places)
    step = steps(places)
    total: dict[int, int] = {}
    first: dict[int, tuple[tuple[DocumentRef, ...], Reading, Reading]] = {}
    for before, after in pairwise(readings):
        gaps = _gaps(before, after, keys, rows, policy, step)
        for spot, (gap, entries) in gaps.items():
            total[spot] = total.get(spot, 0) + gap
            first.setdefault(spot, (entries, before, after))
    return tuple(_broken(name, keys[spot], total[spot], *first[spot]) for spot in sorted(total) if total[spot])


def _broken(
    name: str, place: Place, amount: int, entries: tuple[DocumentRef, ...], before: Reading, after: Reading
) -> SelfBreak:
    if before.own_sums:
        return SelfBreak(name, place, amount, entries, since=before.since)
    return SelfBreak(name, place, amount, entries, (before.read_from, after.read_from))


def _all_places(readings: Sequence[Reading]) -> pa.Table:
    if not readings:
        return pa.table({name: pa.array([], pa.string()) for name in GRAIN})
    return (
        pa.concat_tables([reading.balances.select(GRAIN) for reading in readings]).group_by(list(GRAIN)).aggregate([])
    )


def _gaps(
    before: Reading,
    after: Reading,
    keys: Sequence[Place],
    rows: Rows,
    policy: ExplainPolicy,
    step: Ints,
) -> dict[int, tuple[int, tuple[DocumentRef, ...]]]:
    """Return by position what one interval's balances have beyond its documents, and the entries that would explain it."""
    old, new = _quantities(before), _quantities(after)
    poll = micros(policy.poll)
    held = [(rows.starts <= micros(r.read_from)) & (rows.ends > micros(r.read_from)) for r in (before, after)]
    moved = held[1].astype(np.int64) - held[0].astype(np.int64)
    expected = np.zeros(len(keys), dtype=np.int64)
    np.add.at(expected, rows.place, moved * rows.effect)
    found = {}
    for spot, key in enumerate(keys):
        gap = new.get(key, 0) - old.get(key, 0) - int(expected[spot])
        if abs(gap) < step[spot] or _unsure(gap, spot, (before, after), rows, poll):
            continue
        within = held[1] if before.own_sums else moved != 0
        near = np.flatnonzero((rows.place == spot) & within & (np.abs(rows.effect) == abs(gap)))
        newest = near[np.argsort(-rows.starts[near], kind="stable")][:_MOST_ENTRIES]
        found[spot] = (gap, _entries(rows, newest))
    return found


def _entries(rows: Rows, near: Ints) -> tuple[DocumentRef, ...]:
    texts = rows.table.take(near).to_pylist()
    found = [
        DocumentRef(
            text["source"],
            text["document_type"],
            text["document_number"],
            text["line"],
            int(rows.effect[row]),
            text["state"],
            "proof",
        )
        for row, text in zip(near, texts, strict=True)
    ]
    return tuple(sorted(found, key=lambda entry: (entry.number, entry.line)))


def _quantities(reading: Reading) -> dict[Place, int]:
    columns = [reading.balances[name].to_pylist() for name in ("item", "warehouse", "batch", "quantity")]
    return {(item, warehouse, batch): quantity for item, warehouse, batch, quantity in zip(*columns, strict=True)}


def _unsure(gap: int, spot: int, readings: Sequence[Reading], rows: Rows, poll: int) -> bool:
    """Return whether documents that moved while one of the readings was taken can make up the gap."""
    effects: list[int] = []
    for reading, sign in zip(readings, (-1, 1), strict=True):
        begin, end = micros(reading.read_from), micros(reading.read_to) + poll
        here = rows.place == spot
        started = here & (rows.starts > begin) & (rows.starts <= end)
        ended = here & (rows.ends > begin) & (rows.ends <= end)
        effects += [sign * int(effect) for effect in rows.effect[started]]
        effects += [-sign * int(effect) for effect in rows.effect[ended]]
    effects = effects[:_MOST_UNSURE]
    return any(sum(way) == gap for size in range(1, len(effects) + 1) for way in combinations(effects, size))
