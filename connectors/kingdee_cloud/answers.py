"""What the WebAPI's answers say: a refusal in any of the shapes it comes in (kingdee.md 3.4).

HTTP stays 200 for business errors, and ExecuteBillQuery wraps them as `[[{"Result":…}]]` to keep its type.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SESSION_LOST, NO_PERMISSION, LICENCE, BAD_PARAMETER, NO_SUCH_FIELD = 1, 2, 7, 8, 9
EDIT_CONFLICT, CALL_LIMIT, NO_ADMINISTRATOR = 13, 14, 15
_LOST = ("会话信息已丢失", "session information is lost", "ctx == null")


@dataclass(frozen=True)
class Refused:
    """A parsed "no": MsgCode (None = not stated) and the server's words."""

    code: int | None
    message: str


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


def _whole(value: object) -> int | None:
    text = str(value).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None  # noqa: PLR2004
