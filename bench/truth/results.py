"""Results of plants as JSON lines: one line a plant, written when it is done, so that a stop loses nothing.

A line counts only for the code that made it: `fingerprint` covers everything that can change a verdict.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CODE = (
    "bench/truth",
    "bridge/cycle",
    "bridge/domain",
    "bridge/store",
    "bridge/demo/lookalikes",
    "connectors",
    "reconcilers",
)


def fingerprint(root: Path = ROOT) -> str:
    """Return a short hash over the sources a verdict depends on, the report's own pages left out."""
    total = hashlib.sha256()
    for folder in CODE:
        for path in sorted((root / folder).rglob("*.py")):
            if path.name not in {"report.py", "page.py", "tally.py", "results.py"}:
                total.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return total.hexdigest()[:12]


class Results:
    """The lines of one file."""

    def __init__(self, path: Path, code: str) -> None:
        self.path = path
        self.code = code
        path.parent.mkdir(parents=True, exist_ok=True)

    def done(self, *, any_code: bool = False) -> dict[str, dict[str, Any]]:
        """Return the lines of this code (or of any) by key; a line cut off by a stop is not there."""
        found: dict[str, dict[str, Any]] = {}
        if not self.path.exists():
            return found
        for line in self.path.read_text(encoding="utf-8").splitlines():
            try:
                one = json.loads(line)
            except ValueError:
                continue
            if any_code or one["code"] == self.code:
                found[one["key"]] = one
        return found

    def keep(self, key: str, result: Mapping[str, Any]) -> None:
        """Append one line."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"key": key, "code": self.code, **result}, ensure_ascii=False) + "\n")


def of(results: Mapping[str, dict[str, Any]], keys: Iterable[str]) -> list[dict[str, Any]]:
    """Return the results of these keys that are there, in the keys' order."""
    return [results[key] for key in keys if key in results]
