"""Kingdee K/3 Cloud (金蝶云星空) through its WebAPI: snapshot, movements, holds as status conversions."""

from bridge.ports import Clock, Source
from config.base import SourceSettings
from connectors.connector import Connector
from connectors.kingdee_cloud.config import KingdeeCloudSettings
from connectors.kingdee_cloud.script import grants, revoke, show_queries
from connectors.kingdee_cloud.source import KingdeeCloud
from connectors.kingdee_cloud.target import open_target


def _open(source: str, settings: SourceSettings, clock: Clock) -> Source:
    assert isinstance(settings, KingdeeCloudSettings)  # noqa: S101 - the registry pairs kind and settings
    return KingdeeCloud(source, settings, clock)


CONNECTOR = Connector(
    kind="kingdee_cloud",
    settings=KingdeeCloudSettings,
    source=_open,
    target=open_target,
    aliases=("k3cloud",),
    show_sql=show_queries,
    grants=grants,
    revoke=revoke,
)
