"""The same story under all 32 combinations of U8's audit switches and both of K/3's must end in the same verdict."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from bench.truth.plant import Plant
from bench.truth.scoring import expected, false_alarms
from bench.truth.trial import ALL_AT_AUDIT, Trial
from bench.truth.watch import watch
from bridge.domain.quantity import to_text

SMALL = {"profile": "scanned", "days": 3, "items": 80, "movements": 40, "every_min": 60}
"""The plant of this figure."""


def combinations(seed: int) -> list[Trial]:
    """Return the 64 trials of a seed."""
    first = Trial("faults", seed, **SMALL)  # type: ignore[arg-type]
    return [
        replace(first, k3_effect=effect, boxes=boxes)
        for effect in ("audit", "save")
        for boxes in range(ALL_AT_AUDIT + 1)
    ]


def verdict(trial: Trial, plant: Plant) -> dict[str, object]:
    """Return what stands at the end of a story, for each planted position: the remainder and the first two causes.

    An unaudited document that moved stock when it was saved leaves no difference: it is expected to be absent.
    """
    log, _ = watch(trial, plant)
    stands = {}
    for one in expected(plant.truth, by_batch=False):
        seen = [sighting for sighting in log.sightings.get(one.place, ()) if sighting.at == log.moments[-1][1]]
        told = f"{to_text(seen[0].remainder)} {seen[0].causes[0].code}" if seen else "not confirmed"
        stands[" ".join((one.fault.kind, *one.place))] = {"told": told, "right": to_text(one.remainder)}
    return {"stands": stands, "false": false_alarms(plant.truth, log, by_batch=False)}


def alike(results: Iterable[Mapping[str, Any]]) -> tuple[int, int, int, list[str]]:
    """Return combinations, those whose verdict is everybody's, false alarms, and what differs in words.

    Compared is each position's verdict among the combinations in which the fault shows at all.
    """
    results = list(results)
    usual: dict[str, dict[str, int]] = {}
    for result in results:
        for name, one in result["stands"].items():
            said = usual.setdefault(name, {})
            said[one["told"]] = said.get(one["told"], 0) + 1
    most = {name: max(said, key=lambda told: (said[told], told)) for name, said in usual.items()}
    differing = [
        f"{result['trial']['k3_effect']} {result['trial']['boxes']:05b}: {name}: {one['told']} instead of {most[name]}"
        for result in results
        for name, one in result["stands"].items()
        if one["told"] != most[name]
    ]
    same = len({line.partition(":")[0] for line in differing})
    return len(results), len(results) - same, sum(len(result["false"]) for result in results), differing
