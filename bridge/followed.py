"""The files that a running daemon follows: bridge.toml, the maps and the calendar that it names."""

from collections.abc import Iterable
from pathlib import Path

from bridge.bootstrap import kinds
from bridge.domain.errors import ConfigError
from config.loader import Loaded, load

Stamp = tuple[int, int] | None
"""When a file was last written (nanoseconds) and its size; None = there is none. Coming and going are changes too."""


def followed(loaded: Loaded) -> tuple[Path, ...]:
    """Given a configuration, return every file whose change changes what the daemon does."""
    master = loaded.settings.master
    named = (master.items, master.units, master.warehouses, loaded.settings.schedule.calendar)
    return (loaded.path, *(loaded.resolve(path) for path in named if path is not None))


def named_now(path: Path, before: Iterable[Path]) -> tuple[Path, ...]:
    """Given bridge.toml, return the files to follow from now on; while it is wrong, those from `before`.

    A file that is named and not there is followed too: it may be what the configuration waits for.
    """
    try:
        return followed(load(path, kinds()))
    except ConfigError:
        return tuple(before)


def stamps(paths: Iterable[Path]) -> dict[Path, Stamp]:
    """Given files, return the stamp of each."""
    return {path: _stamp(path) for path in paths}


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size)
