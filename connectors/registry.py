"""Which connectors there are: the built-in ones in a plain dict, third-party ones by entry point."""

from functools import cache
from importlib.metadata import entry_points

from connectors.connector import Connector
from connectors.jiandaoyun import CONNECTOR as JIANDAOYUN
from connectors.kingdee_cloud import CONNECTOR as KINGDEE_CLOUD
from connectors.kingdee_k3 import CONNECTOR as KINGDEE_K3
from connectors.mes import CONNECTOR as MES
from connectors.rest import CONNECTOR as REST
from connectors.spreadsheet import CONNECTOR as SPREADSHEET
from connectors.sql import CONNECTOR as SQL
from connectors.yonyou_u8 import CONNECTOR as YONYOU_U8
from connectors.yonyou_u8_openapi import CONNECTOR as YONYOU_U8_OPENAPI

BUILT_IN = (KINGDEE_K3, KINGDEE_CLOUD, YONYOU_U8, YONYOU_U8_OPENAPI, MES, REST, JIANDAOYUN, SPREADSHEET, SQL)
GROUP = "stockbridge.connectors"


@cache
def connectors() -> dict[str, Connector]:
    """Return every connector by its kind and by each alias. A third-party kind never replaces a built-in one."""
    found: dict[str, Connector] = {}
    third_party = tuple(entry.load() for entry in entry_points(group=GROUP))
    for connector in (*BUILT_IN, *third_party):
        for name in (connector.kind, *connector.aliases):
            found.setdefault(name, connector)
    return found
