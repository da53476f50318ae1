"""Values on the wire: TYPE_INFO, rows' values out, parameters' values in ([MS-TDS] 2.2.5)."""

import struct
import uuid
from datetime import UTC, date, datetime, time, timedelta
from decimal import Context, Decimal
from typing import Any

from tds import failures
from tds.kinds import Kind
from tds.wire import Bytes

COLLATION = bytes.fromhex("0408d00000")  # Chinese_PRC_CI_AS: LCID 0x0804, code page 936
_TICKS = 300
_EPOCH, _YEAR_ONE = datetime(1900, 1, 1), date(1, 1, 1)  # noqa: DTZ001 - ERP times carry no zone
_WIDE = Context(prec=60)
_TEXT_IDS = {"nvarchar": 0xE7, "varchar": 0xA7, "nchar": 0xEF, "char": 0xAF}
_SIZES = {"int": 4, "bigint": 8}
_MAGNITUDES = ((9, 4), (19, 8), (28, 12), (38, 16))


def type_info(kind: Kind) -> bytes:
    """Return TYPE_INFO of a column."""
    name = kind.name
    if kind.is_text:
        size = 0xFFFF if kind.length < 0 else kind.length * (2 if name.startswith("n") else 1)
        return struct.pack("<BH", _TEXT_IDS[name], size) + COLLATION
    if name in {"varbinary", "binary"}:
        return struct.pack("<BH", 0xA5 if name == "varbinary" else 0xAD, 0xFFFF if kind.length < 0 else kind.length)
    if name == "decimal":
        return bytes((0x6A, 17, kind.precision, kind.scale))
    if name in {"datetime2", "time", "datetimeoffset"}:
        return bytes(({"datetime2": 0x2A, "time": 0x29, "datetimeoffset": 0x2B}[name], kind.scale))
    fixed = {"int": b"\x26\x04", "bigint": b"\x26\x08", "bit": b"\x68\x01", "float": b"\x6d\x08"}
    return {**fixed, "datetime": b"\x6f\x08", "date": b"\x28", "uniqueidentifier": b"\x24\x10"}[name]


def encoded(kind: Kind, value: Any) -> bytes:
    """Return one value as ROW holds it. Raise SqlError 8115 if the type cannot hold it."""
    name = kind.name
    if kind.is_text or name in {"varbinary", "binary"}:
        return _long(kind, value)
    if value is None:
        return b"\0"
    if name in _SIZES:
        size = _SIZES[name]
        try:
            return bytes((size,)) + int(value).to_bytes(size, "little", signed=True)
        except OverflowError:
            raise failures.overflow(name) from None
    if name == "bit":
        return bytes((1, int(bool(int(value)))))
    special = {
        "float": lambda: b"\x08" + struct.pack("<d", float(value)),
        "decimal": lambda: _decimal(kind, value),
        "uniqueidentifier": lambda: b"\x10" + uuid.UUID(str(value)).bytes_le,
    }
    return special.get(name, lambda: _moment(kind, value))()


def _long(kind: Kind, value: Any) -> bytes:
    if value is None:
        return b"\xff" * (8 if kind.length < 0 else 2)
    if kind.name == "binary" and isinstance(value, int):
        body = value.to_bytes(kind.length, "big", signed=value < 0)  # a rowversion is kept as a number
    elif isinstance(value, bytes):
        body = value
    elif kind.name.startswith("n"):
        body = str(value).encode("utf-16-le", "surrogatepass")
    else:
        body = str(value).encode("gbk", "replace")
    if kind.length < 0:
        chunk = struct.pack("<I", len(body)) + body if body else b""
        return struct.pack("<Q", len(body)) + chunk + struct.pack("<I", 0)
    return struct.pack("<H", len(body)) + body


def _decimal(kind: Kind, value: Any) -> bytes:
    number = Decimal(str(value)).quantize(Decimal(1).scaleb(-kind.scale), context=_WIDE)
    magnitude = int(number.copy_abs().scaleb(kind.scale, _WIDE))
    if magnitude >= 10**kind.precision:
        raise failures.overflow("numeric")
    size = next(size for digits, size in _MAGNITUDES if kind.precision <= digits)
    return bytes((size + 1, int(number >= 0))) + magnitude.to_bytes(size, "little")


def _moment(kind: Kind, value: Any) -> bytes:
    if kind.name == "time":
        body = _clock(time.fromisoformat(str(value)), kind.scale)
        return bytes((len(body),)) + body
    at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).strip())
    if kind.name == "datetime":
        ticks = round((at - datetime.combine(at.date(), time())) / timedelta(seconds=1) * _TICKS)
        return b"\x08" + struct.pack("<iI", (at.date() - _EPOCH.date()).days, ticks)
    day = (at.date() - _YEAR_ONE).days.to_bytes(3, "little")
    body = day if kind.name == "date" else _clock(at.time(), kind.scale) + day
    return bytes((len(body),)) + body


