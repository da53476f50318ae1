"""Where a reading of documents stopped, as the opaque text the bridge hands back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import TypeAdapter, ValidationError


@dataclass(frozen=True)
class Cursor:
    """State of one account database.

    `fence`: row version up to which all is read (None = the tables have none). `top`: highest AutoID read. `count`:
    lines that counted then, `counted_at`: when that was last asked. `on_save`: the families whose unaudited documents
    move stock, `assumed`: those nobody could tell yet. `anchors`: the newest lines read (type, AutoID, version), to
    notice a database that was set back. `former`: account databases of earlier years, whose keys must not look deleted.
    """

    database: str
    fence: int | None
    top: int
    count: int
    on_save: tuple[str, ...]
    assumed: tuple[str, ...]
    scanned_at: str
    anchors: tuple[tuple[str, int, int], ...] = ()
    former: tuple[str, ...] = ()
    counted_at: str = ""
    version: Literal[2] = 2

    def text(self) -> str:
        """Return the cursor as text."""
        return _CURSOR.dump_json(self).decode()

    def scan_due(self, now: datetime, every_s: float) -> bool:
        """Return whether all keys should be compared again."""
        return is_due(self.scanned_at, now, every_s)

    def count_due(self, now: datetime, every_s: float) -> bool:
        """Return whether the lines should be counted again."""
        return not self.counted_at or is_due(self.counted_at, now, every_s)


def is_due(last: str, now: datetime, every_s: float) -> bool:
    """Return whether something last done at `last` should be done again; always when a clock had been ahead then."""
    return not 0 <= (now - datetime.fromisoformat(last)).total_seconds() < every_s


_CURSOR = TypeAdapter(Cursor)


def parse_cursor(text: str) -> Cursor | None:
    """Given a cursor's text, return it; None for '' and for anything this version did not write: read all again."""
    try:
        return _CURSOR.validate_json(text)
    except ValidationError:
        return None
