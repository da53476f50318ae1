"""One GET: whole or not at all, under a hard deadline, with nothing secret in what it says when it fails."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

import requests
from requests.exceptions import ChunkedEncodingError, ContentDecodingError, RequestException, SSLError, Timeout
from requests.exceptions import ConnectionError as NoConnection
from urllib3.exceptions import HTTPError, NameResolutionError

from bridge.domain.errors import BridgeError, SnapshotRejected, SourceRefused, SourceUnavailable
from connectors.mes.config import MesSettings
from connectors.mes.deadline import Deadline, GuardedAdapter
from connectors.mes.login import credentials
from connectors.mes.words import one_line

_REDIRECTS = 3
_CHUNK = 64 * 1024
_MOVED = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True)
class Answer:
    """What came back: a whole body, and the server's clock (None = no Date header)."""

    status: int
    body: bytes
    content_type: str
    date: datetime | None


@dataclass(frozen=True)
class Link:
    """An open line to the MES for one call of the source; all its requests share one deadline."""

    source: str
    settings: MesSettings
    session: requests.Session = field(repr=False)
    deadline: Deadline = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    login: Mapping[str, str] = field(repr=False)  # the parameters that carry the token

    def get(self, path: str, query: Mapping[str, str | int]) -> Answer:
        """Send one GET and return its answer, whatever its status.

        Redirects are followed within the same server only. Raise SourceUnavailable on time-out, no connection or a cut
        answer; SourceRefused on a certificate or a redirect that is not followed; SnapshotRejected if it is too large.
        """
        url = f"{self.settings.base_url}{path}"
        parameters: Mapping[str, str | int] | None = {**query, **self.login}
        for _ in range(_REDIRECTS + 1):
            try:
                answer, target = self._once(url, parameters, path)
            except (RequestException, HTTPError, OSError, UnicodeError) as cause:
                raise self._failure(cause, path) from None  # the cause spells the address, which may hold the token
            if target is None:
                return answer
            if _origin(target) != _origin(url):
                raise SourceRefused("BR-1406", source=self.source, path=path, target=one_line(_origin(target)))
            url, parameters = target, None
        raise SourceRefused("BR-1406", source=self.source, path=path, target=one_line(urlsplit(url).path))

    def _once(self, url: str, query: Mapping[str, str | int] | None, path: str) -> tuple[Answer, str | None]:
        """Send one request; return the answer and where it redirects to."""
        with self.session.get(
            url, params=query, timeout=self.deadline.waits, allow_redirects=False, stream=True
        ) as found:
            if found.status_code in _MOVED and "Location" in found.headers:
                target = urljoin(url, found.headers["Location"])
            else:
                target = None
            body = bytearray()
            for chunk in found.iter_content(_CHUNK):
                body += chunk
                if len(body) > self.settings.max_bytes:
                    raise SnapshotRejected("BR-1407", source=self.source, path=path, limit=self.settings.max_bytes)
        if self.deadline.passed:  # a body framed by the end of the connection looks whole wherever it was cut
            raise self._timed_out(path)
        content_type = found.headers.get("Content-Type", "").lower()
        return Answer(found.status_code, bytes(body), content_type, _date(found.headers.get("Date"))), target

    def _failure(self, cause: Exception, path: str) -> BridgeError:
        facts = {"source": self.source, "path": path, "server": _origin(self.settings.base_url)}
        if self.deadline.passed or isinstance(cause, Timeout):
            return self._timed_out(path)
        if isinstance(cause, SSLError):
            return SourceRefused("BR-1404", **facts, detail=_reason(cause))
        if any(isinstance(each, NameResolutionError) for each in _chain(cause)):
            return SourceUnavailable("BR-1403", **facts)
        if isinstance(cause, ChunkedEncodingError | ContentDecodingError):
            return SourceUnavailable("BR-1405", **facts)
        if isinstance(cause, NoConnection | OSError):
            return SourceUnavailable("BR-1402", **facts, detail=_reason(cause))
        return SourceRefused("BR-1408", **facts, detail=type(cause).__name__)

    def _timed_out(self, path: str) -> SourceUnavailable:
        return SourceUnavailable("BR-1401", source=self.source, path=path, seconds=f"{self.deadline.seconds:g}")


@contextmanager
def opened(source: str, settings: MesSettings) -> Iterator[Link]:
    """Open a line for one call of the source. Proxies and .netrc of the environment are not used."""
    login = credentials(source, settings)
    with Deadline(settings.timeout_s) as deadline, requests.Session() as session:
        session.trust_env = False
        session.verify = str(settings.ca_file) if settings.verify_tls and settings.ca_file else settings.verify_tls
        if settings.verify_tls and settings.ca_file is not None and not settings.ca_file.is_file():
            raise SourceRefused("BR-1409", source=source, file=settings.ca_file)
        session.headers.update({"Accept": "application/json", "Accept-Encoding": "identity", **login.headers})
        for scheme in ("http://", "https://"):
            session.mount(scheme, GuardedAdapter(deadline))
        yield Link(source, settings, session, deadline, login.secrets, login.query)


def _origin(url: str) -> str:
    """Return scheme, host and port; a redirect to anywhere else would carry the token away."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}:{parts.port or {'http': 80, 'https': 443}.get(parts.scheme, 0)}"


def _date(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


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
    """Return the operating system's own words, which hold no address."""
    for each in _chain(cause):
        verify = getattr(each, "verify_message", None)
        if verify or (isinstance(each, OSError) and each.strerror):
            return one_line(str(verify or each.strerror))  # type: ignore[attr-defined]
    return type(cause).__name__
