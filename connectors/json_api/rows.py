"""The rows of a list as columns: texts, quantities and times, every refusal with its row and key."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from bridge.domain.errors import SnapshotRejected, SourceRefused
from bridge.domain.quantity import to_micro
from connectors.json_api.fields import RowFields
from connectors.json_api.page import Row
from connectors.json_api.words import dig, shown

DEFAULTS = {
    "warehouse": "warehouse",
    "batch": "batch",
    "unit": "unit",
    "id": "id",
    "deleted": "deleted",
    "doc": "doc",
    "line": "line",
    "type": "type",
    "at": "at",
    "updated": "updated_at",
    "maker": "operator",
    "reference": "work_order",
}
"""What a key is called that `fields` does not name; it may be absent."""
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
_LARGEST_EXPONENT = 20  # far beyond 64 bits of millionths, so that no giant number is ever spelled out
_TRUE = frozenset({"true", "1", "y", "yes"})
_MILLISECONDS = 100_000_000_000


@dataclass
class Rows:
    """Rows of one request, which is named in messages; `digits` counts codes that came as whole numbers."""

    source: str
    request: str
    rows: list[Row]
    fields: RowFields
    constants: Mapping[str, str] = field(default_factory=dict)
    digits: int = field(default=0)

    def name(self, what: str) -> str | None:
        """Return what the key for `what` is called, None if it has no name."""
        named: str | None = getattr(self.fields, what)
        return named or DEFAULTS.get(what)

    def require(self, *whats: str) -> None:
        """Raise SourceRefused if a key that must be there, or that `fields` names, is in no row at all."""
        named = [what for what in whats if what in {"item", "qty"} or getattr(self.fields, what)]
        present = {key for row in self.rows for key in row}
        for what in named:
            name = self.name(what) or what
            if self.rows and name.partition(".")[0] not in present:
                closest = get_close_matches(name, present, 1, 0.5)
                raise SourceRefused(
                    "BR-1451",
                    source=self.source,
                    request=self.request,
                    field=what,
                    name=name,
                    present=shown(", ".join(sorted(present))),
                    closest=shown(closest[0]) if closest else "-",
                )

    def texts(self, what: str, *, code: bool = False) -> list[str]:
        """Return a column as text, null and blank as ''; `code` refuses those. Whole numbers become their digits."""
        return [self._text(what, at, value, code) for at, value in enumerate(self._values(what))]

    def quantities(self) -> tuple[list[int | None], list[str]]:
        """Return the quantities in millionths and as read; null and '' are None: Unknown."""
        values = self._values("qty")
        return [self._micro(at, value) for at, value in enumerate(values)], [
            "" if value is None else shown(value) if str(value).strip() else "" for value in values
        ]

    def flags(self, what: str) -> list[bool]:
        """Return a column of yes and no; what is neither true, 1, Y nor yes is no."""
        return [str(value).strip().lower() in _TRUE for value in self._values(what)]

    def moments(self, what: str, zone: tzinfo | None) -> list[datetime | None]:
        """Return a column of times, aware; without offset they are the plant's, numbers are Unix time."""
        return [self._moment(what, at, value, zone) for at, value in enumerate(self._values(what))]

    def refused(self, code: str, what: str, at: int, **facts: object) -> SnapshotRejected:
        """Return the error for one cell; rows are counted from 1 over all pages."""
        return SnapshotRejected(
            code, source=self.source, request=self.request, row=at + 1, field=self.name(what) or what, **facts
        )

    def _values(self, what: str) -> list[Any]:
        if what in self.constants:
            return [self.constants[what]] * len(self.rows)
        name = self.name(what)
        return [dig(row, name) for row in self.rows] if name else [None] * len(self.rows)

    def _text(self, what: str, at: int, value: object, code: bool) -> str:
        if isinstance(value, int) and not isinstance(value, bool):
            self.digits += 1
            return str(value)
        if value is None or (isinstance(value, str) and not value.strip()):
            if code:
                raise self.refused("BR-1452", what, at)
            return ""
        if not isinstance(value, str):
            raise self.refused("BR-1453", what, at, value=shown(value))
        try:
            value.encode()
        except UnicodeEncodeError as cause:  # half a surrogate pair: JSON can spell it, no text can hold it
            raise self.refused("BR-1453", what, at, value=shown(ascii(value))) from cause
        return value

    def _micro(self, at: int, value: object) -> int | None:
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
            value = Decimal(value.strip())
        if isinstance(value, int) and not isinstance(value, bool):
            value = Decimal(value)
        if not isinstance(value, Decimal) or value.adjusted() > _LARGEST_EXPONENT:
            raise self.refused("BR-1454", "qty", at, value=shown(value))
        try:
            return to_micro(value)
        except SnapshotRejected as cause:
            raise self.refused("BR-1454", "qty", at, value=shown(value)) from cause

    def _moment(self, what: str, at: int, value: object, zone: tzinfo | None) -> datetime | None:
        found = None if value is None or value == "" else moment(value, zone)
        if found is None and value not in (None, ""):
            raise self.refused("BR-1455", what, at, value=shown(value))
        return found


def moment(value: object, zone: tzinfo | None) -> datetime | None:
    """Given an ISO time or Unix seconds or milliseconds, return it aware; None if it is none of them."""
    try:
        if isinstance(value, str):
            found = datetime.fromisoformat(value.strip().replace("/", "-"))
            return found if found.tzinfo is not None else found.replace(tzinfo=zone)
        if isinstance(value, int) and not isinstance(value, bool):
            seconds = value / 1000 if abs(value) >= _MILLISECONDS else value
            return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None
