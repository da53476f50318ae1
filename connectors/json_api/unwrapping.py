"""Lists inside rows, such as the sub-forms of low-code platforms: each entry becomes a row of its own."""

from typing import Any

from bridge.domain.errors import SnapshotRejected
from connectors.json_api.page import Row
from connectors.json_api.words import dig, put, shown


def lines_in(rows: list[Row], place: str | None, *, source: str, request: str) -> list[Row]:
    """Given rows, return one for each entry of the list at `place`, with the entry in the list's stead.

    A row whose list is empty or missing has no lines. Raise SnapshotRejected if it is something else than a list.
    """
    if place is None:
        return rows
    found: list[Row] = []
    for at, row in enumerate(rows, 1):
        entries = dig(row, place)
        if entries is None:
            continue
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            value = shown(entries)
            raise SnapshotRejected("BR-1458", source=source, request=request, row=at, field=place, value=value)
        found += [_with(row, place, entry) for entry in entries]
    return found


def _with(row: Row, place: str, entry: dict[str, Any]) -> Row:
    line = dict(row)
    if place in line:
        line[place] = entry
    else:
        put(line, place, entry)
    return line
