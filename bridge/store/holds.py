"""The register of holds: what the bridge has blocked, or meant to, and where each stands."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from bridge.domain.episode import ENDED
from bridge.domain.hold import STANDING, Hold, HoldState
from bridge.store import canonical
from bridge.store.statements import upsert
from bridge.store.tables import episodes, holds

Found = list[Hold]  # the classes have a method named list


@dataclass(frozen=True)
class Holds:
    """The holds inside one transaction."""

    connection: Connection

    def save(self, hold: Hold) -> None:
        """Keep the hold, over its former self. Raise InvariantBroken if its reference stands twice in one target."""
        row = {
            "id": hold.id,
            "ref": hold.order.ref,
            "state": hold.state,
            "pair": hold.pair,
            "variance": hold.variance,
            "target": hold.target,
            "item": hold.item,
            "warehouse": hold.warehouse,
            "batch": hold.batch,
            "created_at": hold.created_at,
            "updated_at": hold.updated_at,
            "expires_at": hold.order.expires_at,
            "body": canonical.dump(hold),
        }
        upsert(self.connection, holds, row)

    def get(self, hold_id: str) -> Hold | None:
        """Return the hold with this id, None when there is none."""
        return next(iter(self._read(select(holds).where(holds.c.id == hold_id))), None)

    def by_ref(self, ref: str, target: str | None = None) -> Hold | None:
        """Return the youngest hold with this reference; a dispute held twice has one reference and two holds."""
        chosen = select(holds).where(holds.c.ref == ref).order_by(holds.c.created_at.desc(), holds.c.id.desc()).limit(1)
        return next(iter(self._read(chosen if target is None else chosen.where(holds.c.target == target))), None)

    def standing(self, target: str | None = None) -> Found:
        """Return every hold that may block something in the target (None: in any), oldest first."""
        chosen = select(holds).where(holds.c.state.in_(STANDING)).order_by(holds.c.created_at, holds.c.id)
        return self._read(chosen if target is None else chosen.where(holds.c.target == target))

    def concerning(self, pair: str) -> Found:
        """Return the pair's standing holds, and all there ever were of its open variances, youngest first."""
        is_open = select(episodes.c.id).where(episodes.c.pair == pair, episodes.c.state.not_in(ENDED))
        chosen = select(holds).order_by(holds.c.created_at.desc(), holds.c.id.desc()).where(holds.c.pair == pair)
        return self._read(chosen.where(holds.c.state.in_(STANDING) | holds.c.variance.in_(is_open)))

    def list(
        self,
        states: Collection[HoldState] | None = None,
        pair: str | None = None,
        variance: str | None = None,
        target: str | None = None,
        limit: int = 1000,
    ) -> Found:
        """Return the holds that fit, youngest first. None leaves a condition out."""
        chosen = select(holds).order_by(holds.c.created_at.desc(), holds.c.id.desc()).limit(limit)
        if states is not None:
            chosen = chosen.where(holds.c.state.in_(list(states)))
        for column, wanted in ((holds.c.pair, pair), (holds.c.variance, variance), (holds.c.target, target)):
            if wanted is not None:
                chosen = chosen.where(column == wanted)
        return self._read(chosen)

    def placed_since(self, at: datetime) -> int:
        """Return how many holds were created at or after `at` and meant: all but the merely planned ones.

        A failed one counts too: the budget is a brake, so it errs towards fewer holds.
        """
        counted = select(func.count()).select_from(holds)
        meant = (holds.c.created_at >= at) & (holds.c.state != HoldState.PLANNED)
        return int(self.connection.execute(counted.where(meant)).scalar_one())

    def _read(self, chosen: Select[Any]) -> Found:
        return [canonical.load(Hold, row.body) for row in self.connection.execute(chosen)]
