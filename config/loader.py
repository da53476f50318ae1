"""From bridge.toml and the environment to settings, or to every problem at once."""

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.domain.errors import ConfigError
from config.anchoring import anchor
from config.base import SourceSettings
from config.findings import findings_of
from config.layers import PREFIX, merged, read_environment, read_file
from config.lines import line_index
from config.models.settings import Settings
from config.problems import Place, named, not_numbers
from config.references import Resolved, resolve, resolve_all
from config.secrets import Finding, SecretBox
from config.shape import Path as Key
from config.shape import Shape, leaves, reach
from config.toml_text import dotted
from config.validation import source_kinds, validated

Kinds = Mapping[str, type[SourceSettings]]


@dataclass(frozen=True)
class Loaded:
    """A configuration that holds. `origin` tells for each dotted key `bridge.toml:12`, `environment …` or `default`.

    `findings` are (code, facts) pairs that do not prevent work; their sentences stand under `findings.<code>`.
    """

    settings: Settings
    origin: Mapping[str, str]
    path: Path
    text_hash: str
    findings: tuple[Finding, ...] = ()

    def resolve(self, path: Path) -> Path:
        """Given a path of the file, return it as seen from the file's folder."""
        return self.path.parent / path

    @property
    def data_dir(self) -> Path:
        """Return the folder for all the bridge keeps."""
        return self.resolve(self.settings.plant.data_dir)


def load(
    path: Path,
    kinds: Kinds,
    environ: Mapping[str, str] = os.environ,
    secrets: SecretBox | None = None,
    *,
    resolve_secrets: bool = True,
) -> Loaded:
    """Given the path of a bridge.toml and the settings class of every kind of source, return the configuration.

    The environment overrides the file. `secrets` is the store for `secret:NAME` (default: the one in data_dir). With
    `resolve_secrets=False` references stay as they are, for looking at a file on another machine.
    Raise ConfigError BR-1002 to BR-1005 if the file cannot be read, BR-1001 with all problems if it is wrong.
    """
    file = read_file(path)
    shape = Shape(_classes(file.tree, environ, kinds))
    above, wrong = read_environment(environ, file.tree, shape.sources)
    variables = {key: _variable(key, environ) for key, _ in leaves(above) if key}
    tree = merged(file.tree, above)
    place = Place(path.name, line_index(file.text), tree, variables, shape)

    box = secrets or SecretBox.open(_data_dir(path, tree), environ)
    resolved = resolve_all(
        tree,
        shape,
        (lambda text: resolve(text, folder=path.parent, environ=environ, secrets=box)) if resolve_secrets else None,
        from_file=lambda key: key not in variables,
    )
    resolved.hidden |= anchor(resolved.tree, shape, path.parent.absolute())
    place = Place(path.name, place.lines, tree, variables, shape, frozenset(resolved.hidden))
    settings = validated(resolved.tree, place, (*wrong, *_first_problems(resolved, place, kinds)), kinds, path)
    origin = {
        dotted(named(tree, key)): place.where(key) if reach(tree, key)[1] == len(key) else "default"
        for key, _ in leaves(settings)
    }
    exposed = [("BR-1095", {"where": place.where(key), "path": place.name(key)}) for key in resolved.exposed]
    digest = hashlib.sha256(file.content).hexdigest()
    return Loaded(settings, origin, path, digest, (*box.findings(), *exposed, *findings_of(settings)))


def _classes(file: Mapping[str, Any], environ: Mapping[str, str], kinds: Kinds) -> dict[str, type[SourceSettings]]:
    """Return the settings class of each source that the file names; an unknown kind gets what all sources share."""
    upper = {name.upper(): value for name, value in environ.items()}
    found: dict[str, type[SourceSettings]] = {}
    for name, written in source_kinds(file).items():
        kind = upper.get(f"{PREFIX}SOURCES__{name.upper()}__KIND", written)
        found[name] = kinds.get(kind, SourceSettings) if isinstance(kind, str) else SourceSettings
    return found


def _variable(key: Key, environ: Mapping[str, str]) -> str:
    """Return the variable that set the value at `key`: its own, or one above it that holds JSON."""
    upper = {name.upper() for name in environ}
    names = [PREFIX + "__".join(str(part) for part in key[:length]).upper() for length in range(len(key), 0, -1)]
    return next((name for name in names if name in upper), names[0])


def _data_dir(path: Path, tree: Mapping[str, Any]) -> Path:
    folder, depth = reach(tree, ("plant", "data_dir"))
    default: Path = Settings.model_fields["plant"].default.data_dir
    found = folder if depth == len(("plant", "data_dir")) and isinstance(folder, str) else default
    return path.parent / found


def _first_problems(resolved: Resolved, place: Place, kinds: Kinds) -> Iterator[ConfigError]:
    """Yield what is wrong before any model was asked: secrets, kinds, true or false for a number."""
    for key, reference, problem in resolved.problems:
        if problem is None:
            yield place.problem("BR-1060", key)
        else:
            yield ConfigError("BR-1071", (problem,), where=place.where(key), path=place.name(key), reference=reference)
    for name, kind in source_kinds(place.tree).items():
        if isinstance(kind, str) and kind not in kinds:
            yield place.problem("BR-1030", ("sources", name, "kind"), allowed=", ".join(sorted(kinds)))
    yield from not_numbers(place.tree, place)
