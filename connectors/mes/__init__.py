"""A home-made MES, read by requests that return JSON lists (reference/mes-and-chat.md 1)."""

from connectors.connector import Connector
from connectors.json_api import open_source
from connectors.mes.config import MesSettings
from connectors.mes.script import show_all_requests
from connectors.mes.target import open_target

CONNECTOR = Connector(
    kind="mes", settings=MesSettings, source=open_source, target=open_target, show_sql=show_all_requests
)
