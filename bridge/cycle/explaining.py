"""Fourth step: differences as equations of documents. Brings the ledger onto the pair's footing and asks the engine.

Not only what differs is asked about: where documents moved since the last agreement two of them may cancel by chance,
and their counterparts, arriving later, must still find them open.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pyarrow as pa

from bridge.cycle.explain_positions import with_moved
from bridge.cycle.ledger import NEVER, Documents, Lookup, Settled
from bridge.cycle.ledger_sides import aligned_rows, ledger_side
from bridge.cycle.own_books import OwnBooks
from bridge.cycle.plan import ExplainPlan
from bridge.cycle.strangers import strangers
from bridge.cycle.window import Window
from bridge.domain.waived import Waived
from bridge.store.agreements import Agreement as StoredAgreement
from reconcilers.align import Aligned
from reconcilers.align_counts import last_counts
from reconcilers.align_movements import align_movements
from reconcilers.equation import GROUPS, Equation
from reconcilers.explain import explain
from reconcilers.footing import Footing
from reconcilers.grain import places_of
from reconcilers.judge import Explanation, Explanations
from reconcilers.request import Agreement, ExplainPolicy, ExplainRequest, LedgerSide, PhysicalCount, Place, SelfBreak

_LOOK_BACK = timedelta(hours=1)
"""Before the last agreement: room for documents that were stamped late. What stood open then is an exception of its own."""


@dataclass
class Explaining:
    """The explainer of one run.

    `own` has the systems' earlier balances, `witnesses` are the footings of the sources that only testify, `waived` is
    what people have answered for. After the comparison `equations` holds what the engine said, by position, and `groups`
    which documents it put together (reconcilers.equation.GROUPS).
    """

    plan: ExplainPlan
    windows: Mapping[str, Window]
    lookup: Lookup
    settled: Settled
    own: OwnBooks
    witnesses: Mapping[str, Footing] = field(default_factory=dict)
    waived: Sequence[Waived] = ()
    equations: dict[Place, Equation] = field(default_factory=dict)
    groups: pa.Table = field(default_factory=GROUPS.empty_table)

    def __call__(self, differing: pa.Table, alignments: Mapping[str, Aligned]) -> Explanations:
        """Given the differing positions and the sides' footing, return the explanation of each."""
        recent = self._recent()
        positions = with_moved(differing, self._moved(recent, alignments), self.plan, alignments)
        if not positions.num_rows:
            return {}
        documents = self._documents(differing, recent, alignments)
        request = self._request(positions, documents, alignments)
        explained = explain(request)
        self.equations, self.groups = dict(explained.equations), explained.groups
        raw = {
            place: stock - book
            for place, book, stock in zip(
                places_of(differing), differing["book"].to_pylist(), differing["stock"].to_pylist(), strict=True
            )
        }
        return {place: _explanation(self.equations[place], difference) for place, difference in raw.items()}

    def agreements(self, at: datetime) -> dict[Place, StoredAgreement]:
        """Return the exceptions to "all agreed at this run": what still differs, and what has documents open."""
        found: dict[Place, StoredAgreement] = {}
        for place, equation in self.equations.items():
            if equation.remainder == 0:
                if equation.open:
                    found[place] = StoredAgreement(at, tuple(sorted(equation.open)))
            else:
                found[place] = self.settled.of(place) or StoredAgreement(NEVER)
        return found

    def _recent(self) -> Documents:
        """Return what moved since the pair last agreed, and a while before."""
        since = (self.settled.everywhere or self.plan.policy.now) - _LOOK_BACK
        return self.lookup([name for names in self._documented.values() for name in names], None, since)

    def _moved(self, recent: Documents, alignments: Mapping[str, Aligned]) -> set[Place]:
        """Return the positions at which documents moved since the pair last agreed, or stand open from before."""
        found = set(self.settled.exceptions)
        for name in (*self.plan.book, *self.plan.stock):
            found.update(places_of(aligned_rows(recent.of(name), alignments[name], self.plan.grain)))
        return found

    def _documents(self, differing: pa.Table, recent: Documents, alignments: Mapping[str, Aligned]) -> Documents:
        """Return the documents to explain with: far back for what differs or stood open, the recent ones for the rest.

        What agreed last time and agrees now has nothing to explain; only what just moved may be open there.
        """
        items = {place[0] for place in (*places_of(differing), *self.settled.exceptions)}
        feet = {**{name: aligned.footing for name, aligned in alignments.items()}, **self.witnesses}
        names = [name for name in feet if name in self.windows and self.windows[name].complete]
        codes = {name: feet[name].own_codes(items) for name in names}
        return self.lookup(names, codes, self._since).and_(recent.without(codes))

    @property
    def _since(self) -> datetime:
        """Return from when on all documents are known of what differs."""
        oldest = self.settled.oldest or NEVER
        return max(oldest, NEVER + self.plan.policy.reference_window) - self.plan.policy.reference_window

    def _request(self, positions: pa.Table, documents: Documents, alignments: Mapping[str, Aligned]) -> ExplainRequest:
        items = set(positions["item"].to_pylist())
        agreements = {
            place: Agreement(found.at, frozenset(found.open_keys))
            for place in places_of(positions)
            if (found := self.settled.of(place))
        }
        return ExplainRequest(
            positions=positions,
            book=self._side(self.plan.book, documents, alignments),
            stock=self._side(self.plan.stock, documents, alignments),
            policy=self._policy(items, alignments),
            grain=self.plan.grain,
            agreements=agreements,
            witness=self._witness(documents),
            counts=self._counts(alignments),
            waived={each.place: each for each in self.waived},
            strangers=lambda effects, since: strangers(
                self.lookup, self._documented, alignments, self.plan.grain, effects, since
            ),
            check=lambda places: self._self_breaks(places, documents, alignments),
        )

    def _policy(self, items: Collection[str], alignments: Mapping[str, Aligned]) -> ExplainPolicy:
        """Return the rules with what the master data say: conversion factors, and which warehouses stand at a line."""
        feet = [alignments[name].footing for name in (*self.plan.book, *self.plan.stock)]
        rates = {item: found for item in items if (found := frozenset[int]().union(*(f.rates(item) for f in feet)))}
        return replace(self.plan.policy, rates=rates, line_side=frozenset[str]().union(*(f.line_side() for f in feet)))

    def _self_breaks(
        self, places: Collection[Place], documents: Documents, alignments: Mapping[str, Aligned]
    ) -> dict[Place, tuple[SelfBreak, ...]]:
        """Return for each of the positions which systems left their own documents there.

        Where one of the systems cannot tell, and no other one did, the position is missing.
        """
        agreed = {place: self.settled.of(place) for place in places}
        since = {place: settled.at if settled is not None else NEVER for place, settled in agreed.items()}
        if not all(self.windows[name].complete for name in (*self.plan.book, *self.plan.stock)):
            return {}
        checked = [
            self.own.breaks(
                role,
                since,
                alignments[name],
                self._side((name,), documents, alignments),
                self.plan.grain,
                self.plan.policy,
            )
            for role, names in (("book", self.plan.book), ("stock", self.plan.stock))
            for name in names
        ]
        found = {place: tuple(one for each in checked for one in each.get(place, ())) for place in since}
        everywhere = set(since).intersection(*checked)
        return {place: breaks for place, breaks in sorted(found.items()) if breaks or place in everywhere}

    def _side(self, sources: Sequence[str], documents: Documents, alignments: Mapping[str, Aligned]) -> LedgerSide:
        return ledger_side(
            documents, self.plan.grain, {name: (alignments[name], self.windows[name]) for name in sources}
        )

    @property
    def _documented(self) -> dict[str, list[str]]:
        """Return by side the sources whose documents are known."""
        sides = {"book": self.plan.book, "stock": self.plan.stock}
        return {side: [name for name in names if self.windows[name].complete] for side, names in sides.items()}

    def _counts(self, alignments: Mapping[str, Aligned]) -> dict[Place, PhysicalCount]:
        """Return the last physical counts, as far as the documents since then are known."""
        names = (*self.plan.book, *self.plan.stock)
        if not all(self.windows[name].complete for name in names):
            return {}
        counts = [alignments[name].counts for name in names]
        return {place: last for place, last in last_counts(counts, self.plan.grain).items() if last.at >= self._since}

    def _witness(self, documents: Documents) -> pa.Table | None:
        found = [
            align_movements(documents.of(name), footing, by_warehouse=False).rows
            for name, footing in self.witnesses.items()
        ]
        return pa.concat_tables(found) if found else None


def _explanation(equation: Equation, difference: int) -> Explanation:
    """Return an equation in terms of the difference as read: what was rolled back is explained by its documents."""
    return Explanation(
        explained=difference - equation.remainder,
        documents=(*equation.rolled_documents, *equation.documents),
        causes=equation.causes,
        waiting=equation.waiting or bool(equation.rolled_documents),
        matched=equation.matched,
        suspects=equation.suspects,
    )
