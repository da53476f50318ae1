"""How hard a source may be read: rows a second, and hours in which it is left alone."""

import time
from collections.abc import Callable
from datetime import datetime

from bridge.domain.errors import SourceUnavailable
from config.kinds_of_value import parse_window
from connectors.database.settings import DatabaseSettings

ROWS_PER_S = "stockbridge_rows_per_s"
"""Execution option of an engine: the rows a second that a reading may take."""


def refuse_in_blackout(settings: DatabaseSettings, source: str, now: datetime) -> None:
    """Given the present in the plant's zone, return if the source may be read now.

    Raise SourceUnavailable BR-1116 inside one of its `blackout` windows (begin included, end not): a plan, no fault.
    """
    for words in settings.blackout:
        begin, end = parse_window(words)
        at = now.time()
        inside = begin <= at < end if begin < end else at >= begin or at < end
        if inside:
            raise SourceUnavailable("BR-1116", source=source, window=words, now=f"{now:%H:%M}", until=f"{end:%H:%M}")


class Pace:
    """Keeps one reading at or below `rows_per_s` rows a second on average, by waiting between fetches."""

    def __init__(
        self,
        rows_per_s: int,
        elapsed_s: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.rows_per_s = rows_per_s
        self._elapsed_s, self._sleep = elapsed_s, sleep
        self._began, self._rows = elapsed_s(), 0

    def after(self, rows: int) -> None:
        """Given how many rows have just arrived, wait until as many were allowed to."""
        self._rows += rows
        wait = self._began + self._rows / self.rows_per_s - self._elapsed_s()
        if wait > 0:
            self._sleep(wait)
