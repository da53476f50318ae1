"""What the core asks of the world outside. Connectors, targets and messengers fulfil these without inheriting."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from bridge.domain.hold import HoldOrder, HoldReading, Receipt, TargetAbility
from bridge.domain.movement import MovementBatch
from bridge.domain.snapshot import Identity, Scope, Snapshot


@dataclass(frozen=True)
class SourceAbility:
    """What a source can do, as data."""

    movements: bool = False
    batches: bool = True
    moves_constantly: bool = True  # a byte-identical repeat is suspicious (false for spreadsheets)


class Clock(Protocol):
    """The only origin of time."""

    def now(self) -> datetime:
        """Return the present, aware, in the plant's time zone."""
        ...


class Source(Protocol):
    """A system that is read. Every method may raise SourceUnavailable, SourceRefused or SnapshotRejected."""

    @property
    def id(self) -> str:
        """Return the source's name in bridge.toml."""
        ...

    @property
    def ability(self) -> SourceAbility:
        """Return what it can do."""
        ...

    def probe(self) -> Identity:
        """Return what the system is and how it is set; read only, quick."""
        ...

    def snapshot(self, scope: Scope) -> Snapshot:
        """Return all stock of the system at one moment, as the system itself counts it."""
        ...

    def movements(self, since: str) -> MovementBatch:
        """Given a cursor ('' = from the start), return the documents added or changed since, and the next cursor."""
        ...


class HoldTarget(Protocol):
    """A place where holds take effect. Methods raise EffectRetryable, EffectRefused or EffectUnknown."""

    @property
    def id(self) -> str:
        """Return the name of the source in bridge.toml that it belongs to."""
        ...

    @property
    def ability(self) -> TargetAbility:
        """Return what it can do."""
        ...

    def probe(self, ref: str) -> HoldReading:
        """Return what the target holds under `ref`, read on a fresh connection."""
        ...

    def place(self, order: HoldOrder) -> Receipt:
        """Place the hold. The same reference twice blocks once."""
        ...

    def lift(self, order: HoldOrder) -> Receipt:
        """Take back exactly what `order.ref` blocked. Twice lifts once; an unknown reference is done with quantity 0."""
        ...

    def list_own(self) -> tuple[HoldReading, ...]:
        """Return every hold the bridge has standing in the target."""
        ...


@runtime_checkable
class RecordKeeper(Protocol):
    """A hold target that knows our holds from a record of its own beside the stock, and not from the stock itself.

    Once a hold was lifted by hand its record must be closed, or it would claim what others block there later.
    """

    def close_record(self, ref: str) -> None:
        """Close what is recorded of `ref`, of which nothing stands any more. Change no stock, whatever stands there now."""
        ...
