"""From what came back to what to do: one table for every way an HTTP call can fail.

The same failure means different things to a reading and to a writing: a reading may be repeated, a writing whose
request left the house may have taken effect and must be looked up first.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from bridge.domain.errors import (
    BridgeError,
    EffectRefused,
    EffectRetryable,
    EffectUnknown,
    SourceRefused,
    SourceUnavailable,
)
from connectors.web.deadline import Deadline
from connectors.web.exact_json import NotJson, parse
from connectors.web.exchange import Answer, Failed, Failure
from connectors.web.patience import retry_after_s

Again = Literal["no", "session", "later"]
Outcome = Literal["none", "refused", "unknown"]
Pause = Callable[[float], None]
Found = TypeVar("Found")
_EFFECTS: dict[Outcome, type[BridgeError]] = {
    "none": EffectRetryable,
    "refused": EffectRefused,
    "unknown": EffectUnknown,
}
_PAUSES_S = (1.0, 3.0)
_SERVER_FAULT = 500
_GOOD = 200  # 206 is a part, whatever a vendor's SDK makes of it
_BUSY = frozenset({408, 425})
_LIMITED = 429


@dataclass(eq=False)
class Trouble(Exception):
    """A call that failed. `again` tells how a reading may be repeated, `outcome` what a writing did."""

    code: str
    again: Again
    outcome: Outcome
    facts: dict[str, str] = field(default_factory=dict)
    wait_s: float | None = None

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
    facts = {"server": server, "detail": failed.detail or "-"}
    return Trouble(code, again, "unknown" if failed.sent else "none", facts)


def of_status(answer: Answer, server: str, words: str) -> Trouble | None:
    """Return the trouble that an HTTP status or a page instead of JSON tells, None for a proper answer."""
    facts = {"server": server, "status": str(answer.status), "message": words or "-"}
    status = answer.status
    if status == _GOOD:
        is_page = "html" in answer.content_type or answer.body.lstrip()[:1] == b"<"
        return Trouble("BR-1482", "no", "unknown", facts) if is_page else None
    if status >= _SERVER_FAULT or status in _BUSY:
        return Trouble("BR-1480", "later", "unknown", facts)
    if status == _LIMITED:
        return Trouble("BR-1479", "later", "none", facts, wait_s=retry_after_s(answer))
    codes = {301: "BR-1476", 302: "BR-1476", 303: "BR-1476", 307: "BR-1476", 308: "BR-1476"}
    codes |= {401: "BR-1477", 403: "BR-1477", 404: "BR-1478"}
    return Trouble(codes.get(status, "BR-1481"), "no", "refused", facts)


def json_of(answer: Answer, server: str, words: str) -> Any:
    """Return an answer's JSON. Raise Trouble, with the answer's `words` made safe, if it is no whole JSON text."""
    try:
        return parse(answer.body)
    except NotJson:
        facts = {"server": server, "size": str(len(answer.body)), "message": words or "-"}
        raise Trouble("BR-1484", "later", "unknown", facts) from None


def repeated(call: Callable[[], Found], deadline: Deadline, pause: Pause) -> Found:
    """Return what a reading finds, repeating it as long as that may help: a lost session once, later faults twice.

    Raise the last Trouble when nothing helps, or the deadline would pass while waiting.
    """
    renewed = False
    pauses = iter(_PAUSES_S)
    while True:
        try:
            return call()
        except Trouble as met:
            if met.again == "session" and not renewed:
                renewed = True
                continue
            wait = next(pauses, None) if met.again == "later" else None
            if wait is None or max(wait, met.wait_s or 0) >= deadline.waits[1]:
                raise
            pause(max(wait, met.wait_s or 0))
