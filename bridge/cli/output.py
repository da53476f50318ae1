"""What the terminal shows: tables for people, JSON and CSV for scripts. Results go to stdout, all else to stderr."""

import csv
import io
import json
import re
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bridge.language import catalogue, text

Row = Mapping[str, object]
_WORDED = {
    "state": ("cli.state", "cli.hold_state", "mail.document_state", "cli.effect_state"),
    "operations": ("mail.operation",),
    "finding": ("cli.hold_finding",),
    "detail": ("cli.hold_why",),
    "event": ("cli.hold_event",),
}
"""Columns whose values are words of ours, and where their texts stand."""


@dataclass(frozen=True)
class Output:
    """Prints in one language. `plain` values from an ERP lose control characters before they reach a terminal."""

    lang: str

    def say(self, key: str, **facts: object) -> None:
        """Print one sentence of the catalogue to stdout."""
        self.line(text(self.lang, key, **facts))

    def note(self, key: str, **facts: object) -> None:
        """Print one sentence to stderr: progress, warnings."""
        print(clean(text(self.lang, key, **facts)), file=sys.stderr)

    def line(self, words: str = "") -> None:
        """Print one line to stdout."""
        print(clean(words))

    def json(self, value: object) -> None:
        """Print one JSON value to stdout."""
        print(json.dumps(value, ensure_ascii=False, indent=2))

    def rows(self, rows: Sequence[Row], columns: Mapping[str, str], *, as_json: bool, as_csv: bool = False) -> None:
        """Given rows and the text keys of the columns a person sees, print them as asked for.

        JSON carries every field of the rows, the others the named columns.
        """
        if as_json:
            self.json([dict(row) for row in rows])
        elif as_csv:
            print(self._csv(rows, columns), end="")
        elif not rows:
            self.say("cli.nothing")
        else:
            self._table(rows, columns)

    def card(self, row: Row) -> None:
        """Print one thing, a line for each of its fields."""
        table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
        for name, value in row.items():
            table.add_row(Text(text(self.lang, f"cli.column.{name}")), Text(clean(self.told(name, value))))
        _console().print(table)

    def _csv(self, rows: Sequence[Row], columns: Mapping[str, str]) -> str:
        sheet = io.StringIO()
        writer = csv.writer(sheet)
        writer.writerow([text(self.lang, key) for key in columns.values()])
        writer.writerows([[_cell(row.get(name)) for name in columns] for row in rows])
        return sheet.getvalue()

    def _table(self, rows: Sequence[Row], columns: Mapping[str, str]) -> None:
        table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
        for name, key in columns.items():
            numeric = all(_numeric(row.get(name)) for row in rows)
            table.add_column(Text(text(self.lang, key)), justify="right" if numeric else "left", overflow="fold")
        for row in rows:
            table.add_row(*(Text(clean(self.told(name, row.get(name)))) for name in columns))
        _console().print(table)

    def told(self, name: str, value: object) -> str:
        """Given a column and its value, return it as a person reads it: states in words, moments without year."""
        if name in _WORDED:
            known = catalogue(self.lang)
            each = [_show(one) for one in (value if isinstance(value, (list, tuple)) else [value])]
            keys = {one: [f"{kind}.{one.replace(' ', '_')}" for kind in _WORDED[name]] for one in each}
            return " ".join(next((known[key] for key in keys[one] if key in known), one) for one in each)
        words = _show(value)
        return f"{words[5:10]} {words[11:16]}" if _MOMENT.fullmatch(words) else words


_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?[+-]\d{2}:\d{2}")


def clean(words: str) -> str:
    """Return text without control characters and direction overrides, so that data cannot steer a terminal."""
    return "".join(
        sign if sign in "\n\t" or unicodedata.category(sign) not in {"Cc", "Cf", "Cs"} else "\ufffd" for sign in words
    )


def _console() -> Console:
    wide = 160 if not sys.stdout.isatty() else None
    return Console(file=sys.stdout, width=wide, highlight=False, soft_wrap=False)


def _show(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, (list, tuple)):
        return " ".join(str(each) for each in value)
    return str(value)


def _cell(value: object) -> str:
    """Return a CSV cell that a spreadsheet will not run as a formula."""
    words = _show(value)
    return f"'{words}" if words[:1] in set("=+@\t\r") or (words[:1] == "-" and not _numeric(words)) else words


def _numeric(value: object) -> bool:
    if value is None or isinstance(value, (int, float)):
        return True
    words = str(value).replace(",", "").removesuffix("%").lstrip("+-")
    return bool(words) and words.replace(".", "", 1).isdigit()
