"""Money: what a remainder is worth, and which items are worth most.

The cost is the book side's if it states one, else the stock side's, and its source is always named. Without a cost
the value is None ("无成本"), which is neither zero nor a reason to be silent.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from bridge.domain.errors import InvariantBroken, SnapshotRejected
from bridge.domain.quantity import multiply, to_text
from bridge.domain.variance import Variance

SHARES = (("A", Decimal("0.80")), ("B", Decimal("0.15")), ("C", Decimal("0.05")))
"""ABC classes by cumulative share of stock value (users.md 2.5)."""


def money(source: str, item: str, quantity: int, cost: int) -> int:
    """Given millionths of a unit and of money per unit, return the exact value. Raise SnapshotRejected on overflow."""
    try:
        return multiply(quantity, cost)
    except InvariantBroken as cause:
        raise SnapshotRejected(
            "BR-1855", source=source, item=item, quantity=to_text(quantity), cost=to_text(cost)
        ) from cause


@dataclass(frozen=True)
class Totals:
    """`gross` adds absolute values, `net` signed ones (stock - book), over valued positions; the rest is counted."""

    gross: int = 0
    net: int = 0
    unvalued: int = 0


def totals(variances: Iterable[Variance]) -> Totals:
    """Given variances, return their money. Gross never nets: plus here and minus there are two faults."""
    gross = net = unvalued = 0
    for variance in variances:
        if variance.value is None or variance.signed_value is None:
            unvalued += 1
        else:
            gross += variance.value
            net += variance.signed_value
    return Totals(gross, net, unvalued)


def abc_by_value(values: Mapping[str, int], shares: Sequence[tuple[str, Decimal]] = SHARES) -> dict[str, str]:
    """Given stock values by item, return classes: an item is A while less than A's share of all value comes before it.

    Items worth nothing (or less) get the last class. Equal values are ordered by code, so the result is stable.
    """
    total = sum(value for value in values.values() if value > 0)
    ends: list[tuple[str, Fraction]] = []
    end = Fraction(0)
    for name, share in shares:
        end += Fraction(share)
        ends.append((name, end))
    classes: dict[str, str] = {}
    before = 0
    for item, value in sorted(values.items(), key=lambda entry: (-entry[1], entry[0])):
        reached = Fraction(before, total) if total else Fraction(1)
        inside = (name for name, limit in ends if value > 0 and reached < limit)
        classes[item] = next(inside, ends[-1][0])
        before += max(value, 0)
    return classes
