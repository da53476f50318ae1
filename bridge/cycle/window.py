"""When a source was read, and what it said of itself then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Window:
    """When a source's snapshot was read, by the bridge's clock, and whether it has a document ledger.

    `open_from` is the first day it can still book documents at, None where it does not say.
    """

    read_from: datetime
    read_to: datetime
    complete: bool
    open_from: date | None = None


def open_from(windows: Sequence[Window]) -> date | None:
    """Return from when on one of a side's systems still takes documents; None if one of them does not say."""
    known = [window.open_from for window in windows if window.open_from is not None]
    return min(known) if known and len(known) == len(windows) else None
