"""From what came back to what to do: one table for every way a call can fail.

The same failure means different things to a reading and to a writing: a reading may be repeated, a writing whose
request left the house may have taken effect and must be looked up first.
"""

from dataclasses import dataclass, field
from typing import Literal

from bridge.domain.errors import (
    BridgeError,
    EffectRefused,
    EffectRetryable,
    EffectUnknown,
    SourceRefused,
    SourceUnavailable,
)
from connectors.kingdee_cloud import answers
from connectors.web import Answer, Failed, Failure

Again = Literal["no", "session", "later"]
Outcome = Literal["none", "refused", "unknown"]
_EFFECTS: dict[Outcome, type[BridgeError]] = {
    "none": EffectRetryable,
    "refused": EffectRefused,
    "unknown": EffectUnknown,
}
_LONGEST_WAIT_S = 60.0
_SERVER_FAULT = 500
_GOOD = 200  # 206 is a part, whatever the vendor's SDK makes of it
_BUSY = frozenset({408, 425})


@dataclass(eq=False)
class Trouble(Exception):
    """A call that failed. `again` tells how a reading may be repeated, `outcome` what a writing did."""

    code: str
    again: Again
    outcome: Outcome
    facts: dict[str, str] = field(default_factory=dict)
    wait_s: float | None = None
    msg_code: int | None = None

    def of_reading(self, source: str, service: str) -> BridgeError:
        """Return the error that a reading ends with."""
        kind = SourceUnavailable if self.again == "later" else SourceRefused
        return kind(self.code, source=source, service=service, **self.facts)

    def of_writing(self, source: str, service: str) -> BridgeError:
        """Return the error that a writing ends with."""
        return _EFFECTS[self.outcome](self.code, source=source, service=service, **self.facts)


_FAILURES: dict[Failure, tuple[str, Again]] = {
    Failure.TIME: ("BR-1470", "later"),
    Failure.CONNECTION: ("BR-1471", "later"),
    Failure.OTHER: ("BR-1471", "later"),
    Failure.NAME: ("BR-1472", "later"),
    Failure.TLS: ("BR-1473", "no"),
    Failure.CUT: ("BR-1474", "later"),
    Failure.SIZE: ("BR-1475", "no"),
}


def of_failure(failed: Failed, server: str) -> Trouble:
    """Return the trouble of an exchange without a whole answer."""
    code, again = _FAILURES[failed.failure]
    return Trouble(
        code, again, "unknown" if failed.sent else "none", {"server": server, "detail": failed.detail or "-"}
    )


def of_status(answer: Answer, server: str, words: str) -> Trouble | None:
    """Return the trouble that an HTTP status or a page instead of JSON tells, None for a proper answer."""
    facts = {"server": server, "status": str(answer.status), "message": words or "-"}
    status = answer.status
    if status == _GOOD:
        if words.startswith("response_error:"):
            return Trouble("BR-1483", "later", "unknown", facts)
        is_page = "html" in answer.content_type or answer.body.lstrip()[:1] == b"<"
        return Trouble("BR-1482", "no", "unknown", facts) if is_page else None
    if status >= _SERVER_FAULT or status in _BUSY:
        return Trouble("BR-1480", "later", "unknown", facts)
    if status == 429:  # noqa: PLR2004
        return Trouble("BR-1479", "later", "none", facts, wait_s=_seconds(answer.headers.get("retry-after", "")))
    codes = {301: "BR-1476", 302: "BR-1476", 303: "BR-1476", 307: "BR-1476", 308: "BR-1476"}
    codes |= {401: "BR-1477", 403: "BR-1477", 404: "BR-1478"}
    return Trouble(codes.get(status, "BR-1481"), "no", "refused", facts)


def of_refusal(refused: answers.Refused, words: str) -> Trouble:
    """Return the trouble of a parsed business error, by its MsgCode (kingdee.md 3.4)."""
    code, again, outcome = _MSG_CODES.get(refused.code if refused.code is not None else -1, _OTHER)
    facts = {"msg_code": "-" if refused.code is None else str(refused.code), "message": words or "-"}
    return Trouble(code, again, outcome, facts, msg_code=refused.code)


_OTHER: tuple[str, Again, Outcome] = ("BR-1489", "no", "refused")
_MSG_CODES: dict[int, tuple[str, Again, Outcome]] = {
    answers.SESSION_LOST: ("BR-1485", "session", "none"),
    answers.NO_PERMISSION: ("BR-1486", "no", "refused"),
    answers.LICENCE: ("BR-1486", "no", "refused"),
    answers.NO_ADMINISTRATOR: ("BR-1486", "no", "refused"),
    answers.NO_SUCH_FIELD: ("BR-1487", "no", "refused"),
    answers.EDIT_CONFLICT: ("BR-1488", "later", "none"),
    answers.CALL_LIMIT: ("BR-1488", "later", "none"),
}


def _seconds(text: str) -> float | None:
    """Return Retry-After in seconds, None if it is absent or a date; never longer than a minute."""
    text = text.strip()
    return min(float(text), _LONGEST_WAIT_S) if text.isascii() and text.isdigit() else None
