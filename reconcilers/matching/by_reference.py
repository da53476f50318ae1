"""Matching by what people wrote on the documents.

The same source reference, or one document's number in the other's reference. Equal quantities first, document by
document; then several against one or several (split deliveries); last, and only as a *link*, documents of one reference
whose quantities do not agree (D4, D5, D6).

A reference may stand for many deliveries (an order) and be used again next year: equal quantities pair in time order
within the limits, and rows further apart than the reference window have nothing to do with each other.
"""

from itertools import combinations

import numpy as np

from reconcilers.matching.fifo import pair_up
from reconcilers.matching.pool import Pool, both_sides, codes, slices
from reconcilers.rows import BOOK, KIND, OTHER, STOCK, Flags, Ints, Rows

_PAIR = 2
_MOST_PARTS = 5
_MOST_FELLOWS = 14
"""One document may stand for up to five others, looked for among up to fourteen."""


def tokens(pool: Pool) -> dict[str, Ints]:
    """Return, by the kind of agreement, what each row calls itself (0 = nothing)."""
    rows = pool.rows
    book = rows.side == BOOK
    return {
        "reference": rows.reference,
        "number in stock reference": np.where(book, rows.number, rows.reference),
        "number in book reference": np.where(book, rows.reference, rows.number),
        "number": rows.number,
    }


def by_reference(pool: Pool, near: Ints, window: int, loose: int) -> None:
    """Pair equal quantities that share a token.

    `near` is each row's own lateness, `window` how far a reference
    reaches, `loose` how far an equal document number (which two systems may have by chance) reaches.
    """
    for how, token in tokens(pool).items():
        wide = np.full(len(token), loose if how == "number" else window, dtype=np.int64)
        for counted_only, limit in ((True, near), (True, wide), (False, wide)):
            usable = pool.free & (token > 0)
            if counted_only:
                usable &= pool.rows.counted
            index = np.flatnonzero(usable)
            keys = [pool.rows.place[index], token[index], pool.rows.fold[index]]
            if how == "number":
                keys.append(KIND[pool.rows.family[index]])
            left, right = pair_up(pool, index, codes(*keys), pool.rows.side[index], limit[index])
            pool.join_pairs(left, right, how)


def fold_sums(pool: Pool, window: int) -> None:
    """Group what adds up: all that is left of a reference at a position, or one document against some others.

    Where one side's documents name one document of the other's, all that share that document's own reference are
    looked at together: split on both sides, the parts name only one of the parts.
    """
    for how, token in list(tokens(pool).items())[:3]:
        for counted_only in (True, False):
            for members in _leftovers(pool, token, window, counted_only=counted_only):
                if not _fold_whole(pool, members, how) and not _fold_parts(pool, members, how):
                    _fold_whole(pool, _with_fellows(pool, members, window), how)


def link_unequal(pool: Pool, limit: Ints, *, sole: bool) -> None:
    """Link documents of one reference whose quantities disagree.

    `limit` is how far apart the two may be. With `sole`, only where each side has exactly one document of that
    reference, here and anywhere: they cannot mean anything else. (An order stands on many.) Without it, what is left:
    one against all others where these can be its parts, or in time order.
    """
    for token in list(tokens(pool).values())[:3]:
        shared = _shared(token)
        for members in _leftovers(pool, token, int(limit.max(initial=0)), counted_only=False):
            if sole and (len(members) != _PAIR or shared[members].any()):
                continue
            left = members[pool.rows.side[members] == BOOK]
            right = members[pool.rows.side[members] == STOCK]
            if _whole_and_parts(pool.rows, left, right):
                pool.join(members, "linked")
                continue
            for one, other in zip(left, right, strict=False):
                if _one_event(pool.rows, int(one), int(other)) and abs(pool.when[one] - pool.when[other]) <= max(
                    limit[one], limit[other]
                ):
                    pool.join(np.array([one, other]), "linked")


