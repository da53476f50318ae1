"""One HTTP exchange: whole or not at all, under a hard deadline and a cap on bytes."""

import logging
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

import requests
from requests.exceptions import ChunkedEncodingError, ConnectTimeout, ContentDecodingError, RequestException, SSLError
from requests.exceptions import ConnectionError as NoConnection
from requests.exceptions import Timeout as TimedOut
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError

from connectors.web.deadline import Deadline
from connectors.web.words import one_line

_CHUNK = 64 * 1024
# At DEBUG urllib3 logs every address with its query, and some systems want their token there.
logging.getLogger("urllib3.connectionpool").addFilter(lambda record: record.levelno > logging.DEBUG)


class Failure(StrEnum):
    """What stood in the way of an exchange."""

    TIME = "time"
    CONNECTION = "connection"
    NAME = "name"
    TLS = "tls"
    CUT = "cut"
    SIZE = "size"
    OTHER = "other"


class Failed(Exception):
    """No whole answer. `sent` is false only where the server cannot have got the request; `detail` holds no address."""

    def __init__(self, failure: Failure, detail: str, *, sent: bool) -> None:
        self.failure = failure
        self.detail = detail
        self.sent = sent
        super().__init__(f"{failure}: {detail}")


@dataclass(frozen=True)
class Answer:
    """What came back: a whole body, headers by lower-case name, and the server's clock (None = no Date header)."""

    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    date: datetime | None

    @property
    def content_type(self) -> str:
        """Return the content type in lower case, '' if none is stated."""
        return self.headers.get("content-type", "").lower()


def exchange(
    session: requests.Session,
    method: str,
    url: str,
    *,
    deadline: Deadline,
    max_bytes: int,
    silence_s: float | None = None,
    data: bytes | None = None,
    params: Mapping[str, str | int] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Send one request and return its answer, whatever its status; redirects are not followed.

    The session's adapters must be GuardedAdapters of `deadline`. `silence_s` bounds the wait for the next bytes below
    the deadline itself. Raise Failed if there is no whole answer of at most `max_bytes` (decoded) in time.
    """
    connect, left = deadline.waits
    wait = (connect, left if silence_s is None else min(left, silence_s))
    try:
        with session.request(
            method,
            url,
            data=data,
            params=params,
            headers=headers,
            timeout=wait,
            allow_redirects=False,
            stream=True,
        ) as found:
            body = bytearray()
            for chunk in found.iter_content(_CHUNK):
                body += chunk
                if len(body) > max_bytes:
                    raise Failed(Failure.SIZE, f"> {max_bytes}", sent=True)
    except (RequestException, HTTPError, OSError, UnicodeError) as cause:
        raise _failed(cause, deadline) from None  # the cause spells the address, which may hold a token
    if deadline.passed:  # a body framed by the end of the connection looks whole wherever it was cut
        raise Failed(Failure.TIME, f"{deadline.seconds:g} s", sent=True)
    names = {name.lower(): value for name, value in found.headers.items()}
    return Answer(found.status_code, bytes(body), names, _date(names.get("date")))


def _failed(cause: Exception, deadline: Deadline) -> Failed:
    chain = list(_chain(cause))
    unsent = any(
        isinstance(each, NewConnectionError | NameResolutionError | ConnectTimeout | ssl.SSLCertVerificationError)
        for each in chain
    )
    if deadline.passed or isinstance(cause, TimedOut):
        return Failed(Failure.TIME, f"{deadline.seconds:g} s", sent=not unsent)
    if isinstance(cause, SSLError):
        return Failed(Failure.TLS, _reason(cause), sent=not unsent)
    if any(isinstance(each, NameResolutionError) for each in chain):
        return Failed(Failure.NAME, "", sent=False)
    if isinstance(cause, ChunkedEncodingError | ContentDecodingError):
        return Failed(Failure.CUT, type(cause).__name__, sent=True)
    if isinstance(cause, NoConnection | OSError):
        return Failed(Failure.CONNECTION, _reason(cause), sent=not unsent)
    return Failed(Failure.OTHER, type(cause).__name__, sent=True)


def _chain(cause: BaseException) -> Iterator[BaseException]:
    """Yield an error and all that stand behind it."""
    waiting, seen = [cause], set[int]()
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        behind = (each.__cause__, each.__context__, getattr(each, "reason", None), *each.args)
        waiting += [other for other in behind if isinstance(other, BaseException)]


def _reason(cause: BaseException) -> str:
    """Return the operating system's or TLS's own words, which hold no address."""
    for each in _chain(cause):
        words = getattr(each, "verify_message", None) or (each.strerror if isinstance(each, OSError) else None)
        if words:
            return one_line(str(words))
    return type(cause).__name__


def _date(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
