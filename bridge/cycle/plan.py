"""A pair as the cycle needs it: plain values, no settings. Stored with each run, so that a replay has them too."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.decide import HoldPolicy
from bridge.domain.admission import GatePolicy
from bridge.domain.lifecycle import ConfirmPolicy
from reconcilers.engine import ComparePolicy
from reconcilers.request import ExplainPolicy


@dataclass(frozen=True)
class ExplainRules:
    """How patient the explanation is; see reconcilers.request.ExplainPolicy."""

    grace: timedelta = timedelta(minutes=30)
    grace_by_doc: dict[str, timedelta] = field(default_factory=dict)
    close_since: datetime | None = None
    period_start: datetime | None = None


@dataclass(frozen=True)
class PairPlan:
    """One pair: who is compared with whom, by which rules, who answers for it, and where its holds are written."""

    id: str
    label: str
    book: tuple[str, ...]
    stock: tuple[str, ...]
    evidence: tuple[str, ...]
    owner: str
    compare: ComparePolicy
    confirm: ConfirmPolicy
    holds: HoldPolicy
    targets: tuple[str, ...]
    approve_within: timedelta = timedelta(hours=4)
    explain: ExplainRules = field(default_factory=ExplainRules)

    @property
    def sources(self) -> tuple[str, ...]:
        """Return every source whose snapshot the pair needs, book side first."""
        return (*self.book, *self.stock)

    @property
    def everyone(self) -> tuple[str, ...]:
        """Return the sources and the witnesses."""
        return (*self.book, *self.stock, *self.evidence)


@dataclass(frozen=True)
class SourcePlan:
    """How one source is read and admitted."""

    id: str
    label: str
    timeout_s: float
    by_batch: bool
    row_cap: int
    gates: GatePolicy


@dataclass(frozen=True)
class ExplainPlan:
    """Which sources stand on which side, at which grain, and the engine's rules."""

    book: tuple[str, ...]
    stock: tuple[str, ...]
    evidence: tuple[str, ...]
    grain: tuple[str, ...]
    policy: ExplainPolicy
