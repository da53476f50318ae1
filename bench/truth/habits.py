"""How a plant's people work, beside how late they are: what they copy, what lots they move, how often they slip."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType


@dataclass(frozen=True)
class Habits:
    """`lots` = usual (20 to 500) or few (10, 20, 50, 100: equal quantities all day).

    `blank` and `own` = share of finance's documents without the paper's reference, and with one of its own numbering.
    `split` = share of papers entered as two documents by system, `corrected` = of bookings first entered wrong.
    """

    lots: str = "usual"
    blank: float = 0.05
    own: float = 0.0
    split_k3: float = 0.03
    split_u8: float = 0.015
    corrected: float = 0.02

    def split(self, system: str) -> float:
        """Return the share of papers that a system's clerk enters as two documents."""
        return self.split_k3 if system == "k3" else self.split_u8


USUAL = Habits()
_CHANGES: Mapping[str, Mapping[str, object]] = MappingProxyType(
    {
        "usual": {},
        "few-lots": {"lots": "few"},
        "half-references": {"blank": 0.5},
        "no-references": {"blank": 1.0},
        "own-references": {"blank": 0.2, "own": 0.8},
        "slips": {"split_k3": 0.12, "split_u8": 0.08, "corrected": 0.10},
    }
)


def habits_of(name: str) -> Habits:
    """Given names joined by `+`, e.g. few-lots+slips, return the habits. Raise KeyError for a name nobody knows."""
    found = USUAL
    for part in name.split("+"):
        found = replace(found, **_CHANGES[part])  # type: ignore[arg-type]
    return found
