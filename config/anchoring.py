"""Paths in the tables of sources start at the folder of bridge.toml, wherever the program was started."""

from collections.abc import Mapping
from pathlib import Path, PureWindowsPath
from typing import Any, Final

from pydantic import SecretStr

from config.references import is_reference
from config.shape import Path as Key
from config.shape import Shape, leaves, parts_of, reach

_SQLITE: Final = ("sqlite:///", "sqlite+pysqlite:///")


def anchor(tree: dict[str, Any], shape: Shape, folder: Path) -> set[str]:
    """Make the relative paths of sources in `tree` absolute: values that the models want as a path, and SQLite files.

    SQLite files are texts like `sqlite:///k3.db` where the models want a secret (`url`, also that of `hold`); what was a
    secret stays one. Return the texts of such addresses as they read now: like those before, they are never shown.
    """
    hidden: set[str] = set()
    for key, value in list(leaves(tree)):
        if key[:1] != ("sources",):
            continue
        if Path in parts_of(shape.at(key)) and isinstance(value, str):
            _put(tree, key, _absolute(value, folder))
        elif shape.is_secret(key) and isinstance(value, str | SecretStr):
            text = value.get_secret_value() if isinstance(value, SecretStr) else value
            address = sqlite_address(text, folder)
            if address != text:
                hidden.add(address)
                _put(tree, key, SecretStr(address))
    return hidden


def sqlite_address(url: str, folder: Path) -> str:
    """Given a SQLAlchemy URL, return it with the path of a SQLite file made absolute; any other as it is."""
    scheme = next((scheme for scheme in _SQLITE if url.startswith(scheme)), None)
    if scheme is None or is_reference(url):
        return url
    file, mark, options = url.removeprefix(scheme).partition("?")
    if not file or file == ":memory:" or file.startswith("file:"):
        return url
    return f"{scheme}{_absolute(file, folder)}{mark}{options}"


def _absolute(text: str, folder: Path) -> str:
    """Return a path as seen from `folder`; one with a drive letter is absolute, whatever machine looks at it."""
    if not text.strip() or PureWindowsPath(text).drive:
        return text
    return str(folder / text.strip())


def _put(tree: Mapping[str, Any], key: Key, value: object) -> None:
    parent, _ = reach(tree, key[:-1])
    parent[key[-1]] = value
