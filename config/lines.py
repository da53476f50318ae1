"""On which line of a TOML text a key stands. The readers forget it; people need it."""

import tomllib
from collections.abc import Mapping
from typing import Any

from config.shape import Path


def line_index(text: str) -> dict[Path, int]:
    """Given TOML that parses, return the first line (from 1) of every table, key and list entry by its path.

    A statement is the shortest run of lines that parses by itself, so quoting, comments and multi-line values follow
    the standard reader instead of a second grammar.
    """
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    for line, statement in _statements(text):
        head = statement.lstrip()
        parsed = tomllib.loads(statement)
        if head.startswith("[["):
            table = _entered(_only(parsed), counts, opens=True)
            found.setdefault(table[:-1], line)
        elif head.startswith("["):
            table = _entered(_only(parsed), counts, opens=False)
        else:
            _note(parsed, table, line, found)
            continue
        for length in range(1, len(table) + 1):
            found.setdefault(table[:length], line)
    return found


def _statements(text: str) -> list[tuple[int, str]]:
    """Cut the text into statements with their first line."""
    statements: list[tuple[int, str]] = []
    waiting: list[str] = []
    start = 1
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        if not waiting:
            start = number
        waiting.append(line)
        statement = "\n".join(waiting)
        try:
            empty = not tomllib.loads(statement)
        except tomllib.TOMLDecodeError:
            continue
        waiting = []
        if not empty:
            statements.append((start, statement))
    return statements


def _only(parsed: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the keys of a header such as `[a.b]`."""
    keys: list[str] = []
    while parsed:
        key = next(iter(parsed))
        keys.append(key)
        below = parsed[key]
        parsed = below[0] if isinstance(below, list) else below
    return tuple(keys)


def _entered(keys: tuple[str, ...], counts: dict[Path, int], *, opens: bool) -> Path:
    """Return the path a header leads to: inside a list it is the list's last entry, and `[[x]]` opens the next."""
    path: Path = ()
    for depth, key in enumerate(keys, start=1):
        path = (*path, key)
        if opens and depth == len(keys):
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _note(value: Any, path: Path, line: int, found: dict[Path, int]) -> None:
    if path:
        found.setdefault(path, line)
    if isinstance(value, Mapping):
        for key, below in value.items():
            _note(below, (*path, key), line, found)
    elif isinstance(value, list):
        for position, below in enumerate(value):
            _note(below, (*path, position), line, found)
