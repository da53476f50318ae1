"""What a run found, as one value: the JSON contract, the terminal, the mail and the replay are all made from it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bridge.domain.episode import Episode
from bridge.domain.errors import BridgeError
from bridge.domain.hold import Hold
from bridge.domain.quantity import to_text
from bridge.domain.snapshot import SelfAgreement
from bridge.domain.variance import DocumentRef


@dataclass(frozen=True)
class SourceReading:
    """One source's part in a run. `reason` is None when admitted, else (code, facts) of the gate that refused."""

    source: str
    label: str
    taken_from: datetime
    taken_to: datetime
    as_of: datetime | None
    rows: int
    admitted: bool
    blob: str  # hash of the stored snapshot, '' when nothing could be stored
    reason_code: str = ""
    reason_facts: tuple[tuple[str, str], ...] = ()
    self_agreement: SelfAgreement | None = None  # how it last stood to its own openings and documents

    @property
    def refusal(self) -> BridgeError | None:
        """Return the gate's refusal as an error, None for an admitted reading."""
        return None if self.admitted else refusal(self.reason_code, self.reason_facts)


def refusal(code: str, facts: Iterable[tuple[str, str]]) -> BridgeError:
    """Given a kept refusal, return it as an error; which gate it was is no fact of the sentence."""
    return BridgeError(code, **{name: value for name, value in facts if name != "gate"})


@dataclass(frozen=True)
class Unmapped:
    """A source code without a common item, with the money standing on it (None = no cost known)."""

    source: str
    item: str
    name: str
    quantity: int
    value: int | None


@dataclass(frozen=True, order=True)
class UnitProblem:
    """Lines that could not be brought to the base unit: a different unit name and no factor. They are Unknown."""

    source: str
    item: str  # common code
    code: str  # the source's spelling
    unit: str  # as the lines state it
    base: str
    lines: int


@dataclass(frozen=True)
class MailNote:
    """One mail of the run: to whom, what, and how far it is."""

    to: str
    subject: str
    state: str


@dataclass(frozen=True)
class RunReport:
    """One run of one pair. Money in millionths of the currency. `net_value` keeps the sign (stock - book)."""

    run: int
    pair: str
    pair_label: str
    as_of: datetime
    mode: str
    snapshots: tuple[SourceReading, ...]
    compared: int
    agreeing: int
    pending: int
    confirmed: int
    gross_value: int
    net_value: int
    variances: tuple[Episode, ...]
    waiting: tuple[Episode, ...] = ()  # differences that documents explain in full for now
    holds: tuple[Hold, ...] = ()
    mails: tuple[MailNote, ...] = ()
    unmapped: tuple[Unmapped, ...] = ()
    collisions: tuple[tuple[str, str, str], ...] = ()  # source, folded code, the raw spellings
    unit_problems: tuple[UnitProblem, ...] = ()
    unknown: int = 0  # positions that a side lists without a figure
    plan: str = ""  # id of a hold plan that waits for approval

    @property
    def admitted(self) -> bool:
        """Return whether every snapshot of the pair was admitted, so that the figures mean something."""
        return all(reading.admitted for reading in self.snapshots)


def money(value: int | None) -> str | None:
    """Return money as a decimal string with two or more places, None for no cost."""
    if value is None:
        return None
    whole, _, places = to_text(value).partition(".")
    return f"{whole}.{places.ljust(2, '0')}"


def document_json(document: DocumentRef) -> dict[str, object]:
    """Return one document of the contract in design.md 3."""
    return {
        "source": document.source,
        "type": document.type,
        "number": document.number,
        "line": document.line,
        "effect": to_text(document.effect),
        "state": document.state,
        "why": document.why,
    }
