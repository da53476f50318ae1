"""Yonyou U8+ (用友U8+) through its OpenAPI: snapshot, and holds as transfers into a quarantine warehouse."""

from bridge.ports import Clock, Source
from config.base import SourceSettings
from connectors.connector import Connector
from connectors.yonyou_u8_openapi.config import YonyouOpenApiSettings
from connectors.yonyou_u8_openapi.script import grants, revoke, show_requests
from connectors.yonyou_u8_openapi.source import YonyouOpenApi
from connectors.yonyou_u8_openapi.transfer import open_target


def _open(source: str, settings: SourceSettings, clock: Clock) -> Source:
    assert isinstance(settings, YonyouOpenApiSettings)  # noqa: S101 - the registry pairs kind and settings
    return YonyouOpenApi(source, settings, clock)


CONNECTOR = Connector(
    kind="yonyou_u8_openapi",
    settings=YonyouOpenApiSettings,
    source=_open,
    target=open_target,
    aliases=("u8_openapi",),
    show_sql=show_requests,
    grants=grants,
    revoke=revoke,
)
