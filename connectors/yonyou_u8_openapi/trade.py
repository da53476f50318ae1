"""One writing: sent once under one id, and followed to its end (yonyou-u8.md 3.1).

A document is added under `biz_id`, our own id, which the platform maps to one document: what comes twice is made once.
An audit is sent under a fresh `tradeid`. Never both. Asynchronous: the answer names an address that is asked until it
says how it ended. 30025 (操作正在执行) means that the same id is still being worked on: wait, and ask with it again.
"""

from collections.abc import Iterator, Mapping
from itertools import chain, repeat
from typing import Any

from bridge.domain.errors import EffectUnknown
from connectors.web import Trouble
from connectors.web.values import text
from connectors.yonyou_u8_openapi.answers import RUNNING_CODE
from connectors.yonyou_u8_openapi.exchange import Query, Reply, Wire

_TRIES = 20
_ASYNCHRONOUS = {"sync": 0}


def add(wire: Wire, name: str, document: Mapping[str, Any], biz_id: str) -> str:
    """Add one document under our own id and return U8's.

    Raise EffectRetryable if it certainly had no effect, EffectRefused if U8 said no, EffectUnknown if it may have been
    carried out: then it must be looked up before anything else.
    """
    return _write(wire, name, "add", {"biz_id": biz_id}, document)


def operate(wire: Wire, name: str, action: str, code: str, auditor: Mapping[str, str]) -> None:
    """Verify or unverify one document. Raise as `add` does, and as a reading does while there is no tradeid yet."""
    _write(wire, name, action, {"tradeid": wire.tradeid()}, {"voucher_code": code, **auditor})


def _write(wire: Wire, name: str, action: str, identity: Query, document: Mapping[str, Any]) -> str:
    service = f"{name}/{action}"
    waits, renewed = _waits(), False
    while True:
        try:
            answer = wire.ask("POST", f"api/{service}", {**identity, **_ASYNCHRONOUS}, {name: document})
        except Trouble as met:
            if met.again == "session" and not renewed:  # refused at the door: nothing was begun
                renewed = True
            elif met.code == RUNNING_CODE and _has_waited(wire, waits):
                pass
            else:
                raise met.of_writing(wire.source, service) from None
            continue
        address = text(answer.get("url"))
        return text((_followed(wire, service, address) if address else answer).get("id"))


def _followed(wire: Wire, service: str, address: str) -> Reply:
    """Return the final answer of a writing that is being carried out."""
    waits = _waits()
    while True:
        try:
            return wire.result(address)
        except Trouble as met:
            if met.again == "later" and _has_waited(wire, waits):  # asking for the result changes nothing
                continue
            if met.outcome == "refused" and "errcode" in met.facts:  # that is how the writing ended
                raise met.of_writing(wire.source, service) from None
            raise EffectUnknown(met.code, source=wire.source, service=service, **met.facts) from None


def _waits() -> Iterator[float]:
    """Yield how long to wait before each further question, in seconds."""
    return iter([wait for wait, _ in zip(chain((0.5, 1.0, 2.0), repeat(4.0)), range(_TRIES), strict=False)])


def _has_waited(wire: Wire, waits: Iterator[float]) -> bool:
    """Wait for the next turn. Return whether there was one before the deadline."""
    wait = next(waits, None)
    if wait is None or wait >= wire.left_s:
        return False
    wire.pause(wait)
    return True
