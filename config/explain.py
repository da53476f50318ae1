"""Showing a configuration: every value with its origin, and what changed between two."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import SecretStr

from bridge import language
from config.loader import Loaded
from config.models.settings import Settings
from config.shape import Path, leaves
from config.toml_text import dotted, toml_value

_NAMED_TABLES: Final = frozenset({"sources", "pairs", "people"})


@dataclass(frozen=True)
class Row:
    """One value: its dotted key, itself as TOML (a secret as ******; empty = not set), and where it came from."""

    key: str
    value: str
    origin: str


def show(loaded: Loaded) -> list[Row]:
    """Given a configuration, return every value in the order of the models, defaults included."""
    return [
        Row(name, "" if value is None else toml_value(value), loaded.origin.get(name, "default"))
        for name, value in ((dotted(path), value) for path, value in _named_leaves(loaded.settings))
    ]


def differences(old: Settings, new: Settings, lang: str = "zh") -> list[str]:
    """Given two configurations, return one sentence in `lang` for each changed value.

    A source, pair or person that came or went is one sentence. Secrets are compared but never shown.
    """
    before, after = dict(_named_leaves(old)), dict(_named_leaves(new))
    came, went = _entries(after) - _entries(before), _entries(before) - _entries(after)
    sentences = [language.text(lang, "config.diff.added", key=dotted(entry)) for entry in sorted(came)]
    sentences += [language.text(lang, "config.diff.removed", key=dotted(entry)) for entry in sorted(went)]
    for path in dict.fromkeys((*before, *after)):
        if path[:2] not in came | went and before.get(path) != after.get(path):
            sentences.append(_sentence(lang, path, before.get(path), after.get(path)))
    return sentences


def _sentence(lang: str, path: Path, old: Any, new: Any) -> str:
    if isinstance(old, SecretStr) and isinstance(new, SecretStr):
        return language.text(lang, "config.diff.secret", key=dotted(path))
    unset = language.text(lang, "config.diff.unset")
    shown = [unset if value is None else toml_value(value) for value in (old, new)]
    return language.text(lang, "config.diff.changed", key=dotted(path), old=shown[0], new=shown[1])


def _entries(values: Iterable[Path]) -> set[tuple[str, str]]:
    return {(str(path[0]), str(path[1])) for path in values if path[0] in _NAMED_TABLES and len(path) > 1}


def _named_leaves(settings: Settings) -> Iterable[tuple[Path, Any]]:
    """Yield every value; a pair's path holds its id, so that a new pair above it changes nothing."""
    ids: Mapping[int, str] = {position: pair.id for position, pair in enumerate(settings.pairs)}
    for path, value in leaves(settings):
        if path[0] == "pairs" and len(path) > 1 and isinstance(path[1], int):
            yield ("pairs", ids[path[1]], *path[2:]), value
        else:
            yield path, value
