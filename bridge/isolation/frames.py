"""Values on a pipe: pickles, with Arrow tables beside them as IPC streams, so that rows never become objects."""

import io
import pickle
import struct
from typing import IO, Any
from zoneinfo import ZoneInfo

import pyarrow as pa

_COUNT = struct.Struct(">Q")
_DOMAIN = "bridge.domain."
_HARMLESS = frozenset(
    {
        ("builtins", "frozenset"),
        ("builtins", "set"),
        ("datetime", "date"),
        ("datetime", "datetime"),
        ("datetime", "timedelta"),
        ("datetime", "timezone"),
        ("decimal", "Decimal"),
        (__name__, "table_of"),
        (__name__, "zone_of"),
    }
)


class Ended(Exception):
    """The other side closed the pipe, or what it sent is no message."""


def send(stream: IO[bytes], message: object) -> None:
    """Write one message. Raise OSError if nobody reads, TypeError or pickle.PicklingError if it cannot be written."""
    tables: list[pickle.PickleBuffer] = []
    head = io.BytesIO()
    _Writer(head, protocol=5, buffer_callback=tables.append).dump(message)
    parts = [head.getbuffer(), *(table.raw() for table in tables)]
    stream.write(struct.pack(f">{len(parts) + 1}Q", len(parts), *(part.nbytes for part in parts)))
    stream.writelines(parts)
    stream.flush()


def receive(stream: IO[bytes], *, trusted: bool) -> Any:
    """Read one message. An untrusted one may hold nothing but values of `bridge.domain`. Raise Ended.

    The child is not trusted: it has read hostile text with a foreign driver, and a pickle can call any function.
    """
    (count,) = _COUNT.unpack(_exactly(stream, _COUNT.size))
    lengths = struct.unpack(f">{count}Q", _exactly(stream, _COUNT.size * count))
    head, *tables = [_exactly(stream, length) for length in lengths]
    reader = pickle.Unpickler if trusted else _Reader
    try:
        return reader(io.BytesIO(head), buffers=tables).load()
    except (pickle.UnpicklingError, AttributeError, ImportError, IndexError, TypeError, ValueError) as cause:
        if trusted:
            raise
        raise Ended(type(cause).__name__) from cause


def table_of(stream: Any) -> pa.Table:
    """Given an Arrow IPC stream, return its table without copying it."""
    return pa.ipc.open_stream(pa.py_buffer(stream)).read_all()


def zone_of(key: str) -> ZoneInfo:
    """Return the time zone of this name."""
    return ZoneInfo(key)


class _Writer(pickle.Pickler):
    def reducer_override(self, value: object) -> Any:
        """Write tables as IPC streams and zones by name; all else as ever."""
        if isinstance(value, pa.Table):
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, value.schema) as stream:
                stream.write_table(value)
            return table_of, (pickle.PickleBuffer(sink.getvalue()),)
        if isinstance(value, ZoneInfo) and value.key:
            return zone_of, (value.key,)
        return NotImplemented


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """Return a name of the domain; anything else is refused, and so is reaching through one (`errors.os.system`)."""
        if "." not in name and (module.startswith(_DOMAIN) or (module, name) in _HARMLESS):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name}")


def _exactly(stream: IO[bytes], length: int) -> bytearray:
    found = bytearray(length)
    view, at = memoryview(found), 0
    while at < length:
        got = stream.readinto(view[at:])  # type: ignore[attr-defined]
        if not got:
            raise Ended("end of pipe")
        at += got
    return found
