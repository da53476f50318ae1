"""Only the stretch since the two systems last agreed: everything before it is settled (users.md 2.8).

Without an agreement point every document of the window takes part. With one, at time A:
- a document that counted at A and was not open then is settled, and left out;
- a settled document that stopped counting since (deleted, voided, un-audited) comes back as a *removal*: an event with
  the opposite effect. Re-entering or auditing it again is then an ordinary document that cancels the removal;
- an edited document, and one un-audited and audited again, is its old version's removal and a new document
  (history.py); without a history of changes an edit cannot be undone and shows up as an undocumented rest.
"""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from reconcilers.grain import places_of
from reconcilers.request import ExplainRequest
from reconcilers.rows import DAY, FAR, Flags, Rows, concat, micros

REMOVED = "-"
"""Prefix of the id of a removal in a set of open documents."""


def ids(rows: Rows) -> pa.ChunkedArray:
    """Return the id `source/key` of every row."""
    return pc.binary_join_element_wise(rows.table["source"], rows.table["key"], "/")


def stand(rows: Rows, at: int) -> Rows:
    """Return the rows with what they are at the instant: counted, or there without counting."""
    counted = (rows.starts <= at) & (rows.ends > at)
    later = ~counted & (rows.starts > at) & (rows.starts < FAR) & (rows.ends == FAR)
    live = ~counted & ~rows.deleted
    return replace(rows, counted=counted, later=later, live=live)


def active(rows: Rows, request: ExplainRequest, at: int) -> Rows:
    """Given all rows as they stand at T, return those that may make up a difference since the last agreement."""
    agreed = np.full(request.positions.num_rows, -FAR, dtype=np.int64)
    opened: list[str] = []
    if request.agreements:
        for index, place in enumerate(places_of(request.positions)):
            found = request.agreements.get(place)
            if found is not None:
                agreed[index] = micros(found.at)
                opened.extend(sorted(found.open))
    since = agreed[rows.place]
    names = ids(rows) if opened else None
    is_open = _among(names, opened, len(rows))
    then = (rows.starts <= since) & (rows.ends > since)
    settled = then & ~is_open
    gone = then & ~is_open & ~rows.counted & (rows.left <= at)
    gone |= _last(rows, _among(names, [name[1:] for name in opened if name.startswith(REMOVED)], len(rows)))
    removals = _as_removals(rows.take(gone))
    ghost = ~rows.counted & ~rows.live & ~gone & (rows.starts < FAR) & (rows.left > since - DAY)
    kept = replace(rows, ghost=ghost)
    return concat([kept.take((rows.counted & ~settled) | rows.live | ghost), removals])


def _among(names: pa.ChunkedArray | None, wanted: list[str], count: int) -> Flags:
    if names is None or not wanted:
        return np.zeros(count, dtype=np.bool_)
    return np.asarray(pc.is_in(names, value_set=pa.array(wanted)).combine_chunks())


def _last(rows: Rows, among: Flags) -> Flags:
    """Return of each document the version that stopped counting last."""
    found = np.zeros(len(rows), dtype=np.bool_)
    index = np.flatnonzero(among & ~rows.counted & (rows.starts < FAR) & (rows.left > -FAR))
    index = index[np.argsort(rows.left[index], kind="stable")]
    for row in {int(rows.tie[row]): row for row in index}.values():
        found[row] = True
    return found


def _as_removals(rows: Rows) -> Rows:
    true = np.ones(len(rows), dtype=np.bool_)
    when = np.where(rows.left > -FAR, rows.left, rows.at)
    return replace(
        rows, effect=-rows.effect, fold=-rows.fold, at=when, starts=when, ends=np.full(len(rows), FAR),
        counted=true, live=~true, later=~true, removal=true,
    )  # fmt: skip
