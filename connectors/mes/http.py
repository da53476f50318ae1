"""GET requests to the MES under one deadline, with nothing secret in what they say when they fail."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import requests

from bridge.domain.errors import BridgeError, SnapshotRejected, SourceRefused, SourceUnavailable
from connectors.mes.config import MesSettings
from connectors.mes.login import credentials
from connectors.web import Answer, Deadline, Failed, Failure, GuardedAdapter, exchange, one_line

_REDIRECTS = 3
_MOVED = frozenset({301, 302, 303, 307, 308})
_FAILURES: dict[Failure, tuple[type[BridgeError], str]] = {
    Failure.TIME: (SourceUnavailable, "BR-1401"),
    Failure.CONNECTION: (SourceUnavailable, "BR-1402"),
    Failure.NAME: (SourceUnavailable, "BR-1403"),
    Failure.TLS: (SourceRefused, "BR-1404"),
    Failure.CUT: (SourceUnavailable, "BR-1405"),
    Failure.SIZE: (SnapshotRejected, "BR-1407"),
    Failure.OTHER: (SourceRefused, "BR-1408"),
}


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
        limit = self.settings.max_bytes
        for _ in range(_REDIRECTS + 1):
            try:
                answer = exchange(self.session, "GET", url, deadline=self.deadline, max_bytes=limit, params=parameters)
            except Failed as failed:
                raise self._failure(failed, path) from None
            target = urljoin(url, answer.headers.get("location", ""))
            if answer.status not in _MOVED or "location" not in answer.headers:
                return answer
            if _origin(target) != _origin(url):
                raise SourceRefused("BR-1406", source=self.source, path=path, target=one_line(_origin(target)))
            url, parameters = target, None
        raise SourceRefused("BR-1406", source=self.source, path=path, target=one_line(urlsplit(url).path))

    def _failure(self, failed: Failed, path: str) -> BridgeError:
        kind, code = _FAILURES[failed.failure]
        return kind(
            code,
            source=self.source,
            path=path,
            server=_origin(self.settings.base_url),
            detail=failed.detail,
            seconds=f"{self.deadline.seconds:g}",
            limit=self.settings.max_bytes,
        )


@contextmanager
def opened(source: str, settings: MesSettings) -> Iterator[Link]:
    """Open a line for one call of the source. Proxies and .netrc of the environment are not used."""
    login = credentials(source, settings)
    if settings.verify_tls and settings.ca_file is not None and not settings.ca_file.is_file():
        raise SourceRefused("BR-1409", source=source, file=settings.ca_file)
    with Deadline(settings.timeout_s) as deadline, requests.Session() as session:
        session.trust_env = False
        session.verify = str(settings.ca_file) if settings.verify_tls and settings.ca_file else settings.verify_tls
        session.headers.update({"Accept": "application/json", "Accept-Encoding": "identity", **login.headers})
        for scheme in ("http://", "https://"):
            session.mount(scheme, GuardedAdapter(deadline))
        yield Link(source, settings, session, deadline, login.secrets, login.query)


def _origin(url: str) -> str:
    """Return scheme, host and port; a redirect to anywhere else would carry the token away."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}:{parts.port or {'http': 80, 'https': 443}.get(parts.scheme, 0)}"
