"""JSON without floats, both ways: numbers are int or Decimal."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn


class NotJson(Exception):
    """The body is no whole JSON text, and why; the reason may quote the body."""


def parse(body: bytes, encoding: str = "utf-8-sig") -> Any:
    """Given a body, return its JSON with numbers as int or Decimal. JSON inside a JSON string is decoded too.

    Raise NotJson if it is anything but one whole, finite JSON text, or an object says a thing twice.
    """
    try:
        found = _loads(body.decode(encoding))
        return _loads(found) if isinstance(found, str) and found[:1] in {"{", "["} else found
    except ValueError as cause:
        raise NotJson(str(cause)) from None
    except (RecursionError, ArithmeticError) as cause:
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
    return json.loads(text, parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_unique)


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object. One that says a thing twice leaves open which is meant."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key occurs twice in one object")
    return found
