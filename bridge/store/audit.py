"""The audit trail: a chain in which every row carries the hash of the one before it.

`verify` finds a changed, removed, inserted or reordered row, and, through the head kept in the flags, a cut at the end.
It cannot find that somebody who may write to the database recomputed the whole chain and the head, or put back an older
copy of the whole store. Against that, keep `head()` somewhere else: the run mails and the log carry it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, func, insert, select

from bridge.store import canonical
from bridge.store.columns import clean, to_instant
from bridge.store.flags import Flags
from bridge.store.tables import audit

HEAD: Final = "audit.head"
PRUNED: Final = "audit.pruned"
_START: Final = "0" * 64


@dataclass(frozen=True)
class AuditRow:
    """Who did what to what, and when (UTC)."""

    sequence: int
    at: datetime
    actor: str
    action: str
    subject: str
    facts: dict[str, Any]
    previous: str
    hash: str


@dataclass(frozen=True)
class AuditHead:
    """The end of the chain: its last sequence and hash (0 and zeros when empty)."""

    sequence: int
    hash: str


Found = list[AuditRow]  # the classes have a method named list


@dataclass(frozen=True)
class Audit:
    """The audit trail inside one transaction."""

    connection: Connection

    def append(self, actor: str, action: str, subject: str, facts: Mapping[str, object], at: datetime) -> int:
        """Add a row to the end of the chain. Return its sequence."""
        head = self.head()
        row: dict[str, Any] = {
            "sequence": head.sequence + 1,
            "at": at,
            "actor": clean(actor),
            "action": clean(action),
            "subject": clean(subject),
            "facts": canonical.dump(dict(facts)),
            "previous": head.hash,
        }
        row["hash"] = _hash(row)
        self.connection.execute(insert(audit).values(**row))
        end = {"sequence": row["sequence"], "hash": row["hash"]}
        Flags(self.connection).set(HEAD, end, by=row["actor"], at=at)
        return int(row["sequence"])

    def head(self) -> AuditHead:
        """Return the end of the chain as the flags keep it."""
        flag = Flags(self.connection).get(HEAD)
        return AuditHead(**flag.value) if flag else AuditHead(0, _START)

    def verify(self) -> int | None:
        """Walk the chain. Return None when it is whole, else the first sequence that is missing or does not fit."""
        rows = self.connection.execute(select(audit).order_by(audit.c.sequence).execution_options(yield_per=1000))
        expected, previous, start, anchored = 1, _START, AuditHead(0, _START), True
        for row in rows:
            if expected == 1 and row.sequence > 1:  # the beginning was pruned, if a later row says so
                expected, previous, anchored = row.sequence, row.previous, False
                start = AuditHead(row.sequence - 1, row.previous)
            if row.sequence != expected or row.previous != previous or row.hash != _hash(row._mapping):  # noqa: SLF001
                return expected
            if not anchored and row.action == PRUNED:
                facts = canonical.load_facts(row.facts)
                anchored = (facts.get("through"), facts.get("hash")) == (start.sequence, start.hash)
            expected, previous = expected + 1, row.hash
        if not anchored:
            return start.sequence
        head = self.head()
        return None if (head.sequence, head.hash) == (expected - 1, previous) else expected

    def list(self, subject: str | None = None, limit: int = 100) -> Found:
        """Return the latest rows, newest first; of one subject when given."""
        chosen = select(audit).order_by(audit.c.sequence.desc()).limit(limit)
        rows = self.connection.execute(chosen if subject is None else chosen.where(audit.c.subject == clean(subject)))
        return [_read(row._mapping) for row in rows]  # noqa: SLF001

    def prune(self, before: datetime, *, by: str, at: datetime) -> int:
        """Remove rows from the start of the chain that are older than `before`; return how many.

        A row at the end signs for it: it names the last removed sequence and hash, and `verify` starts from there. The
        youngest row is never removed.
        """
        kept = select(func.min(audit.c.sequence)).where(audit.c.at >= before)
        first_kept = self.connection.execute(kept).scalar_one()
        if first_kept is None:
            first_kept = self.head().sequence
        last = self.connection.execute(
            select(audit).where(audit.c.sequence < first_kept).order_by(audit.c.sequence.desc()).limit(1)
        ).one_or_none()
        if last is None:
            return 0
        removed = self.connection.execute(delete(audit).where(audit.c.sequence <= last.sequence)).rowcount
        facts = {"through": last.sequence, "hash": last.hash, "rows": removed, "before": before}
        self.append(by, PRUNED, "audit", facts, at)
        return removed


def _hash(row: Any) -> str:
    at = to_instant(row["at"])
    facts = [row["sequence"], at, row["actor"], row["action"], row["subject"], row["facts"]]
    return hashlib.sha256(f"{row['previous']}{canonical.dump(facts)}".encode()).hexdigest()


def _read(row: Mapping[Any, Any]) -> AuditRow:
    return AuditRow(**{**row, "facts": canonical.load_facts(row["facts"])})
