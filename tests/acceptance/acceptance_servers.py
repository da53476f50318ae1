"""Servers that say no: a database server that refuses every password, and a port where nobody listens."""

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def refusing_postgresql(user: str) -> Iterator[int]:
    """Speak just enough of PostgreSQL's protocol to refuse every login with 28P01. Yield the port."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            with client, contextlib.suppress(OSError):
                _refuse(client, user)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.close()


def _refuse(client: socket.socket, user: str) -> None:
    length, code = struct.unpack("!ii", _read(client, 8))
    while code in {80877103, 80877104}:  # SSLRequest, GSSENCRequest
        client.sendall(b"N")
        length, code = struct.unpack("!ii", _read(client, 8))
    _read(client, length - 8)
    client.sendall(b"R" + struct.pack("!ii", 8, 3))  # asks for the password in the clear
    kind = _read(client, 1)
    assert kind == b"p"
    (size,) = struct.unpack("!i", _read(client, 4))
    _read(client, size - 4)
    words = f'SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user "{user}"\0\0'.encode()
    client.sendall(b"E" + struct.pack("!i", len(words) + 4) + words)


def _read(client: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count:
        part = client.recv(count - len(found))
        if not part:
            raise ConnectionError
        found += part
    return found


def closed_port() -> int:
    """Return a port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
