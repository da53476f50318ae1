"""The tables of the bridge's own store. Migrations build them; a test keeps both the same.

A row holds its key figures as columns, to find and sort by, and the whole domain value as canonical JSON in `body`.
"""

from typing import Any

import pyarrow as pa
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    false,
    text,
)
from sqlalchemy.types import TypeEngine

from bridge.domain.episode import ENDED
from bridge.domain.hold import STANDING
from bridge.domain.movement import MOVEMENTS
from bridge.store.columns import SERIAL, TEXT, Instant, Label

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _among(states: frozenset[str]) -> str:
    return "state IN (" + ", ".join(f"'{state}'" for state in sorted(states)) + ")"


counters = Table(
    "counters",
    METADATA,
    Column("name", Label, primary_key=True),
    Column("period", Label, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

flags = Table(
    "flags",
    METADATA,
    Column("name", Label, primary_key=True),
    Column("value", TEXT, nullable=False),
    Column("by", Label, nullable=False),
    Column("at", Instant, nullable=False),
)

leases = Table(
    "leases",
    METADATA,
    Column("name", Label, primary_key=True),
    Column("holder", Label, nullable=False),  # '' = free
    Column("epoch", BigInteger, nullable=False),
    Column("expires_at", Instant, nullable=False),  # real wall time
)

slots = Table(
    "slots",
    METADATA,
    Column("run_key", Label, primary_key=True),
    Column("at", Instant, nullable=False),
)

runs = Table(
    "runs",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("pair", Label, nullable=False),
    Column("as_of", Instant, nullable=False),
    Column("mode", Label, nullable=False),
    Column("confirmed", Integer, nullable=False),
    Column("body", TEXT, nullable=False),
    Column("inputs", TEXT, nullable=False),
    Column("result_blob", Label, nullable=False),
    Index(None, "pair", "number"),
)

run_blobs = Table(
    "run_blobs",
    METADATA,
    Column("run", BigInteger, ForeignKey("runs.number"), primary_key=True, autoincrement=False),
    Column("blob", Label, primary_key=True),
)

snapshots = Table(
    "snapshots",
    METADATA,
    Column("id", SERIAL, primary_key=True),
    Column("source", Label, nullable=False),
    Column("blob", Label, nullable=False),  # '' = nothing could be stored
    Column("fetched_to", Instant, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("admitted", Boolean, nullable=False),
    Column("self_checked", Boolean, nullable=False, server_default=false()),  # was to be held against its own books
    Column("body", TEXT, nullable=False),
    Index(None, "source", "id"),
    sqlite_autoincrement=True,
)

baselines = Table(
    "baselines",
    METADATA,
    Column("source", Label, primary_key=True),
    Column("account", TEXT, nullable=False),
    Column("schema", TEXT, nullable=False),
    Column("snapshot_id", SERIAL, ForeignKey("snapshots.id"), nullable=False),
    Column("by", Label, nullable=False),
    Column("at", Instant, nullable=False),
)

episodes = Table(
    "episodes",
    METADATA,
    Column("id", Label, primary_key=True),
    Column("pair", Label, nullable=False),
    Column("item", Label, nullable=False),
    Column("warehouse", Label, nullable=False),
    Column("batch", Label, nullable=False),
    Column("state", Label, nullable=False),
    Column("owner", Label, nullable=False),
    Column("since", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("remainder", BigInteger, nullable=False),  # millionths
    Column("value", BigInteger),  # millionths of the currency; null = no cost known
    Column("body", TEXT, nullable=False),
    Index(None, "pair", "state"),
)
Index(
    "uq_episodes_open_position",
    *(episodes.c[name] for name in ("pair", "item", "warehouse", "batch")),
    unique=True,
    sqlite_where=text(f"NOT ({_among(ENDED)})"),
    postgresql_where=text(f"NOT ({_among(ENDED)})"),
)

holds = Table(
    "holds",
    METADATA,
    Column("id", Label, primary_key=True),
    Column("ref", Label, nullable=False, index=True),
    Column("state", Label, nullable=False),
    Column("pair", Label, nullable=False),
    Column("variance", Label, nullable=False, index=True),
    Column("target", Label, nullable=False),
    Column("item", Label, nullable=False),
    Column("warehouse", Label, nullable=False),
    Column("batch", Label, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("body", TEXT, nullable=False),
    Index(None, "target", "state"),
)
Index(
    "uq_holds_standing_ref",
    holds.c.target,
    holds.c.ref,
    unique=True,
    sqlite_where=text(_among(STANDING)),
    postgresql_where=text(_among(STANDING)),
)

plans = Table(
    "plans",
    METADATA,
    Column("id", Label, primary_key=True),
    Column("pair", Label, nullable=False),
    Column("run", BigInteger, nullable=False),
    Column("hash", Label, nullable=False),
    Column("orders", TEXT, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("state", Label, nullable=False, index=True),
    Column("approved_by", Label, nullable=False),
    Column("approved_at", Instant),
)

outbox = Table(
    "outbox",
    METADATA,
    Column("id", SERIAL, primary_key=True),
    Column("key", Label, nullable=False, unique=True),
    Column("kind", Label, nullable=False),
    Column("run", BigInteger, index=True),
    Column("subject", Label, nullable=False),
    Column("body", TEXT, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("state", Label, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("epoch", BigInteger),
    Column("error", Label, nullable=False),
    Index(None, "state", "due_at"),
    sqlite_autoincrement=True,
)

audit = Table(
    "audit",
    METADATA,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("actor", TEXT, nullable=False),
    Column("action", TEXT, nullable=False),
    Column("subject", TEXT, nullable=False, index=True),
    Column("facts", TEXT, nullable=False),
    Column("previous", TEXT, nullable=False),
    Column("hash", TEXT, nullable=False),
)

# times are microseconds
_LEDGER_TYPES: dict[pa.DataType, TypeEngine[Any]] = {
    pa.string(): TEXT,
    pa.int64(): BigInteger(),
    pa.bool_(): SmallInteger(),
}
FACTS = tuple(field.name for field in MOVEMENTS if field.name not in ("source", "key", "first_seen"))
"""What a source says of a movement line; a change in any of them is a change of the document."""


def fact_columns() -> list[Column[Any]]:
    """Return fresh columns for FACTS, with plain types so that bulk writes stay quick."""
    fields = (MOVEMENTS.field(name) for name in FACTS)
    return [Column(f.name, _LEDGER_TYPES.get(f.type, BigInteger()), nullable=f.nullable) for f in fields]


movements = Table(
    "movements",
    METADATA,
    Column("source", TEXT, primary_key=True),
    Column("key", TEXT, primary_key=True),
    *fact_columns(),
    Column("first_seen", BigInteger, nullable=False),
    Column("counted_at", BigInteger),
    Column("uncounted_at", BigInteger),
    Column("changed_at", BigInteger),
    Column("deleted_at", BigInteger),
    Column("touched_at", BigInteger, nullable=False),  # the latest of the five above
    Index(None, "source", "touched_at"),
    Index(None, "item"),
)

movement_changes = Table(
    "movement_changes",
    METADATA,
    Column("id", SERIAL, primary_key=True),
    Column("source", TEXT, nullable=False),
    Column("key", TEXT, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("change", TEXT, nullable=False),
    *fact_columns(),  # as they were before the change
    Index(None, "source", "at"),
    Index(None, "source", "key"),
)

movement_cursors = Table(
    "movement_cursors",
    METADATA,
    Column("source", Label, primary_key=True),
    Column("cursor", TEXT, nullable=False),
    Column("at", Instant, nullable=False),
)

agreements = Table(
    "agreements",
    METADATA,
    Column("pair", Label, primary_key=True),
    Column("item", TEXT, primary_key=True),
    Column("warehouse", TEXT, primary_key=True),
    Column("batch", TEXT, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("open_keys", TEXT, nullable=False),
)
