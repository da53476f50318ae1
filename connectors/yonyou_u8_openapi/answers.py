"""What an errcode means. It is text, "0" is good, and only a few others are known (yonyou-u8.md 3.1)."""

from typing import Any

from connectors.web import Again, Outcome, Trouble
from connectors.web.values import text

GOOD = "0"
RUNNING = "30025"
RUNNING_CODE = "BR-1465"
_KNOWN: dict[str, tuple[str, Again, Outcome]] = {
    "10001": ("BR-1462", "later", "unknown"),  # the platform, or the client on the U8 server, fails now and then
    "20005": ("BR-1463", "no", "refused"),  # U8's own text
    RUNNING: (RUNNING_CODE, "later", "unknown"),
}
_TOKEN_LIKE = ("token", "令牌")


def trouble_in(answer: Any, words: str) -> Trouble | None:
    """Given a parsed answer and its words made safe, return what it refuses, None if its errcode is "0"."""
    if not isinstance(answer, dict) or "errcode" not in answer:
        return Trouble("BR-1466", "no", "unknown", {"message": words or "-"})
    errcode = text(answer["errcode"])
    if errcode == GOOD:
        return None
    facts = {"errcode": errcode or "-", "message": words or "-"}
    if any(mark in text(answer.get("errmsg")).lower() for mark in _TOKEN_LIKE):
        return Trouble("BR-1461", "session", "none", facts)
    code, again, outcome = _KNOWN.get(errcode, ("BR-1464", "no", "refused"))
    return Trouble(code, again, outcome, facts)
