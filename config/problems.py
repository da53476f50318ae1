"""From pydantic's findings to sentences of our own: line, path, value, what is allowed, the nearest key."""

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic_core import ErrorDetails
from rapidfuzz import fuzz, process

from bridge.domain.errors import ConfigError
from config.shape import Path, Shape, leaves, reach
from config.toml_text import HIDDEN, dotted, toml_key, toml_value

_NEAR: Final = 70
_LONGEST: Final = 80
_CODES: Final = {
    "missing": "BR-1012",
    "literal_error": "BR-1013",
    **dict.fromkeys(("string_type", "path_type"), "BR-1014"),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "BR-1015"),
    **dict.fromkeys(("decimal_type", "decimal_parsing", "float_type", "float_parsing"), "BR-1016"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "BR-1017"),
    **dict.fromkeys(("tuple_type", "list_type"), "BR-1018"),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), "BR-1019"),
    **dict.fromkeys(("greater_than", "greater_than_equal", "less_than", "less_than_equal"), "BR-1020"),
    "finite_number": "BR-1021",
    "too_short": "BR-1024",
    "string_too_short": "BR-1025",
    "string_pattern_mismatch": "BR-1026",
}
"""pydantic's error types and our sentences; BR-1029 tells any other in pydantic's words."""
_ALTERNATIVES: Final = {
    "BR-1014": '"…"',
    "BR-1015": "123",
    "BR-1016": "1.5",
    "BR-1017": "true | false",
    "BR-1018": "[…]",
    "BR-1019": "{…}",
}
"""How a value of each type looks, where a key takes several types."""
_BOUNDS: Final = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤"}


@dataclass(frozen=True)
class Place:
    """Where values came from, so that a sentence can say it: `bridge.toml:12` or `environment STOCKBRIDGE__…`."""

    file: str
    lines: Mapping[Path, int]
    tree: Mapping[str, Any]  # file and environment, before secrets were put in
    environment: Mapping[Path, str]  # variable by path
    shape: Shape
    hidden: AbstractSet[str] = field(default_factory=frozenset)

    def where(self, path: Path) -> str:
        """Return the variable, or file and line, of the value at `path`, else of the nearest table above it."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.environment:
                return f"environment {self.environment[path[:length]]}"
            if path[:length] in self.lines:
                return f"{self.file}:{self.lines[path[:length]]}"
        return self.file

    def name(self, path: Path) -> str:
        """Return the dotted key; an entry of `[[pairs]]` goes by its id."""
        return dotted(named(self.tree, path))

    def value(self, path: Path) -> str:
        """Return the value at `path` for a sentence: never a secret, never long."""
        value, depth = reach(self.tree, path)
        if depth < len(path):
            return "-"
        if self.shape.is_secret(path) or self.shape.at(path) is None:
            return HIDDEN  # a key that nobody knows may be a misspelt password
        if isinstance(value, Mapping):
            return "{…}"
        if isinstance(value, list) and any(isinstance(below, (Mapping, list)) for below in value):
            return "[…]"
        return self.scrubbed(_shortened(toml_value(value)))

    def scrubbed(self, text: str) -> str:
        """Return `text` without any secret in it."""
        for secret in sorted((secret for secret in self.hidden if secret), key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        return text

    def problem(self, code: str, path: Path, **facts: object) -> ConfigError:
        """Return the sentence `code` about the value at `path`."""
        given = {name: self.scrubbed(str(fact)) for name, fact in facts.items()}
        standard = {"where": self.where(path), "path": self.name(path), "value": self.value(path)}
        return ConfigError(code, (), **(standard | given))


def named(tree: Mapping[str, Any], path: Path) -> Path:
    """Given a path into the tree, return it with the entry of `[[pairs]]` named by its id instead of its position."""
    if path[:1] == ("pairs",) and len(path) > 1 and isinstance(path[1], int):
        identifier, depth = reach(tree, (*path[:2], "id"))
        if depth == len(("pairs", 0, "id")) and isinstance(identifier, str):
            return ("pairs", identifier, *path[2:])
    return path


def nearest(word: str, words: tuple[str, ...]) -> str | None:
    """Return the word most like `word`, None if none is close."""
    found = process.extractOne(word.lower(), words, scorer=fuzz.ratio, processor=str.lower, score_cutoff=_NEAR)
    return found[0] if found else None


def translated(complaints: Iterable[tuple[Path, ErrorDetails]], place: Place) -> dict[Path, ConfigError]:
    """Given pydantic's findings, each with the path it starts from, return one sentence for each path."""
    grouped: dict[Path, list[ErrorDetails]] = {}
    for prefix, error in complaints:
        grouped.setdefault(_path(error, prefix, place), []).append(error)
    return {path: _sentence(errors, path, place) for path, errors in grouped.items()}


