"""The figures of one compared position in one run: book, stock, what documents explain, and what remains."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Presence(StrEnum):
    """How much a side said about a position."""

    KNOWN = "known"
    ABSENT = "absent"  # the side answered and has none of it
    UNKNOWN = "unknown"  # the side has the line but no figure; the position cannot be judged


@dataclass(frozen=True)
class DocumentRef:
    """A document that explains a part of a difference, or proves a cause; `effect` as it moves (stock - book)."""

    source: str
    type: str
    number: str
    line: str
    effect: int
    state: str
    why: str  # a cause code or one of: unaudited, grace, transit, close_day, accepted, parked, proof


@dataclass(frozen=True)
class Cause:
    """A suspected root cause by its code in users.md 2.7, with its proof."""

    code: str
    confidence: str  # high | medium | low
    documents: tuple[DocumentRef, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Position:
    """What the people know a position by. Texts come from the master data of the book side, else the stock side."""

    item: str
    warehouse: str
    batch: str = ""
    name: str = ""
    warehouse_name: str = ""
    unit: str = ""
    category: str = ""
    abc: str = ""


@dataclass(frozen=True)
class Variance:
    """One judged position. Quantities in millionths of the base unit, money in millionths of the currency.

    difference = stock - book; explained + remainder = difference; percent = |remainder| / max(|book|, |stock|) x 100.
    `value` is |remainder| x cost, None where no cost is known. `exceeds` says whether the rule named by `rule` is broken.
    `documents` make up the explained part, `suspects` are the open ones that are no longer allowed to stand on one side.
    """

    position: Position
    book: int
    stock: int
    book_presence: Presence
    stock_presence: Presence
    explained: int
    percent: Decimal
    value: int | None
    cost: int | None
    cost_source: str
    exceeds: bool
    rule: str
    documents: tuple[DocumentRef, ...] = ()
    causes: tuple[Cause, ...] = ()
    waiting: bool = False  # exceeds only through documents that are still inside their grace
    matched: int = 0  # events since the last agreement whose documents of both sides are paired
    suspects: tuple[DocumentRef, ...] = ()

    @property
    def difference(self) -> int:
        """Return stock - book."""
        return self.stock - self.book

    @property
    def remainder(self) -> int:
        """Return what no document explains."""
        return self.difference - self.explained

    @property
    def signed_value(self) -> int | None:
        """Return the remainder's money with the remainder's sign."""
        if self.value is None:
            return None
        return self.value if self.remainder >= 0 else -self.value


def percent_of(remainder: int, denominator: int) -> Decimal:
    """Return |remainder| / |denominator| x 100 to 28 digits; 0 when both are zero, 100 when only the denominator is."""
    if denominator == 0:
        return Decimal(0) if remainder == 0 else Decimal(100)
    return Decimal(abs(remainder)) * 100 / Decimal(abs(denominator))
