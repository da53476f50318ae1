"""The daemon: one per store, wakes, does what is due, reloads when bridge.toml changed, stops between two steps."""

import json
import logging
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import FrameType

import structlog

from bridge.bootstrap import Application, bootstrap
from bridge.cycle.round import Round, pull_documents, reconcile
from bridge.domain.errors import BridgeError, ConfigError
from bridge.scheduling import WAKE_S, due_slot, wake_every
from config.durations import parse_duration

LEASE = "daemon"
TENURE = timedelta(minutes=2)
HEARTBEAT = "heartbeat.json"
log = structlog.get_logger()


@dataclass
class Daemon:
    """A running daemon. `wake` is called every few seconds and does what is due; it never raises."""

    path: Path
    app: Application
    epoch: int
    stopping: bool = False
    stop: Callable[[], None] = field(default=lambda: None)
    _seen: tuple[float, int] = (0.0, 0)

    def wake(self) -> None:
        """Renew the lease, reload if the file changed, run the slot that is due, deliver, beat."""
        if self.stopping or not self._renewed():
            self.stop()
            return
        self._reload()
        try:
            found = self._run_if_due()
            if found is None:
                self._pull_if_due()
                self.app.deliver()
            self._beat(found)
        except BridgeError as error:
            log.error("round failed", code=error.code, error=str(error))  # noqa: TRY400 - a sentence, no traceback
            self._beat(None, error)

    def _renewed(self) -> bool:
        if self.app.store.lease.renew(LEASE, self.epoch, TENURE):
            return True
        log.error("lease lost: another daemon has this store; stopping")
        return False

    def _run_if_due(self) -> Round | None:
        every = parse_duration(self.app.settings.schedule.snapshot)
        key = due_slot(self.app.store, "snapshot", self.app.clock.now(), every)
        if key is None:
            return None
        pairs = [pair.id for pair in self.app.settings.pairs]
        log.info("round begins", slot=key, pairs=len(pairs))
        done = reconcile(
            self.app.world, pairs, lambda key, facts: log.info(key, **{k: str(v) for k, v in facts.items()})
        )
        for report in done.reports:
            log.info(
                "run done",
                run=report.run,
                pair=report.pair,
                compared=report.compared,
                confirmed=report.confirmed,
                admitted=report.admitted,
            )
        return done

    def _pull_if_due(self) -> None:
        """Read new documents between the rounds: the sooner one is seen, the better its age is known."""
        every = parse_duration(self.app.settings.schedule.movements)
        if due_slot(self.app.store, "movements", self.app.clock.now(), every) is None:
            return
        pairs = [self.app.pair_plan(pair.id) for pair in self.app.settings.pairs]
        names = list(dict.fromkeys(name for pair in pairs for name in pair.everyone))
        for pulled in pull_documents(self.app.world, names, keep=True):
            if pulled.error is not None:
                log.warning("documents not read", source=pulled.source, error=str(pulled.error))

    def _reload(self) -> None:
        """Take a changed bridge.toml; keep the old one and say so when the new one is wrong."""
        seen = _stamp(self.path)
        if seen == self._seen:
            return
        first, self._seen = self._seen == (0.0, 0), seen
        if first:
            return
        try:
            fresh = bootstrap(self.path, lang=self.app.lang)
        except ConfigError as wrong:
            log.error("configuration refused, the old one stays", error=wrong.text("en"))  # noqa: TRY400
            return
        self.app.store.close()
        self.app = fresh
        log.info("configuration reloaded", hash=fresh.loaded.text_hash[:12])

    def _beat(self, found: Round | None, error: BridgeError | None = None) -> None:
        """Write the heartbeat: not only "alive" but what was last compared, so that a healthy no-op alarms too."""
        path = self.app.loaded.data_dir / HEARTBEAT
        before = read_heartbeat(self.app.loaded.data_dir)
        now = self.app.clock.now()
        beat = {
            **before,
            "at": now.isoformat(timespec="seconds"),
            "pid": os.getpid(),
            "error": error.code if error else "",
        }
        if found is not None:
            beat["round_at"] = now.isoformat(timespec="seconds")
            beat["compared"] = sum(report.compared for report in found.reports)
            beat["exit_code"] = found.exit_code
        new = path.with_suffix(".new")
        new.write_text(json.dumps(beat), encoding="utf-8")
        new.replace(path)


def read_heartbeat(folder: Path) -> dict[str, object]:
    """Given the data folder, return the last heartbeat, empty when there is none."""
    try:
        found = json.loads((folder / HEARTBEAT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def run(path: Path, lang: str = "", *, once: bool = False) -> int:
    """Given bridge.toml, run until SIGTERM, SIGINT or Ctrl-C. Return the exit code; 1 when another daemon has the store."""
    _log_to_stderr()
    app = bootstrap(path, lang=lang)
    epoch = app.store.lease.acquire(LEASE, TENURE)
    if epoch is None:
        holder = app.store.lease.held(LEASE)
        raise ConfigError("BR-1720", holder=holder.holder if holder else "?", data=app.loaded.data_dir)
    daemon = Daemon(path, app, epoch)
    try:
        if once:
            daemon.wake()
        else:
            _serve(daemon)
    finally:
        daemon.app.store.lease.release(LEASE, epoch)
        daemon.app.store.close()
    return 0


def _serve(daemon: Daemon) -> None:
    scheduler = wake_every(WAKE_S, daemon.wake)

    def stop(_signal: int = 0, _frame: FrameType | None = None) -> None:
        daemon.stopping = True
        if scheduler.running:
            scheduler.shutdown(wait=False)

    daemon.stop = stop
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    log.info("daemon started", pid=os.getpid(), plant=daemon.app.settings.plant.name)
    scheduler.start()
    log.info("daemon stopped")


def _stamp(path: Path) -> tuple[float, int]:
    try:
        found = path.stat()
    except OSError:
        return (0.0, -1)
    return (found.st_mtime, found.st_size)


def _log_to_stderr() -> None:
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.TimeStamper(fmt="iso", utc=False),
            structlog.processors.add_log_level,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
