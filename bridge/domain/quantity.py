"""Exact quantities and money: 64-bit integers counting millionths.

One representation serves quantities (millionths of the item's base unit), unit costs (millionths of the currency
per base unit) and conversion factors. Integers add exactly on every engine, which binary floats do not
(users.md 2.3, F12).
"""

from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext

from bridge.domain.errors import InvariantBroken, SnapshotRejected

MICRO = 1_000_000
"""Fixed-point steps in one unit."""
LIMIT = 2**63 - 1
_STEP = Decimal(1) / MICRO
_MICROS = Decimal(MICRO)
_EXACT = Context(prec=60)


def to_micro(value: Decimal | float | str) -> int:
    """Given a number as a system stated it, return it in millionths, rounded half to even.

    A float is read by its shortest decimal spelling, so 0.1 is one tenth. Raise SnapshotRejected if the value is no
    finite number or does not fit in 64 bits.
    """
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value).strip())
        steps = int(_EXACT.multiply(number, _MICROS).to_integral_value(ROUND_HALF_EVEN, _EXACT))
    except (ArithmeticError, ValueError) as cause:
        raise SnapshotRejected("BR-1801", value=str(value)) from cause
    if abs(steps) > LIMIT:
        raise SnapshotRejected("BR-1802", value=str(value))
    return steps


def from_micro(steps: int) -> Decimal:
    """Given millionths, return the exact decimal without trailing zeros."""
    with localcontext() as exact:
        exact.prec = 60
        return (Decimal(int(steps)) * _STEP).normalize()


def to_text(steps: int) -> str:
    """Given millionths, return a plain decimal string: no exponent, no trailing zeros (`-126.5`, `2400`)."""
    return f"{from_micro(steps):f}" if steps else "0"


def multiply(left: int, right: int) -> int:
    """Given two fixed-point numbers, return their product, rounded half to even. Raise InvariantBroken on overflow."""
    quotient, rest = divmod(left * right, MICRO)
    if rest * 2 > MICRO or (rest * 2 == MICRO and quotient % 2):
        quotient += 1
    if abs(quotient) > LIMIT:
        raise InvariantBroken("BR-1803", left=to_text(left), right=to_text(right))
    return quotient
