"""One plant to be watched: what is told in it, how large it is, how it is read."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from bench.truth.habits import habits_of
from bench.truth.plant import Plant, build
from bridge.demo.lookalikes import SWITCHES

STORIES = ("clean", "faults", "batches", "aliases")
"""Nothing wrong · 14 faults by item and warehouse · 14 faults by batch as well · second codes that nobody mapped."""
FAULTS = 14
ALIASES = 50
ALL_AT_AUDIT = (1 << len(SWITCHES)) - 1


@dataclass(frozen=True)
class Trial:
    """A plant of `story`, read every `every_min` minutes of its working days. `boxes` are U8's five switches as bits."""

    story: str
    seed: int
    profile: str
    days: int
    items: int
    movements: int
    every_min: int
    k3_effect: str = "audit"
    boxes: int = ALL_AT_AUDIT
    old: bool = False
    habits: str = "usual"

    @property
    def key(self) -> str:
        """Return what tells this trial from all others."""
        return " ".join(f"{name}={value}" for name, value in asdict(self).items())

    @property
    def grain(self) -> tuple[str, ...]:
        """Return what the pair compares by."""
        return ("item", "warehouse", "batch") if self.story == "batches" else ("item", "warehouse")

    @property
    def every(self) -> timedelta:
        """Return the time between two runs."""
        return timedelta(minutes=self.every_min)

    @property
    def switches(self) -> Mapping[str, bool]:
        """Return U8's boxes by family."""
        return {kind: bool(self.boxes >> bit & 1) for bit, kind in enumerate(SWITCHES)}

    def plant(self, folder: Path) -> Plant:
        """Given a new folder, return the plant at its start."""
        return build(
            folder,
            self.seed,
            self.days,
            self.profile,
            FAULTS if self.story in {"faults", "batches"} else 0,
            clean=self.story == "clean",
            items=self.items,
            movements_per_day=self.movements,
            aliases=ALIASES if self.story == "aliases" else 0,
            k3_effect=self.k3_effect,
            u8_at_audit=self.switches,
            old=self.old,
            habits=habits_of(self.habits),
        )
