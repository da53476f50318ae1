"""Requests to one system under one deadline, with nothing secret in what they say when they fail."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from urllib.parse import urljoin, urlsplit

import requests

from bridge.domain.errors import BridgeError, SnapshotRejected, SourceRefused, SourceUnavailable
from connectors.json_api.call import Call
from connectors.json_api.login import proven, secrets_of, standing_headers
from connectors.json_api.settings import JsonApiSettings
from connectors.web import Answer, Deadline, Failed, Failure, bounded_session, exchange, one_line, origin_of

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
Pause = Callable[[float], None]


class Link:
    """An open line to the system for one call of the source; all its requests share one deadline and one login.

    `zone` is the plant's, for signatures that spell the time; None = this machine's.
    """

    def __init__(
        self, source: str, settings: JsonApiSettings, session: requests.Session, deadline: Deadline, pause: Pause
    ) -> None:
        self.source = source
        self.settings = settings
        self.zone: tzinfo | None = None
        self.pause = pause
        self.secrets = list(secrets_of(settings))
        self.token = settings.token.get_secret_value() if settings.token is not None else ""
        self.is_logged_in = settings.login is None
        self._session = session
        self._deadline = deadline
        self._sent_at: dict[str, float] = {}

    @property
    def left_s(self) -> float:
        """Return how many seconds are left until the deadline."""
        return self._deadline.waits[1]

    def learn(self, token: str) -> None:
        """Take a token that the system gave; from now on it is secret, and sent."""
        self.token = token
        if token:
            self.secrets.append(token)

    def send(self, call: Call) -> Answer:
        """Send one call once, with what proves who asks, and return its answer, whatever its status.

        Raise SourceUnavailable on time-out, no connection or a cut answer; SourceRefused on a certificate or a
        redirect that is not followed; SnapshotRejected if it is too large.
        """
        try:
            return self.exchange(call)
        except Failed as failed:
            raise self.failure(failed, call) from None

    def exchange(self, call: Call) -> Answer:
        """Send one call once, as `send` does. Raise Failed if there is no whole answer, SourceRefused on a redirect.

        Redirects of a GET are followed within the same server only.
        """
        # The server holds a signature's time against its clock: this is the one place that wants the real time.
        at = datetime.now(UTC).astimezone(self.zone)
        proved = proven(self.source, self.settings, call, self.token, at)
        url, query = f"{self.settings.base_url}{call.path}", proved.query or None
        data = proved.data
        for _ in range(_REDIRECTS + 1):
            answer = exchange(
                self._session,
                call.method,
                url,
                deadline=self._deadline,
                max_bytes=self.settings.max_bytes,
                params=query,
                data=data,
                headers={**proved.headers, **({"Content-Type": call.content_type} if data is not None else {})},
            )
            target = urljoin(url, answer.headers.get("location", ""))
            if answer.status not in _MOVED or "location" not in answer.headers:
                return answer
            if call.method != "GET" or origin_of(target) != origin_of(url):
                raise SourceRefused(
                    "BR-1406", source=self.source, request=call.name, target=one_line(origin_of(target))
                )
            url, query = target, None
        raise SourceRefused("BR-1406", source=self.source, request=call.name, target=one_line(urlsplit(url).path))

    def wait_turn(self, path: str, rate: float | None) -> None:
        """Wait until the next request to `path` keeps to `rate` requests a second, and count it."""
        if rate is None:
            return
        now = time.monotonic()
        wait = self._sent_at.get(path, now - 1 / rate) + 1 / rate - now
        if wait > 0:
            self.pause(min(wait, self.left_s))
        self._sent_at[path] = now + max(wait, 0)

    def failure(self, failed: Failed, call: Call) -> BridgeError:
        """Return the error of a reading whose call was not wholly answered."""
        kind, code = _FAILURES[failed.failure]
        return kind(
            code,
            source=self.source,
            request=call.name,
            server=origin_of(self.settings.base_url),
            detail=failed.detail,
            seconds=f"{self._deadline.seconds:g}",
            limit=self.settings.max_bytes,
        )


@contextmanager
def opened(source: str, settings: JsonApiSettings, pause: Pause = time.sleep) -> Iterator[Link]:
    """Open a line for one call of the source. Proxies and .netrc of the environment are not used."""
    if settings.verify_tls and settings.ca_file is not None and not settings.ca_file.is_file():
        raise SourceRefused("BR-1409", source=source, file=settings.ca_file)
    verify = str(settings.ca_file) if settings.verify_tls and settings.ca_file else settings.verify_tls
    headers = {"Accept": "application/json", "Accept-Encoding": "identity", **standing_headers(source, settings)}
    with bounded_session(settings.timeout_s, verify=verify, headers=headers) as (session, deadline):
        yield Link(source, settings, session, deadline, pause)
