"""First step: read every source of the run, all at once, each under its own deadline."""

from collections.abc import Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as DeadlineError
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from bridge.cycle.plan import SourcePlan
from bridge.domain.errors import BridgeError, SourceUnavailable
from bridge.domain.snapshot import Scope, Snapshot
from bridge.ports import Clock, Source

BACKSTOP_S = 2.0
"""The source's own deadline comes first, for it knows more of what was late; this one is for sources without any."""


@dataclass(frozen=True)
class Reading:
    """One source's answer: a snapshot, or the error that stood in its way.

    `own_books` = it was also asked how it stands to its own books, whether or not it knew.
    """

    plan: SourcePlan
    taken_from: datetime
    taken_to: datetime
    snapshot: Snapshot | None
    error: BridgeError | None
    own_books: bool = False


def collect(
    sources: Sequence[tuple[SourcePlan, Source]], clock: Clock, due: Collection[str] = ()
) -> dict[str, Reading]:
    """Given the sources of a run, read them side by side. Return one reading per source id; nothing is raised.

    Those that are `due` are also held against their own books.
    """
    pool = ThreadPoolExecutor(max_workers=max(len(sources), 1), thread_name_prefix="collect")
    try:
        running = [
            (plan, clock.now(), plan.id in due, pool.submit(_read, plan, source, own_books=plan.id in due))
            for plan, source in sources
        ]
        return {plan.id: _reading(plan, since, asked, answer, clock) for plan, since, asked, answer in running}
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _read(plan: SourcePlan, source: Source, *, own_books: bool) -> Snapshot:
    """Read a source. A server that cannot sum its documents in time must not cost the reading: it is read without."""
    plain = Scope(by_batch=plan.by_batch, row_cap=plan.row_cap)
    if own_books:
        with suppress(SourceUnavailable):
            return source.snapshot(replace(plain, own_books=True))
    return source.snapshot(plain)


def _reading(plan: SourcePlan, since: datetime, asked: bool, answer: "Future[Snapshot]", clock: Clock) -> Reading:
    snapshot: Snapshot | None = None
    error: BridgeError | None = None
    patience_s = (plan.timeout_s + BACKSTOP_S) * (2 if asked else 1)
    try:
        snapshot = answer.result(timeout=patience_s)
    except DeadlineError:
        error = SourceUnavailable("BR-2064", source=plan.id, seconds=f"{patience_s - BACKSTOP_S:g}")
    except BridgeError as refused:
        error = refused
    return Reading(plan, since, clock.now(), snapshot, error, own_books=asked)
