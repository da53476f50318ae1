"""What a cause is asked about, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, urlencode

from bridge.domain.variance import Cause, DocumentRef
from reconcilers.evidence import Evidence
from reconcilers.groups import Document, Group
from reconcilers.request import ExplainPolicy, PhysicalCount, SelfBreak

HIGH: Final = 85
MEDIUM: Final = 60
"""Scores from which on the words 高 and 中 are used; calibrated on the benchmark (docs: what they meant there)."""
MINUTE: Final = 60_000_000


@dataclass(frozen=True)
class Shelf:
    """The last physical count, and what by it must lie there `now`: rolled on by the stock side's own documents."""

    count: PhysicalCount
    now: int


@dataclass(frozen=True)
class Case:
    """One position with a remainder. Quantities in millionths; `closed_before` is the first open day of each side.

    `breaks` is None when the systems were not checked against themselves, `shelf` when nobody counted.
    """

    place: int
    book: int
    stock: int
    remainder: int
    rest: int
    suspects: tuple[Group, ...]
    evidence: Evidence
    policy: ExplainPolicy
    factors: frozenset[int] = frozenset()
    closed_before: Mapping[int, int | None] = field(default_factory=dict)
    breaks: tuple[SelfBreak, ...] | None = None
    shelf: Shelf | None = None


@dataclass(frozen=True)
class Finding:
    """A suspicion: how sure (0-100), how much of the remainder it accounts for, the proof, and facts for the sentence."""

    code: str
    score: int
    accounts: int
    documents: tuple[DocumentRef, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def confidence(self) -> str:
        """Return the word for the score."""
        return "high" if self.score >= HIGH else "medium" if self.score >= MEDIUM else "low"

    def cause(self) -> Cause:
        """Return it as the value people see; the facts travel in the note, `bridge.domain.causes` reads them."""
        return Cause(self.code, self.confidence, self.documents, urlencode(dict(self.facts)))


def facts_of(cause: Cause) -> dict[str, str]:
    """Return the facts a cause's note carries."""
    return dict(parse_qsl(cause.note, keep_blank_values=True))


def about(code: str, score: int, group: Group, *proof: Document, **facts: str) -> Finding:
    """Return a finding about one open group: its own documents under the cause's code, others as proof."""
    refs = tuple(document.ref(code) for document in group.counted)
    proofs = tuple(document.ref("proof") for document in proof)
    return Finding(code, score, group.signed, refs + proofs, facts)
