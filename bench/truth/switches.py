"""The same story under all 32 combinations of U8's audit switches and both of K/3's must end in the same, right verdict."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bench.truth.plant import Plant
from bench.truth.scoring import deadline, expected, false_alarms
from bench.truth.trial import ALL_AT_AUDIT, Trial
from bench.truth.truth import KINDS
from bench.truth.watch import watch
from bridge.domain.quantity import to_text

SMALL = {"profile": "scanned", "days": 3, "items": 80, "movements": 40, "every_min": 60}
"""The plant of this figure."""
NOT_CONFIRMED = "not confirmed"


def combinations(seed: int) -> list[Trial]:
    """Return the 64 trials of a seed."""
    first = Trial("faults", seed, **SMALL)  # type: ignore[arg-type]
    return [
        replace(first, k3_effect=effect, boxes=boxes)
        for effect in ("audit", "save")
        for boxes in range(ALL_AT_AUDIT + 1)
    ]


def verdict(trial: Trial, plant: Plant) -> dict[str, object]:
    """Return what stands at the end of a story, for each planted position: the remainder and the first cause, and both right.

    An unaudited document that moved stock when it was saved leaves no difference: it is expected to be absent.
    `judged` is false where the story ends before the position's last permitted snapshot.
    """
    log, _ = watch(trial, plant)
    stands = {}
    for one in expected(plant.truth, by_batch=False):
        seen = [sighting for sighting in log.sightings.get(one.place, ()) if sighting.at == log.moments[-1][1]]
        causes = seen[0].causes if seen else ()
        told = f"{to_text(seen[0].remainder)} {causes[0].code if causes else '-'}" if seen else NOT_CONFIRMED
        stands[" ".join((one.fault.kind, *one.place))] = {
            "told": told,
            "right": to_text(one.remainder),
            "judged": deadline(one, plant.truth, log) is not None,
        }
    return {"stands": stands, "false": false_alarms(plant.truth, log, by_batch=False)}


@dataclass(frozen=True)
class Alike:
    """How the combinations compare: `same` with what most of them say, `right` with what was planted.

    A combination is right when each judged position stands with the planted remainder and cause. `differing` and
    `wrong` say in words what does not.
    """

    count: int
    same: int
    right: int
    false: int
    differing: tuple[str, ...]
    wrong: tuple[str, ...]


def alike(results: Iterable[Mapping[str, Any]]) -> Alike:
    """Given the combinations' verdicts, compare them with each other and with what is right.

    Compared is each position's verdict among the combinations in which the fault shows at all.
    """
    results = list(results)
    most = _usual((name, one["told"]) for result in results for name, one in result["stands"].items())
    odd: set[int] = set()
    off: set[int] = set()
    differing: list[str] = []
    wrong: Counter[str] = Counter()
    for number, result in enumerate(results):
        combination = f"{result['trial']['k3_effect']} {result['trial']['boxes']:05b}"
        for name, one in result["stands"].items():
            told, right = one["told"], _right(name, one)
            if told != most[name]:
                odd.add(number)
                differing.append(f"{combination}: {name}: {told} instead of {most[name]}")
            if told != right and one.get("judged", True):  # lines of older code do not say
                off.add(number)
                wrong[f"{name}: {told} instead of {right}"] += 1
    return Alike(
        count=len(results),
        same=len(results) - len(odd),
        right=len(results) - len(off),
        false=sum(len(result["false"]) for result in results),
        differing=tuple(differing),
        wrong=tuple(f"{words}, in {times}" for words, times in wrong.items()),
    )


def _usual(told: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return what most combinations say of each position; of equally many the one later in the alphabet."""
    said: dict[str, Counter[str]] = {}
    for name, words in told:
        said.setdefault(name, Counter())[words] += 1
    return {name: max(counts, key=lambda words: (counts[words], words)) for name, counts in said.items()}


def _right(name: str, one: Mapping[str, Any]) -> str:
    """Return the right verdict; the position's name begins with the kind of its fault."""
    return f"{one['right']} {KINDS[name.partition(' ')[0]]}"
