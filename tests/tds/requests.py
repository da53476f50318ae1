"""What clients send: PRELOGIN, LOGIN7, batches, remote procedure calls, transaction requests."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tds.values import parameter
from tds.wire import Bytes

PROCEDURES = {
    10: "sp_executesql",
    11: "sp_prepare",
    12: "sp_execute",
    13: "sp_prepexec",
    14: "sp_prepexecrpc",
    15: "sp_unprepare",
}
BEGIN, COMMIT, ROLLBACK, SAVE = 5, 7, 8, 9
NOT_SUPPORTED = 2
_BY_NUMBER = 0xFFFF
_BY_REFERENCE = 1


@dataclass(frozen=True)
class Login:
    """LOGIN7 as far as the server looks at it. The password never leaves this value."""

    user: str
    database: str
    application: str
    size: int
    password: str = field(repr=False)


@dataclass(frozen=True)
class Parameter:
    """A parameter of a call; `output` wants a value back."""

    name: str
    value: Any
    output: bool


@dataclass(frozen=True)
class Call:
    """One remote procedure call."""

    procedure: str
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True)
class Change:
    """A transaction request. `again`: a new transaction begins when this one has ended."""

    request: int
    name: str = ""
    again: bool = False


def prelogin() -> bytes:
    """Return the answer to PRELOGIN: version, and that there is no encryption to be had."""
    options = (
        (0, struct.pack(">BBHH", 16, 0, 1000, 0)),
        (1, bytes((NOT_SUPPORTED,))),
        (2, b"\0"),
        (3, b""),
        (4, b"\0"),
    )
    at = 5 * len(options) + 1
    head, body = b"", b""
    for token, value in options:
        head += struct.pack(">BHH", token, at + len(body), len(value))
        body += value
    return head + b"\xff" + body


def login(message: bytes) -> Login:
    """Given LOGIN7, return who wants in, and where."""

    def field_at(position: int) -> bytes:
        offset, length = struct.unpack_from("<HH", message, position)
        return message[offset : offset + 2 * length]

    def spelled(position: int) -> str:
        return field_at(position).decode("utf-16-le")

    hidden = bytes(byte ^ 0xA5 for byte in field_at(44))
    password = bytes((byte << 4 | byte >> 4) & 0xFF for byte in hidden).decode("utf-16-le")
    (size,) = struct.unpack_from("<I", message, 8)
    return Login(spelled(40), spelled(68), spelled(48), size, password)


def batch(message: bytes) -> str:
    """Given SQLBatch, return its text."""
    data = Bytes(message)
    data.headers()
    return data.take(data.left()).decode("utf-16-le")


def calls(message: bytes) -> Iterator[Call]:
    """Given an RPC message, yield its calls."""
    data = Bytes(message)
    data.headers()
    while data.left():
        length = data.number(2)
        if length == _BY_NUMBER:
            number = data.number(2)
            name = PROCEDURES.get(number, f"procedure {number}")
        else:
            name = data.take(2 * length).decode("utf-16-le")
        data.take(2)
        yield Call(name.lower().replace("[", "").replace("]", "").removeprefix("sys."), tuple(_parameters(data)))


def _parameters(data: Bytes) -> Iterator[Parameter]:
    while data.left():
        if data.body[data.at] in {0x80, 0xFF}:  # the next call follows
            data.take(1)
            return
        name, flags = data.text(), data.number(1)
        yield Parameter(name, parameter(data), bool(flags & _BY_REFERENCE))


def change(message: bytes) -> Change:
    """Given a transaction manager request, return what is to happen."""
    data = Bytes(message)
    data.headers()
    request = data.number(2)
    if request == BEGIN:
        return Change(request)
    size = data.number(1)
    name = data.take(size).decode("utf-16-le")
    return Change(request, name, again=bool(data.left() and data.number(1) & 1))
