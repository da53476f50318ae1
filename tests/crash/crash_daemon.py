"""A daemon inside the test's own process, whose wake-ups and clock the test decides."""

from dataclasses import replace
from datetime import datetime

from acceptance_plant import Plant

from bridge.bootstrap import bootstrap
from bridge.daemon import LEASE, TENURE, Daemon
from bridge.domain.clock import FixedClock


def opened(plant: Plant, now: datetime | None = None) -> Daemon:
    """Return a daemon that has the plant's lease; its clock stands at `now`, or runs. Close its `app.store`."""
    app = bootstrap(plant.config, now=now)
    epoch = app.store.lease.acquire(LEASE, TENURE)
    assert epoch is not None
    return Daemon(plant.config, app, epoch)


def wake_at(daemon: Daemon, now: datetime) -> None:
    """Wake the daemon as at `now`."""
    daemon.app = replace(daemon.app, clock=FixedClock(now))
    daemon.wake()
