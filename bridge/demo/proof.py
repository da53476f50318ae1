"""The demo checks itself: what was planted is held against what the bridge's store, U8 and the postbox say."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from bridge.bootstrap import Application
from bridge.cycle.replay import replay
from bridge.demo.faults import Place
from bridge.demo.stage import PAIR, Stage
from bridge.demo.watch import frozen_rows
from bridge.domain.effect import EffectKind, EffectState
from bridge.domain.episode import ENDED, Episode, EpisodeState
from bridge.domain.hold import STANDING, Hold, HoldState
from bridge.domain.quantity import from_micro
from bridge.domain.report import RunReport

_ALL = 100_000


@dataclass(frozen=True)
class Finding:
    """One planted difference and what became of it. `found` is the remainder when it was confirmed, None = never."""

    fault: str
    cause: str
    item: str
    warehouse: str
    planted: Decimal
    found: Decimal | None
    suspected: tuple[str, ...]
    variance: str
    state: EpisodeState | None
    held: Decimal
    hold: HoldState | None
    right: bool


@dataclass(frozen=True)
class Check:
    """One statement about the whole day: the key of its sentence, whether it holds, and its facts."""

    key: str
    right: bool
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Proof:
    """What the demo showed."""

    findings: tuple[Finding, ...]
    checks: tuple[Check, ...]

    @property
    def wrong(self) -> int:
        """Return how many findings and checks are not as they should be."""
        return sum(not finding.right for finding in self.findings) + sum(not check.right for check in self.checks)


@dataclass(frozen=True)
class _Kept:
    """What the store holds after the day, the pair's runs oldest first."""

    runs: tuple[RunReport, ...]
    episodes: tuple[Episode, ...]
    holds: tuple[Hold, ...]
    mails: tuple[EffectState, ...]
    broken: int | None


def prove(stage: Stage, app: Application) -> Proof:
    """Given a day that was played and its application, return what holds and what does not."""
    with app.store.read() as uow:
        kept = _Kept(
            runs=tuple(run.report for run in reversed(uow.runs.list(limit=_ALL, pair=PAIR))),
            episodes=tuple(uow.episodes.list(limit=_ALL)),
            holds=tuple(uow.holds.list()),
            mails=tuple(effect.state for effect in uow.outbox.list() if effect.kind is EffectKind.MAIL),
            broken=uow.audit.verify(),
        )
    findings = tuple(_findings(stage, kept))
    return Proof(findings, tuple(_checks(stage, app, kept, findings)))


def _findings(stage: Stage, kept: _Kept) -> Iterator[Finding]:
    for planting in stage.plantings:
        for place, planted in planting.fault.differences.items():
            seen = _confirmed(kept.runs, place)
            now = next((e for e in kept.episodes if seen and e.id == seen.id), None)
            holds = [hold for hold in kept.holds if seen and hold.variance == seen.id]
            found = from_micro(seen.variance.remainder) if seen else None
            settled = now is not None and now.state in ENDED and not any(h.state in STANDING for h in holds)
            waits = now is not None and now.state not in ENDED and any(h.state is HoldState.ACTIVE for h in holds)
            yield Finding(
                fault=planting.fault.name,
                cause=planting.fault.cause,
                item=place[0],
                warehouse=place[1],
                planted=planted,
                found=found,
                suspected=tuple(cause.code for cause in seen.variance.causes) if seen else (),
                variance=seen.id if seen else "",
                state=now.state if now else None,
                held=sum((from_micro(hold.placed) for hold in holds), Decimal(0)),
                hold=holds[-1].state if holds else None,
                right=found == planted and bool(holds) and (settled if planting.fault.corrected else waits),
            )


def _confirmed(runs: tuple[RunReport, ...], place: Place) -> Episode | None:
    """Return the variance of a place as it was when it was confirmed."""
    for report in runs:
        for episode in report.variances:
            position = episode.variance.position
            if episode.state is EpisodeState.CONFIRMED and (position.item, position.warehouse) == place:
                return episode
    return None


def _checks(stage: Stage, app: Application, kept: _Kept, findings: tuple[Finding, ...]) -> Iterator[Check]:
    admitted = sum(report.admitted for report in kept.runs)
    yield Check("rounds", admitted == len(kept.runs) > 0, {"admitted": admitted, "rounds": len(kept.runs)})
    known = {finding.variance for finding in findings}
    false = sorted(e.id for e in kept.episodes if e.confirmed_at is not None and e.id not in known)
    planted = {(finding.item, finding.warehouse) for finding in findings}
    late = [len(places - planted) for places in stage.apart.values()]
    facts = {"false": len(false), "names": ", ".join(false) or "-", "late": sum(late), "most": max(late, default=0)}
    yield Check("no_false_alarm", not false, facts)
    if stage.punctual and not stage.plantings:
        loud = [r.run for r in kept.runs if stage.apart.get(r.run) or r.agreeing != r.compared]
        yield Check("all_agree", not loud, {"rounds": len(kept.runs), "loud": ", ".join(map(str, loud)) or "-"})
    if not stage.plantings:
        facts = {"mails": len(kept.mails), "holds": len(kept.holds)}
        yield Check("silence", not kept.mails and not kept.holds, facts)
    yield _freeze_check(stage, kept)
    yield _mail_check(stage, kept)
    yield _replay_check(app, kept)
    yield Check("audit", kept.broken is None, {"broken": kept.broken or "-"})


def _freeze_check(stage: Stage, kept: _Kept) -> Check:
    """U8's own frozen quantities must be exactly what the bridge says it holds, row by row."""
    ours: dict[tuple[str, str], Decimal] = {}
    for hold in kept.holds:
        if hold.state in STANDING:
            row = (hold.order.item, hold.order.warehouse)
            ours[row] = ours.get(row, Decimal(0)) + from_micro(hold.placed)
    theirs = frozen_rows(stage.plant)
    placed = sum(1 for hold in kept.holds if hold.placed)
    lifted = sum(1 for hold in kept.holds if hold.state is HoldState.RELEASED)
    return Check("freezes", ours == theirs, {"placed": placed, "lifted": lifted, "standing": len(theirs)})


def _mail_check(stage: Stage, kept: _Kept) -> Check:
    sent = sum(1 for state in kept.mails if state is EffectState.DONE)
    letters = stage.postbox.letters
    filed = sum(1 for letter in letters if letter.eml.is_file() and letter.html is not None and letter.html.is_file())
    right = sent == len(kept.mails) == len(letters) == filed
    return Check("mails", right, {"queued": len(kept.mails), "sent": sent, "filed": filed})


def _replay_check(app: Application, kept: _Kept) -> Check:
    """Recompute the run that confirmed most, else the last one."""
    run = max(kept.runs, key=lambda report: (report.confirmed, report.run)).run
    again = replay(app.store, run)
    same = again is not None and again.same
    return Check("replay", same, {"run": run, "hash": again.stored[:16] if again else "-"})
