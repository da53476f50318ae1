"""What goes into a decision and what comes out of it: plain values, stored with the run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts.decide import HoldDecision
from bridge.cycle.ledger import Place, Settled
from bridge.cycle.own_books import Earlier
from bridge.cycle.plan import PairPlan
from bridge.domain.episode import Episode
from bridge.domain.hold import Hold
from bridge.domain.report import RunReport
from bridge.domain.waived import Waived
from bridge.store.agreements import Agreement


@dataclass(frozen=True)
class RunInputs:
    """Everything a decision depends on; stored with the run, so that a replay decides alike.

    `ids` are the variance ids that the run gave out, in order; `ledgers` the sources whose documents are known;
    `documents` the blobs of the documents looked up; `earlier` the readings that today's balances are checked against;
    `waived` the documents that people have answered for.
    """

    plan: PairPlan
    number: int
    at: datetime
    before: tuple[Episode, ...]
    known_holds: tuple[Hold, ...]
    placed_today: int
    deadlines: dict[str, datetime]
    agreements: Settled
    ledgers: frozenset[str]
    documents: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    earlier: tuple[Earlier, ...] = ()
    waived: tuple[Waived, ...] = ()


@dataclass(frozen=True)
class Decision:
    """What a run decided, before anything is written. `episodes` holds the ended ones too; ids of holds are still empty."""

    report: RunReport
    episodes: tuple[Episode, ...]
    holds: HoldDecision
    agreements: Mapping[Place, Agreement] | None = None
