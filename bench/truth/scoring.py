"""Hold what the bridge said against the answer sheet. The definitions are those of docs/truth-benchmark.md.

seen        the first time the bridge reads documents at or after the fault's last act (`visible_at`)
due         seen + the plant's grace for documents; at once for a balance changed without any document
in time     confirmed at the second counting snapshot after `due` at the latest (each 25 minutes after the last one)
exact       the remainder at the confirmation is the planted one, to the millionth
documented  the documents that the leading cause names add up to that remainder and are the planted ones
false       a confirmed variance at a position without a planted fault, or before the fault happened
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from bench.truth.naive import GAP, NaiveRule, Place
from bench.truth.truth import PlantedFault, Truth
from bench.truth.watch import Log, Sighting
from bridge.domain.quantity import to_micro, to_text

DRIFT = "backflush_drift"
UNDOCUMENTED = "tampered_balance"


@dataclass(frozen=True)
class Expected:
    """A fault at one position at the pair's grain. `remainder` in millionths."""

    fault: PlantedFault
    place: Place
    remainder: int

    @property
    def planted(self) -> datetime:
        """Return when it happened."""
        return datetime.fromisoformat(self.fault.planted_at)


def expected(truth: Truth, *, by_batch: bool) -> list[Expected]:
    """Return where the faults show at the pair's grain; what cancels out there does not show."""
    found = []
    for fault in truth.faults:
        sums: dict[Place, Decimal] = {}
        for position in fault.positions:
            place = (position.item, position.warehouse, position.batch if by_batch else "")
            sums[place] = sums.get(place, Decimal(0)) + Decimal(position.remainder)
        found += [Expected(fault, place, to_micro(total)) for place, total in sums.items() if total]
    return found


@dataclass(frozen=True)
class Verdict:
    """How one planted position came out. `outcome` = in_time, late, missed, or too_late_to_judge; times in ISO form."""

    kind: str
    cause: str
    side: str
    place: Place
    due: str
    outcome: str
    confirmed: str = ""
    remainder: str = ""
    exact: bool = False
    exact_later: bool = False
    documented: bool = False
    causes: tuple[str, ...] = ()
    confidence: str = ""
    second_confidence: str = ""
    named: tuple[str, ...] = ()
    detail: str = ""


def verdicts(truth: Truth, log: Log, *, by_batch: bool) -> list[Verdict]:
    """Return the verdict on each planted position."""
    return [_verdict(one, truth, log) for one in expected(truth, by_batch=by_batch)]


def false_alarms(truth: Truth, log: Log, *, by_batch: bool) -> list[dict[str, object]]:
    """Return the confirmed variances that no planted fault accounts for, each once."""
    since = {one.place: one.planted for one in expected(truth, by_batch=by_batch)}
    found: dict[tuple[Place, str], dict[str, object]] = {}
    for place, sightings in log.sightings.items():
        for sighting in sightings:
            if place not in since or sighting.at < since[place]:
                found.setdefault((place, sighting.id), _told(place, sighting))
    return list(found.values())


def naive_figures(truth: Truth, log: Log, naive: NaiveRule, *, by_batch: bool) -> dict[str, object]:
    """Return what the naive rule did on the same readings: its false alarms, and the planted positions it hit in time."""
    planted = {one.place: one for one in expected(truth, by_batch=by_batch)}
    found: dict[str, object] = {"over": sum(naive.over), "worst": max(naive.over, default=0)}
    for name, alarms in (("once", naive.once), ("twice", naive.twice)):
        right = [alarm for alarm in alarms if alarm[0] in planted and alarm[1] >= planted[alarm[0]].planted]
        hits, exact = set(), set()
        for place, at, difference in right:
            limits = deadline(planted[place], truth, log)
            if limits is not None and at <= limits[1]:
                hits.add(place)
                if difference == planted[place].remainder:
                    exact.add(place)
        found[name] = {"false": len(alarms) - len(right), "found": len(hits), "exact": len(exact)}
    return found


