"""Equal documents without references are interchangeable: which of them stands open cannot be known.

Matching leaves the youngest of equals open where it can. Where an old document is open all the same while a younger
one of the same side, kind and quantity was matched by quantity alone, the two may as well be the other way round: the
difference is then only as old as the younger one, and stays inside its grace. For the same reason documents matched
only by quantity stay in play until they are past their grace, even if the position agreed meanwhile.
"""

from collections.abc import Sequence

import numpy as np

from reconcilers.groups import Group
from reconcilers.matching import HOWS, Pool
from reconcilers.rows import Flags
from reconcilers.settled import REMOVED, ids

WEAK = ("quantity", "sum")


class Younger:
    """The young documents that were matched by quantity alone, by position."""

    def __init__(self, pool: Pool, at: int) -> None:
        rows = pool.rows
        weak: Flags = np.isin(pool.how, [HOWS.index(how) for how in WEAK]) & (rows.counted | rows.later)
        young = weak & (rows.at > at - rows.grace)
        unsettled = weak & np.isin(pool.group, pool.group[young])
        self.open: dict[int, list[str]] = {}
        index = np.flatnonzero(unsettled & rows.counted)
        for row, name in zip(index, ids(rows).take(index).to_pylist(), strict=True):
            self.open.setdefault(int(rows.place[row]), []).append(REMOVED + name if rows.removal[row] else name)
        self._left: dict[tuple[int, int], list[int]] = {}
        for row in np.flatnonzero(young & rows.counted):
            key = (int(rows.place[row]), int(rows.side[row]))
            self._left.setdefault(key, []).append(int(rows.side[row] * rows.effect[row]))

    def spare(self, suspects: Sequence[Group]) -> list[Group]:
        """Given the suspects of one position, return those that a younger equal can stand for."""
        singles = [group for group in suspects if group.single]
        found = [group for group in singles if self._take(group, group.signed)]
        by_side: dict[tuple[int, bool], list[Group]] = {}
        for group in singles:
            if group not in found:
                by_side.setdefault((group.counted[0].side, group.signed > 0), []).append(group)
        for together in by_side.values():
            if len(together) > 1 and self._take(together[0], sum(group.signed for group in together)):
                found += together
        return found

    def _take(self, group: Group, signed: int) -> bool:
        own = group.counted[0]
        left = self._left.get((group.place, own.side), [])
        if signed not in left:
            return False
        left.remove(signed)
        return True
