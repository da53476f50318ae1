"""The only file that knows APScheduler. It merely wakes; whether a slot is due is decided by its key in the store.

APScheduler drops jobs that start a second late by default and computes an autumn hour twice, so its own idea of "due" is
not used: every wake-up asks `due_slot`, and the unique key makes one catch-up of any number of missed slots.
"""

from collections.abc import Callable
from datetime import datetime, time, timedelta

from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bridge.store.store import Store

WAKE_S = 5.0


def slot_key(name: str, now: datetime, every: timedelta) -> str:
    """Given a moment, return the key of the slot it falls in. Slots are counted on the UTC line, so no hour is doubled."""
    number = int(now.timestamp() // every.total_seconds())
    return f"{name}:{every.total_seconds():g}:{number}"


def due_slot(store: Store, name: str, now: datetime, every: timedelta) -> str | None:
    """Claim the present slot. Return its key, None when this or another process has already taken it.

    However many slots were missed while nobody ran, one catch-up is due, never zero and never three.
    """
    key = slot_key(name, now, every)
    with store.begin() as uow:
        won = uow.slots.claim(key, now)
        uow.commit()
    return key if won else None


def due_today(store: Store, check: str, pair: str, now: datetime) -> bool:
    """Given a pair's `check`, return whether a round at `now` (plant's time) judges it.

    `daily HH:MM` is once a day, at the first round from then on; every other word is every round.
    """
    clock = check.removeprefix("daily ")
    if clock == check:
        return True
    if now.time() < time.fromisoformat(clock):
        return False
    with store.begin() as uow:
        won = uow.slots.claim(f"check {pair}:{now:%Y-%m-%d}", now)
        uow.commit()
    return won


def wake_every(seconds: float, work: Callable[[], None]) -> BlockingScheduler:
    """Given what to do at each wake-up, return a scheduler; `start` blocks until `shutdown`.

    Wake-ups never overlap, and late ones count as one.
    """
    scheduler = BlockingScheduler(timezone="UTC")
    scheduler.add_job(
        work,
        IntervalTrigger(seconds=seconds, timezone="UTC"),
        max_instances=1,
        coalesce=True,
        misfire_grace_time=None,
        next_run_time=datetime.now(tz=scheduler.timezone),
    )
    return scheduler
