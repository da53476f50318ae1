"""What a connector folder offers the bridge: its settings model and the functions that open it."""

from collections.abc import Callable
from dataclasses import dataclass

from bridge.ports import Clock, HoldTarget, Source
from config.base import SourceSettings

OpenSource = Callable[[str, SourceSettings, Clock], Source]
OpenTarget = Callable[[str, SourceSettings, Clock], HoldTarget]
Script = Callable[[str, SourceSettings], str]


@dataclass(frozen=True)
class Connector:
    """One kind of system. Functions take the source's id in bridge.toml, its settings and a clock.

    `target` opens the place for holds that `[sources.X.hold]` asks for (None = this kind takes no holds).
    `show_sql` returns the exact statements a snapshot sends; `grants` a least-privilege script for the DBA.
    """

    kind: str
    settings: type[SourceSettings]
    source: OpenSource
    target: OpenTarget | None = None
    aliases: tuple[str, ...] = ()
    show_sql: Script | None = None
    grants: Script | None = None
    revoke: Script | None = None
