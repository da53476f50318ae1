"""Five mistakes that people make in K3, each as: what really moved, and what was typed instead (users.md 2.7)."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from bridge.demo.articles import CIRCUIT, COVER, FILM, FINISHED, FOIL, FRAME, RAW, SEMI
from bridge.demo.clerks import (
    ISSUE,
    PRODUCTION,
    PURCHASE,
    Movement,
    audit_u8,
    in_boxes,
    to_k3,
    to_mes,
    to_u8,
)
from bridge.demo.lookalikes import Document, MesServer
from bridge.demo.plant import Plant

Place = tuple[str, str]
"""Common item code and warehouse name."""
Typed = Callable[[Movement], tuple[Movement, ...]]


@dataclass(frozen=True)
class Fault:
    """One mistake. `clock` = when the goods move on the demo's day, `cause` its code, `corrected` = fixed the same day."""

    name: str
    cause: str
    clock: str
    moved: Movement
    typed: Typed
    corrected: bool = True

    @property
    def differences(self) -> dict[Place, Decimal]:
        """Return what it makes stock - book at each place, computed from what moved and what is typed."""
        found: dict[Place, Decimal] = {}
        for moved, sign in ((self.moved, 1), *((typed, -1) for typed in self.typed(self.moved))):
            place = (moved.article.code, moved.warehouse)
            effect = moved.quantity if moved.kind.incoming else -moved.quantity
            found[place] = found.get(place, Decimal(0)) + effect * sign
        return {place: difference for place, difference in found.items() if difference}


FAULTS: Final = (
    Fault(
        "duplicate",
        "D3",
        "08:12",
        Movement(PRODUCTION, FRAME, SEMI, Decimal(80), ""),
        lambda moved: (moved, moved),
    ),
    Fault("missing", "D2", "08:36", Movement(ISSUE, CIRCUIT, RAW, Decimal(1400), ""), lambda _: ()),
    Fault(
        "times_ten",
        "D4",
        "09:40",
        Movement(PURCHASE, FOIL, RAW, Decimal("12.65"), ""),
        lambda moved: (replace(moved, quantity=moved.quantity * 10),),
    ),
    Fault(
        "wrong_warehouse",
        "D8",
        "10:38",
        Movement(PRODUCTION, COVER, FINISHED, Decimal(120), ""),
        lambda moved: (replace(moved, warehouse=SEMI),),
    ),
    Fault(
        "unit",
        "D6",
        "13:08",
        Movement(PURCHASE, FILM, RAW, in_boxes(12), "", boxes=12),
        lambda moved: (replace(moved, quantity=Decimal(moved.boxes), boxes=0),),
        corrected=False,
    ),
)
BY_NAME: Final = {fault.name: fault for fault in FAULTS}


@dataclass
class Planting:
    """A fault at work in a plant. `bills` are the K3 numbers of what was typed, `paper` the U8 document's number."""

    fault: Fault
    plant: Plant
    mes: MesServer | None
    moved: Movement
    paper: str = ""
    bills: list[str] = field(default_factory=list)
    document: Document | None = None
    reviewed: bool = False

    @classmethod
    def of(cls, fault: Fault, plant: Plant, mes: MesServer | None, reference: str) -> "Planting":
        """Given a fault and the number after the paper's prefix, e.g. `1123-051`, prepare it; nothing is typed yet."""
        moved = replace(fault.moved, reference=f"{fault.moved.kind.paper}-{reference}")
        return cls(fault, plant, mes, moved)

    def move(self, at: datetime) -> None:
        """Let the goods move: the MES reports, U8 is typed rightly."""
        to_mes(self.mes, self.moved, at)
        self.document = to_u8(self.plant, self.moved, at)
        self.paper = self.plant.stock.number_of(self.document)

    def audit(self, at: datetime) -> None:
        """审核 the U8 document, where its kind needs it to count."""
        if self.document is not None and self.moved.kind.incoming:
            audit_u8(self.plant, self.document, at)

    def mistype(self, at: datetime) -> None:
        """Let finance make the mistake."""
        self.bills += [to_k3(self.plant, typed, at) for typed in self.fault.typed(self.moved)]

    def correct(self, at: datetime) -> None:
        """Put K3 right: red bills take back what should not stand, a normal bill enters what is lacking."""
        surplus = list(self.fault.typed(self.moved))
        if self.moved in surplus:
            surplus.remove(self.moved)
        else:
            to_k3(self.plant, self.moved, at, note="更正")
        for typed in surplus:
            to_k3(self.plant, typed, at, red=True, note="红字更正")

    @property
    def evidence(self) -> tuple[str, ...]:
        """Return the number of the document that the mistake is about: the last bill typed, else the lost paper's."""
        return tuple(self.bills[-1:]) or (self.paper,)
