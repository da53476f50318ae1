"""What parent and child say to each other."""

from dataclasses import dataclass, field
from typing import Literal

from bridge.ports import Clock
from config.base import SourceSettings
from connectors.connector import OpenSource

Verb = Literal["probe", "snapshot", "movements"]


@dataclass(frozen=True)
class Opening:
    """The first message: how to open the source. `opener` travels by its name, so it must stand in a module."""

    source: str
    opener: OpenSource
    settings: SourceSettings = field(repr=False)
    clock: Clock
    memory_mb: int


@dataclass(frozen=True)
class Call:
    """One verb of the source. `seconds` is the parent's deadline."""

    verb: Verb
    arguments: tuple[object, ...]
    seconds: float
