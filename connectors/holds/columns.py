"""Column types of the bridge's own tables inside a customer's database: exact quantities and plant time."""

from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from sqlalchemy import Dialect, Numeric, String
from sqlalchemy.types import DateTime, TypeDecorator, TypeEngine

from bridge.domain.quantity import from_micro, to_micro, to_text


class Micro(TypeDecorator[int]):
    """A quantity: millionths on our side, `decimal(28,6)` in the database, text on SQLite (its numbers are floats)."""

    impl = Numeric(28, 6)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type the dialect keeps a quantity in."""
        return dialect.type_descriptor(String(40) if dialect.name == "sqlite" else Numeric(28, 6))

    def process_bind_param(self, value: int | None, dialect: Dialect) -> Decimal | str | None:
        """Return millionths as the decimal to store."""
        if value is None:
            return None
        return to_text(value) if dialect.name == "sqlite" else from_micro(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Return a stored decimal in millionths."""
        return None if value is None else to_micro(value)


class PlantTime(TypeDecorator[datetime]):
    """An aware time on our side; plant-local wall time without a zone in the database, whole seconds.

    Scanners and MES compare `expires_at` with their own GETDATE(), so the column speaks the plant's time. PostgreSQL
    keeps the zone itself.
    """

    impl = DateTime
    cache_ok = False

    def __init__(self, zone: tzinfo | None) -> None:
        super().__init__(timezone=False)
        self.zone = zone

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type the dialect keeps a time in."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the time as the plant's clock shows it."""
        if value is None:
            return None
        local = value.astimezone(self.zone).replace(microsecond=0)
        return local if dialect.name == "postgresql" else local.replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return a stored time, aware."""
        if not isinstance(value, datetime):
            return None
        return value.replace(tzinfo=self.zone) if value.tzinfo is None else value.astimezone(self.zone)
