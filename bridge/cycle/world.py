"""What a round needs of the world, as one value that the composition root fills."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bridge.cycle.deliver import Carriers
from bridge.cycle.plan import PairPlan, SourcePlan
from bridge.cycle.tell import Letters
from bridge.ports import Clock, HoldTarget, Source
from bridge.store.store import Store


@dataclass(frozen=True)
class World:
    """Everything outside: the store, time, sources, targets, people and their mail. Callables open things when needed."""

    store: Store
    clock: Clock
    source: Callable[[str], Source]
    source_plan: Callable[[str], SourcePlan]
    pair_plan: Callable[[str], PairPlan]
    letters: Callable[[str], Letters]
    target: Callable[[str], HoldTarget]
    targets: tuple[str, ...]
    carriers: Carriers
    deadlines: Callable[[datetime], dict[str, datetime]]
    on_expire: str
    hold_ttl: timedelta
