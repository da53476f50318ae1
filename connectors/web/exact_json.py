"""JSON without floats, both ways: numbers are int or Decimal."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any


class NotJson(Exception):
    """The body is no whole JSON text."""


def parse(body: bytes) -> Any:
    """Given a body, return its JSON with numbers as int or Decimal. JSON inside a JSON string is decoded too.

    Raise NotJson if it is anything but one whole, finite JSON text in UTF-8.
    """
    try:
        found = _loads(body.decode("utf-8-sig"))
        return _loads(found) if isinstance(found, str) and found[:1] in {"{", "["} else found
    except (ValueError, RecursionError, ArithmeticError) as cause:
        raise NotJson(type(cause).__name__) from None


def to_json(value: object) -> str:
    """Return JSON in which a Decimal stands as an exact number. Raise TypeError for floats and foreign types."""
    match value:
        case None | bool() | int() | str():
            return json.dumps(value, ensure_ascii=False)
        case Decimal():
            return f"{value:f}"
        case Mapping():
            pairs = (f"{json.dumps(str(key), ensure_ascii=False)}:{to_json(part)}" for key, part in value.items())
            return f"{{{','.join(pairs)}}}"
        case list() | tuple():
            return f"[{','.join(to_json(part) for part in value)}]"
    raise TypeError(type(value).__name__)


def _loads(text: str) -> Any:
    return json.loads(text, parse_float=Decimal, parse_constant=_refuse)


def _refuse(word: str) -> object:
    raise ValueError(word)
