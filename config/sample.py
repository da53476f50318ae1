"""The annotated sample bridge.toml: the sample plant's values, every other key with its default, Chinese comments."""

import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from config.models.settings import Settings
from config.sample_comments import COMMENTS, GROUPS
from config.sample_examples import EXAMPLES
from config.sample_plant import PAIRS, PEOPLE, SOURCES, TABLES
from config.shape import fields_of, parts_of
from config.toml_text import toml_key, toml_value
from config.unused import why_unused

ALL_KINDS: Final = frozenset({table["kind"] for table in SOURCES.values()} | {kind for kind, _ in EXAMPLES.values()})
"""The kinds the whole sample plant and the examples use."""
_COLUMN: Final = 40
_HEAD: Final = """# bridge.toml —— 示例工厂：K3 管账、U8 管仓、自研 MES 报工、Excel 记代管料
# 本文件由配置模型生成（python -m config.generate）；全部配置项见 docs/configuration.md
# 以 # 开头的配置项没有启用，去掉 # 即生效。改完运行 stockbridge config check"""
_UNUSED: Final = "（本版尚未使用）"
_OPEN_TABLES: Final = {"thresholds.abc", "thresholds.rule"}
"""Tables that stand under a header of their own instead of on one line."""


def sample_toml(kinds: Collection[str] = ALL_KINDS) -> str:
    """Given the kinds of sources there are, return the sample file; what needs another kind is left out.

    It loads as it stands once the secrets it names are set.
    """
    plant = _Plant.of(kinds)
    lines = [_HEAD]
    for key, info in fields_of(Settings).items():
        if key in GROUPS:
            lines += ["", f"# ---------- {GROUPS[key]} ----------"]
        lines += _written(key, info, plant)
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class _Plant:
    """The part of the sample plant whose sources can be read."""

    kinds: Collection[str]
    sources: Mapping[str, Mapping[str, Any]]
    pairs: Sequence[Mapping[str, Any]]

    @classmethod
    def of(cls, kinds: Collection[str]) -> "_Plant":
        sources = {name: table for name, table in SOURCES.items() if table["kind"] in kinds}
        whole = [pair for pair in PAIRS if {*pair["book"], *pair["stock"]} <= sources.keys()]
        pairs = [pair if set(pair.get("evidence", ())) <= sources.keys() else _alone(pair) for pair in whole]
        return cls(kinds, sources, pairs)


def _alone(pair: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in pair.items() if key != "evidence"}


def _written(key: str, info: FieldInfo, plant: _Plant) -> Iterator[str]:
    match key:
        case "schema_version":
            yield _line(key, info.default, key)
        case "sources":
            for name, table in plant.sources.items():
                yield from _table(f"sources.{name}", table)
            yield from _examples(plant)
        case "pairs":
            said: set[str] = set()
            for pair in plant.pairs:
                yield from ("", "[[pairs]]")
                yield from (_line(name, value, "" if name in said else f"pairs.{name}") for name, value in pair.items())
                said |= pair.keys()
        case "people":
            yield from ("", f"[people]{' ' * 4}# {COMMENTS['people']}")
            yield from (_line(toml_key(name), person, "") for name, person in PEOPLE.items())
        case _:
            model = next(part for part in parts_of(info.annotation) if issubclass(part, BaseModel))
            yield from _with_defaults(key, model, TABLES.get(key, {}))


def _examples(plant: _Plant) -> Iterator[str]:
    """Write the systems the plant does not have, as comments; only kinds that there are."""
    shown = {path: table for path, (kind, table) in EXAMPLES.items() if kind in plant.kinds}
    if shown:
        yield from ("", "# ---------- 其他系统的写法（例子，去掉 # 即生效） ----------")
    for path, table in shown.items():
        yield from (f"# {line}" if line else "" for line in _table(path, table))


def _table(path: str, table: Mapping[str, Any]) -> Iterator[str]:
    """Write a source: what it sets, and below it the table of its holds."""
    yield from ("", f"[{path}]")
    below = {name: value for name, value in table.items() if name == "hold"}
    yield from (_line(name, value, f"{path}.{name}") for name, value in table.items() if name not in below)
    for name, value in below.items():
        yield from _table(f"{path}.{name}", value)


def _with_defaults(path: str, model: type[BaseModel], values: Mapping[str, Any]) -> Iterator[str]:
    """Write a table with all its keys; one without value and default is shown as a comment."""
    yield from ("", f"[{path}]")
    fields = fields_of(model)
    for key, info in fields.items():
        name = f"{path}.{key}"
        if name in _OPEN_TABLES:
            continue
        value = values[key] if key in values else info.get_default(call_default_factory=True, validated_data={})
        if value is None or value in ("", ()):
            if info.examples:
                yield f"# {_line(key, info.examples[0], name)}"
        else:
            yield _line(key, value, name)
    for key in (key for key in fields if f"{path}.{key}" in _OPEN_TABLES and key in values):
        entries = values[key] if isinstance(values[key], list) else [values[key]]
        for entry in entries:
            yield from ("", f"[[{path}.{key}]]" if isinstance(values[key], list) else f"[{path}.{key}]")
            yield from (_line(name, value, f"{path}.{key}.{name}") for name, value in entry.items())


def _line(key: str, value: Any, comment: str) -> str:
    """Return `key = value`, with its comment in a column where there is room; Chinese characters are two wide."""
    text = f"{key} = {toml_value(value)}"
    said = COMMENTS.get(comment, "") + (_UNUSED if comment and why_unused(comment.split(".")) else "")
    width = sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
    return f"{text}{' ' * max(2, _COLUMN - width)}# {said}" if said else text
