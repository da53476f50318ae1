"""A document deleted and entered again is the same event, and has been there since the first of the two."""

import numpy as np

from reconcilers.matching.fifo import pair_up
from reconcilers.matching.pool import Pool, codes
from reconcilers.rows import DAY


def date_reentries(pool: Pool) -> None:
    """Let a document that replaces a deleted one of its own side be matched by the time of the first.

    Same position, family, quantity and reference, entered within a day after the deletion.
    """
    rows = pool.rows
    if not rows.ghost.any():
        return
    index = np.flatnonzero(rows.ghost | rows.counted | rows.live)
    side = np.where(rows.ghost[index], -1, 1).astype(np.int64)
    keys = (rows.place, rows.side, rows.family, rows.fold, rows.reference)
    first = pool.when.copy()
    pool.when[rows.ghost] = rows.left[rows.ghost]
    limit = np.full(len(index), DAY, dtype=np.int64)
    gone, again = pair_up(pool, index, codes(*(key[index] for key in keys)), side, limit)
    pool.when[rows.ghost] = first[rows.ghost]
    true = rows.at[again] >= rows.left[gone]
    pool.when[again[true]] = first[gone[true]]
    pool.join_pairs(gone[true], gone[true], "replaced")
