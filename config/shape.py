"""What may stand where in bridge.toml, read off the models: keys, types, and which values are secret."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from config.base import SourceSettings
from config.models.settings import Settings

Path = tuple[str | int, ...]
"""Where a value stands: keys and, in lists, positions from 0."""
_SOURCE_DEPTH: Final = 2


def parts_of(annotation: Any) -> tuple[Any, ...]:
    """Given a type, return the types a value may have: members of a union, without None and annotations."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return parts_of(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return tuple(part for member in get_args(annotation) for part in parts_of(member) if part is not type(None))
    return (annotation,)


def fields_of(table: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the fields of a table by the key that stands in the file."""
    return {info.alias or name: info for name, info in table.model_fields.items()}


def _inside(annotation: Any, key: str | int) -> Any:
    """Return the type below `key`, None if there is none."""
    for part in parts_of(annotation):
        origin, arguments = get_origin(part), get_args(part)
        if isinstance(part, type) and issubclass(part, BaseModel):
            info = fields_of(part).get(str(key))
            if info is not None:
                return info.annotation
        elif origin is dict:
            return arguments[1]
        elif origin in (tuple, list) and isinstance(key, int):
            return arguments[0]
    return None


@dataclass(frozen=True)
class Shape:
    """The models of one file: Settings, and for each source the settings class of its kind."""

    sources: Mapping[str, type[SourceSettings]] = field(default_factory=dict)

    def at(self, path: Path) -> Any:
        """Return the type of the value at `path`, None if nothing may stand there."""
        annotation: Any = Settings
        for depth, key in enumerate(path, start=1):
            if depth == _SOURCE_DEPTH and path[0] == "sources":
                annotation = self.sources.get(str(key), SourceSettings)
            else:
                annotation = _inside(annotation, key)
        return annotation

    def keys(self, path: Path, way: object = None) -> tuple[str, ...]:
        """Return the keys that may stand in the table at `path`; of tables told apart by `via`, those of `way`."""
        told = self._ways(path)
        of_way = [table for table in told if way in told[table]]
        tables = of_way or list(told)[:1] or self._tables(path)
        return tuple(key for table in tables for key in fields_of(table))

    def marks(self, path: Path) -> frozenset[str]:
        """Return the words by which the tables at `path` are told apart; pydantic puts them in its paths."""
        return frozenset(word for words in self._ways(path).values() for word in words)

    def _tables(self, path: Path) -> list[type[BaseModel]]:
        return [part for part in parts_of(self.at(path)) if isinstance(part, type) and issubclass(part, BaseModel)]

    def _ways(self, path: Path) -> dict[type[BaseModel], tuple[str, ...]]:
        """Return the words for `via` by table, the default's table first; tables without `via` are left out."""
        stated = ((table, fields_of(table).get("via")) for table in self._tables(path))
        return {table: get_args(info.annotation) for table, info in stated if info is not None}

    def is_secret(self, path: Path) -> bool:
        """Return whether the value at `path` is never shown."""
        return SecretStr in parts_of(self.at(path))

    def is_number(self, path: Path) -> bool:
        """Return whether a number is asked for at `path` and true or false is not."""
        parts = parts_of(self.at(path))
        return bool not in parts and any(part.__name__ in {"int", "float", "Decimal"} for part in parts if _named(part))


def _named(part: Any) -> bool:
    return isinstance(part, type)


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Given parsed TOML or a model, yield every value that is no table, with its path."""
    if isinstance(value, BaseModel):
        for key, name in ((info.alias or name, name) for name, info in type(value).model_fields.items()):
            yield from leaves(getattr(value, name), (*path, key))
    elif isinstance(value, Mapping) and value:
        for key, below in value.items():
            yield from leaves(below, (*path, str(key)))
    elif isinstance(value, (list, tuple)) and any(isinstance(entry, (Mapping, BaseModel)) for entry in value):
        for position, below in enumerate(value):
            yield from leaves(below, (*path, position))
    else:
        yield path, value


def reach(tree: Any, path: Path) -> tuple[Any, int]:
    """Given parsed TOML, follow `path`. Return the deepest value found and how many steps led there."""
    for depth, key in enumerate(path):
        here = isinstance(tree, Mapping) and key in tree
        listed = isinstance(tree, (list, tuple)) and isinstance(key, int) and key < len(tree)
        if not here and not listed:
            return tree, depth
        tree = tree[key]
    return tree, len(path)
