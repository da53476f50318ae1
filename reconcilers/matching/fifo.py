"""Pairing within groups of equal documents: first come, first served, but never further apart than allowed.

Of equal quantities any pairing leaves the same sum open; what differs is how old the open ones look. First-come
pairing leaves the youngest open, so documents that are merely late never look overdue; it also pairs as many as can
be paired. The limit keeps a missing document from borrowing the partner of every later one: each partner must be as
close as a late document may be.
"""

import numpy as np

from reconcilers.matching.pool import Pool, both_sides, slices
from reconcilers.rows import Ints


def pair_up(pool: Pool, index: Ints, group: Ints, side: Ints, limit: Ints) -> tuple[Ints, Ints]:
    """Given the rows at `index`, their groups and sides (-1/+1), return the pairs as two index arrays.

    Two rows of a group pair when they are at most the larger of their `limit`s (microseconds) apart.
    """
    keep = both_sides(side, group)
    index, group, side, limit = index[keep], group[keep], side[keep], limit[keep]
    if not len(index):
        return index, index
    order = np.lexsort((pool.rows.tie[index], pool.when[index], side, group))
    index, group, side, limit = index[order], group[order], side[order], limit[order]
    rank = _rank(group * 2 + (side > 0))
    spot = group * (int(rank.max()) + 1) + rank
    left, right = np.flatnonzero(side < 0), np.flatnonzero(side > 0)
    _, at_left, at_right = np.intersect1d(spot[left], spot[right], assume_unique=True, return_indices=True)
    left, right = left[at_left], right[at_right]
    apart = np.abs(pool.when[index[left]] - pool.when[index[right]])
    far = apart > np.maximum(limit[left], limit[right])
    crowded = np.zeros(int(group.max()) + 1, dtype=np.bool_)
    crowded[group[left[far]]] = True
    calm = ~crowded[group[left]]
    pairs = [(index[left[calm]], index[right[calm]])]
    rest = np.flatnonzero(crowded[group])
    pairs += [_walk(pool.when, index, members, side, limit) for members in slices(group, rest)]
    return np.concatenate([pair[0] for pair in pairs]), np.concatenate([pair[1] for pair in pairs])


def _rank(group: Ints) -> Ints:
    """Return each row's place within its run of equal values."""
    count = np.arange(len(group))
    start = np.zeros(len(group), dtype=np.int64)
    fresh = np.flatnonzero(group[1:] != group[:-1]) + 1
    start[fresh] = fresh
    return count - np.maximum.accumulate(start)


def _walk(when: Ints, index: Ints, members: Ints, side: Ints, limit: Ints) -> tuple[Ints, Ints]:
    """Pair one group whose plain order would reach too far: skip whatever is too old to have a partner."""
    left, right = members[side[members] < 0].tolist(), members[side[members] > 0].tolist()
    found: list[tuple[int, int]] = []
    i = j = 0
    while i < len(left) and j < len(right):
        one, other = index[left[i]], index[right[j]]
        gap = int(when[one] - when[other])
        if abs(gap) <= max(limit[left[i]], limit[right[j]]):
            found.append((one, other))
            i, j = i + 1, j + 1
        elif gap < 0:
            i += 1
        else:
            j += 1
    pairs = np.array(found, dtype=np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]
