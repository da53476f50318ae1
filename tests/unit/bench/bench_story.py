"""Hand-made answer sheets and logs for the tests that hold the benchmark's own arithmetic to account.

One working day read every half hour from 08:00; the grace is an hour. A fault happens at 08:10 and shows at 08:20: it is
seen at 08:30, due at 09:30, and in time up to the second counting snapshot after that.
"""

from datetime import datetime, timedelta, timezone

from bench.truth.plant import Reading
from bench.truth.truth import KINDS, PlantedFault, PlantedPosition, Truth
from bench.truth.watch import Log, Sighting
from bridge.domain.quantity import to_micro
from bridge.domain.variance import Cause, DocumentRef

TZ = timezone(timedelta(hours=8))
PLACE = ("P-1", "W1", "")
LAST = "18:00"


def at(clock: str) -> datetime:
    """Return a moment of the day, `09:30` or `09:30:12`."""
    return datetime.fromisoformat(f"2026-11-17T{clock}").replace(tzinfo=TZ)


def fault(kind="missing", remainder="-40", *, documents=(("u8", "采购入库", "RK-1"),), **more) -> PlantedFault:
    """Return a fault at PLACE that happened at 08:10 and shows from 08:20 on; `more` overrides any fact."""
    facts = {
        "kind": kind, "cause": KINDS[kind], "side": "k3", "planted_at": at("08:10").isoformat(),
        "visible_at": at("08:20").isoformat(), "documents": tuple(documents),
        "positions": (PlantedPosition(*PLACE, remainder, "20", "400"),),
    }  # fmt: skip
    return PlantedFault(**facts | more)


def sheet(*faults: PlantedFault, grace: int = 60) -> Truth:
    """Return an answer sheet with these faults."""
    return Truth(1, "pda", at("08:00").isoformat(), at(LAST).isoformat(), grace, 10, 10, {}, "audit", {}, list(faults))


def document(number="RK-1", effect="-40", *, why="D2", source="u8") -> DocumentRef:
    """Return a document as a cause names it."""
    return DocumentRef(source, "采购入库", number, "1", to_micro(effect), "audited", why)


def cause(code="D2", confidence="high", *documents: DocumentRef) -> Cause:
    """Return a cause; without documents it names RK-1 over -40."""
    return Cause(code, confidence, documents or (document(),))


def sighting(clock: str, remainder="-40", *causes: Cause, identity="V-1") -> Sighting:
    """Return what the run at this time said of PLACE; without causes it says D2, high."""
    return Sighting(at(clock), identity, to_micro(remainder), causes or (cause(),))


def watched(*sightings: Sighting, last: str = LAST, place=PLACE, every: int = 30) -> Log:
    """Return the log of a day of readings up to `last`, with what was said at one place."""
    log, moment = Log(), at("08:00")
    while moment <= at(last):
        log.moments.append((Reading(moment, moment), moment))
        moment += timedelta(minutes=every)
    if sightings:
        log.sightings[place] = list(sightings)
    return log


def result(*verdicts: dict, false=(), **naive) -> dict:
    """Return a plant's line as the benchmark keeps it; `naive` overrides the naive rule's figures."""
    none = {"false": 0, "found": 0, "exact": 0}
    figures = {"over": 0, "worst": 0, "once": none, "twice": none} | naive
    return {"runs": 10, "compared": 100, "seconds": 2.0, "false": list(false), "verdicts": list(verdicts), "naive": figures}  # fmt: skip
