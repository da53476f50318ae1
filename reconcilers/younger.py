"""Equal documents without references are interchangeable: which of them stands open cannot be known.

Matching leaves the youngest of equals open where it can. Where an old document is open all the same while a younger
one of the same side, kind and quantity was matched by quantity alone, the two may as well be the other way round: the
difference is then only as old as the younger one, and stays inside its grace. That holds for documents booked within a
few graces of each other (REACH). For the same reason documents matched only by quantity stay in play until they are past
their grace, even if the position agreed meanwhile.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from reconcilers.groups import Group
from reconcilers.matching import HOWS, Pool
from reconcilers.rows import KIND, Flags
from reconcilers.settled import REMOVED, ids

WEAK = ("quantity", "sum")
REACH = 3
"""So many graces (the shorter of the two documents') a younger equal may be booked after the suspect it stands for.

Matching hands a lateness on from equal to equal, so one grace is too few where a plant moves equal lots without
references (measured: docs/truth-benchmark.md, few lots). Without any bound, where equal lots come every day, each day's
would hide what has been missing for weeks.
"""


class _Young(NamedTuple):
    at: int
    grace: int


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
        # by place, side, kind and signed quantity; oldest first
        self._left: dict[tuple[int, int, int, int], list[_Young]] = {}
        for row in np.flatnonzero(young & rows.counted):
            key = (int(rows.place[row]), int(rows.side[row]), int(KIND[rows.family[row]]), int(rows.signed[row]))
            self._left.setdefault(key, []).append(_Young(int(rows.at[row]), int(rows.grace[row])))
        for equals in self._left.values():
            equals.sort()

    def spare(self, suspects: Sequence[Group]) -> list[Group]:
        """Given the suspects of one position, return those that a younger equal can stand for.

        Only suspects without a reference that speaks: one that says what it is cannot be taken for another.
        """
        found: list[Group] = []
        alike: dict[tuple[int, int, bool], list[Group]] = {}
        for group in suspects:
            if not group.single or any(document.spoken for document in group.counted):
                continue
            if self._take([group]):
                found.append(group)
            else:
                own = group.counted[0]
                alike.setdefault((own.side, own.kind, group.signed > 0), []).append(group)
        for together in alike.values():
            if len(together) > 1 and self._take(together):
                found += together
        return found

    def _take(self, groups: Sequence[Group]) -> bool:
        """Use up one younger document that equals all of the groups together, if there is one within reach."""
        documents = [document for group in groups for document in group.counted]
        own = documents[0]
        if any(document.kind != own.kind for document in documents):
            return False
        since, grace = min(group.since for group in groups), min(document.grace for document in documents)
        left = self._left.get((own.place, own.side, own.kind, sum(group.signed for group in groups)), [])
        for spot, young in enumerate(left):
            if young.at - since <= REACH * min(young.grace, grace):
                del left[spot]
                return True
        return False
