"""The cells of a map file, line by line, and the problems found on the way."""

import csv
import io
from collections.abc import Iterator, Sequence

from bridge.domain.errors import BridgeError, ConfigError

Cells = dict[str, str]
"""One row by column name."""


class Findings:
    """Collects every problem of one file, then raises them together."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[BridgeError] = []

    def add(self, code: str, **facts: object) -> None:
        """Note one problem: its code and facts."""
        self.problems.append(ConfigError(code, (), **facts))

    def raise_if_any(self) -> None:
        """Raise ConfigError BR-1901 with everything noted so far, if anything was."""
        if self.problems:
            raise ConfigError("BR-1901", tuple(self.problems), file=self.file, count=len(self.problems))


def records(content: str | bytes, columns: Sequence[str], findings: Findings) -> Iterator[tuple[int, Cells]]:
    """Yield (line, cells by column) of each row that is not blank; problems of shape go to `findings`."""
    text = content if isinstance(content, str) else _decoded(content, findings)
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        if not _header_fits(header, columns, findings):
            return
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
                    findings.add("BR-1914", line=line, cells=len(cells), columns=len(header))
                padded = [*cells, *[""] * (len(header) - len(cells))]
                yield line, dict(zip(header, padded, strict=False))
            line = reader.line_num + 1
    except csv.Error as cause:
        findings.add("BR-1912", line=reader.line_num, why=str(cause))


def _decoded(content: bytes, findings: Findings) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    findings.add("BR-1916")
    findings.raise_if_any()
    return ""


def _header_fits(header: list[str], columns: Sequence[str], findings: Findings) -> bool:
    missing = [name for name in columns if name not in header]
    unknown = [name for name in header if name not in columns]
    double = sorted({name for name in header if header.count(name) > 1 and name in columns})
    for code, names in (("BR-1902", missing), ("BR-1903", unknown), ("BR-1915", double)):
        for name in names:
            findings.add(code, column=name, columns=",".join(columns))
    return not (missing or unknown or double)
