"""Which documents of the two sides are the same event: strongest evidence first, no row in two groups.

The order of the passes is the order of proof: a shared reference with equal quantities; a reference whose documents
add up; one document against one of the same reference (a quantity typed wrong, never lent to others); equal
deliveries entered in parts; equal quantities close in time; runs that add up; equal quantities further apart; what is
left of a reference; a side's own reversals.
"""

from datetime import timedelta

import numpy as np

from reconcilers.matching.by_quantity import by_quantity, by_quantity_far, fold_parts, fold_runs
from reconcilers.matching.by_reference import by_reference, fold_sums, link_unequal
from reconcilers.matching.pool import ALONE, HOWS, Pool
from reconcilers.matching.reentry import date_reentries
from reconcilers.matching.reversal import edits, reversals
from reconcilers.request import ExplainPolicy
from reconcilers.rows import Rows, micros

__all__ = ["ALONE", "HOWS", "Pool", "match"]


_FAR_RUNS = 3
"""Parts of one delivery may be entered over so many times their grace."""
_TIGHT = 4
"""Most events are entered within this part of their grace."""
_TOGETHER = micros(timedelta(minutes=30))
"""Parts of a delivery that somebody enters one after the other."""


def match(rows: Rows, policy: ExplainPolicy) -> Pool:
    """Given the rows since the last agreement, return them grouped. Rows that match nothing stay alone."""
    pool = Pool(rows)
    date_reentries(pool)
    near = rows.grace + micros(policy.poll)
    reference, window = micros(policy.reference_window), micros(policy.match_window)
    by_reference(pool, near, reference, window)
    fold_sums(pool, reference)
    link_unequal(pool, near, sole=True)
    fold_parts(pool, near // _TIGHT, _TOGETHER)
    by_quantity(pool, near)
    fold_runs(pool, rows.grace)
    by_quantity_far(pool, near, window)
    fold_runs(pool, _FAR_RUNS * rows.grace, one=True)
    link_unequal(pool, np.full(len(rows), window), sole=False)
    _with_ghosts(pool, policy)
    reversals(pool, window)
    edits(pool)
    return pool


def _with_ghosts(pool: Pool, policy: ExplainPolicy) -> None:
    """Find for what stands alone the deleted documents it belonged to."""
    if not pool.rows.ghost.any():
        return
    pool.show_ghosts()
    near = pool.rows.grace + micros(policy.poll)
    by_reference(pool, near, micros(policy.reference_window), micros(policy.match_window))
    fold_sums(pool, micros(policy.reference_window))
    by_quantity(pool, near)
    fold_runs(pool, pool.rows.grace)
    by_quantity_far(pool, near, micros(policy.match_window))
