"""Codes and quantities as JSON states them: text stays text, figures are exact, and what is unknown stays unknown."""

from decimal import Decimal, localcontext

from bridge.domain.errors import SnapshotRejected
from bridge.domain.quantity import to_micro

Total = tuple[int, Decimal] | None
"""A sum in millionths and as stated; None once one of its figures is unknown."""
NOTHING: Total = (0, Decimal(0))


def text(value: object) -> str:
    """Return a code or name as text; null, and blanks alone, are ''."""
    return "" if value is None else str(value).strip()


def micro(value: object, source: str, form: str) -> int:
    """Return a stated quantity in millionths. Raise SnapshotRejected if it is no number."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise SnapshotRejected("BR-1266", source=source, form=form, value=ascii(value)[:60])
    return to_micro(value)


def added(total: Total, quantity: object, source: str, form: str) -> Total:
    """Return the sum so far with one more quantity; once one is unknown (null), so is the sum."""
    if total is None or quantity is None:
        return None
    steps = micro(quantity, source, form)
    with localcontext() as exact:
        exact.prec = 60
        return total[0] + steps, total[1] + Decimal(str(quantity))
