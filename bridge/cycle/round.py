"""One round: the bridge checks itself, reads the sources, runs each pair, and delivers. What `reconcile` and the daemon do."""

import json
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

from bridge.cycle.admit import Judged, admit
from bridge.cycle.collect import Reading, collect
from bridge.cycle.deliver import Delivered, deliver
from bridge.cycle.plan import SourcePlan
from bridge.cycle.pull import Pulled, absorb, pull
from bridge.cycle.release import expire
from bridge.cycle.run import run_pair
from bridge.cycle.self_check import SelfCheck, self_check
from bridge.cycle.world import World
from bridge.domain.effect import Effect, EffectKind, EffectState
from bridge.domain.errors import BridgeError, SnapshotRejected
from bridge.domain.report import MailNote, RunReport
from bridge.ports import Source
from bridge.store.blobs import UnkeptBlobs

Progress = Callable[[str, dict[str, object]], None]
"""Told what is being done: a text key and its facts. Long work shows progress."""
DIFFERENCES_FOUND = 10
SELF_CHECK_EVERY = timedelta(hours=20)
"""How long a system counts as held against itself: less than a day, so that a daily pair does it daily."""


@dataclass(frozen=True)
class Round:
    """What a round did. `exit_code` follows design.md 3: refused or unreachable sources come before differences."""

    reports: tuple[RunReport, ...]
    exit_code: int
    delivered: Delivered
    checked: SelfCheck


def reconcile(world: World, pairs: Sequence[str], progress: Progress, *, dry_run: bool = False) -> Round:
    """Given pair ids, do a whole round. In a dry run nothing is written, sent or placed."""
    checked = SelfCheck()
    if dry_run:
        world = _unkept(world)
    else:
        checked = self_check(world.store, world.targets, world.target, world.clock)
        _expire(world)
    plans = [world.pair_plan(pair) for pair in pairs]
    names = list(dict.fromkeys(name for plan in plans for name in plan.sources))
    progress("cli.progress.read", {"sources": ", ".join(names)})
    everyone = list(dict.fromkeys(name for plan in plans for name in plan.everyone))
    before = pull_documents(world, everyone, keep=not dry_run)
    readings = read(world, names, own_books=self_check_due(world, names))
    if not dry_run:
        pull_documents(world, everyone, keep=True)
    readings = _with_documents(readings, before)
    now = world.clock.now()
    judged = {name: admit(world.store, reading, now, keep=not dry_run) for name, reading in readings.items()}
    reports = []
    for plan in plans:
        progress("cli.progress.compare", {"pair": plan.label})
        reports.append(
            run_pair(
                world.store,
                plan,
                judged,
                now,
                world.deadlines(now),
                world.letters(plan.id),
                dry_run=dry_run,
                pulled=before,
            )
        )
    delivered = Delivered() if dry_run else deliver(world.store, world.carriers, world.clock)
    shown = tuple(reports) if dry_run else tuple(_delivered(world, report) for report in reports)
    return Round(shown, _exit_code(judged, shown), delivered, checked)


def read(world: World, names: Sequence[str], *, own_books: Collection[str] = ()) -> dict[str, Reading]:
    """Given source ids, read them side by side. A source that cannot even be opened gives its error as its reading.

    Those in `own_books` are held against their own books as well.
    """
    opened: list[tuple[SourcePlan, Source]] = []
    failed: dict[str, Reading] = {}
    for name in names:
        plan = world.source_plan(name)
        try:
            opened.append((plan, world.source(name)))
        except BridgeError as error:
            now = world.clock.now()
            failed[name] = Reading(plan, now, now, None, error)
    found = {**collect(opened, world.clock, own_books), **failed}
    return {name: found[name] for name in names}


def self_check_due(world: World, names: Sequence[str]) -> list[str]:
    """Return the sources to be held against their own books again: their servers sum all documents for it.

    Ask after their documents were pulled: what moved since such a reading must have been seen to move since.
    """
    before = world.clock.now() - SELF_CHECK_EVERY
    with world.store.read() as uow:
        last = {name: uow.snapshots.self_checked(name) for name in names}
    return [name for name, row in last.items() if row is None or row.provenance.fetched_from < before]


def _unkept(world: World) -> World:
    """Return the world for a dry run: what would be stored as a blob is only hashed."""
    blobs = UnkeptBlobs(world.store.blobs.root)
    letters = world.letters
    return replace(
        world,
        store=replace(world.store, blobs=blobs),
        letters=lambda pair: replace(letters(pair), blobs=blobs),
    )


def pull_documents(world: World, names: Sequence[str], *, keep: bool) -> tuple[Pulled, ...]:
    """Given source ids, read what moved. With `keep` it is stored at once, each source by itself."""
    sources = []
    for name in names:
        with suppress(BridgeError):  # what cannot be opened gives its error as its reading
            sources.append(world.source(name))
    pulled = pull(world.store, sources, world.clock.now())
    return tuple(_stored(world, each) for each in pulled) if keep else pulled


def _stored(world: World, pulled: Pulled) -> Pulled:
    try:
        with world.store.begin() as uow:
            absorb(uow, pulled)
            uow.commit()
    except SnapshotRejected as error:
        return replace(pulled, batch=None, error=error)
    return pulled


def _with_documents(readings: dict[str, Reading], pulled: Sequence[Pulled]) -> dict[str, Reading]:
    """Return the readings; one whose documents could not be read is no reading: it could not be explained."""
    failed = {each.source: each.error for each in pulled if each.error is not None}
    return {
        name: replace(reading, snapshot=None, error=failed[name])
        if name in failed and reading.error is None
        else reading
        for name, reading in readings.items()
    }


def _expire(world: World) -> None:
    with world.store.begin() as uow:
        expire(uow, world.clock.now(), on_expire=world.on_expire, ttl=world.hold_ttl)
        uow.commit()


def _delivered(world: World, report: RunReport) -> RunReport:
    """Return the report with holds and mails as they stand after delivery."""
    with world.store.read() as uow:
        holds = tuple(uow.holds.get(hold.id) or hold if hold.id else hold for hold in report.holds)
        effects = uow.outbox.list(run=report.run)
    mails = tuple(_note(effect) for effect in effects if effect.kind is EffectKind.MAIL)
    return replace(report, holds=holds, mails=mails)


def _note(effect: Effect) -> MailNote:
    state = "sent" if effect.state is EffectState.DONE else effect.state.value
    return MailNote(to=json.loads(effect.body)["to"], subject=effect.subject, state=state)


def _exit_code(judged: dict[str, Judged], reports: Sequence[RunReport]) -> int:
    refused = {each.exit_code for each in judged.values()} - {0}
    if refused:
        return min(refused)
    return DIFFERENCES_FOUND if any(report.confirmed for report in reports) else 0
