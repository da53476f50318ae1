"""What the look-alikes over HTTP share: a server of its own thread, a queue of faults, and the usual ways to break."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Self

_NO_BODY = frozenset({204, 205, 304})


class Served:
    """Serve until `stop`; a context manager starts and stops. `fail_next` breaks the next answers, `always` each.

    Faults every look-alike knows: "status:N", "429:SECONDS", "redirect", "html", "502", "hang", "drop", "cut:BYTES",
    "cut_close:BYTES", "trickle"; "" lets one pass.
    """

    base: ClassVar[str] = ""

    def __init__(
        self, port: int = 0, tls: ssl.SSLContext | None = None, now: Callable[[], datetime] | None = None
    ) -> None:
        self.now = now or (lambda: datetime.now(UTC))
        self.faults: list[str] = []
        self.always = ""
        self.guard = threading.RLock()
        self.closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), type("Bound", (Handler,), {"site": self}))
        self._server.daemon_threads = True
        self._scheme = "http" if tls is None else "https"
        if tls is not None:
            # The handshake happens with the first read, in the connection's own thread.
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def respond(self, asked: "Handler", body: bytes) -> None:
        """Answer one request. Subclasses say how."""
        raise NotImplementedError

    @property
    def url(self) -> str:
        """Return the base URL, without a trailing slash."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_address[1]}{self.base}"

    def start(self) -> Self:
        """Begin to serve."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """End and free the port."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def fail_next(self, *faults: str) -> None:
        """Break the next answers, one each, in this order; "" lets one pass."""
        with self.guard:
            self.faults.extend(faults)

    def next_fault(self) -> str:
        """Return how the answer at hand is broken, "" if it is not."""
        with self.guard:
            return self.faults.pop(0) if self.faults else self.always


class Handler(BaseHTTPRequestHandler):
    """One connection to the look-alike it is bound to."""

    site: Served
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Let the look-alike answer."""
        self.site.respond(self, b"")

    def do_POST(self) -> None:
        """Read the request and let the look-alike answer."""
        self.site.respond(self, self.rfile.read(int(self.headers.get("Content-Length", "0"))))

    def breaks(self, fault: str) -> bool:
        """Play a fault in the answer's stead. Return whether there was one."""
        kind, _, number = fault.partition(":")
        if kind == "502":
            self.write(502, b"<html><h1>502 Bad Gateway</h1></html>", "text/html")
        elif kind == "status":
            self.write(int(number), b"" if int(number) in _NO_BODY else b'[["x"]]', "application/json")
        elif kind == "redirect":
            self.write(302, b"", "text/html", {"Location": self.path})
        elif kind == "429":
            self.write(429, b"Too Many Requests", "text/plain", {"Retry-After": number} if number else {})
        elif kind == "html":
            self.write(
                200, "<!DOCTYPE html><html><body>系统维护中，请登录</body></html>".encode(), "text/html; charset=utf-8"
            )
        elif kind == "hang":
            self.site.closing.wait(30)
            self.close_connection = True
        elif kind == "drop":
            self.drop()
        else:
            return False
        return True

    def answer(
        self, status: int, body: Any, headers: dict[str, str] | None = None, *, fault: str = "", default: Any = None
    ) -> None:
        """Send JSON, or what a fault leaves of it; `default` writes what JSON does not know."""
        text = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False, default=default).encode()
        kind, _, number = fault.partition(":")
        if kind == "cut":
            self.write(status, text[: int(number)], "application/json", headers, length=len(text))
            self.close_connection = True
        elif kind == "cut_close":
            headers = {**(headers or {}), "Connection": "close"}
            self.write(status, text[: int(number)], "application/json", headers, length=-1)
            self.close_connection = True
        elif kind == "trickle":
            self._trickle(status, text)
        else:
            self.write(status, text, "application/json; charset=utf-8", headers)

    def write(
        self, status: int, text: bytes, kind: str, headers: dict[str, str] | None = None, *, length: int | None = None
    ) -> None:
        """Send these bytes; `length` is what Content-Length claims (-1 = it is left out)."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if length != -1:
            self.send_header("Content-Length", str(len(text) if length is None else length))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def drop(self) -> None:
        """Break the connection off."""
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002 - the base class's signature
        """Return the Date header by the look-alike's own clock."""
        return format_datetime(self.site.now().astimezone(UTC), usegmt=True)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""

    def _trickle(self, status: int, text: bytes) -> None:
        self.write(status, b"", "application/json", length=max(len(text), 100_000))
        try:
            while not self.site.closing.is_set():
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.02)
        except OSError:
            self.close_connection = True
