"""Domain values as canonical JSON: the same value always gives the same bytes, and comes back equal.

Keys are sorted, integers stay integers, decimals are strings, times are ISO with their offset, lengths of time are
seconds.
"""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from bridge.domain.errors import InvariantBroken

Value = TypeVar("Value")


_adapter = cast("Callable[[object], TypeAdapter[Any]]", cache(TypeAdapter))


def dump(value: object) -> str:
    """Given a frozen dataclass or plain JSON-like value, return its canonical JSON.

    Raise InvariantBroken if a time in it has no zone.
    """
    plain = _adapter(type(value)).dump_python(value)
    text = json.dumps(
        plain, default=_encode, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
    return text.encode("utf-8", "replace").decode("utf-8")


def load(kind: type[Value], text: str) -> Value:
    """Given JSON made by `dump`, return the value. Raise InvariantBroken if it does not fit `kind`."""
    try:
        value: Value = _adapter(kind).validate_json(text)
    except ValidationError as cause:
        first = cause.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvariantBroken("BR-1716", kind=kind.__name__, place=place, detail=first["msg"]) from None
    return value


def load_facts(text: str) -> dict[str, Any]:
    """Given the JSON of an object with free content, return it as a dict."""
    facts: dict[str, Any] = json.loads(text)
    return facts


def _encode(value: object) -> object:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise InvariantBroken("BR-1710", value=value.isoformat())
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, timedelta):
        return value / timedelta(seconds=1)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no canonical JSON form")
