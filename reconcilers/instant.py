"""One instant: what each side's balance was at T, the earlier of the two reads' starts.

The ledger says since when a document counts. Counted before its side's read began, it is in the snapshot; counted
after the read ended, it is not; in between (and for as long as the ledger may be late) nobody knows. Documents that
the snapshot holds but T does not are undone, those that left between T and the read are put back.

Unknown ones are settled by the equation itself: what all documents up to T add up to is known, so of all ways to have
read the few unknown documents the one that closes the equation is taken. Where none closes it (something undocumented
is in the balance as well) they stay as the clock says, and the next snapshot, which confirming needs, reads the position
again. A document stamped a little too late (a slow pull) is given the same chance, alone.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from reconcilers.ledger_rows import steps
from reconcilers.request import ExplainRequest
from reconcilers.rows import FAR, STOCK, Flags, Ints, Rows, micros

_MOST_TOGETHER = 6
"""Up to so many unknown documents at one position every subset is tried, beyond it only what came first."""


@dataclass(frozen=True)
class Instant:
    """The sides' balances at T by position, and what led there. `undone` are (row, signed effect in the raw difference)."""

    book: Ints
    stock: Ints
    undone: dict[int, list[tuple[int, int]]]
    reread: dict[int, list[int]]


def common_instant(request: ExplainRequest) -> int:
    """Return T in microseconds."""
    return micros(min(request.book.read_from, request.stock.read_from))


def roll_back(request: ExplainRequest, rows: Rows, expected: Ints, at: int) -> Instant:
    """Given all rows, and what the documents up to T add up to by position, return the balances at T."""
    book = np.asarray(request.positions["book"].combine_chunks(), dtype=np.int64).copy()
    stock = np.asarray(request.positions["stock"].combine_chunks(), dtype=np.int64).copy()
    here = (rows.starts <= at) & (rows.ends > at)
    inside, unknown = _inside(request, rows)
    undone: dict[int, list[tuple[int, int]]] = {}
    signed = rows.signed
    for index in np.flatnonzero(inside != here):
        effect = int(signed[index]) * (1 if inside[index] else -1)
        undone.setdefault(int(rows.place[index]), []).append((int(index), effect))
    rest = stock - book - expected
    for spot, found in undone.items():
        rest[spot] -= sum(effect for _, effect in found)
    flips = np.flatnonzero(unknown)
    reread: dict[int, list[int]] = {}
    for index in flips[np.lexsort((rows.tie[flips], rows.at[flips]))]:
        reread.setdefault(int(rows.place[index]), []).append(int(index))
    late = _late(request, rows)
    step = steps(request.positions)
    for place in np.flatnonzero(rest).tolist():
        choices = [(row, int(signed[row]) * (-1 if inside[row] else 1)) for row in reread.get(place, [])]
        strays = [[(row, int(signed[row]))] for row in late.get(place, [])]
        chosen = _closing(int(rest[place]), [*_ways(choices), *strays], int(step[place]))
        if chosen:
            undone.setdefault(place, []).extend(chosen)
    for spot, found in undone.items():
        for row, effect in found:
            if rows.side[row] == STOCK:
                stock[spot] -= effect
            else:
                book[spot] += effect
    return Instant(book, stock, undone, reread)


def _inside(request: ExplainRequest, rows: Rows) -> tuple[Flags, Flags]:
    """Return which rows their side's snapshot holds, and for which that is unknown."""
    poll = micros(request.policy.poll)
    stock = rows.side == STOCK
    begin = np.where(stock, micros(request.stock.read_from), micros(request.book.read_from))
    end = np.where(stock, micros(request.stock.read_to), micros(request.book.read_to)) + poll
    starting = (rows.starts > begin) & (rows.starts <= end) & (rows.ends > rows.starts)
    ending = (rows.ends > begin) & (rows.ends <= end) & (rows.starts <= begin)
    inside = (rows.starts <= begin) & (rows.ends > begin)
    return inside, starting | ending


def _late(request: ExplainRequest, rows: Rows) -> dict[int, list[int]]:
    stock = rows.side == STOCK
    end = np.where(stock, micros(request.stock.read_to), micros(request.book.read_to)) + micros(request.policy.poll)
    stray = (rows.starts > end) & (rows.starts <= end + micros(request.policy.late_stamp)) & (rows.ends == FAR)
    found: dict[int, list[int]] = {}
    index = np.flatnonzero(stray)
    for row in index[np.lexsort((rows.tie[index], rows.at[index]))]:
        found.setdefault(int(rows.place[row]), []).append(int(row))
    return found


def _ways(choices: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Return the sets of unknown documents worth trying, small and early ones first."""
    if len(choices) > _MOST_TOGETHER:
        return [choices[:size] for size in range(1, len(choices) + 1)]
    return [list(way) for size in range(1, len(choices) + 1) for way in combinations(choices, size)]


def _closing(rest: int, ways: list[list[tuple[int, int]]], step: int) -> list[tuple[int, int]]:
    """Return the first set that adds up to `rest` to within the item's smallest step; nothing if none does."""
    return next((way for way in ways if abs(sum(effect for _, effect in way) - rest) < step), [])
