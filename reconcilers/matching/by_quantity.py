"""Matching without a common reference: the same quantity at the same position, of the same kind, close in time.

Weaker than a reference, so it comes after. Of two different references at least one must be unknown to the other side
(a slip of the pen): where both are known, one of the two is more likely doubled or booked elsewhere. Documents without
any reference may be further apart than those whose references differ.
"""

from collections.abc import Sequence

import numpy as np

from reconcilers.matching.fifo import pair_up
from reconcilers.matching.pool import Pool, both_sides, codes, slices
from reconcilers.numbering import known_elsewhere
from reconcilers.rows import BOOK, KIND, STOCK, Flags, Ints

_MOST_PARTS = 6
_MOST_FELLOWS = 40


def by_quantity(pool: Pool, near: Ints) -> None:
    """Pair equal quantities of the same kind within their own lateness."""
    rows = pool.rows
    blank = (rows.reference == 0) | rows.mute
    known = known_elsewhere(rows)
    book = rows.side == BOOK
    # the book's blank ones with any of the stock's, and the other way round; then what the other side does not know
    ways = [blank | ~book, blank | book, blank | ~known | ~book, blank | ~known | book]
    _pair(pool, ways, KIND[rows.family], near)


def by_quantity_far(pool: Pool, near: Ints, window: int) -> None:
    """Pair equal quantities without references further apart, then of any kind within their own lateness.

    Systems do not book an event under the same kind of document always. Both are guesses, weaker than parts that add up
    close in time.
    """
    rows = pool.rows
    blank, book = (rows.reference == 0) | rows.mute, rows.side == BOOK
    ways = [blank | ~book, blank | book]
    _pair(pool, ways, KIND[rows.family], np.full(len(rows), window, dtype=np.int64))
    _pair(pool, ways, np.zeros(len(rows), dtype=np.int64), near)


def _pair(pool: Pool, ways: Sequence[Flags], sort: Ints, limit: Ints) -> None:
    """Pair the free rows of each way that are equal in position, quantity and `sort`; counted ones first."""
    rows = pool.rows
    for counted_only in (True, False):
        for among in ways:
            index = np.flatnonzero(pool.free & among & rows.counted if counted_only else pool.free & among)
            group = codes(rows.place[index], rows.fold[index], sort[index])
            left, right = pair_up(pool, index, group, rows.side[index], limit[index])
            pool.join_pairs(left, right, "quantity")


def fold_runs(pool: Pool, reach: int = 1) -> None:
    """Group runs of up to six documents that follow each other in time and add up to the same on both sides.

    They lie within `reach` times their grace; further apart than once, one side must have a single document.
    """
    rows = pool.rows
    index = np.flatnonzero(pool.free)
    if not len(index):
        return
    group = codes(rows.place[index], KIND[rows.family[index]], np.sign(rows.effect[index]))
    keep = both_sides(rows.side[index], group)
    index, group = index[keep], group[keep]
    order = np.lexsort((rows.tie[index], pool.when[index], group))
    for positions in slices(group, order):
        members = [int(row) for row in index[positions]]
        if _MOST_FELLOWS >= len(members) > 2:  # noqa: PLR2004
            _fold_group(pool, members, reach)


def _fold_group(pool: Pool, members: list[int], reach: int) -> None:
    """Fold equal runs of one position and kind, those with the fewest documents first, then the earliest."""
    book = _runs([row for row in members if pool.rows.side[row] == BOOK])
    stock = _runs([row for row in members if pool.rows.side[row] == STOCK])
    by_sum: dict[int, list[list[int]]] = {}
    for run in stock:
        by_sum.setdefault(_total(pool, run), []).append(run)
    pairs = [
        (one, other)
        for one in book
        for other in by_sum.get(_total(pool, one), ())
        if len(one) + len(other) > 2 and (reach == 1 or min(len(one), len(other)) == 1)  # noqa: PLR2004
    ]
    for one, other in sorted(pairs, key=lambda pair: (len(pair[0]) + len(pair[1]), pool.when[pair[0][0]], pair)):
        together = np.array([*one, *other])
        if (pool.group[together] < 0).all() and _close(pool, together, reach):
            pool.join(together, "sum")


def _runs(rows: list[int]) -> list[list[int]]:
    """Return every run of neighbours in time up to the longest allowed."""
    return [
        rows[start:stop]
        for start in range(len(rows))
        for stop in range(start + 1, min(start + _MOST_PARTS, len(rows)) + 1)
    ]


def _total(pool: Pool, run: list[int]) -> int:
    return sum(int(pool.rows.fold[row]) for row in run)


def _close(pool: Pool, together: Ints, reach: int) -> bool:
    return int(np.ptp(pool.when[together])) <= reach * int(pool.rows.grace[together].max())
