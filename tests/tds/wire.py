"""Packets and bytes of TDS 7.4 ([MS-TDS] 2.2.3)."""

import socket
import struct
from dataclasses import dataclass

BATCH, RPC, RESULT, ATTENTION, TRANSACTION, LOGIN, PRELOGIN = 1, 3, 4, 6, 14, 16, 18
_LAST = 1
_HEADER = 8


class Gone(Exception):
    """The client hung up."""


@dataclass
class Wire:
    """One connection's packets. `size` is the packet size agreed on at login."""

    link: socket.socket
    size: int = 4096

    def receive(self) -> tuple[int, bytes]:
        """Return the next message: its type and its packets' bodies joined."""
        parts = []
        while True:
            kind, status, length = struct.unpack(">BBH4x", self._exactly(_HEADER))
            parts.append(self._exactly(length - _HEADER))
            if status & _LAST:
                return kind, b"".join(parts)

    def send(self, body: bytes, *, part: bool = False, kind: int = RESULT) -> None:
        """Send a message in packets; `part` leaves its end out, as a server that dies in the middle does."""
        room = self.size - _HEADER
        pieces = [body[at : at + room] for at in range(0, len(body), room)] or [b""]
        for number, piece in enumerate(pieces, start=1):
            status = _LAST if number == len(pieces) and not part else 0
            head = struct.pack(">BBHHBB", kind, status, len(piece) + _HEADER, 0, number % 256, 0)
            try:
                self.link.sendall(head + piece)
            except OSError as cause:
                raise Gone from cause

    def _exactly(self, count: int) -> bytes:
        found = b""
        while len(found) < count:
            try:
                piece = self.link.recv(count - len(found))
            except OSError as cause:
                raise Gone from cause
            if not piece:
                raise Gone
            found += piece
        return found


class Bytes:
    """A cursor over a message's bytes, little endian."""

    def __init__(self, body: bytes, at: int = 0) -> None:
        self.body, self.at = body, at

    def left(self) -> int:
        """Return how many bytes are left."""
        return len(self.body) - self.at

    def take(self, count: int) -> bytes:
        """Return the next bytes. Raise ValueError if there are not as many."""
        found = self.body[self.at : self.at + count]
        if len(found) < count:
            raise ValueError("the message ends early")
        self.at += count
        return found

    def number(self, size: int, *, signed: bool = False) -> int:
        """Return the next number of `size` bytes."""
        return int.from_bytes(self.take(size), "little", signed=signed)

    def text(self, length_size: int = 1) -> str:
        """Return a text that is preceded by its number of UTF-16 units."""
        return self.take(2 * self.number(length_size)).decode("utf-16-le")

    def headers(self) -> None:
        """Skip ALL_HEADERS, which begins batches, RPCs and transaction requests since TDS 7.2."""
        self.take(self.number(4) - 4)


def text(value: str, length_size: int = 1) -> bytes:
    """Return a text preceded by its number of UTF-16 units."""
    body = value.encode("utf-16-le")
    return (len(body) // 2).to_bytes(length_size, "little") + body