def _sentence(errors: Sequence[ErrorDetails], path: Path, place: Place) -> ConfigError:
    """Return our sentence for what pydantic says of one value: several findings are the members of a union."""
    error = errors[0]
    kind, context = error["type"], error.get("ctx", {})
    cause = context.get("error")
    code = getattr(cause, "code", None)
    if kind == "extra_forbidden":
        return unknown_key(path, place)
    if isinstance(code, str):
        return place.problem(code, path, **getattr(cause, "facts", {}))
    if _CODES.get(kind) == "BR-1018" and place.shape.keys((*path, 0)):
        return place.problem("BR-1035", path)
    marks = [_ALTERNATIVES.get(_CODES.get(each["type"], ""), "") or _choices(each) for each in errors]
    if len(errors) > 1 and all(marks):
        return place.problem("BR-1013", path, allowed=" | ".join(dict.fromkeys(marks)))
    facts: dict[str, object] = {}
    match kind:
        case "missing":
            facts = {"key": toml_key(path[-1])}
        case "literal_error":
            facts = {"allowed": _choices(error)}
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal":
            facts = {"allowed": " ".join(f"{_BOUNDS[name]} {bound}" for name, bound in context.items())}
        case "string_pattern_mismatch":
            facts = {"allowed": context["pattern"]}
    if kind not in _CODES:
        facts = {"detail": str(cause or error["msg"])}
    return place.problem(_CODES.get(kind, "BR-1029"), path, **facts)


def _choices(error: ErrorDetails) -> str:
    """Return the words a choice allows, '' if the finding is about something else."""
    expected = str(error.get("ctx", {}).get("expected", ""))
    return " | ".join(re.findall(r"'([^']*)'", expected)) or expected


def unknown_key(path: Path, place: Place) -> ConfigError:
    """Return the sentence about a key that nothing reads; its value is not shown."""
    way, depth = reach(place.tree, (*path[:-1], "via"))
    keys = place.shape.keys(path[:-1], way if depth == len(path) else None)
    near = nearest(str(path[-1]), keys)
    if near is not None:
        return place.problem("BR-1010", path, nearest=near)
    return place.problem("BR-1011", path, allowed=", ".join(keys) or "-")


def not_numbers(tree: Mapping[str, Any], place: Place) -> list[ConfigError]:
    """Return a problem for each true or false where a number is asked for; Python would take it as 1 or 0."""
    return [
        place.problem("BR-1016", path)
        for path, value in leaves(tree)
        if isinstance(value, bool) and place.shape.is_number(path)
    ]


def _path(error: ErrorDetails, prefix: Path, place: Place) -> Path:
    """Return where the error is, without pydantic's own marks for the members of a union."""
    path = prefix
    for part in error["loc"]:
        if part != "[key]" and part not in place.shape.marks(path):
            path = (*path, part)
    _, depth = reach(place.tree, path)
    return path[: depth + 1] if error["type"] == "missing" else path[:depth] or path[:1]


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
