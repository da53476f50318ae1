"""What the demo has to tell, as values; the command line puts them into words."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from bridge.demo.postbox import Letter
from bridge.domain.episode import Episode
from bridge.domain.report import RunReport


@dataclass(frozen=True)
class Opened:
    """The plant stands. Counts of what is in it, and where its files and services are."""

    folder: Path
    day: date
    articles: int
    renamed: int
    books_rows: int
    stock_rows: int
    consigned: int
    mes_url: str
    smtp_port: int


@dataclass(frozen=True)
class Accepted:
    """A person vouched for a source's first reading."""

    at: datetime
    source: str
    account: str
    rows: int


@dataclass(frozen=True)
class Slipped:
    """Somebody made a planted mistake. `differences` are what it does to stock - book."""

    at: datetime
    fault: str
    item: str
    name: str
    unit: str
    moved: Decimal
    boxes: int
    paper: str
    bills: tuple[str, ...]
    differences: tuple[tuple[str, str, Decimal], ...]


@dataclass(frozen=True)
class Looked:
    """One round. `typed_u8` and `typed_k3` count documents since the last one, `apart` the positions that differ in truth.

    `confirmed` and `ended` are the episodes that became so in this round.
    """

    report: RunReport
    at: datetime
    typed_u8: int
    typed_k3: int
    apart: int
    confirmed: tuple[Episode, ...]
    ended: tuple[Episode, ...]


@dataclass(frozen=True)
class Glanced:
    """One round of a pair beside the story's."""

    report: RunReport
    at: datetime


@dataclass(frozen=True)
class Froze:
    """U8's own frozen quantity of one stock row changed. Codes are U8's."""

    at: datetime
    item: str
    warehouse: str
    before: Decimal
    after: Decimal
    on_hand: Decimal


@dataclass(frozen=True)
class Posted:
    """One mail that arrived in the postbox, a copy for each of its readers (`names`)."""

    letters: tuple[Letter, ...]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Acted:
    """A person did something to a variance: take, explain, approve."""

    at: datetime
    person: str
    action: str
    variance: str
    item: str
    cause: str
    documents: tuple[str, ...]


@dataclass(frozen=True)
class Corrected:
    """Finance put the mistake right in K3."""

    at: datetime
    fault: str
    item: str


Beat = Opened | Accepted | Slipped | Looked | Glanced | Froze | Posted | Acted | Corrected
