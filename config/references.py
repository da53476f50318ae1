"""Secrets in bridge.toml are references: `secret:NAME`, `env:NAME`, `file:PATH`. Here they become values."""

import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

from bridge.domain.errors import ConfigError
from config.secrets import SecretBox
from config.shape import Path as Key
from config.shape import Shape, leaves, reach

_SCHEMES: Final = ("secret:", "env:", "file:")
_LARGEST: Final = 65536
_PASSWORD: Final = re.compile(r"://[^/@:]*:[^/@]+@|\bpwd(?:=|%3d)", re.IGNORECASE)
"""How a database address carries a password: `user:password@host`, or ODBC's PWD=."""


def is_reference(text: str) -> bool:
    """Return whether `text` refers to a secret instead of being one."""
    return text.startswith(_SCHEMES)


def resolve(reference: str, *, folder: Path, environ: Mapping[str, str], secrets: SecretBox) -> str:
    """Given a reference, return the secret. A file's path is relative to `folder`; its last line break is dropped.

    Raise ConfigError if the store has no such name, the variable is not set, or the file cannot be read or is empty.
    """
    scheme, _, name = reference.partition(":")
    match scheme:
        case "secret":
            return secrets.get(name).get_secret_value()
        case "env":
            if not environ.get(name):
                raise ConfigError("BR-1069", name=name)
            return environ[name]
        case "file":
            return _from_file(folder / name)
        case _:
            raise ValueError("no reference")


def _from_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST).decode("utf-8-sig").rstrip("\r\n")
    except OSError as cause:
        raise ConfigError("BR-1070", file=path, detail=cause.strerror or type(cause).__name__) from cause
    except UnicodeDecodeError as cause:
        raise ConfigError("BR-1070", file=path, detail="not UTF-8") from cause
    if not text:
        raise ConfigError("BR-1070", file=path, detail="empty")
    return text


@dataclass
class Resolved:
    """The tree with secrets in place, what went wrong with them, and every text that must never be shown.

    `problems` are (key, reference, why), without reference and why where a secret stands in plain text; `exposed` are
    addresses in the file that carry a password.
    """

    tree: dict[str, Any]
    problems: list[tuple[Key, str, ConfigError | None]] = field(default_factory=list)
    exposed: list[Key] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)


def resolve_all(
    tree: Mapping[str, Any], shape: Shape, look_up: Callable[[str], str] | None, *, from_file: Callable[[Key], bool]
) -> Resolved:
    """Given the merged tree, put the secrets in. `look_up` resolves one reference (None = they stay references).

    A password that stands in the file in plain text is a problem; an address (a key that ends in `url`) may, and so may
    whatever the environment sets.
    """
    found = Resolved(copy.deepcopy(dict(tree)))
    for path, value in list(leaves(tree)):
        if not shape.is_secret(path) or not isinstance(value, str):
            continue
        if not is_reference(value):
            found.hidden.add(value)
            if from_file(path) and not str(path[-1]).endswith("url"):
                found.problems.append((path, "", None))
            elif from_file(path) and _PASSWORD.search(value):
                found.exposed.append(path)
        elif look_up is not None:
            try:
                secret = look_up(value)
            except ConfigError as problem:
                found.problems.append((path, value, problem))
                continue
            found.hidden.update((secret, secret.strip()))
            _put(found.tree, path, SecretStr(secret))  # a bare text would lose blanks at its ends
    return found


def _put(tree: dict[str, Any], path: Key, value: SecretStr) -> None:
    parent, _ = reach(tree, path[:-1])
    parent[path[-1]] = value
