"""Matching without a common reference: the same quantity at the same position, of the same kind, close in time.

Weaker than a reference, so it comes after. Of two different references at least one must be unknown to the other side
(a slip of the pen): where both are known, one of the two is more likely doubled or booked elsewhere. Documents without
any reference may be further apart than those whose references differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reconcilers.matching.fifo import pair_up
from reconcilers.matching.pool import Pool, both_sides, codes, slices
from reconcilers.rows import BOOK, KIND, STOCK, Flags, Ints

_MOST_PARTS = 6
_MOST_FELLOWS = 40


def by_quantity(pool: Pool, near: Ints) -> None:
    """Pair equal quantities of the same kind within their own lateness."""
    book = pool.rows.side == BOOK
    # the book's silent ones with any of the stock's, and the other way round; then what the other side does not know
    ways = [pool.silent | ~book, pool.silent | book, pool.vague | ~book, pool.vague | book]
    _pair(pool, ways, KIND[pool.rows.family], near)


def by_quantity_far(pool: Pool, near: Ints, window: int) -> None:
    """Pair equal quantities without references further apart, then of any kind within their own lateness.

    Systems do not book an event under the same kind of document always. Both are guesses, weaker than parts that add up
    close in time.
    """
    rows = pool.rows
    book = rows.side == BOOK
    ways = [pool.silent | ~book, pool.silent | book]
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


@dataclass(frozen=True)
class _Runs:
    """Which runs may be one event: within `limit` of each other; with `one`, one side has a single document.

    With `together` the parts were entered within so many microseconds; with `of_one` they share their own reference.
    """

    limit: Ints
    one: bool = False
    together: int | None = None
    of_one: bool = False


def fold_parts(pool: Pool, limit: Ints, together: int) -> None:
    """Group one document with the parts that the other side entered for it within `together` microseconds.

    Before equal quantities pair up: a part must not go to an equal document of another event. Parts that share their
    own reference come first; of the others, what has an equal counterpart within its `limit` is no part.
    """
    rows = pool.rows
    _fold_runs(pool, np.flatnonzero(pool.free), _Runs(limit, one=True, together=together, of_one=True))
    index = np.flatnonzero(pool.free)
    group = codes(rows.place[index], rows.fold[index], KIND[rows.family[index]])
    equal = np.concatenate(pair_up(pool, index, group, rows.side[index], limit[index]))
    _fold_runs(pool, np.setdiff1d(index, equal), _Runs(limit, one=True, together=together))


def fold_runs(pool: Pool, limit: Ints, *, one: bool = False) -> None:
    """Group runs of up to six documents that follow each other in time and add up to the same on both sides.

    All of them lie within the largest of their `limit`s. With `one` one side must have a single document.
    """
    _fold_runs(pool, np.flatnonzero(pool.free), _Runs(limit, one=one))


def _fold_runs(pool: Pool, index: Ints, wanted: _Runs) -> None:
    rows = pool.rows
    if not len(index):
        return
    group = codes(rows.place[index], KIND[rows.family[index]], np.sign(rows.effect[index]))
    keep = both_sides(rows.side[index], group)
    index, group = index[keep], group[keep]
    order = np.lexsort((rows.tie[index], pool.when[index], group))
    for positions in slices(group, order):
        members = [int(row) for row in index[positions]]
        if _MOST_FELLOWS >= len(members) > 2:  # noqa: PLR2004
            _fold_group(pool, members, wanted)


def _fold_group(pool: Pool, members: list[int], wanted: _Runs) -> None:
    """Fold equal runs of one position and kind, those with the fewest documents first, then the earliest.

    As with pairs, the references of one side at least must say nothing to the other.
    """
    book = _runs(pool, [row for row in members if pool.rows.side[row] == BOOK], wanted)
    stock = _runs(pool, [row for row in members if pool.rows.side[row] == STOCK], wanted)
    by_sum: dict[int, list[list[int]]] = {}
    for run in stock:
        by_sum.setdefault(_total(pool, run), []).append(run)
    pairs = [
        (run, other)
        for run in book
        for other in by_sum.get(_total(pool, run), ())
        if len(run) + len(other) > 2  # noqa: PLR2004
        and (min(len(run), len(other)) == 1 or not wanted.one)
        and (pool.vague[run].all() or pool.vague[other].all())
    ]
    for run, other in sorted(pairs, key=lambda pair: (len(pair[0]) + len(pair[1]), pool.when[pair[0][0]], pair)):
        both = np.array([*run, *other])
        if (pool.group[both] < 0).all() and int(np.ptp(pool.when[both])) <= int(wanted.limit[both].max()):
            pool.join(both, "sum")


def _runs(pool: Pool, rows: list[int], wanted: _Runs) -> list[list[int]]:
    """Return every run of neighbours in time up to the longest allowed, in number and in time."""
    found = [
        rows[start:stop]
        for start in range(len(rows))
        for stop in range(start + 1, min(start + _MOST_PARTS, len(rows)) + 1)
        if wanted.together is None or pool.when[rows[stop - 1]] - pool.when[rows[start]] <= wanted.together
    ]
    return [run for run in found if len(run) == 1 or not wanted.of_one or _of_one_reference(pool, run)]


def _of_one_reference(pool: Pool, run: list[int]) -> bool:
    own = pool.rows.reference[run]
    return bool(own[0] > 0 and (own == own[0]).all())


def _total(pool: Pool, run: list[int]) -> int:
    return sum(int(pool.rows.fold[row]) for row in run)
