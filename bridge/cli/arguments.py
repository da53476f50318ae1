"""The global options, which may stand before or after the verb: --config PATH, --now TIME, --lang zh|en."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bridge.domain.errors import ConfigError


@dataclass(frozen=True)
class Globals:
    """What the global options say. `now` None means the machine's time; `lang` '' means as configured."""

    config: Path = Path("bridge.toml")
    now: datetime | None = None
    lang: str = ""


def take_globals(arguments: Sequence[str]) -> tuple[Globals, list[str]]:
    """Given the command line, return the global options and everything else in its order.

    Raise ConfigError if a value is missing or no value of its kind. Nothing behind `--` is touched.
    """
    found = Globals()
    rest: list[str] = []
    words = list(arguments)
    while words:
        word = words.pop(0)
        name, equals, value = word.partition("=")
        if word == "--":
            return found, [*rest, word, *words]
        if name not in _READERS:
            rest.append(word)
            continue
        if not equals:
            if not words:
                raise ConfigError("BR-2051", option=name)
            value = words.pop(0)
        found = _READERS[name](found, value)
    return found, rest


def _config(found: Globals, value: str) -> Globals:
    return replace(found, config=Path(value))


def _now(found: Globals, value: str) -> Globals:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ConfigError("BR-2019", value=value)
    return replace(found, now=moment)


def _lang(found: Globals, value: str) -> Globals:
    if value not in {"zh", "en"}:
        raise ConfigError("BR-2052", value=value)
    return replace(found, lang=value)


_READERS = {"--config": _config, "--now": _now, "--lang": _lang}
