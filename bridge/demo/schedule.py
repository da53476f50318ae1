"""From what moves to who types it when: errands and planted mistakes entered into the day's agenda."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from bridge.demo.agenda import Agenda
from bridge.demo.beats import Beat, Slipped
from bridge.demo.clerks import audit_u8, to_k3, to_mes, to_u8
from bridge.demo.day import Errand
from bridge.demo.faults import Planting
from bridge.demo.lookalikes import Document, MesServer
from bridge.demo.plant import Plant

_AUDITED_AFTER: Final = timedelta(minutes=3)
_TYPED_AFTER: Final = timedelta(minutes=8)


def enter_errand(agenda: Agenda, plant: Plant, mes: MesServer, errand: Errand, typed: Counter[str]) -> None:
    """Enter an errand's documents; `typed` counts them per system as they are saved."""

    def save(at: datetime) -> Iterator[Beat]:
        to_mes(mes, errand.moved, at)
        document = to_u8(plant, errand.moved, at)
        typed["u8"] += 1
        if errand.audited_at is not None:
            agenda.add(errand.audited_at, partial(audit, document))
        yield from ()

    def audit(document: Document, at: datetime) -> Iterator[Beat]:
        audit_u8(plant, document, at)
        yield from ()

    def book(at: datetime) -> Iterator[Beat]:
        to_k3(plant, errand.moved, at)
        typed["k3"] += 1
        yield from ()

    agenda.add(errand.at, save)
    agenda.add(errand.booked_at, book)


def enter_planting(agenda: Agenda, planting: Planting, moved_at: datetime, typed: Counter[str]) -> None:
    """Enter a mistake: goods move and U8 is right, some minutes later K3 is wrong."""

    def move(at: datetime) -> Iterator[Beat]:
        planting.move(at)
        typed["u8"] += 1
        yield from ()

    def audit(at: datetime) -> Iterator[Beat]:
        planting.audit(at)
        yield from ()

    def mistype(at: datetime) -> Iterator[Beat]:
        planting.mistype(at)
        typed["k3"] += len(planting.bills)
        yield slipped(planting, at)

    agenda.add(moved_at, move)
    agenda.add(moved_at + _AUDITED_AFTER, audit)
    agenda.add(moved_at + _TYPED_AFTER, mistype)


def slipped(planting: Planting, at: datetime) -> Slipped:
    """Return what there is to tell of a mistake just made."""
    moved = planting.moved
    return Slipped(
        at=at,
        fault=planting.fault.name,
        item=moved.article.code,
        name=moved.article.name,
        unit=moved.article.unit,
        moved=moved.quantity,
        boxes=moved.boxes,
        paper=planting.paper,
        bills=tuple(planting.bills),
        differences=tuple((item, place, amount) for (item, place), amount in planting.fault.differences.items()),
    )
