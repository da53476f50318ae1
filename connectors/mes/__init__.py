"""A home-made MES, read by GET requests that return JSON lists (reference/mes-and-chat.md 1)."""

from bridge.ports import Clock, Source
from config.base import SourceSettings
from connectors.connector import Connector
from connectors.mes.config import MesSettings
from connectors.mes.scripts import show_requests
from connectors.mes.source import MesSource


def _open(source: str, settings: SourceSettings, clock: Clock) -> Source:
    assert isinstance(settings, MesSettings)  # noqa: S101 - the registry pairs kind and settings
    return MesSource(source, settings, clock)


CONNECTOR = Connector(kind="mes", aliases=("rest",), settings=MesSettings, source=_open, show_sql=show_requests)
