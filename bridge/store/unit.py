"""One transaction over the whole store. It rolls back unless told to commit."""

from contextlib import ExitStack
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine

from bridge.store.agreements import Agreements
from bridge.store.audit import Audit
from bridge.store.baselines import Baselines
from bridge.store.counters import Counters
from bridge.store.engine import transaction
from bridge.store.episodes import Episodes
from bridge.store.flags import Flags
from bridge.store.holds import Holds
from bridge.store.movements import Movements
from bridge.store.outbox import Outbox
from bridge.store.plans import Plans
from bridge.store.runs import Runs
from bridge.store.slots import Slots
from bridge.store.snapshots import Snapshots


class UnitOfWork:
    """A transaction and every noun of the store inside it.

    A writing one is alone among all processes from its first moment, so what it reads stays true until it commits. What
    the database refuses leaves the `with` block as an error of the tree: SourceUnavailable when the store is busy or
    away, InvariantBroken when a rule of its tables would be broken.
    """

    connection: Connection
    agreements: Agreements
    audit: Audit
    baselines: Baselines
    counters: Counters
    episodes: Episodes
    flags: Flags
    holds: Holds
    movements: Movements
    outbox: Outbox
    plans: Plans
    runs: Runs
    slots: Slots
    snapshots: Snapshots

    def __init__(self, engine: Engine, mode: str = "write") -> None:
        self._engine = engine
        self._mode = mode
        self._exits = ExitStack()

    def __enter__(self) -> Self:
        """Begin. Waits for another writer up to the store's busy time."""
        connection = self._exits.enter_context(transaction(self._engine, self._mode))
        self.connection = connection
        self.agreements = Agreements(connection)
        self.audit = Audit(connection)
        self.baselines = Baselines(connection)
        self.counters = Counters(connection)
        self.episodes = Episodes(connection)
        self.flags = Flags(connection)
        self.holds = Holds(connection)
        self.movements = Movements(connection)
        self.outbox = Outbox(connection)
        self.plans = Plans(connection)
        self.runs = Runs(connection)
        self.slots = Slots(connection)
        self.snapshots = Snapshots(connection)
        return self

    def commit(self) -> None:
        """Make everything lasting and end the transaction; the unit of work cannot be used after it."""
        self.connection.commit()
        self.connection.close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        """Roll back what was not committed."""
        return self._exits.__exit__(kind, error, trace)
