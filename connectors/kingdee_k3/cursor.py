"""How far the bills have been read: the cursor between two readings."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime

Sums = tuple[int, ...]
_VERSION = 4
_READABLE = frozenset({3, _VERSION})


@dataclass(frozen=True)
class Cursor:
    """`max_id` is the highest FInterID seen, `window_from` the first day (`YYYY-MM-DD`) that is watched.

    `full_at` is when the whole window was last read. `still_open` counts the lines of older bills that can still change,
    and adds up their bills' ids. `blocks` holds the fingerprint of each block of bill ids over the
    watched bills up to `max_id` (fingerprints.py).

    Version 3 did not sum the texts: its sums are fewer, so that every watched block differs once and is read again. What
    lines there are it says in the same way, so that nothing is taken for deleted.
    """

    account: str
    max_id: int
    window_from: str
    full_at: datetime
    still_open: tuple[int, int] = (0, 0)
    blocks: dict[int, Sums] = field(default_factory=dict)

    def text(self) -> str:
        """Return the cursor as opaque text (JSON)."""
        return json.dumps({"v": _VERSION, **asdict(self), "full_at": self.full_at.isoformat()}, separators=(",", ":"))


def parse(text: str) -> Cursor | None:
    """Given the text of a cursor, return it; None for '' and for anything not understood: then all is read anew."""
    try:
        found = json.loads(text)
        if found.pop("v") not in _READABLE:
            return None
        blocks = {int(block): tuple(int(number) for number in sums) for block, sums in found.pop("blocks").items()}
        full_at = datetime.fromisoformat(found.pop("full_at"))
        lines, ids = found.pop("still_open")
        return Cursor(**found, full_at=full_at, still_open=(int(lines), int(ids)), blocks=blocks)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
