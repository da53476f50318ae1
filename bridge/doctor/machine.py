"""The machine the bridge runs on: disk, the bridge's own store, its daemon."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.exc import DBAPIError

from bridge.bootstrap import Application
from bridge.daemon import LEASE
from bridge.doctor.finding import Finding, bad, fine, warning
from bridge.heartbeat import read_heartbeat
from config.durations import parse_duration

_GIGABYTE = 1024**3
_LITTLE, _TOO_LITTLE = 5.0, 0.5
_MISSED = 2
"""Rounds the daemon may miss before somebody should look."""


def disk(app: Application) -> Iterator[Finding]:
    """Yield how much room is left where the bridge keeps its data."""
    free = shutil.disk_usage(app.loaded.data_dir).free / _GIGABYTE
    facts = {"free": f"{free:.1f}", "folder": app.loaded.data_dir}
    if free < _TOO_LITTLE:
        yield bad("disk", "BR-2143", 1, **facts)
    elif free < _LITTLE:
        yield warning("disk", "BR-2142", **facts)
    else:
        yield fine("disk", "BR-2141", **facts)


def store(app: Application) -> Iterator[Finding]:
    """Yield whether the bridge's own database is whole, and its audit chain unbroken."""
    try:
        with app.store.engine.connect() as connection:
            answer = connection.exec_driver_sql("PRAGMA quick_check").scalar() if _is_sqlite(app) else "ok"
    except DBAPIError as error:
        answer = str(error.orig)
    if answer != "ok":
        yield bad("store", "BR-2147", 1, detail=str(answer)[:200])
        return
    with app.store.read() as uow:
        broken = uow.audit.verify()
        paused = uow.flags.get("paused")
        latest = uow.audit.list(limit=1)
    if broken is not None:
        yield bad("store", "BR-2145", 1, sequence=broken)
    else:
        yield fine("store", "BR-2144", entries=latest[0].sequence if latest else 0)
    if paused is not None:
        yield warning("store", "BR-2151", by=paused.by, reason=paused.value.get("reason", "-"))


def daemon(app: Application) -> Iterator[Finding]:
    """Yield whether the daemon runs, and whether it did something: a healthy-looking no-op must also alarm."""
    beat = read_heartbeat(app.loaded.data_dir)
    if app.store.lease.held(LEASE) is None or "at" not in beat:
        yield warning("daemon", "BR-2149")
        return
    now = app.clock.now()
    last = datetime.fromisoformat(str(beat.get("round_at") or beat["at"]))
    allowed = parse_duration(app.settings.schedule.snapshot) * _MISSED + timedelta(minutes=5)
    if now - last > allowed:
        minutes = int((now - last).total_seconds() // 60)
        yield warning("daemon", "BR-2150", minutes=minutes, allowed=int(allowed.total_seconds() // 60))
    elif beat.get("round_at") and not beat.get("compared"):
        yield warning("daemon", "BR-2152", at=last.isoformat(sep=" ", timespec="minutes"))
    else:
        yield fine("daemon", "BR-2148", at=last.strftime("%H:%M"), compared=beat.get("compared", 0))


def _is_sqlite(app: Application) -> bool:
    return app.store.engine.dialect.name == "sqlite"
