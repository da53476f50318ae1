"""The daemon: one per store, wakes, does what is due, reloads when its files changed, stops between two steps."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import FrameType

import structlog

from bridge.bootstrap import Application, bootstrap
from bridge.cycle.act import pause
from bridge.cycle.deliver import is_paused
from bridge.cycle.round import Round, pull_documents, reconcile
from bridge.domain.errors import BridgeError, ConfigError, InvariantBroken
from bridge.followed import Stamp, followed, stamps, wanted
from bridge.heartbeat import beat
from bridge.scheduling import WAKE_S, due_slot, due_today, wake_every
from bridge.service import log_to_stderr
from config.durations import parse_duration

LEASE = "daemon"
TENURE = timedelta(minutes=2)
A_DAY = timedelta(days=1)
log = structlog.get_logger()


@dataclass
class Daemon:
    """A running daemon. `wake` is called every few seconds and does what is due; it never raises.

    `broken` is the broken invariant for which writing could not be stopped yet, None as a rule.
    """

    path: Path
    app: Application
    epoch: int
    stopping: bool = False
    stop: Callable[[], None] = field(default=lambda: None)
    broken: InvariantBroken | None = None
    _seen: dict[Path, Stamp] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Remember how the files look that this daemon starts from."""
        self._seen = stamps(followed(self.app.loaded))

    def wake(self) -> None:
        """Renew the lease, reload if a file changed, run the slot that is due, deliver, beat, forget what is old."""
        if self.stopping:
            self.stop()
            return
        try:
            self._work()
        except BridgeError as error:
            log.error("round failed", code=error.code, error=str(error))  # noqa: TRY400 - a sentence, no traceback
            self._beat(error=error)
            if isinstance(error, InvariantBroken):
                self._stop_writing(error)

    def _work(self) -> None:
        if not self._renewed():
            self.stop()
            return
        if self.broken is not None and not self._stop_writing(self.broken):
            self._beat(error=self.broken)
            return
        self._reload()
        found = self._run_if_due()
        if found is None:
            self._pull_if_due()
            self.app.deliver()
        self._beat(found)
        self._sweep_if_due()

    def _stop_writing(self, why: InvariantBroken) -> bool:
        """Pause until a person resumes. Return whether that stands in the store; until it does nothing else is done."""
        self.broken = why
        try:
            if not is_paused(self.app.store):
                pause(self.app.store, "daemon", why.text(self.app.lang), self.app.clock.now())
                log.critical("writing stopped until `stockbridge resume`", code=why.code, error=str(why))
        except BridgeError as error:
            log.critical("writing cannot be stopped in the store: nothing is done", code=error.code, error=str(error))
            return False
        self.broken = None
        return True

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
        now = self.app.clock.now()
        pairs = [pair.id for pair in self.app.settings.pairs if due_today(self.app.store, pair.check, pair.id, now)]
        if not pairs:
            return None
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

    def _sweep_if_due(self) -> None:
        """Once a day, after everything else: forget what [retention] lets go. A failure waits for tomorrow."""
        if due_slot(self.app.store, "retention", self.app.clock.now(), A_DAY) is None:
            return
        try:
            swept = self.app.sweep()
        except InvariantBroken:
            raise
        except (BridgeError, OSError) as error:
            log.error("old data not removed", error=str(error))  # noqa: TRY400
            return
        log.info("old data removed", blobs=swept.blobs, audit=swept.audit_rows)

    def _reload(self) -> None:
        """Take changed files, bridge.toml, maps or calendar; keep the old ones and say so when the new are wrong."""
        now = stamps(self._seen)
        if now == self._seen:
            return
        changed = ", ".join(path.name for path, stamp in now.items() if stamp != self._seen[path])
        # Stamped before they are read: what is written meanwhile is a change at the next wake-up.
        seen = stamps((*now, *wanted(self.path)))
        try:
            fresh = bootstrap(self.path, lang=self.app.lang)
        except ConfigError as wrong:
            self._seen = seen
            log.error("configuration refused, the old one stays", changed=changed, error=wrong.text("en"))  # noqa: TRY400
            return
        self.app.store.close()
        self.app = fresh
        self._seen = {path: seen.get(path, stamp) for path, stamp in stamps(followed(fresh.loaded)).items()}
        log.info("configuration reloaded", changed=changed, hash=fresh.loaded.text_hash[:12])

    def _beat(self, found: Round | None = None, error: BridgeError | None = None) -> None:
        beat(self.app.loaded.data_dir, self.app.clock.now(), found, error)


def run(path: Path, lang: str = "", *, once: bool = False) -> int:
    """Given bridge.toml, run until SIGTERM, SIGINT or Ctrl-C. Return the exit code; 1 when another daemon has the store."""
    log_to_stderr()
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
