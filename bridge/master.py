"""The three map files of `[master]` on disk: read together, written back whole."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from bridge.domain.errors import BridgeError, ConfigError
from config.loader import Loaded
from reconcilers.maps import ITEM_COLUMNS, ItemRow, Maps, parse_items, parse_units, parse_warehouses, to_csv

_PARSERS: dict[str, Callable[..., tuple[Any, ...]]] = {
    "items": parse_items,
    "warehouses": parse_warehouses,
    "units": parse_units,
}


def load_maps(loaded: Loaded, *, strict: bool = False) -> Maps:
    """Given a configuration, read the map files that it names. Raise ConfigError with every problem in all of them.

    Rows of a source that bridge.toml does not have are kept for the day it does; `strict` reports them.
    """
    settings = loaded.settings
    found: dict[str, tuple[Any, ...]] = {}
    problems: list[BridgeError] = []
    sources = tuple(settings.sources) if strict else None
    for name, parse in _PARSERS.items():
        path = getattr(settings.master, name)
        if path is None:
            continue
        try:
            found[name] = parse(_bytes(loaded.resolve(path)), path.name, settings.master.code_rules, sources)
        except ConfigError as wrong:
            problems.append(wrong)
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise ConfigError("BR-1001", tuple(problems), file=loaded.path, count=len(problems))
    return Maps(**found)


def write_items(path: Path, rows: Iterable[ItemRow]) -> None:
    """Replace items.csv as a whole: after a crash the old or the new file stands there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(path.suffix + ".new")
    with new.open("w", encoding="utf-8-sig", newline="") as file:
        file.write(to_csv(rows, ITEM_COLUMNS))
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as cause:
        raise ConfigError("BR-2053", file=path, detail=cause.strerror or type(cause).__name__) from cause