def _whole_and_parts(rows: Rows, left: Ints, right: Ints) -> bool:
    """Return whether one side's only document may stand for all of the other's, one of which has a wrong figure.

    Each of them is smaller than the whole, and without the last it is not yet reached. An order's next full delivery is
    no part of the first: joined to it, it would make a slip of long ago as young as itself.
    """
    members = np.concatenate([left, right])
    alike = len(set(np.sign(rows.effect[members]))) == len(set(KIND[rows.family[members]])) == 1
    if not alike or min(len(left), len(right)) != 1 or len(members) <= _PAIR:
        return False
    one, many = (left, right) if len(left) == 1 else (right, left)
    whole, parts = abs(int(rows.fold[one[0]])), np.abs(rows.fold[many])
    return int(parts.max()) < whole and int(parts[:-1].sum()) < whole


def _one_event(rows: Rows, one: int, other: int) -> bool:
    """Return whether two documents may be one event with a wrong figure: same kind, same direction or exactly opposite."""
    kinds = {int(KIND[rows.family[one]]), int(KIND[rows.family[other]])}
    same_way = np.sign(rows.effect[one]) == np.sign(rows.effect[other]) or rows.fold[one] == -rows.fold[other]
    return bool(same_way) and (len(kinds) == 1 or OTHER in kinds)


def _shared(token: Ints) -> Flags:
    """Return which rows carry a token that stands for more than one document a side, at this position or elsewhere."""
    found: Flags = (np.bincount(token)[token] > _PAIR) & (token > 0) if len(token) else token > 0
    return found


def _leftovers(pool: Pool, token: Ints, window: int, *, counted_only: bool) -> list[Ints]:
    """Return the free rows of each position and token that both sides have, in time order, cut where the gap is wide."""
    usable = pool.free & (token > 0)
    if counted_only:
        usable &= pool.rows.counted
    index = np.flatnonzero(usable)
    if not len(index):
        return []
    group = codes(pool.rows.place[index], token[index])
    keep = both_sides(pool.rows.side[index], group)
    index, group = index[keep], group[keep]
    order = np.lexsort((pool.rows.tie[index], pool.when[index], group))
    found = []
    for positions in slices(group, order):
        members = index[positions]
        cuts = np.flatnonzero(np.diff(pool.when[members]) > window) + 1
        found += [part for part in np.split(members, cuts) if len(set(pool.rows.side[part].tolist())) == _PAIR]
    return found


def _fold_whole(pool: Pool, members: Ints, how: str) -> bool:
    if len(members) <= _PAIR or int((pool.rows.side[members] * pool.rows.fold[members]).sum()):
        return False
    pool.join(members, how)
    return True


def _with_fellows(pool: Pool, members: Ints, window: int) -> Ints:
    rows = pool.rows
    references = np.unique(rows.reference[members])
    fellows = pool.free & (rows.place == rows.place[members[0]]) & np.isin(rows.reference, references[references > 0])
    fellows &= (rows.counted | rows.live) & (np.abs(pool.when - pool.when[members[0]]) <= window)
    return np.union1d(members, np.flatnonzero(fellows))


def _fold_parts(pool: Pool, members: Ints, how: str) -> bool:
    """Look on each side for one document that is the sum of two to five of the other side's."""
    folded = False
    if len(members) > _MOST_FELLOWS:
        return folded
    for side in (BOOK, STOCK):
        for one in members[pool.rows.side[members] == side]:
            others = [row for row in members if pool.rows.side[row] == -side and pool.group[row] < 0]
            wanted = int(pool.rows.fold[one])
            for size in range(2, min(_MOST_PARTS, len(others)) + 1):
                parts = next((way for way in combinations(others, size) if _total(pool, way) == wanted), None)
                if parts and pool.group[one] < 0:
                    pool.join(np.array([one, *parts]), how)
                    folded = True
                    break
    return folded


def _total(pool: Pool, parts: tuple[int, ...]) -> int:
    return sum(int(pool.rows.fold[row]) for row in parts)
