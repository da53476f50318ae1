"""A workbook or CSV file that somebody keeps by hand (users.md 2.3, F26)."""

from bridge.ports import Clock, Source
from config.base import SourceSettings
from connectors.connector import Connector
from connectors.spreadsheet.config import SpreadsheetSettings
from connectors.spreadsheet.source import SpreadsheetSource


def _open(source: str, settings: SourceSettings, clock: Clock) -> Source:
    assert isinstance(settings, SpreadsheetSettings)  # noqa: S101 - the registry pairs kind and settings
    return SpreadsheetSource(source, settings, clock)


CONNECTOR = Connector(kind="spreadsheet", aliases=("excel",), settings=SpreadsheetSettings, source=_open)
