"""简道云 (Jiandaoyun): forms of an app, read through its interface v5 (reference/mes-and-chat.md 5.1)."""

from bridge.ports import Clock, Source
from config.base import SourceSettings
from connectors.connector import Connector
from connectors.jiandaoyun.config import JiandaoyunSettings
from connectors.jiandaoyun.preset import reader_of
from connectors.jiandaoyun.source import JiandaoyunSource
from connectors.jiandaoyun.widgets import shown_form
from connectors.json_api.scripts import shown_list


def _open(source: str, settings: SourceSettings, clock: Clock) -> Source:
    assert isinstance(settings, JiandaoyunSettings)  # noqa: S101 - the registry pairs kind and settings
    return JiandaoyunSource(source, settings, clock)


def _show(_source: str, settings: SourceSettings) -> str:
    assert isinstance(settings, JiandaoyunSettings)  # noqa: S101 - the registry pairs kind and settings
    stock = reader_of(settings, settings.stock)
    lines = [shown_form("库存表单的字段", stock), shown_list("库存", stock, stock.snapshot)]
    if settings.movements is not None:
        moves = reader_of(settings, settings.movements)
        request = moves.movement_request or moves.snapshot
        lines += [shown_form("单据表单的字段", moves), shown_list("单据", moves, request)]
    return "".join(lines)


CONNECTOR = Connector(kind="jiandaoyun", settings=JiandaoyunSettings, source=_open, show_sql=_show)
