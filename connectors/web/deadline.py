"""A deadline that holds: when it passes, every connection made under it is shut, whatever it was waiting for.

`requests` bounds only the wait for the next bytes, so an answer that trickles - in its header or its body - goes on for
ever (design.md 5). Here a timer shuts the sockets themselves.
"""

import socket
import threading
import time
from contextlib import suppress
from typing import Any, Self

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_CONNECT_S = 10.0


class Deadline:
    """A context of `seconds`. `passed` tells afterwards whether it cut something off."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.passed = False
        self._until = time.monotonic() + seconds
        self._guard = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._guard:
            for link in self._sockets:
                link.close()
            self._sockets.clear()

    @property
    def waits(self) -> tuple[float, float]:
        """Return how long to wait for a connection and for the next bytes, in seconds."""
        left = max(self._until - time.monotonic(), 0.001)
        return min(left, _CONNECT_S), left

    def watch(self, link: socket.socket) -> None:
        """Shut `link` too when the time is up. A duplicate is kept, as TLS takes the original over.

        Requests under one deadline follow one another, so a new connection means that the one before is done with;
        keeping its duplicate would hold it open, one more for every page of a server that closes after each.
        """
        with self._guard:
            while self._sockets:
                self._sockets.pop().close()
            self._sockets.append(link.dup())
            if self.passed:
                _shut(self._sockets[-1])

    def _cut(self) -> None:
        with self._guard:
            self.passed = True
            for link in self._sockets:
                _shut(link)


def _shut(link: socket.socket) -> None:
    with suppress(OSError):
        link.shutdown(socket.SHUT_RDWR)


class GuardedAdapter(HTTPAdapter):
    """Lets `requests` make its connections under a deadline."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools as ever, of connections that are watched."""
        super().init_poolmanager(*args, **kwargs)
        deadline = self._deadline

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                link = super()._new_conn()
                deadline.watch(link)
                return link

        class Secure(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                link = super()._new_conn()
                deadline.watch(link)
                return link

        self.poolmanager.pool_classes_by_scheme = {
            "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": Plain}),
            "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": Secure}),
        }
