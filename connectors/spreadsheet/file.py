"""The file itself: closed by everybody, whole, standing still while it is read, and young enough."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from bridge.domain.errors import SnapshotRejected, SourceRefused, SourceUnavailable
from bridge.domain.spans import length

_EXCEL_NAME = 55
"""Where Excel's lock file holds the name in UTF-16: a length of two bytes, then the characters."""


@dataclass(frozen=True)
class Content:
    """A file as it stood: its bytes and when it was last written (the file server's clock)."""

    path: Path
    data: bytes
    written: datetime


def read_file(path: Path, source: str, zone: tzinfo | None, max_bytes: int) -> Content:
    """Given a path, return the file.

    It is read twice: a file server may show a file that is half copied. Raise SourceUnavailable if it is missing, open
    in Excel or unreadable, SourceRefused if it is no file, SnapshotRejected if it is too large or changed meanwhile.
    """
    try:
        if path.is_dir():
            raise SourceRefused("BR-1304", source=source, file=path)
        _refuse_open(path, source)
        before = path.stat()
        if before.st_size > max_bytes:
            raise SnapshotRejected("BR-1307", source=source, file=path, size=before.st_size, limit=max_bytes)
        data, again, after = path.read_bytes(), path.read_bytes(), path.stat()
    except (FileNotFoundError, NotADirectoryError) as cause:
        raise SourceUnavailable("BR-1303", source=source, file=path) from cause
    except (OSError, ValueError) as cause:
        detail = getattr(cause, "strerror", None) or type(cause).__name__
        raise SourceUnavailable("BR-1305", source=source, file=path, detail=detail) from cause
    if data != again or (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise SnapshotRejected("BR-1306", source=source, file=path)
    if len(data) != after.st_size:
        raise SnapshotRejected("BR-1306", source=source, file=path)
    return Content(path, data, datetime.fromtimestamp(after.st_mtime, zone))


def refuse_stale(content: Content, source: str, now: datetime, max_age: timedelta | None) -> None:
    """Raise SnapshotRejected if the file was not written for longer than `max_age`: it is last week's."""
    age = now - content.written
    if max_age is not None and age > max_age:
        facts = {"written": content.written.strftime("%Y-%m-%d %H:%M"), "age": length(age), "limit": length(max_age)}
        raise SnapshotRejected("BR-1301", source=source, file=content.path, **facts)


def _refuse_open(path: Path, source: str) -> None:
    """Raise SourceUnavailable if Excel or LibreOffice has the file open: what it will be is not in it yet."""
    for lock, who in (
        (path.with_name(f"~${path.name}"), _excel_user),
        (path.with_name(f".~lock.{path.name}#"), _libre_user),
    ):
        if lock.exists():
            raise SourceUnavailable("BR-1308", source=source, file=path, lock=lock.name, who=who(lock) or "?")


def _excel_user(lock: Path) -> str:
    try:
        data = lock.read_bytes()
    except OSError:  # Excel keeps its lock file to itself
        return ""
    start = _EXCEL_NAME + 2
    count = int.from_bytes(data[_EXCEL_NAME:start], "little")
    name = data[start : start + 2 * count].decode("utf-16-le", "replace")
    short = data[1 : 1 + data[0]].decode("gb18030", "replace") if data else ""
    return _plain(name) or _plain(short)


def _libre_user(lock: Path) -> str:
    try:
        fields = lock.read_text(encoding="utf-8", errors="replace").split(",")
    except OSError:
        return ""
    return next((name for name in map(_plain, fields[:3]) if name), "")


def _plain(text: str) -> str:
    return "".join(character for character in text if character.isprintable()).strip()[:40]
