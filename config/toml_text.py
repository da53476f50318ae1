"""Values as bridge.toml spells them."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import PurePath
from typing import Any, Final

from pydantic import BaseModel, SecretStr

HIDDEN: Final = "******"
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


def toml_key(key: str | int) -> str:
    """Return a key as it stands in TOML, quoted where it must be."""
    return str(key) if _BARE.fullmatch(str(key)) else _quoted(str(key))


def toml_value(value: Any) -> str:  # noqa: PLR0911 - one line a type
    """Given a value of the settings, return it on one line of TOML; a secret as ******, None as an empty text."""
    match value:
        case None:
            return '""'
        case SecretStr():
            return _quoted(HIDDEN)
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value:f}"
        case int() | float():
            return str(value)
        case BaseModel():
            return toml_value(value.model_dump(by_alias=True, exclude_none=True))
        case Mapping():
            inside = ", ".join(f"{toml_key(key)} = {toml_value(below)}" for key, below in value.items())
            return f"{{ {inside} }}" if inside else "{}"
        case list() | tuple() | set() | frozenset():
            return f"[{', '.join(toml_value(below) for below in value)}]"
        case PurePath():
            return _quoted(value.as_posix())
        case _:
            return _quoted(str(value))


def dotted(path: tuple[str | int, ...]) -> str:
    """Return a path as people read it: `sources.k3.database`, `people."wang.fang".mail`."""
    return ".".join(toml_key(key) for key in path)


def _quoted(text: str) -> str:
    """JSON's escapes are TOML's, except that TOML wants DEL escaped too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
