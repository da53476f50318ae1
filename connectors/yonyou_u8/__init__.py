"""Yonyou U8 / U8+ (用友U8): snapshot, movements and holds by SQL."""

from connectors.connector import Connector
from connectors.yonyou_u8.config import YonyouU8Settings
from connectors.yonyou_u8.script import grants, revoke, show_sql
from connectors.yonyou_u8.source import open_source
from connectors.yonyou_u8.target import open_target

CONNECTOR = Connector(
    kind="yonyou_u8",
    settings=YonyouU8Settings,
    source=open_source,
    target=open_target,
    aliases=("u8",),
    show_sql=show_sql,
    grants=grants,
    revoke=revoke,
)
