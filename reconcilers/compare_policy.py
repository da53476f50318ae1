"""What is compared, and how: plain values, stored with each run so that it can be recomputed."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from bridge.domain.errors import ConfigError
from bridge.domain.snapshot import Snapshot
from reconcilers.grain import GRAIN
from reconcilers.maps import Maps
from reconcilers.thresholds import Thresholds

Role = Literal["book", "stock"]
Backend = Literal["pandas", "pyarrow", "polars"]


@dataclass(frozen=True)
class SideInput:
    """One admitted snapshot and the side it stands on. Several sources of a side add up."""

    role: Role
    source: str
    snapshot: Snapshot


@dataclass(frozen=True)
class ComparePolicy:
    """How a pair is compared. `as_of` is the plant's day, for the validity of map rows.

    `warehouses`, `warehouse_types`, `items` (common codes) and `categories` narrow the pair; empty = all.
    `abc_fallback` (class, share of stock value) ranks items that no card classifies; None = they stay unclassified.
    """

    thresholds: Thresholds
    as_of: date
    maps: Maps = field(default_factory=Maps)
    code_rules: tuple[str, ...] = ()
    grain: tuple[str, ...] = GRAIN
    warehouses: tuple[str, ...] = ()
    warehouse_types: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    abc_fallback: tuple[tuple[str, Decimal], ...] | None = None
    backend: Backend = "pandas"

    def check(self) -> None:
        """Raise ConfigError if the grain leaves out the item or names something unknown."""
        if "item" not in self.grain or not set(self.grain) <= set(GRAIN):
            raise ConfigError("BR-1918", grain=", ".join(self.grain), allowed=", ".join(GRAIN))