def _clock(at: time, scale: int) -> bytes:
    micros = ((at.hour * 60 + at.minute) * 60 + at.second) * 1_000_000 + at.microsecond
    size = 3 if scale <= 2 else 4 if scale <= 4 else 5
    return (micros * 10**scale // 1_000_000).to_bytes(size, "little")


def parameter(data: Bytes) -> Any:
    """Read TYPE_INFO and value of an RPC parameter; return what SQLite is given for it."""
    kind = data.number(1)
    fixed = {0x1F: 0, 0x30: 1, 0x32: 1, 0x34: 2, 0x38: 4, 0x7F: 8, 0x3E: -8, 0x3B: -4, 0x3D: 0x3D}
    if kind in fixed:
        size = fixed[kind]
        return None if kind == 0x1F else _plain(kind, data.take(8 if kind == 0x3D else abs(size)))
    if kind in {0x26, 0x68, 0x6D, 0x6F, 0x24, 0x6A, 0x6C, 0x6E}:
        data.take(1)
        _, scale = (data.number(1), data.number(1)) if kind in {0x6A, 0x6C} else (0, 4)
        body = data.take(data.number(1))
        return _sized(kind, body, scale) if body else None
    if kind in {0x28, 0x29, 0x2A, 0x2B}:
        scale = data.number(1) if kind != 0x28 else 0
        body = data.take(data.number(1))
        return _dated(kind, body, scale) if body else None
    if kind in {0xE7, 0xA7, 0xEF, 0xAF, 0xA5, 0xAD}:
        size = data.number(2)
        if kind not in {0xA5, 0xAD}:
            data.take(5)
        return _spelled(kind, _chunks(data) if size == 0xFFFF else _short(data))
    if kind in {0x63, 0x23, 0x22}:  # ntext, text, image
        data.take(4)
        if kind != 0x22:
            data.take(5)
        size = data.number(4, signed=True)
        return _spelled({0x63: 0xE7, 0x23: 0xA7, 0x22: 0xA5}[kind], None if size < 0 else data.take(size))
    raise ValueError(f"parameter type 0x{kind:02X} is not known to the test server")


def _short(data: Bytes) -> bytes | None:
    size = data.number(2)
    return None if size == 0xFFFF else data.take(size)


def _chunks(data: Bytes) -> bytes | None:
    if data.number(8) == 0xFFFF_FFFF_FFFF_FFFF:
        return None
    body = b""
    while size := data.number(4):
        body += data.take(size)
    return body


def _spelled(kind: int, body: bytes | None) -> Any:
    if body is None or kind in {0xA5, 0xAD}:
        return body
    return body.decode("utf-16-le", "surrogatepass") if kind in {0xE7, 0xEF} else body.decode("gbk", "replace")


def _plain(kind: int, body: bytes) -> Any:
    if kind in {0x3E, 0x3B}:
        return struct.unpack("<d" if kind == 0x3E else "<f", body)[0]
    if kind == 0x3D:
        return _sized(0x6F, body, 0)
    return int.from_bytes(body, "little", signed=kind not in {0x30, 0x32})


def _sized(kind: int, body: bytes, scale: int) -> Any:
    if kind in {0x26, 0x68}:
        return int.from_bytes(body, "little", signed=len(body) > 1)
    if kind == 0x6D:
        return struct.unpack("<d" if len(body) == 8 else "<f", body)[0]
    if kind == 0x24:
        return str(uuid.UUID(bytes_le=body)).upper()
    if kind in {0x6A, 0x6C}:
        magnitude = int.from_bytes(body[1:], "little") * (1 if body[0] else -1)
        return format(Decimal(magnitude).scaleb(-scale, _WIDE), "f")
    if kind == 0x6E:
        high, low = struct.unpack("<iI", body) if len(body) == 8 else (0, struct.unpack("<i", body)[0])
        return format(Decimal((high << 32) + low).scaleb(-4), "f")
    days, ticks = struct.unpack("<iI" if len(body) == 8 else "<HH", body)
    seconds = ticks / _TICKS if len(body) == 8 else ticks * 60
    return stamp(_EPOCH + timedelta(days=days, milliseconds=round(seconds * 1000)))


def _dated(kind: int, body: bytes, scale: int) -> str:
    size = {0x28: 0, 0x29: len(body), 0x2A: len(body) - 3, 0x2B: len(body) - 5}[kind]
    since = timedelta(microseconds=int.from_bytes(body[:size], "little") * 1_000_000 // 10**scale)
    if kind == 0x29:
        return (_EPOCH + since).time().isoformat()
    day = _YEAR_ONE + timedelta(days=int.from_bytes(body[size : size + 3], "little"))
    if kind == 0x28:
        return day.isoformat()
    at = datetime.combine(day, time()) + since
    return stamp(at.replace(tzinfo=UTC).replace(tzinfo=None) if kind == 0x2B else at)


def stamp(at: datetime) -> str:
    """Return a time as the files behind the server keep it."""
    return at.isoformat(" ", "milliseconds" if at.microsecond else "seconds")
