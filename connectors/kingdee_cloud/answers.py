"""What the WebAPI's answers say: JSON without floats, and a refusal in any of the shapes it comes in (kingdee.md 3.4).

HTTP stays 200 for business errors, and ExecuteBillQuery wraps them as `[[{"Result":…}]]` to keep its type.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

SESSION_LOST, NO_PERMISSION, LICENCE, BAD_PARAMETER, NO_SUCH_FIELD = 1, 2, 7, 8, 9
EDIT_CONFLICT, CALL_LIMIT, NO_ADMINISTRATOR = 13, 14, 15
_LOST = ("会话信息已丢失", "session information is lost", "ctx == null")


class NotJson(Exception):
    """The body is no whole JSON text."""


@dataclass(frozen=True)
class Refused:
    """A parsed "no": MsgCode (None = not stated) and the server's words."""

    code: int | None
    message: str


def parse(body: bytes) -> Any:
    """Given a body, return its JSON with numbers as int or Decimal. JSON inside a JSON string is decoded too.

    Raise NotJson if it is anything but one whole, finite JSON text in UTF-8.
    """
    try:
        found = _loads(body.decode("utf-8-sig"))
        return _loads(found) if isinstance(found, str) and found[:1] in {"{", "["} else found
    except (ValueError, RecursionError, ArithmeticError) as cause:
        raise NotJson(type(cause).__name__) from None


def refusal_in(answer: Any) -> Refused | None:
    """Given a parsed answer, return the refusal it holds, None if it is none."""
    if isinstance(answer, list) and len(answer) == 1 and isinstance(answer[0], list) and len(answer[0]) == 1:
        answer = answer[0][0]
    status = status_of(answer)
    if status is None or is_yes(status.get("IsSuccess")):
        return None
    errors = status.get("Errors")
    words = [str(error.get("Message") or "") for error in errors or () if isinstance(error, dict)]
    message = "; ".join(word for word in words if word)
    code = _whole(status.get("MsgCode"))
    if code in (None, 0) and any(mark in message.lower() for mark in _LOST):
        code = SESSION_LOST
    return Refused(code, message)


def status_of(answer: Any) -> Mapping[str, Any] | None:
    """Return the ResponseStatus of an answer, None if it has none."""
    result = answer.get("Result") if isinstance(answer, dict) else None
    status = result.get("ResponseStatus") if isinstance(result, dict) else None
    return status if isinstance(status, dict) else None


def is_yes(value: object) -> bool:
    """Return whether a flag is set, however it is spelt: true, "true", 1, "1"."""
    return value is True or (value is not None and str(value).strip().lower() in {"true", "1"})


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


def _whole(value: object) -> int | None:
    text = str(value).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None  # noqa: PLR2004
