"""One position's equation from everything that was found out, and its words for the engine of the comparison."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from reconcilers.allowed import named
from reconcilers.causes import Case, causes_of, waiting
from reconcilers.causes.case import Shelf
from reconcilers.equation import Equation, Explained
from reconcilers.evidence import Evidence
from reconcilers.groups import Group, reader
from reconcilers.instant import Instant
from reconcilers.judge import Explanation
from reconcilers.request import ExplainRequest, LedgerSide, Place, SelfBreak
from reconcilers.rows import BOOK, COUNTING, DAY, KIND, OPENING, STOCK, Rows, micros
from reconcilers.settled import REMOVED
from reconcilers.younger import Younger

_WAITING = frozenset({"grace", "transit", "unaudited", "close_day"})


class Solver:
    """What all positions share; `solve` answers for one of them."""

    def __init__(
        self,
        request: ExplainRequest,
        rows: Rows,
        instant: Instant,
        evidence: Evidence,
        younger: Younger,
        reasons: Mapping[int, str | None],
        breaks: Mapping[Place, tuple[SelfBreak, ...]],
        at: int,
    ) -> None:
        self._request = request
        self._rows = rows
        self._instant = instant
        self._evidence = evidence
        self._younger = younger
        self._reasons = reasons
        self._breaks = breaks
        self._at = at
        self._touched = instant.undone.keys() | instant.reread.keys()
        wanted = {row for found in instant.undone.values() for row, _ in found}
        wanted |= {row for found in instant.reread.values() for row in found}
        self._moved = reader(rows)(np.array(sorted(wanted), dtype=np.int64))
        self._closed = {BOOK: _closed(request, request.book), STOCK: _closed(request, request.stock)}

    def solve(self, place: Place, index: int, groups: Sequence[Group], matched: int) -> Equation:
        """Given a position, its index, its open groups and the number of its folded ones, return its equation."""
        if not groups and index not in self._touched and self._instant.book[index] == self._instant.stock[index]:
            both = int(self._instant.book[index])
            return Equation(place, both, both, 0, open=frozenset(self._younger.open.get(index, ())), matched=matched)
        allowed = [(group, why) for group in groups if (why := self._reasons[id(group)]) is not None]
        case = self._case(place, index, groups, sum(group.signed for group, _ in allowed))
        undone = self._instant.undone.get(index, [])
        stands = {(REMOVED if doc.removed else "") + doc.id for group in groups for doc in group.counted}
        return Equation(
            place=place,
            book=case.book,
            stock=case.stock,
            explained=case.stock - case.book - case.remainder,
            documents=tuple(ref for group, why in allowed for ref in named(group, why)),
            suspects=tuple(document.ref("") for group in case.suspects for document in group.counted),
            causes=causes_of(case) if case.remainder else tuple(finding.cause() for finding in waiting(allowed)),
            rest=case.rest,
            rolled=sum(effect for _, effect in undone),
            rolled_documents=tuple(self._moved[row].ref("grace", effect) for row, effect in undone),
            waiting=any(why in _WAITING for _, why in allowed),
            reread=tuple(self._moved[row].id for row in self._instant.reread.get(index, [])),
            open=frozenset(stands.union(self._younger.open.get(index, ()))),
            matched=matched,
        )

    def _case(self, place: Place, index: int, groups: Sequence[Group], explained: int) -> Case:
        request = self._request
        suspects = tuple(group for group in groups if self._reasons[id(group)] is None)
        book, stock = int(self._instant.book[index]), int(self._instant.stock[index])
        remainder = stock - book - explained
        return Case(
            place=index,
            book=book,
            stock=stock,
            remainder=remainder,
            rest=remainder - sum(group.signed for group in suspects),
            suspects=suspects,
            evidence=self._evidence,
            policy=request.policy,
            factors=request.policy.rates.get(place[0], frozenset()),
            closed_before=self._closed,
            breaks=self._breaks.get(place),
            shelf=self._shelf(place, index),
        )

    def _shelf(self, place: Place, index: int) -> Shelf | None:
        """Return the last physical count, rolled to the instant by the stock side's own documents."""
        count = self._request.counts.get(place)
        if count is None or micros(count.at) > self._at:
            return None
        rows = self._rows
        since = (rows.place == index) & (rows.side == STOCK) & rows.counted & (rows.starts > micros(count.at))
        # what a count or an opening brings into the books moves nothing on the shelf
        moved = since & (rows.starts <= self._at) & ~np.isin(KIND[rows.family], (COUNTING, OPENING))
        return Shelf(count, count.quantity + int(rows.effect[moved].sum()))


def explanations(explained: Explained) -> dict[Place, Explanation]:
    """Given the equations of a pair, return what the comparison engine judges by.

    It compares the balances as they were read, so what was undone to reach the common instant counts as explained.
    """
    return {
        place: Explanation(
            explained=equation.explained + equation.rolled,
            documents=(*equation.documents, *equation.rolled_documents),
            causes=equation.causes,
            waiting=equation.waiting,
            suspects=equation.suspects,
        )
        for place, equation in explained.equations.items()
    }


def _closed(request: ExplainRequest, side: LedgerSide) -> int | None:
    """Return the day (since 1970) from which on a side still books documents, None if nobody says."""
    if side.open_from is not None:
        return (side.open_from - date(1970, 1, 1)).days
    start, offset = request.policy.period_start, request.policy.now.utcoffset()
    return None if start is None else (micros(start) + (micros(offset) if offset else 0)) // DAY
