"""docs/configuration.md, written from the models' own descriptions."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from config.base import SourceSettings, Table, hold_tables
from config.models.settings import Settings
from config.shape import fields_of, parts_of
from config.toml_text import dotted, toml_value
from config.unused import why_unused

_HEAD: Final = """# bridge.toml, every key

This page is generated from the models by `python -m config.generate`; a test keeps it current.

One file configures one plant. Only `[sources.…]` and `[[pairs]]` are required; everything else has the default shown.
Unknown keys are errors. `stockbridge config check` lists every problem at once, `stockbridge config show` tells where
each value comes from.

- **Lengths of time**: a number and `s`, `m`, `h`, `d`, `w` or `y`: `30m`, `8h`, `2d`. A rhythm may say `every 30m`.
- **Secrets** are references: `secret:NAME` (the encrypted store, `stockbridge secrets set NAME`), `env:NAME`,
  `file:PATH`. A plain password is refused. Keys that end in `url` may also hold the address itself.
- **Environment**: `STOCKBRIDGE__PLANT__MODE=alert` overrides `[plant] mode`; lists and tables are JSON.
- **Paths** are relative to the folder of bridge.toml.
"""
_ID: Final = "ID"
"""Stands in a heading for the name that the file gives a source or a person."""
_WORDS: Final = {
    "str": "text",
    "int": "whole number",
    "float": "number",
    "Decimal": "number",
    "bool": "true/false",
    "Path": "path",
    "SecretStr": "secret",
}


def reference_markdown(kinds: Mapping[str, type[SourceSettings]]) -> str:
    """Given the settings class of each kind of source, return the reference page in English."""
    sections = [_HEAD, *_section(("",), Settings, heading=None)]
    for key, info in fields_of(Settings).items():
        if key == "sources":
            sections += _section(("sources", _ID), SourceSettings, heading=None)
            for kind, model in _distinct(kinds):
                sections += _section(("sources", _ID), model, f"kind = {kind}", known=SourceSettings)
            for table, takers in _holds(kinds).items():
                way = f'via = "{table.model_fields["via"].default}" ({", ".join(takers)})'
                sections += _section(("sources", _ID, "hold"), table, way)
        else:
            for part in _tables(info.annotation):
                path = (key, _ID) if get_origin(info.annotation) is dict else (key,)
                sections += _section(path, part, heading=None, repeated=_is_list(info.annotation))
    return "\n".join(sections)


def _distinct(kinds: Mapping[str, type[SourceSettings]]) -> Iterator[tuple[str, type[SourceSettings]]]:
    """Yield each settings class once, under its first name followed by its aliases."""
    names: dict[type[SourceSettings], list[str]] = {}
    for kind, model in kinds.items():
        names.setdefault(model, []).append(f'"{kind}"')
    for model, spelled in names.items():
        yield " or ".join(spelled), model


def _holds(kinds: Mapping[str, type[SourceSettings]]) -> dict[type[BaseModel], list[str]]:
    """Return each table that may stand in `[sources.ID.hold]`, with the kinds that take it."""
    takers: dict[type[BaseModel], list[str]] = {}
    for kind, model in _distinct(kinds):
        for table in hold_tables(model):
            takers.setdefault(table, []).append(kind.partition(" or ")[0].strip('"'))
    return takers


def _section(
    path: tuple[str, ...],
    model: type[BaseModel],
    heading: str | None,
    *,
    repeated: bool = False,
    known: type[BaseModel] = BaseModel,
) -> Iterator[str]:
    """Yield the heading, text and keys of one table, then of the tables inside it; without the keys of `known`."""
    if path == ("",):
        yield "## Top level\n"
        rows = {key: info for key, info in fields_of(model).items() if not _tables(info.annotation)}
        yield _keys(rows, ())
        return
    name = f"[[{'.'.join(path)}]]" if repeated else f"[{'.'.join(path)}]"
    yield f"## `{name}`{f' with {heading}' if heading else ''}\n"
    yield f"{_first_paragraph(model)}\n"
    own = {key: info for key, info in fields_of(model).items() if key not in fields_of(known)}
    yield _keys(own, path)
    siblings: dict[type[BaseModel], list[str]] = {}
    for key, info in own.items():
        for below in _tables(info.annotation):
            siblings.setdefault(below, []).append(key)
    for below, keys in siblings.items():  # tables of one shape, such as the ABC classes, are told once
        yield from _section((*path, "|".join(keys)), below, None, repeated=_is_list(own[keys[0]].annotation))


def _keys(fields: Mapping[str, FieldInfo], path: tuple[str, ...]) -> str:
    """Return the rows of the keys that stand in the table at `path`; those that nothing uses yet say so."""
    lines = ["| Key | Type | Default | Meaning |", "|---|---|---|---|"]
    for key, info in fields.items():
        why = why_unused((*(part for part in path if part != _ID), key))
        meaning = (info.description or "") + (f"; read, but nothing uses it yet: {why}" if why else "")
        cells = (f"`{dotted((key,))}`", _type_words(info.annotation), _default(info), meaning)
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(lines) + "\n"


def _tables(annotation: Any) -> list[type[BaseModel]]:
    """Return the tables a value of this type is or holds."""
    found: list[type[BaseModel]] = []
    for part in parts_of(annotation):
        if part is Table:  # what stands there depends on the kind of source
            continue
        if isinstance(part, type) and issubclass(part, BaseModel):
            found.append(part)
        elif get_origin(part) in (dict, tuple, list):
            found += [table for argument in get_args(part) if argument is not Ellipsis for table in _tables(argument)]
    return found


def _is_list(annotation: Any) -> bool:
    return any(get_origin(part) in (tuple, list) for part in parts_of(annotation))


def _type_words(annotation: Any) -> str:
    words: list[str] = []
    for part in parts_of(annotation):
        origin, arguments = get_origin(part), get_args(part)
        if origin is Literal:
            words += [f"`{choice}`" for choice in arguments]
        elif origin in (tuple, list):
            words.append(f"list of {_type_words(arguments[0])}")
        elif origin is dict:
            words.append(f"table of {_type_words(arguments[1])}")
        elif isinstance(part, type) and issubclass(part, BaseModel):
            words.append("table")
        else:
            words.append(_WORDS.get(getattr(part, "__name__", ""), "value"))
    return " or ".join(dict.fromkeys(words))


def _default(info: FieldInfo) -> str:
    if info.is_required():
        example = f", e.g. `{toml_value(info.examples[0])}`" if info.examples else ""
        return f"required{example}"
    value = info.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, BaseModel):
        return "see below"
    if value is None or value in ("", ()):
        return f"none, e.g. `{toml_value(info.examples[0])}`" if info.examples else "none"
    return f"`{toml_value(value)}`"


def _first_paragraph(model: type[BaseModel]) -> str:
    return " ".join((model.__doc__ or "").split("\n\n")[0].split())
