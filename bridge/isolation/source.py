"""A source whose every call runs in a child process."""

import threading
import weakref
from typing import cast

from pydantic import SecretStr

from bridge.domain.errors import BridgeError, SourceUnavailable
from bridge.domain.movement import MovementBatch
from bridge.domain.snapshot import Identity, Scope, Snapshot
from bridge.isolation.child import OUT_OF_MEMORY
from bridge.isolation.messages import Call, Opening, Verb
from bridge.isolation.worker import GRACE_S, Worker
from bridge.ports import Clock
from config.base import SourceSettings
from connectors.connector import Connector

FIRST_PULL = 10
"""A first reading of documents covers the whole history, not what changed: it gets this many times the deadline."""


class Isolated:
    """Fulfils `bridge.ports.Source`. Calls of several sources run side by side, calls of one after the other.

    The child starts at once, so that it has imported its driver when the first call comes. It ends when this object is
    no longer used, or with the program.
    """

    def __init__(
        self,
        source: str,
        connector: Connector,
        settings: SourceSettings,
        clock: Clock,
        *,
        timeout_s: float,
        memory_mb: int,
    ) -> None:
        self.id = source
        self.ability = connector.source(source, settings, clock).ability  # opening connects nothing
        self._opening = Opening(source, connector.source, settings, clock, memory_mb)
        self._timeout_s = timeout_s
        self._one_at_a_time = threading.Lock()
        self._workers = [Worker(self._opening)]
        weakref.finalize(self, _end, self._workers)

    def probe(self) -> Identity:
        """Return what the system is. Raise SourceUnavailable BR-2064 when the deadline passes, BR-1131 on a crash."""
        return cast("Identity", self._ask("probe", (), self._timeout_s))

    def snapshot(self, scope: Scope) -> Snapshot:
        """Return all stock of the system; raise as `probe` does."""
        return cast("Snapshot", self._ask("snapshot", (scope,), self._timeout_s))

    def movements(self, since: str) -> MovementBatch:
        """Return what moved since the cursor; raise as `probe` does."""
        seconds = self._timeout_s if since else self._timeout_s * FIRST_PULL
        return cast("MovementBatch", self._ask("movements", (since,), seconds))

    def _ask(self, verb: Verb, arguments: tuple[object, ...], seconds: float) -> object:
        if not self._one_at_a_time.acquire(timeout=seconds + GRACE_S):
            raise SourceUnavailable("BR-2064", source=self.id, seconds=f"{seconds:g}")
        try:
            worker = self._worker()
            try:
                return worker.ask(Call(verb, arguments, seconds))
            except BridgeError as error:
                if error.code == OUT_OF_MEMORY:
                    worker.end()  # what is left of its memory is in pieces
                raise
        finally:
            self._one_at_a_time.release()

    def _worker(self) -> Worker:
        """Return a child that lives, a new one in the place of one that was ended."""
        if not self._workers[0].alive:
            self._workers[0].end()
            self._workers[0] = Worker(self._opening)
        return self._workers[0]


def is_isolated(settings: SourceSettings) -> bool:
    """Return whether a source runs in a child: as its settings say, else unless it is a SQLite file.

    A SQLite file is read by this program's own code and cannot hang.
    """
    if settings.isolate is not None:
        return settings.isolate
    url = getattr(settings, "url", None)
    return not (isinstance(url, SecretStr) and url.get_secret_value().startswith("sqlite"))


def _end(workers: list[Worker]) -> None:
    for worker in workers:
        worker.end()
