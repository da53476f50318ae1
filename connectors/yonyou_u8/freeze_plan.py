"""The arithmetic of freezing: which rows take how much, and what of a frozen quantity is ours. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bridge.domain.quantity import MICRO

Key = tuple[str | int, ...]
"""Values of the unique key of CurrentStock, in its column order."""


@dataclass(frozen=True)
class StockRow:
    """One row of CurrentStock, quantities in millionths. `stopped`: frozen as a whole (bStopFlag, BGSPSTOP)."""

    key: Key
    on_hand: int
    frozen: int
    stopped: bool = False
    version: int | None = None
    auto_id: int | None = None

    @property
    def free(self) -> int:
        """Return what can still be frozen here; nothing in a row that is out of bounds already."""
        if self.stopped or self.frozen < 0:
            return 0
        return max(0, self.on_hand - self.frozen)


@dataclass(frozen=True)
class Part:
    """One of our standing entries: `ref` froze `delta` millionths in the row of `key`; `order` sorts oldest first."""

    ref: str
    line: int
    key: Key
    delta: int
    order: tuple[str, str, int]


def plan_freeze(rows: Iterable[StockRow], quantity: int) -> tuple[tuple[StockRow, int], ...]:
    """Given the rows of a position, return how much each takes of `quantity`, in the order of their keys.

    Takes what is free and no more, so the parts may sum to less than asked.
    """
    takes = []
    left = quantity
    for row in sorted(rows, key=lambda row: tuple(map(str, row.key))):
        take = min(row.free, left)
        if take > 0:
            takes.append((row, take))
            left -= take
    return tuple(takes)


def standing_parts(frozen: int, parts: Sequence[Part]) -> dict[tuple[str, int], int]:
    """Given a row's frozen quantity and all our parts in it, return what of each part still stands.

    While the row holds at least our sum, everything of ours stands and the rest belongs to others. If somebody
    unfroze more than was his, the oldest parts are taken to stand and the youngest to be gone; together never more
    than the row holds.
    """
    left = max(0, frozen)
    found = {}
    for part in sorted(parts, key=lambda part: part.order):
        found[part.ref, part.line] = min(part.delta, left)
        left -= found[part.ref, part.line]
    return found


def pieces(quantity: int, rate: int) -> int:
    """Given main units and main units per piece (millionths), return the pieces rounded half up to 6 decimals."""
    return (2 * quantity * MICRO + rate) // (2 * rate)
