"""Second codes: one material under two U8 codes, of which the maps know one: proposed they must be, never applied."""

from datetime import datetime, timedelta

from bench.truth.drive import PAIR, Bridge
from bench.truth.plant import Plant
from bench.truth.trial import Trial
from bridge.cycle.second_codes import second_codes as proposals
from bridge.cycle.second_codes import unmapped_codes

TOP = 3
PER_DAY = 4
"""Looks at the plant a day: the documents are what counts here, not the moments of the snapshots."""


def second_codes(trial: Trial, plant: Plant) -> dict[str, object]:
    """Given a plant with second codes, let its days pass under the bridge and return how its codes were proposed."""
    bridge = Bridge.open(plant)
    for moment in plant.readings(timedelta(hours=16) / PER_DAY):
        bridge.run(plant, moment)
    snapshots = {name: reading.snapshot for name, reading in bridge.readings.items() if reading.snapshot is not None}
    plan, store = bridge.app.pair_plan(PAIR), bridge.app.store
    unmapped = unmapped_codes(store, plan, snapshots, plant.now)
    ranked: dict[str, list[str]] = {}
    for proposal in proposals(store, plan, snapshots, unmapped, plant.now):
        ranked.setdefault(proposal.code, []).append(proposal.item)
    ranks = {}
    for one in plant.truth.aliases:
        items = ranked.get(one.alias, [])[:TOP]
        ranks[one.alias] = items.index(one.item) + 1 if one.item in items else 0
    mapped = (plant.folder / "maps" / "items.csv").read_text(encoding="utf-8")
    related = {one.alias: one.related for one in plant.truth.aliases}
    with store.read() as uow:
        used = set(uow.movements.window(list(snapshots), datetime.fromisoformat(plant.truth.start))["item"].to_pylist())
    return {
        "planted": len(ranks),
        "unrelated": sum(not alike for alike in related.values()),
        "first": sum(rank == 1 for rank in ranks.values()),
        "top": sum(rank > 0 for rank in ranks.values()),
        "top_unrelated": sum(rank > 0 for alias, rank in ranks.items() if not related[alias]),
        "applied": sum(one.alias in mapped for one in plant.truth.aliases),
        "missed": [alias for alias, rank in ranks.items() if not rank],
        "never_used": [alias for alias in ranks if alias not in used],
        "days": trial.days,
    }
