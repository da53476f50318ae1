"""The tokens of a server's answer ([MS-TDS] 2.2.7)."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tds.failures import SqlError
from tds.kinds import Kind
from tds.values import COLLATION, encoded, type_info
from tds.wire import text

SERVER = "TDS-FIXTURE"
VERSION = 0x74000004
MORE, FAILED, COUNTED, CANCELLED = 0x1, 0x2, 0x10, 0x20
DONE, DONE_PROC, DONE_IN_PROC = 0xFD, 0xFE, 0xFF
DATABASE, PACKET_SIZE, COLLATED, BEGUN, COMMITTED, ROLLED_BACK = 1, 4, 7, 8, 9, 10
_COMMANDS = {"INSERT": 0xC3, "DELETE": 0xC4, "UPDATE": 0xC5}
_SELECT = 0xC1
_NULLABLE = 1


@dataclass(frozen=True)
class Column:
    """One column of a result."""

    name: str
    kind: Kind


def columns(wanted: Sequence[Column]) -> bytes:
    """Return COLMETADATA."""
    body = b"".join(struct.pack("<IH", 0, _NULLABLE) + type_info(c.kind) + text(c.name) for c in wanted)
    return struct.pack("<BH", 0x81, len(wanted)) + body


def row(wanted: Sequence[Column], values: Sequence[Any]) -> bytes:
    """Return ROW, or NBCROW where a value is NULL: then a bitmap stands for the NULLs."""
    pairs = list(zip(wanted, values, strict=True))
    if None not in values:
        return b"\xd1" + b"".join(encoded(column.kind, value) for column, value in pairs)
    bits = sum(1 << at for at, value in enumerate(values) if value is None)
    bitmap = bits.to_bytes((len(values) + 7) // 8, "little")
    return b"\xd2" + bitmap + b"".join(encoded(column.kind, value) for column, value in pairs if value is not None)


def done(token: int = DONE, *, status: int = 0, rows: int | None = None, after: str = "") -> bytes:
    """Return DONE, DONEPROC or DONEINPROC; `rows` is the number of rows touched, `after` the statement it ends."""
    status |= COUNTED if rows is not None else 0
    command = _COMMANDS.get(after[:6].upper(), _SELECT)
    return struct.pack("<BHHQ", token, status, command, rows or 0)


def error(problem: SqlError, line: int = 1) -> bytes:
    """Return ERROR."""
    body = struct.pack("<IBB", problem.number, problem.state, problem.severity)
    body += text(problem.text, 2) + text(SERVER) + text("") + struct.pack("<I", line)
    return struct.pack("<BH", 0xAA, len(body)) + body


def changed(what: int, new: str | bytes, old: str | bytes = "") -> bytes:
    """Return ENVCHANGE; texts for names, bytes for transaction descriptors and collations."""
    sides = [text(side) if isinstance(side, str) else bytes((len(side),)) + side for side in (new, old)]
    body = bytes((what,)) + b"".join(sides)
    return struct.pack("<BH", 0xE3, len(body)) + body


def logged_in(database: str, size: int, version: tuple[int, int, int]) -> bytes:
    """Return what follows an accepted login."""
    program = struct.pack(">BBH", *version)
    body = b"\x01" + struct.pack(">I", VERSION) + text("Microsoft SQL Server") + program
    return b"".join(
        (
            changed(DATABASE, database, "master"),
            changed(COLLATED, COLLATION, b""),
            struct.pack("<BH", 0xAD, len(body)) + body,
            changed(PACKET_SIZE, str(size), "4096"),
            done(),
        )
    )


def returned(ordinal: int, name: str, kind: Kind, value: Any) -> bytes:
    """Return RETURNVALUE, an output parameter."""
    head = struct.pack("<BH", 0xAC, ordinal) + text(name) + b"\x01" + struct.pack("<IH", 0, 0)
    return head + type_info(kind) + encoded(kind, value)


def status(code: int = 0) -> bytes:
    """Return RETURNSTATUS of a procedure."""
    return struct.pack("<Bi", 0x79, code)
