"""Carry a step out in the look-alikes, as the clerk of that system would at that moment."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bench.truth.masters import PLACES
from bench.truth.paper import Booking, Line, Step
from bridge.demo.lookalikes import BillLine, KingdeeBooks, StockLine, YonyouStock

NULL_BATCH_EVERY = 20
"""Every so many K/3 lines have a NULL batch instead of ''."""


@dataclass
class KingdeeClerk:
    """Finance: K/3 keeps dates only."""

    books: KingdeeBooks

    def act(self, step: Step) -> None:
        """Do one step."""
        booking = step.booking
        if step.verb == "tamper":
            line: Line = step.extra
            self.books.tamper(line.item.code, PLACES[line.place].k3, line.quantity, line.batch)
        elif step.verb == "close":
            self.books.close_period()
        elif booking is None:
            raise LookupError(step.verb)
        elif step.verb == "save":
            self._save(booking)
        elif step.verb == "audit":
            self.books.audit(booking.handle, "陈会计", step.at.date())
        elif step.verb == "edit":
            self.books.edit(booking.handle, self._lines(booking.lines, booking.number), reference=booking.reference)
        elif step.verb == "wrong":
            self._save(booking, step.extra)
        else:
            getattr(self.books, step.verb)(booking.handle)

    def _save(self, booking: Booking, lines: tuple[Line, ...] = ()) -> None:
        year, month = self.books.open_period()
        booking.handle = self.books.save_bill(
            booking.family.k3,
            self._lines(lines or booking.lines, booking.number),
            max(booking.on, booking.on.replace(year=year, month=month, day=1)),
            booking.maker,
            number=booking.number,
            reference=booking.reference,
            red=booking.red,
            back_flushed=booking.back_flushed,
            vmi=booking.business == "VMI",
        )

    @staticmethod
    def _lines(lines: tuple[Line, ...], number: str) -> list[BillLine]:
        null = number[-2:].isdigit() and int(number[-2:]) % NULL_BATCH_EVERY == 0
        return [
            BillLine(
                line.item.code,
                PLACES[line.place].k3,
                line.quantity / line.item.factor if line.boxed else line.quantity,
                batch=line.batch or (None if null else ""),
                to=PLACES[line.to].k3 if line.to >= 0 else "",
                unit="箱" if line.boxed else "",
                price=line.item.cost,
            )
            for line in lines
        ]


@dataclass
class YonyouClerk:
    """The warehouse: U8 stamps its own clock, which is `offset` ahead of the true time."""

    stock: YonyouStock
    offset: timedelta

    def act(self, step: Step) -> None:
        """Do one step."""
        at, booking = step.at + self.offset, step.booking
        if step.verb == "tamper":
            line: Line = step.extra
            self.stock.tamper(line.item.u8, PLACES[line.place].u8, line.quantity, line.batch)
        elif booking is None:
            raise LookupError(step.verb)
        elif step.verb in {"save", "wrong"}:
            self._save(booking, at, step.extra or booking.lines)
        elif step.verb == "count":
            self._count(booking, at)
        elif step.verb == "child":
            self.stock.audit(booking.children[step.extra], at, "库管员")
        elif booking.family.key == "transfer" and step.verb == "audit":
            booking.children = self.stock.audit_transfer(booking.handle, at, "库管员")
        elif step.verb == "audit":
            self.stock.audit(booking.handle, at, "库管员")
        elif step.verb == "unaudit":
            self.stock.unaudit(booking.handle, at)
        elif step.verb == "edit":
            self.stock.edit(booking.handle, self._lines(booking.lines), at)
        else:
            self.stock.delete(booking.handle)

    def _save(self, booking: Booking, at: datetime, lines: tuple[Line, ...]) -> None:
        first = lines[0]
        if booking.family.key == "transfer":
            source, target = PLACES[first.place].u8, PLACES[first.to].u8
            booking.handle = self.stock.save_transfer(
                self._lines(lines), source, target, at, booking.maker, on=booking.on, number=booking.number
            )
            return
        booking.handle = self.stock.save(
            booking.family.u8,
            self._lines(lines),
            PLACES[first.place].u8,
            at,
            booking.maker,
            reference=booking.reference,
            red=booking.red,
            business=booking.business,
            on=booking.on,
            number=booking.number,
        )

    def _count(self, booking: Booking, at: datetime) -> None:
        """Post a count whose finding lies `quantity` above (or below) whatever U8 has at this moment."""
        line = booking.lines[0]
        place = PLACES[line.place].u8
        found = self.stock.balance(line.item.u8, place, line.batch) + line.quantity
        counted = [StockLine(line.item.u8, found, line.batch)]
        count = self.stock.save_count(counted, place, at, booking.maker, number=booking.reference)
        booking.children = self.stock.audit_count(count, at, "库管员")
        booking.number = self.stock.number_of(booking.children[0])

    @staticmethod
    def _lines(lines: tuple[Line, ...]) -> list[StockLine]:
        return [
            StockLine(
                line.item.alias if line.alias else line.item.u8,
                line.quantity / line.item.factor if line.boxed else line.quantity,
                line.batch,
                unit=f"2{line.item.factor}2" if line.boxed else "",
                pieces=round(line.quantity / 12) if line.item.weighed else 0,
                price=line.item.cost,
            )
            for line in lines
        ]
