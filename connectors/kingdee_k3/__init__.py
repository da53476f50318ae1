"""Kingdee (金蝶) K/3 WISE, read by SQL."""

from bridge.ports import Clock, Source
from config.base import SourceSettings
from connectors.connector import Connector
from connectors.holds import open_hold_table
from connectors.kingdee_k3.config import KingdeeK3Settings
from connectors.kingdee_k3.scripts import grants, revoke, show_sql
from connectors.kingdee_k3.source import KingdeeK3


def _open(source: str, settings: SourceSettings, clock: Clock) -> Source:
    assert isinstance(settings, KingdeeK3Settings)  # noqa: S101 - the registry pairs kind and settings
    return KingdeeK3(source, settings, clock)


CONNECTOR = Connector(
    kind="kingdee_k3",
    settings=KingdeeK3Settings,
    source=_open,
    target=open_hold_table,
    aliases=("k3",),
    show_sql=show_sql,
    grants=grants,
    revoke=revoke,
)
