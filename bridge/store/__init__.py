"""The bridge's own memory: one transaction a run, an outbox, an audit chain, a ledger of what moved."""

from bridge.store.store import Store
from bridge.store.unit import UnitOfWork

__all__ = ["Store", "UnitOfWork"]
