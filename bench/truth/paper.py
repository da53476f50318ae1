"""What happens on the floor (papers), and what a clerk does about it in a system (bookings and steps)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from bench.truth.masters import Item


@dataclass(frozen=True)
class Family:
    """A document family: K/3's FTranType and U8's cVouchType, number prefixes, sign on stock, and its names."""

    key: str
    k3: int
    u8: str
    k3_prefix: str
    u8_prefix: str
    k3_name: str
    u8_name: str
    sign: int


FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        family.key: family
        for family in (
            Family("purchase_receipt", 1, "01", "WIN", "CGRK", "外购入库", "采购入库", 1),
            Family("product_receipt", 2, "10", "CIN", "CPRK", "产品入库", "产成品入库", 1),
            Family("other_receipt", 10, "08", "QIN", "QTRK", "其他入库", "其他入库", 1),
            Family("sales_issue", 21, "32", "XOUT", "XSCK", "销售出库", "销售出库", -1),
            Family("material_issue", 24, "11", "SOUT", "CLCK", "生产领料", "材料出库", -1),
            Family("other_issue", 29, "09", "QOUT", "QTCK", "其他出库", "其他出库", -1),
            Family("transfer", 41, "12", "CHG", "DBD", "调拨单", "调拨单", 0),
        )
    }
)


class Line(NamedTuple):
    """One line: places index masters.PLACES; `boxed` = typed in boxes; `alias` = U8 uses the second code."""

    item: Item
    place: int
    quantity: Decimal
    batch: str = ""
    to: int = -1
    boxed: bool = False
    alias: bool = False


@dataclass(frozen=True)
class Paper:
    """A document as it happened, with the reference that both clerks copy from it."""

    family: Family
    lines: tuple[Line, ...]
    at: datetime
    reference: str
    red: bool = False

    def effect(self, line: Line) -> Decimal:
        """Return what a line does to the stock at its place (a transfer: at its source)."""
        sign = self.family.sign or -1
        return line.quantity * (-sign if self.red else sign)


@dataclass
class Booking:
    """A document as one system gets it. `since` = when the paper happened, `handle` = what the stand-in returned."""

    system: str
    family: Family
    number: str
    lines: tuple[Line, ...]
    on: date
    reference: str
    maker: str
    red: bool = False
    back_flushed: bool = False
    business: str | None = None
    since: datetime | None = None
    handle: Any = None
    children: tuple[Any, ...] = field(default=())

    @property
    def name(self) -> tuple[str, str, str]:
        """Return (system, type, number) as the truth sheet cites it."""
        return (self.system, self.family.k3_name if self.system == "k3" else self.family.u8_name, self.number)


class Step(NamedTuple):
    """One act in one system at one time; `order` keeps acts of the same second in the order they were planned."""

    at: datetime
    order: int
    system: str
    verb: str
    booking: Booking | None
    extra: Any = None


@dataclass(frozen=True)
class Deviation:
    """What a clerk does wrong: other lines, other colour, nothing at all, twice, never audited, another date."""

    lines: tuple[Line, ...] = ()
    skip: bool = False
    turn: bool = False
    twice: bool = False
    unaudited: bool = False
    on: date | None = None
    back_flushed: bool = False


RIGHT = Deviation()
