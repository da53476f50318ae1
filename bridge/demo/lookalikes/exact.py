"""Exact figures and ERP time texts on their way into and out of SQLite, which knows neither."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

Figure = Decimal | int | str
"""A quantity or price as a caller may state it. Floats are not taken."""


def exact(value: Any) -> Decimal:
    """Given a figure as SQLite returned it (or as a caller states it), return its exact decimal; NULL is 0.

    SQLite keeps a DECIMAL column as integer or as the shortest float of the text written, so `str` gives the text
    back as long as it has 15 digits or fewer.
    """
    if isinstance(value, int | Decimal):
        return Decimal(value)
    return Decimal(str(value or 0))


def stored(value: Decimal) -> int | str:
    """Given a decimal, return what to bind so that the DECIMAL column keeps it exactly."""
    whole = int(value)
    return whole if whole == value else format(value, "f")


def moment(at: datetime) -> str:
    """Given a time on the server's clock, return it as the ERP stores it: local, without a zone, whole seconds."""
    return at.replace(tzinfo=None, microsecond=0).isoformat(" ")


def day(on: date | datetime) -> str:
    """Given a date, return it as a datetime column stores it: midnight."""
    return f"{(on.date() if isinstance(on, datetime) else on).isoformat()} 00:00:00"
