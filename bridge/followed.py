"""The files that a running daemon follows: bridge.toml, the maps and the calendar that it names."""

from collections.abc import Iterable
from pathlib import Path

from bridge.domain.errors import ConfigError
from config.layers import read_file
from config.loader import Loaded
from config.shape import reach

Stamp = tuple[int, int] | None
"""When a file was last written (nanoseconds) and its size; None = there is none. Coming and going are changes too."""


_NAMES = (("master", "items"), ("master", "units"), ("master", "warehouses"), ("schedule", "calendar"))


def followed(loaded: Loaded) -> tuple[Path, ...]:
    """Given a configuration, return every file whose change changes what the daemon does."""
    named = (getattr(getattr(loaded.settings, table), key) for table, key in _NAMES)
    return (loaded.path, *(loaded.resolve(path) for path in named if path is not None))


def wanted(path: Path) -> tuple[Path, ...]:
    """Given a bridge.toml that may be wrong, return the files it names: one that is missing is what it waits for."""
    try:
        tree = read_file(path).tree
    except ConfigError:
        return ()
    words = (word for word, depth in (reach(tree, name) for name in _NAMES) if depth == len(_NAMES[0]))
    return tuple(path.absolute().parent / word for word in words if isinstance(word, str))


def stamps(paths: Iterable[Path]) -> dict[Path, Stamp]:
    """Given files, return the stamp of each."""
    return {path: _stamp(path) for path in paths}


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size)
