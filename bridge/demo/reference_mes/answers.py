"""How answers are worded, and how figures and times are written and read."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from bridge.domain.quantity import to_micro, to_text

LARGEST_PAGE = 1000
DEFAULT_PAGE = 100
_FIGURE = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")
_YEARS = range(1970, 9000)


class Refused(Exception):
    """A request that is not carried out. `reason` is a sentence for people: the other side shows it as it stands."""

    def __init__(self, status: int, reason: str, data: Mapping[str, Any] | None = None) -> None:
        self.status = status
        self.reason = reason
        self.data = data
        super().__init__(reason)


def good(data: Any) -> dict[str, Any]:
    """Return the body of a good answer. The HTTP status and `code` say the same, so that no proxy hides a refusal."""
    return {"code": 0, "msg": "", "data": data}


def bad(refused: Refused) -> dict[str, Any]:
    """Return the body of a refusal; `code` is the HTTP status."""
    return {"code": refused.status, "msg": refused.reason, "data": refused.data}


def figure(micro: int) -> str:
    """Return a quantity as text. A JSON number becomes a binary float in most languages: 0.1 + 0.2 is not 0.3 there."""
    return to_text(micro)


def micro_of(text: object) -> int:
    """Return a quantity given as text, in millionths. Raise Refused on a JSON number, on 1e3 and on a 7th decimal."""
    if not isinstance(text, str) or not _FIGURE.fullmatch(text):
        raise Refused(400, f'qty must be a decimal string such as "80.5", at most 6 decimals, not {text!r:.40}')
    return to_micro(text)


def moment(milliseconds: int, zone: tzinfo | None) -> str:
    """Return a time with its offset. Without one, nobody outside knows which 08:30 is meant."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone(zone).isoformat(timespec="milliseconds")


def milliseconds_of(text: object, name: str) -> int:
    """Return a time given as text in Unix milliseconds. Raise Refused if it has no offset: guessing is worse."""
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or found.year not in _YEARS:
        shown = f"{text!r:.60}"
        hint = " (a + in an address is written %2B)" if isinstance(text, str) and " " in text else ""
        raise Refused(400, f"{name} must be a time with offset such as 2026-11-23T08:30:00+08:00, not {shown}{hint}")
    return round(found.timestamp() * 1000)


def whole(asked: Mapping[str, str], name: str, default: int, largest: int) -> int:
    """Return a whole number from 1 to `largest` of the query. Raise Refused on anything else: no silent capping.

    A page that is silently shorter than asked for looks to the reader like the last one.
    """
    text = asked.get(name, str(default))
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= largest and len(text) <= 9):
        raise Refused(400, f"{name} must be a whole number from 1 to {largest}, not {text[:20]!r}")
    return int(text)
