"""How far the bills have been read: the cursor between two readings."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime

Sums = tuple[int, ...]


@dataclass(frozen=True)
class Cursor:
    """`max_id` is the highest FInterID seen, `window_from` the first day (`YYYY-MM-DD`) that is watched.

    `full_at` is when the whole window was last read. `days` holds the fingerprint of each watched day over the bills up
    to `max_id`: number of lines, sum of bill ids, then sums of what may change.
    """

    account: str
    max_id: int
    window_from: str
    full_at: datetime
    days: dict[str, Sums] = field(default_factory=dict)

    def text(self) -> str:
        """Return the cursor as opaque text (JSON)."""
        return json.dumps({"v": 1, **asdict(self), "full_at": self.full_at.isoformat()}, separators=(",", ":"))


def parse(text: str) -> Cursor | None:
    """Given the text of a cursor, return it; None for '' and for anything not understood: then all is read anew."""
    try:
        found = json.loads(text)
        if found.pop("v") != 1:
            return None
        days = {str(day): tuple(int(number) for number in sums) for day, sums in found.pop("days").items()}
        full_at = datetime.fromisoformat(found.pop("full_at"))
        return Cursor(**found, full_at=full_at, days=days)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
