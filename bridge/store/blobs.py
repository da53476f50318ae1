"""Files named by the hash of what they hold: snapshots, results, finished mails.

A blob is complete or absent: it is written under another name, forced to the disk and renamed. It is written before the
transaction that refers to it, so a crash leaves at most a file that nobody needs; `sweep` removes those.
"""

import hashlib
import os
import re
import time
import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bridge.domain.errors import InvariantBroken, SourceUnavailable

GRACE_S: Final = 86_400
"""Seconds a blob is safe from `sweep` after it was put: the transaction that refers to it may still be open."""
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_NAMED: Final = re.compile(r"\b[0-9a-f]{64}\b")


@dataclass(frozen=True)
class Blobs:
    """The blobs under one folder, as `ab/cdef…`."""

    root: Path

    def put(self, content: bytes) -> str:
        """Keep the content; the same content is kept once. Return its SHA-256 in hex."""
        name = hashlib.sha256(content).hexdigest()
        path = self._path(name)
        if not self._touched(path, len(content)):
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, content)
        return name

    def get(self, name: str) -> bytes:
        """Return the content. Raise SourceUnavailable if it is not kept, InvariantBroken if the file was damaged."""
        try:
            content = self._path(name).read_bytes()
        except FileNotFoundError:
            raise SourceUnavailable("BR-1707", blob=name, folder=self.root) from None
        if hashlib.sha256(content).hexdigest() != name:
            raise InvariantBroken("BR-1706", blob=name, path=self._path(name))
        return content

    def exists(self, name: str) -> bool:
        """Return whether the content is kept."""
        return bool(_HASH.fullmatch(name)) and self._path(name).is_file()

    def closure(self, names: Collection[str]) -> set[str]:
        """Given blobs, return them and every blob they name in turn: a manifest (JSON) keeps the tables it lists."""
        known, left = set(names), list(names)
        while left:
            fresh = self._named(left.pop()) - known
            known |= fresh
            left += fresh
        return known

    def sweep(self, keep: Collection[str], grace_s: float = GRACE_S) -> int:
        """Remove blobs outside `keep` that were put more than `grace_s` seconds of real time ago. Return how many."""
        limit = time.time() - grace_s
        return sum(_remove(path, limit) for name, path in self._files() if name not in keep)

    def _named(self, name: str) -> set[str]:
        if not self.exists(name):
            return set()
        with self._path(name).open("rb") as file:
            is_json = file.read(1) == b"{"
            return blob_hashes(file.read().decode("utf-8", "replace")) if is_json else set()

    def _path(self, name: str) -> Path:
        if not _HASH.fullmatch(name):  # a name from a row that was tampered with must not lead out of the folder
            raise InvariantBroken("BR-1706", blob=name, path=self.root)
        return self.root / name[:2] / name[2:]

    def _touched(self, path: Path, size: int) -> bool:
        """Make an existing blob young again, so that no sweep takes it from under the coming transaction."""
        try:
            os.utime(path)
            return path.stat().st_size == size
        except FileNotFoundError:
            return False

    def _files(self) -> Iterator[tuple[str, Path]]:
        for folder in sorted(self.root.glob("[0-9a-f][0-9a-f]")):
            for path in sorted(folder.iterdir()):
                yield folder.name + path.name, path


def blob_hashes(text: str) -> set[str]:
    """Given any text, return what in it looks like the hash of a blob."""
    return set(_NAMED.findall(text))


@dataclass(frozen=True)
class UnkeptBlobs(Blobs):
    """The same blobs to read, but nothing new is kept: for dry runs."""

    def put(self, content: bytes) -> str:
        """Return the SHA-256 of the content in hex; write nothing."""
        return hashlib.sha256(content).hexdigest()


def _write(path: Path, content: bytes) -> None:
    draft = path.with_name(f"{uuid.uuid4().hex}.draft")
    with draft.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    for folder in (path.parent, path.parent.parent):
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    """Force the new name to the disk, not only the content; Windows has no such call and does it by itself."""
    if os.name != "nt":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _remove(path: Path, limit: float) -> bool:
    """Remove a file last put before `limit`; return whether it went.

    It steps aside first: a `put` meanwhile either made it young, and it steps back, or found nothing and wrote it anew.
    """
    aside = path.with_name(f"{uuid.uuid4().hex}.draft")
    try:
        if path.stat().st_mtime > limit:
            return False
        path.rename(aside)
        if aside.stat().st_mtime > limit:
            aside.replace(path)
            return False
        aside.unlink()
    except OSError:  # gone, or open elsewhere on Windows: the next sweep will find it
        return False
    return True