def _verdict(one: Expected, truth: Truth, log: Log) -> Verdict:
    limits = deadline(one, truth, log)
    seen = [sighting for sighting in log.sightings.get(one.place, ()) if sighting.at >= one.planted]
    facts = {"kind": one.fault.kind, "cause": one.fault.cause, "side": one.fault.side, "place": one.place}
    if limits is None:
        return Verdict(**facts, due="", outcome="too_late_to_judge", detail=one.fault.detail)  # type: ignore[arg-type]
    due, limit = limits
    facts |= {"due": due.isoformat(), "detail": f"{one.fault.detail} {to_text(one.remainder)}".strip()}
    if not seen:
        return Verdict(**facts, outcome="missed")  # type: ignore[arg-type]
    first = seen[0]
    told = seen[-1] if one.fault.kind == DRIFT else first
    return Verdict(
        **facts,  # type: ignore[arg-type]
        outcome="in_time" if first.at <= limit else "late",
        confirmed=first.at.isoformat(),
        remainder=to_text(first.remainder),
        exact=_exact(one, first, told),
        exact_later=any(_exact(one, sighting, sighting) for sighting in seen),
        documented=_documented(one, told),
        causes=tuple(cause.code for cause in told.causes[:2]),
        confidence=told.causes[0].confidence if told.causes else "",
        second_confidence=told.causes[1].confidence if len(told.causes) > 1 else "",
        named=tuple(_words(told)),
    )


def _exact(one: Expected, first: Sighting, told: Sighting) -> bool:
    """Return whether the remainder is the planted one; a drift's: confirmed at one of its steps, at the end its full sum."""
    if one.fault.kind != DRIFT:
        return first.remainder == one.remainder
    steps = {to_micro(Decimal(so_far)) for _, so_far in one.fault.steps}
    return first.remainder in steps and told.remainder == one.remainder


def _documented(one: Expected, told: Sighting) -> bool:
    if not told.causes:
        return False
    named = [document for document in told.causes[0].documents if document.why != "proof"]
    planted = {(system, number) for system, _, number in one.fault.documents}
    if one.fault.kind == UNDOCUMENTED:
        return not named
    if one.fault.kind == "physical_count":  # the sheet cites the count, the balance moves by its gain or loss
        return bool(named) and sum(document.effect for document in named) == told.remainder
    right = all((document.source, document.number) in planted for document in named)
    return bool(named) and right and sum(document.effect for document in named) == told.remainder


def deadline(one: Expected, truth: Truth, log: Log) -> tuple[datetime, datetime] | None:
    """Return when the fault is due and the last snapshot that may confirm it; None if the story ends before."""
    visible = datetime.fromisoformat(one.fault.visible_at)
    reads = (moment for pair, _ in log.moments for moment in (pair.first, pair.last) if moment >= visible)
    seen = next(reads, None)
    if seen is None:
        return None
    undocumented = one.fault.kind == UNDOCUMENTED
    due = seen + (timedelta(0) if undocumented else timedelta(minutes=truth.grace_minutes))
    counting = _counting(log, due)
    first = next(counting, None)
    second = next(counting, None)
    return None if first is None or second is None else (due, second)


def _counting(log: Log, due: datetime) -> Iterator[datetime]:
    """Return the snapshots after `due` that count: those at least the gap after the last that counted."""
    last: datetime | None = None
    for moment, at in log.moments:
        if moment.first >= due and (last is None or at - last >= GAP):
            last = at
            yield at


def _told(place: Place, sighting: Sighting) -> dict[str, object]:
    return {
        "place": place,
        "at": sighting.at.isoformat(),
        "remainder": to_text(sighting.remainder),
        "causes": [f"{cause.code} {cause.confidence}" for cause in sighting.causes],
        "named": _words(sighting),
    }


def _words(sighting: Sighting) -> Sequence[str]:
    """Return what the causes name, for whoever looks into a miss."""
    return [
        f"{cause.code} {cause.confidence}: "
        + ", ".join(f"{d.source} {d.type} {d.number} {to_text(d.effect)} {d.why}" for d in cause.documents)
        for cause in sighting.causes[:2]
    ]


def as_json(verdict: Verdict) -> dict[str, object]:
    """Return a verdict as a JSON line keeps it."""
    return asdict(verdict)
