"""The only door by which effects leave: queued once, claimed by one, finished by the claimer.

pending → claimed → done | failed | pending again (retry) | unknown; unknown → done | failed | pending by `settle`,
after a look at the target. A claim needs the epoch of a lease that is still held: who lost its lease gets nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.sql import ColumnElement

from bridge.domain.effect import Effect, EffectKind, EffectState
from bridge.domain.errors import LeaseLost
from bridge.store.columns import clean
from bridge.store.statements import insert_once
from bridge.store.tables import leases, outbox

UNFINISHED = frozenset({EffectState.PENDING, EffectState.CLAIMED, EffectState.UNKNOWN})
"""States in which an effect still needs somebody."""


Found = list[Effect]  # the classes have a method named list


@dataclass(frozen=True)
class Outbox:
    """The outbox inside one transaction."""

    connection: Connection

    def add(self, effect: Effect) -> bool:
        """Queue an effect. Return False when its key is there already, whatever became of it."""
        row = {column.name: getattr(effect, column.name) for column in outbox.c if column.name != "id"}
        return insert_once(self.connection, outbox, {**row, "body": clean(effect.body)})

    def claim(self, epoch: int, now: datetime, limit: int, kinds: Collection[EffectKind] | None = None) -> Found:
        """Take up to `limit` effects that are due, earliest first, for the holder of `epoch`. Commit before acting.

        Raise LeaseLost if the lease with this epoch is no longer held.
        """
        self._fence(epoch)
        due = select(outbox.c.id).where(outbox.c.state == EffectState.PENDING, outbox.c.due_at <= now)
        if kinds is not None:
            due = due.where(outbox.c.kind.in_(list(kinds)))
        chosen = due.order_by(outbox.c.due_at, outbox.c.id).limit(limit).scalar_subquery()
        claimed = (
            update(outbox)
            .where(outbox.c.id.in_(chosen), outbox.c.state == EffectState.PENDING)
            .values(state=EffectState.CLAIMED, epoch=epoch, attempts=outbox.c.attempts + 1)
            .returning(outbox)
        )
        effects = [_read(row) for row in self.connection.execute(claimed)]
        return sorted(effects, key=lambda effect: (effect.due_at, effect.id))

    def recover(self, epoch: int) -> Found:
        """Turn what an older epoch claimed and never finished into `unknown`, and return it, oldest first.

        Raise LeaseLost if the lease with this epoch is no longer held.
        """
        self._fence(epoch)
        abandoned = (outbox.c.state == EffectState.CLAIMED) & (outbox.c.epoch < epoch)
        changed = update(outbox).where(abandoned).values(state=EffectState.UNKNOWN).returning(outbox)
        return sorted((_read(row) for row in self.connection.execute(changed)), key=lambda effect: effect.id or 0)

    def done(self, effect_id: int, epoch: int) -> bool:
        """Finish a claimed effect. Return False, changing nothing, when this epoch no longer has the claim."""
        return self._finish(effect_id, epoch, state=EffectState.DONE, error="")

    def retry(self, effect_id: int, epoch: int, due_at: datetime, error: str) -> bool:
        """Put a claimed effect back for `due_at`: it certainly had no effect. Return False when the claim is lost."""
        return self._finish(effect_id, epoch, state=EffectState.PENDING, due_at=due_at, error=error)

    def failed(self, effect_id: int, epoch: int, error: str) -> bool:
        """Give a claimed effect up for good. Return False when the claim is lost."""
        return self._finish(effect_id, epoch, state=EffectState.FAILED, error=error)

    def unknown(self, effect_id: int, epoch: int, error: str) -> bool:
        """Note that nobody knows whether a claimed effect happened. Return False when the claim is lost."""
        return self._finish(effect_id, epoch, state=EffectState.UNKNOWN, error=error)

    def settle(self, effect_id: int, outcome: EffectState, *, error: str = "", due_at: datetime | None = None) -> bool:
        """Given what a probe found, turn an unknown effect into done, failed or (with `due_at`) pending.

        Return False when it is not unknown any more.
        """
        values: dict[str, object] = {"state": outcome, "error": error}
        if due_at is not None:
            values["due_at"] = due_at
        return self._change((outbox.c.id == effect_id) & (outbox.c.state == EffectState.UNKNOWN), values)

    def unfinished(self) -> frozenset[str]:
        """Return the subjects of all effects that still need somebody."""
        return frozenset(
            self.connection.execute(select(outbox.c.subject).where(outbox.c.state.in_(UNFINISHED))).scalars()
        )

    def get(self, key: str) -> Effect | None:
        """Return the effect with this key, None when it was never queued."""
        row = self.connection.execute(select(outbox).where(outbox.c.key == key)).one_or_none()
        return None if row is None else _read(row)

    def list(self, state: EffectState | None = None, run: int | None = None, limit: int | None = None) -> Found:
        """Return the effects that fit, oldest first. None leaves a condition out."""
        chosen = select(outbox).order_by(outbox.c.id).limit(limit)
        if state is not None:
            chosen = chosen.where(outbox.c.state == state)
        if run is not None:
            chosen = chosen.where(outbox.c.run == run)
        return [_read(row) for row in self.connection.execute(chosen)]

    def _finish(self, effect_id: int, epoch: int, **values: object) -> bool:
        mine = (outbox.c.id == effect_id) & (outbox.c.state == EffectState.CLAIMED) & (outbox.c.epoch == epoch)
        return self._change(mine, values)

    def _change(self, where: ColumnElement[bool], values: dict[str, object]) -> bool:
        return self.connection.execute(update(outbox).where(where).values(**values)).rowcount == 1

    def _fence(self, epoch: int) -> None:
        held = select(leases.c.name).where(leases.c.epoch == epoch, leases.c.holder != "")
        if self.connection.execute(held).first() is None:
            raise LeaseLost("BR-1711", epoch=epoch)


def _read(row: Any) -> Effect:
    values = dict(row._mapping)  # noqa: SLF001 - the public name of a row's mapping
    return Effect(**{**values, "kind": EffectKind(row.kind), "state": EffectState(row.state)})
