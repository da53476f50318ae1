"""What was planted: the answer sheet that the bridge never sees."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "missing": "D2",  # one side never enters the document
        "duplicate": "D3",  # one side enters it twice, same reference
        "times_ten": "D4",  # one side types ten times the quantity
        "digits_wrong": "D4",  # one side swaps two digits, or types another figure altogether
        "wrong_sign": "D5",  # one side enters a return as a delivery or the reverse
        "wrong_unit": "D6",  # one side takes pieces for boxes or boxes for pieces
        "wrong_item": "D7",  # one side books another item of the same warehouse
        "wrong_warehouse": "D8",  # one side books the item in another warehouse
        "wrong_batch": "D9",  # one side books another batch: only visible batch by batch
        "unaudited": "D1",  # one side saves and never audits
        "cross_period": "T2",  # U8 enters a document dated in a month K/3 has closed; K/3 cannot
        "tampered_balance": "S1",  # a balance row is changed with no document behind it
        "backflush_drift": "B1",  # K/3 back-flushes by the bill of material, U8 issues what was really used
        "physical_count": "P1",  # U8 posts a count's gain or loss; the books are not adjusted
    }
)
"""The 14 kinds of faults and the cause code of users.md 2.7 that is right for each."""


@dataclass(frozen=True)
class PlantedPosition:
    """Where a fault shows, in the plant's common codes. `remainder` = stock (U8) − book (K/3), a decimal string.

    `percent` = |remainder| against the physical stock there when it was planted; `value` = |remainder| × cost.
    """

    item: str
    warehouse: str
    batch: str
    remainder: str
    percent: str
    value: str


@dataclass(frozen=True)
class PlantedFault:
    """One fault. `grain` = "item" or "batch": the finest key a run must compare to see it.

    `planted_at` = when it happened on the floor, `visible_at` = when its full remainder stands in the balances.
    `documents` = (system, type name, number) of what makes it up; `steps` = (time, remainder so far) of a drift.
    `visible` is false when the systems' own switches keep it out of the balances (unaudited, but moved at save).
    """

    kind: str
    cause: str
    side: str
    planted_at: str
    visible_at: str
    positions: tuple[PlantedPosition, ...]
    documents: tuple[tuple[str, str, str], ...] = ()
    reference: str = ""
    grain: str = "item"
    visible: bool = True
    detail: str = ""
    steps: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class PlantedAlias:
    """One material under two U8 codes, of which only `code` is mapped. `related` = the names resemble each other."""

    item: str
    code: str
    alias: str
    name: str
    alias_name: str
    related: bool


@dataclass
class Truth:
    """The answer sheet of one simulated plant. `grace_minutes` is what its configuration should allow (see Profile)."""

    seed: int
    profile: str
    start: str
    end: str
    grace_minutes: int
    items: int
    movements: int
    clock_offsets_s: dict[str, float]
    k3_effect: str
    u8_at_audit: dict[str, bool]
    faults: list[PlantedFault] = field(default_factory=list)
    aliases: list[PlantedAlias] = field(default_factory=list)

    def write(self, path: Path) -> Path:
        """Write the sheet as JSON and return its path."""
        path.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1), encoding="utf-8")
        return path

    @classmethod
    def read(cls, path: Path) -> "Truth":
        """Return a sheet as written."""
        stated: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        stated["faults"] = [_fault(row) for row in stated["faults"]]
        stated["aliases"] = [PlantedAlias(**row) for row in stated["aliases"]]
        return cls(**stated)


def _fault(row: dict[str, Any]) -> PlantedFault:
    positions = tuple(PlantedPosition(**position) for position in row.pop("positions"))
    documents = tuple((system, kind, number) for system, kind, number in row.pop("documents"))
    steps = tuple((at, so_far) for at, so_far in row.pop("steps"))
    return PlantedFault(**row, positions=positions, documents=documents, steps=steps)


def at_text(at: datetime) -> str:
    """Return a time as the sheet states it: ISO with offset."""
    return at.isoformat(timespec="seconds")
