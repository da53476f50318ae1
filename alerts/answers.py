"""What a failed delivery means: each way an SMTP conversation can end, as one error of ours with its cure."""

import socket
import ssl
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final

import aiosmtplib

from alerts.render.clean import clean
from alerts.server import MailServer, Refusal
from bridge.domain.errors import BridgeError, EffectRefused, EffectRetryable, EffectUnknown

_TEMPORARY: Final = range(400, 500)
_PERMANENT: Final = range(500, 600)


class Stage(StrEnum):
    """How far the conversation came. From DATA on the server may have the message."""

    CONNECT = "connect"
    LOGIN = "login"
    SENDER = "sender"
    RECIPIENT = "recipient"
    DATA = "data"
    DONE = "done"


def translated(cause: BaseException, stage: Stage, server: MailServer, sender: str) -> BridgeError:
    """Given what went wrong and when, return our error.

    Only a spoken 5xx is final. Before DATA nothing has gone out; after it, silence leaves the outcome open.
    """
    place: dict[str, object] = {"host": server.host, "port": server.port}
    if isinstance(cause, aiosmtplib.SMTPResponseException) and cause.code >= _TEMPORARY.start:
        return _spoken(
            cause.code, _answer(cause.message, server), stage, place | {"sender": sender, "user": server.user}
        )
    if stage in {Stage.DATA, Stage.DONE}:
        return EffectUnknown("BR-1512", **place)
    if stage is Stage.LOGIN and not isinstance(cause, OSError):
        return EffectRetryable("BR-1507", **place, tls=server.tls)
    return _network(cause, stage, server, place)


def _network(cause: BaseException, stage: Stage, server: MailServer, place: dict[str, object]) -> BridgeError:
    """Return which layer below SMTP failed: name, certificate, encryption, time, connection."""
    links = tuple(_chain(cause))
    for link in links:
        if isinstance(link, ssl.SSLCertVerificationError):
            return EffectRetryable("BR-1503", **place, detail=clean(link.verify_message, 120))
        if isinstance(link, ssl.SSLError):
            return EffectRetryable("BR-1505", **place, tls=server.tls, detail=clean(link.reason or link, 120))
        if isinstance(link, socket.gaierror):
            return EffectRetryable("BR-1502", **place)
    if any(isinstance(link, TimeoutError) for link in links):
        return EffectRetryable("BR-1511", **place, timeout_s=f"{server.timeout_s:g}", stage=str(stage), tls=server.tls)
    return EffectRetryable("BR-1501", **place, detail=clean(cause, 160))


def _spoken(code: int, answer: str, stage: Stage, facts: dict[str, object]) -> BridgeError:
    """Return what the server's own three digits mean at this stage."""
    said = {**facts, "code_said": code, "answer": answer}
    if stage is Stage.LOGIN and code in _PERMANENT:
        return EffectRetryable("BR-1506", **said)
    if code in _TEMPORARY:
        return EffectRetryable("BR-1508", **said)
    if code not in _PERMANENT:
        return EffectUnknown("BR-1512", **facts) if stage is Stage.DATA else EffectRetryable("BR-1516", **said)
    match stage:
        case Stage.SENDER:
            return EffectRefused("BR-1510", **said)
        case Stage.DATA:
            return EffectRefused("BR-1515", **said)
        case _:
            return EffectRetryable("BR-1516", **said)


def refused_by(refusals: Sequence[Refusal]) -> BridgeError:
    """Given that every reader was refused, return the error: worth another try as soon as one refusal is temporary."""
    first = next((refusal for refusal in refusals if not refusal.permanent), refusals[0])
    facts = {"address": first.address, "code_said": first.code, "answer": first.answer}
    return EffectRefused("BR-1509", **facts) if first.permanent else EffectRetryable("BR-1517", **facts)


def _answer(message: str, server: MailServer) -> str:
    """Return the server's words, harmless; a server that repeats the password is not quoted."""
    secret = server.password.get_secret_value() if server.password else ""
    return "***" if secret and secret in message else clean(message, 160)


def _chain(cause: BaseException | None) -> Iterator[BaseException]:
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
