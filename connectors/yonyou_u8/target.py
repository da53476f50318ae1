"""Where holds of a U8 source take effect: the customer's hold table, or U8's frozen quantity."""

from sqlalchemy import Engine

from bridge.domain.errors import EffectRefused
from bridge.ports import Clock, HoldTarget
from config.base import SourceSettings
from connectors.database import open_engine
from connectors.holds import HoldTable, ViaHoldTable, Writer, hold_settings, login_of
from connectors.yonyou_u8.books import find_books
from connectors.yonyou_u8.config import YonyouU8Settings
from connectors.yonyou_u8.freeze_table import FREEZE
from connectors.yonyou_u8.frozen_quantity import FrozenQuantity


def open_target(target: str, settings: SourceSettings, clock: Clock) -> HoldTarget:
    """Given a U8 source with `[hold]`, return its target. Nothing is connected yet; each verb finds the year database.

    Raise EffectRefused if the source has no `[hold]`.
    """
    if settings.hold is None or not isinstance(settings, YonyouU8Settings):
        raise EffectRefused("BR-1608", target=target)
    hold = settings.hold

    def opened(writable: bool) -> Engine:
        books = find_books(target, settings, clock)
        return open_engine(hold_settings(books.settings, hold), source=target, writable=writable)

    login = login_of(hold_settings(settings, hold))
    if isinstance(hold, ViaHoldTable):
        return HoldTable(target, Writer(target, opened, hold.table, login), clock, hold.account_sets)
    writer = Writer(target, opened, FREEZE, login)
    return FrozenQuantity(target, settings, hold.account_sets, writer, clock)
