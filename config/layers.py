"""The layers of the configuration: the file, and above it the environment (`STOCKBRIDGE__PLANT__MODE=alert`)."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, Field, create_model
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsError

from bridge.domain.errors import ConfigError
from config.base import SourceSettings
from config.models.settings import Settings

PREFIX: Final = "STOCKBRIDGE__"
_PLACE: Final = re.compile(r"\s*\(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)")


@dataclass(frozen=True)
class FileLayer:
    """What stands in the file: the bytes as they are, the text, and the values; floats are exact decimals."""

    content: bytes
    text: str
    tree: dict[str, Any]


def read_file(path: Path) -> FileLayer:
    """Given the path of a bridge.toml, return what stands in it.

    Raise ConfigError if it is missing, unreadable, no UTF-8 or no TOML (with line and column).
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError as cause:
        raise ConfigError("BR-1002", file=path) from cause
    except OSError as cause:
        raise ConfigError("BR-1004", file=path, detail=cause.strerror or type(cause).__name__) from cause
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        line = content[: cause.start].count(b"\n") + 1
        raise ConfigError("BR-1005", file=path, line=line) from cause
    try:
        return FileLayer(content, text, tomllib.loads(text, parse_float=_exact))
    except tomllib.TOMLDecodeError as cause:
        place = _PLACE.search(str(cause))
        known = place and place["line"]
        row, column = (place["line"], place["column"]) if place and known else (text.count("\n") + 1, 1)
        raise ConfigError("BR-1003", file=path, line=row, column=column, detail=_PLACE.sub("", str(cause))) from cause


def _exact(text: str) -> Decimal:
    return Decimal(text.replace("_", ""))


class _Environment(EnvSettingsSource):
    """pydantic-settings' own reading of the environment, from a mapping that is passed in."""

    def __init__(self, model: type[BaseSettings], environ: Mapping[str, str]) -> None:
        self._environ = environ
        super().__init__(model, case_sensitive=False, env_prefix=PREFIX.lower(), env_nested_delimiter="__")

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return {name.lower(): value for name, value in self._environ.items()}


def read_environment(
    environ: Mapping[str, str], file: Mapping[str, Any], sources: Mapping[str, type[SourceSettings]]
) -> tuple[dict[str, Any], tuple[ConfigError, ...]]:
    """Given the environment, the file's values and each source's settings class, return what the environment sets.

    Keys are spelled as in the file. The second part is what is wrong with the variables.
    """
    unknown = tuple(_unknown(environ))
    try:
        tree = _Environment(_model(sources), environ)()
    except SettingsError as cause:
        return {}, (*unknown, ConfigError("BR-1006", detail=str(cause).partition(" from source")[0]))
    return _aligned(tree, file), unknown


def _model(sources: Mapping[str, type[SourceSettings]]) -> type[BaseSettings]:
    """Return Settings as pydantic-settings wants it, with the kinds of this file's sources in place."""
    table: type[BaseModel] = create_model(
        "Sources",
        **{f"source_{n}": (kind, Field(alias=name)) for n, (name, kind) in enumerate(sources.items())},  # type: ignore[call-overload]
    )
    fields: dict[str, Any] = {name: (info.annotation, None) for name, info in Settings.model_fields.items()}
    return create_model("Environment", __base__=BaseSettings, **(fields | {"sources": (table, None)}))


def _unknown(environ: Mapping[str, str]) -> Iterable[ConfigError]:
    tables = sorted(Settings.model_fields)
    for name in sorted(environ):
        if name.upper().startswith(PREFIX) and name[len(PREFIX) :].partition("__")[0].lower() not in tables:
            yield ConfigError("BR-1007", name=name, allowed=", ".join(tables))


def _aligned(tree: Mapping[str, Any], file: Any) -> dict[str, Any]:
    """Give keys that differ from the file's only by case its spelling; the environment has no case on Windows."""
    spelled = {str(key).lower(): key for key in file} if isinstance(file, Mapping) else {}
    found: dict[str, Any] = {}
    for key, value in tree.items():
        name = spelled.get(key, key)
        below = file.get(name) if isinstance(file, Mapping) else None
        found[name] = _aligned(value, below) if isinstance(value, Mapping) else value
    return found


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return `below` with the values of `above` laid over it, table by table; lists are replaced whole."""
    found = dict(below)
    for key, value in above.items():
        standing = found.get(key)
        both = isinstance(standing, Mapping) and isinstance(value, Mapping)
        found[key] = merged(standing, value) if both else value  # type: ignore[arg-type]
    return found
