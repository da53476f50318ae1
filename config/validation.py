"""From the merged tree to settings, or to every problem there is: of single values and between tables."""

import copy
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bridge.domain.errors import ConfigError
from config.base import SourceSettings
from config.checks import Declared, cross_check
from config.models.settings import Settings
from config.problems import Place, translated
from config.shape import Path as Key
from config.shape import Shape, reach

Complaints = list[tuple[Key, ErrorDetails]]


def validated(
    tree: Mapping[str, Any], place: Place, first: tuple[ConfigError, ...], kinds: Collection[str], path: Path
) -> Settings:
    """Given the merged tree, what was wrong before, and the kinds of sources there are, return the settings.

    Raise ConfigError BR-1001 with every problem, of each value the first one, in the order of the file.
    """
    settings, complaints = _build(tree, place.shape)
    strangers = {name for name, kind in source_kinds(tree).items() if not isinstance(kind, str) or kind not in kinds}
    # nobody knows the keys of a kind that nobody knows
    known = [it for it in complaints if not (it[0] and it[0][1] in strangers and it[1]["type"] == "extra_forbidden")]
    said = {problem.facts.get("path") for problem in first}
    found = {key: it for key, it in translated(known, place).items() if it.facts["path"] not in said}
    best = settings or _salvaged(tree, place.shape)
    crossed = [problem for key, problem in _crossings(best, tree, place, path) if not _touched(key, found)]
    problems = tuple(sorted((*first, *found.values(), *crossed), key=_line))
    if problems or settings is None:
        raise ConfigError("BR-1001", problems, file=path, count=len(problems))
    return settings


def source_kinds(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `kind` says in each table of `[sources]`, None where it says nothing."""
    tables = tree.get("sources")
    entries = tables.items() if isinstance(tables, Mapping) else ()
    return {name: table.get("kind") for name, table in entries if isinstance(table, Mapping)}


def _touched(key: Key, found: Iterable[Key]) -> bool:
    """Return whether something at, above or below `key` is wrong already: then what follows from it is not said too."""
    return any(other[: len(key)] == key[: len(other)] for other in found)


def _line(problem: ConfigError) -> tuple[bool, int]:
    """Order problems as they stand in the file, those of the environment last."""
    name, _, line = problem.facts.get("where", "environment").rpartition(":")
    return (not name, int(line) if name else 0)


def _build(tree: Mapping[str, Any], shape: Shape) -> tuple[Settings | None, Complaints]:
    """Validate each source by the class of its kind, then the whole. Return the settings, None if anything is wrong."""
    data = {"sources": {}, "pairs": ()} | dict(tree)
    complaints: Complaints = []
    tables = data["sources"]
    if isinstance(tables, Mapping):
        data["sources"] = good = {}
        for name, table in tables.items():
            try:
                good[name] = shape.sources.get(name, SourceSettings).model_validate(table)
            except ValidationError as refused:
                complaints += [(("sources", name), error) for error in refused.errors(include_url=False)]
    try:
        settings = Settings.model_validate(data)
    except ValidationError as refused:
        return None, complaints + [((), error) for error in refused.errors(include_url=False)]
    return (None if complaints else settings), complaints


def _salvaged(tree: Mapping[str, Any], shape: Shape) -> Settings:
    """Return what is left when every wrong value is taken out, so that the checks between tables can still speak."""
    left: Any = copy.deepcopy(dict(tree))
    while True:
        settings, complaints = _build(left, shape)
        if settings is not None:
            return settings
        prefix, error = complaints[0]
        key: Key = (*prefix, *(part for part in error["loc"] if part != "[key]"))
        _, depth = reach(left, key)
        # a missing key takes its whole table away, any other value only itself
        drop = key[: max(depth, 1)]
        parent, _ = reach(left, drop[:-1])
        del parent[drop[-1]]


def _crossings(
    settings: Settings, tree: Mapping[str, Any], place: Place, path: Path
) -> Iterator[tuple[Key, ConfigError]]:
    declared = Declared(_keys(tree.get("sources")), _keys(tree.get("people")), _pair_ids(tree), path.parent)
    for crossing in cross_check(settings, declared):
        key = _position(crossing.path, declared)
        yield key, place.problem(crossing.code, key, **crossing.facts)


def _keys(table: Any) -> tuple[str, ...]:
    return tuple(table) if isinstance(table, Mapping) else ()


def _pair_ids(tree: Mapping[str, Any]) -> tuple[tuple[int, str], ...]:
    pairs = tree.get("pairs")
    entries = enumerate(pairs) if isinstance(pairs, list) else ()
    return tuple((n, str(pair.get("id", "")).strip()) for n, pair in entries if isinstance(pair, Mapping))


def _position(key: Key, declared: Declared) -> Key:
    """Return the path with a pair's position instead of its id."""
    if key[:1] == ("pairs",) and len(key) > 1 and isinstance(key[1], str):
        return ("pairs", next(n for n, identifier in declared.pairs if identifier == key[1]), *key[2:])
    return key
