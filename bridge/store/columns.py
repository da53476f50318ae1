"""Column types that mean the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from bridge.domain.errors import InvariantBroken

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

TEXT = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that compares by code point on both engines, whatever the server's locale."""

SERIAL = BigInteger().with_variant(Integer(), "sqlite")
"""A number the database gives out; SQLite does so only for INTEGER."""


def to_instant(moment: datetime) -> int:
    """Given an aware time, return microseconds since 1970 UTC. Raise InvariantBroken if it has no zone."""
    if moment.tzinfo is None:
        raise InvariantBroken("BR-1710", value=moment.isoformat())
    return (moment - _EPOCH) // _MICROSECOND


def from_instant(micros: int) -> datetime:
    """Given microseconds since 1970 UTC, return the aware time in UTC."""
    return _EPOCH + timedelta(microseconds=micros)


def clean(text: str) -> str:
    """Return `text` as both engines can hold it: NUL shows as ␀ (PostgreSQL refuses it), half a surrogate as `?`."""
    return text.replace("\0", "␀").encode("utf-8", "replace").decode("utf-8")


class Instant(TypeDecorator[datetime]):
    """An aware time, kept as microseconds since 1970 UTC, so that it sorts and compares the same everywhere."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Store an aware time as microseconds."""
        return None if value is None else to_instant(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Read microseconds back as a time in UTC."""
        return None if value is None else from_instant(value)


class Label(TypeDecorator[str]):
    """Text to find and sort rows by. Hostile characters are shown, not refused; the exact text is in the row's JSON."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the collation of the engine."""
        return dialect.type_descriptor(Text(collation="C") if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Store the text without characters an engine refuses."""
        return None if value is None else clean(value)
