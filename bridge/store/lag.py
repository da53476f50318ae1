"""How late documents are entered, per type: how long after the business, and after the audit, we first saw them."""

from dataclasses import dataclass
from datetime import timedelta
from statistics import median_low

from sqlalchemy import Column, Connection, func, select

from bridge.store.tables import movements


@dataclass(frozen=True)
class Delay:
    """Lateness over `lines` lines, in whole microseconds. Negative: dated ahead."""

    lines: int
    median: timedelta
    longest: timedelta


@dataclass(frozen=True)
class EntryLag:
    """A document type's lateness after its business time and after its audit; None where no line states that time.

    Many systems state the business time as a date only; then the delay is counted from that day's midnight.
    """

    document_type: str
    after_business: Delay | None
    after_audit: Delay | None


def entry_lags(connection: Connection, source: str) -> list[EntryLag]:
    """Given a source, return the lag of each document type, by name.

    Lines of the very first merge are left out: the bridge met them all at once, which says nothing about lateness.
    """
    business = _delays(connection, source, movements.c.business_time)
    audit = _delays(connection, source, movements.c.audited_time)
    return [EntryLag(kind, business.get(kind), audit.get(kind)) for kind in sorted({*business, *audit})]


def _delays(connection: Connection, source: str, since: Column[int]) -> dict[str, Delay]:
    first_load = select(func.min(movements.c.touched_at)).where(movements.c.source == source).scalar_subquery()
    chosen = select(movements.c.document_type, movements.c.first_seen - since).where(
        movements.c.source == source, since.is_not(None), movements.c.first_seen > first_load
    )
    found: dict[str, list[int]] = {}
    for kind, micros in connection.execute(chosen):
        found.setdefault(kind, []).append(micros)
    return {kind: _delay(micros) for kind, micros in found.items()}


def _delay(micros: list[int]) -> Delay:
    return Delay(len(micros), timedelta(microseconds=median_low(micros)), timedelta(microseconds=max(micros)))
