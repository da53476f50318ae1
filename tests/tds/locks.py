"""Table locks between the server's sessions: waiting up to LOCK_TIMEOUT, and deadlocks found as they close."""

import threading
import time
from dataclasses import dataclass, field

from tds import failures

Table = tuple[str, str]
"""Database and table, lower case."""
READ, UPDATE, WRITE = 0, 1, 2
_PATIENCE_S = 30.0
"""What LOCK_TIMEOUT -1 (for ever) means in a test."""


@dataclass
class Locks:
    """UPDATE locks keep each other out, WRITE locks keep readers out too. Readers hold nothing (READ COMMITTED)."""

    _held: dict[Table, tuple[int, int]] = field(default_factory=dict)
    _waiting: dict[int, int] = field(default_factory=dict)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def take(self, session: int, table: Table, mode: int, timeout_ms: int) -> None:
        """Wait for a table and hold it (a reader only waits). Raise SqlError 1222 or 1205."""
        until = time.monotonic() + (timeout_ms / 1000 if timeout_ms >= 0 else _PATIENCE_S)
        with self._changed:
            while (holder := self._in_the_way(session, table, mode)) is not None:
                self._waiting[session] = holder
                try:
                    if self._closes_a_circle(session):
                        raise failures.deadlock(session)
                    left = until - time.monotonic()
                    if left <= 0:
                        raise failures.lock_timeout()
                    self._changed.wait(left)
                finally:
                    self._waiting.pop(session, None)
            if mode != READ:
                self._held[table] = (session, max(mode, self._held.get(table, (session, READ))[1]))

    def release(self, session: int) -> None:
        """Let go of everything a session holds."""
        with self._changed:
            self._held = {table: held for table, held in self._held.items() if held[0] != session}
            self._changed.notify_all()

    def _in_the_way(self, session: int, table: Table, mode: int) -> int | None:
        holder, held = self._held.get(table, (session, READ))
        blocked = holder != session and (held == WRITE if mode == READ else held > READ)
        return holder if blocked else None

    def _closes_a_circle(self, session: int) -> bool:
        seen, next_one = set(), self._waiting.get(session)
        while next_one is not None and next_one not in seen:
            if next_one == session:
                return True
            seen.add(next_one)
            next_one = self._waiting.get(next_one)
        return False
