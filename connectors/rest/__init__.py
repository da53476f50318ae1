"""Any system that lists what it has as JSON over HTTP, by configuration alone (reference/mes-and-chat.md 5)."""

from connectors.connector import Connector
from connectors.json_api import open_source, show_requests
from connectors.rest.config import RestSettings

CONNECTOR = Connector(
    kind="rest",
    aliases=("low_code", "crm", "qms"),
    settings=RestSettings,
    source=open_source,
    show_sql=show_requests,
)
