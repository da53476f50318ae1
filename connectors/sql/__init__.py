"""Any SQL database, read by a SELECT of the admin's own."""

from bridge.ports import Clock, Source
from config.base import SourceSettings
from connectors.connector import Connector
from connectors.holds import open_hold_table
from connectors.sql.config import SqlSettings
from connectors.sql.scripts import grants, revoke, show_sql
from connectors.sql.source import SqlSource


def _open(source: str, settings: SourceSettings, clock: Clock) -> Source:
    assert isinstance(settings, SqlSettings)  # noqa: S101 - the registry pairs kind and settings
    return SqlSource(source, settings, clock)


CONNECTOR = Connector(
    kind="sql",
    settings=SqlSettings,
    source=_open,
    target=open_hold_table,
    show_sql=show_sql,
    grants=grants,
    revoke=revoke,
)
