"""One system taking back its own document: red letter, deletion and re-entry, un-audit and audit.

Both halves stand on the same side, have opposite effects and belong to one family; a shared reference (a red document
names the one it reverses) is asked for first. They are matched only after both sides have been matched with each
other, so an issue never passes for the reversal of a receipt.
"""

import numpy as np

from reconcilers.matching.fifo import pair_up
from reconcilers.matching.pool import Pool, codes
from reconcilers.rows import FAR, Ints


def reversals(pool: Pool, window: int) -> None:
    """Pair opposite documents of one side and family, by reference or number, then by quantity alone."""
    rows = pool.rows
    sign = np.sign(rows.effect)
    later_names_earlier = np.where(sign > 0, rows.number, rows.reference)
    earlier_names_later = np.where(sign > 0, rows.reference, rows.number)
    wide = np.full(len(rows), window, dtype=np.int64)
    anything = np.ones(len(rows), dtype=np.int64)
    for token in (rows.number, later_names_earlier, earlier_names_later, rows.reference, anything):
        for counted_only in (True, False):
            index = _usable(pool, token, counted_only=counted_only)
            keys = (rows.place[index], rows.side[index], rows.family[index], np.abs(rows.fold[index]), token[index])
            left, right = pair_up(pool, index, codes(*keys), sign[index], wide[index])
            pool.join_pairs(left, right, "reversal")


def edits(pool: Pool) -> None:
    """Join what is left of one and the same document: its old version's removal and its new version."""
    rows = pool.rows
    index = np.flatnonzero(pool.free)
    removal = np.where(rows.removal[index], -1, 1).astype(np.int64)
    limit = np.full(len(index), FAR, dtype=np.int64)
    left, right = pair_up(pool, index, codes(rows.side[index], rows.place[index], rows.tie[index]), removal, limit)
    pool.join_pairs(left, right, "edited")


def _usable(pool: Pool, token: Ints, *, counted_only: bool) -> Ints:
    free = pool.free & (token > 0) & (pool.rows.effect != 0)
    return np.flatnonzero(free & pool.rows.counted if counted_only else free)
