"""A server on a real socket whose answers are written byte by byte, and a short way to a source that asks it."""

import json
import socket
import threading
from contextlib import suppress
from datetime import datetime
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from bridge.domain.clock import FixedClock
from connectors.mes import CONNECTOR
from connectors.mes.config import MesSettings

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 8, 30, tzinfo=SHANGHAI)
SNAPSHOT = {"path": "/stock"}


class Moving:
    """A clock that moves a second each time it is asked."""

    def __init__(self, at=NOW):
        self.at = at

    def now(self):
        """Return the time and go on."""
        self.at = datetime.fromtimestamp(self.at.timestamp() + 1, SHANGHAI)
        return self.at


class Wire:
    """Answers each request with what `answer(path, query, headers)` returns: bytes, or a list of bytes and pauses."""

    def __init__(self):
        self.requests = []
        self.answer = lambda _path, _query, _headers: reply({"data": []})
        self.closing = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self.serve, daemon=True)

    @property
    def url(self):
        """Return the base URL."""
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}/api"

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.closing.set()
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()

    def serve(self):
        """Take one connection after the other."""
        while not self.closing.is_set():
            try:
                link, _ = self.listener.accept()
            except OSError:
                return
            with link, suppress(OSError):
                self.handle(link)

    def handle(self, link):
        """Read one request and write its answer in the pieces it is made of."""
        head = b""
        while b"\r\n\r\n" not in head:
            more = link.recv(65536)
            if not more:
                return
            head += more
            if head.startswith(b"\x16"):  # a TLS greeting
                link.sendall(b"HTTP/1.1 400 X\r\n\r\n")
                return
        first, *lines = head.decode("latin-1").split("\r\n")
        target = urlsplit(first.split(" ")[1])
        headers = dict(line.split(": ", 1) for line in lines if ": " in line)
        query = {name: values[0] for name, values in parse_qs(target.query).items()}
        self.requests.append(first.split(" ")[1])
        pieces = self.answer(target.path.removeprefix("/api"), query, headers)
        for piece in [pieces] if isinstance(pieces, bytes) else pieces:
            if isinstance(piece, bytes):
                link.sendall(piece)
            elif self.closing.wait(piece):
                return


def reply(body, status=200, *, kind="application/json", length=True, date="Mon, 23 Nov 2026 00:30:05 GMT", extra=""):
    """Return an answer as bytes; a body that is no text or bytes is sent as JSON."""
    data = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nConnection: close\r\n{extra}"
    head += f"Content-Length: {len(data)}\r\n" if length else ""
    head += f"Date: {date}\r\n" if date else ""
    return head.encode() + b"\r\n" + data


def chunked(data, size=7):
    """Return an answer in chunks, with the closing one."""
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    head = b"HTTP/1.1 200 X\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def settings(url, **more):
    """Return the settings of a source at `url`."""
    return MesSettings(**({"kind": "mes", "base_url": url, "snapshot": SNAPSHOT, "timeout_s": 20} | more))


def source(url, clock=None, **more):
    """Return the connector for a server."""
    return CONNECTOR.source("mes", settings(url, **more), clock or FixedClock(NOW))


def row(item="A", qty="1", **more):
    """Return a row as a MES would send it."""
    return {"item": item, "warehouse": "L1", "qty": qty, "unit": "个"} | more
