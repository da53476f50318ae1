"""Second codes: one material under two U8 codes, of which the maps know one: proposed they must be, never applied.

The unmapped code's documents are one-sided, and so are K/3's of the same events under the material's own code. What the
matching leaves over goes to reconcilers/aliases; where behaviour says nothing, names and specifications (suggest) fill up.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from bench.truth.drive import Bridge
from bench.truth.plant import Plant
from bench.truth.trial import Trial
from bridge.domain.snapshot import Snapshot
from reconcilers.aliases import ONE_SIDED, alias_candidates
from reconcilers.align import align
from reconcilers.align_movements import align_movements
from reconcilers.explain import explain
from reconcilers.maps import ItemRow
from reconcilers.request import ExplainPolicy, ExplainRequest, LedgerSide, document_id
from reconcilers.suggest import Described, suggest

TOP = 3
PER_DAY = 4
"""Looks at the plant a day: the documents are what counts here, not the moments of the snapshots."""


def second_codes(trial: Trial, plant: Plant) -> dict[str, object]:
    """Given a plant with second codes, let its days pass under the bridge and return how its codes were proposed."""
    bridge = Bridge.open(plant)
    for moment in plant.readings(timedelta(hours=16) / PER_DAY):
        bridge.run(plant, moment)
    snapshots = {name: bridge.readings[name].snapshot for name in ("k3", "u8")}
    k3, u8 = snapshots["k3"], snapshots["u8"]
    if k3 is None or u8 is None:
        raise LookupError("the plant's last snapshots were not read")
    names = _names(k3, u8, plant)
    found = alias_candidates(_one_sided(bridge, k3, u8, plant), names)
    unmapped = [Described(one.alias, one.alias_name) for one in plant.truth.aliases]
    known = [Described(item.code, item.name, item.spec) for item in plant.items]
    by_name: dict[str, list[str]] = {}
    for proposal in suggest("u8", unmapped, known, min_score=0):
        by_name.setdefault(proposal.code, []).append(proposal.item)
    ranks = {}
    for one in plant.truth.aliases:
        behaved = [candidate.other for candidate in found.get(one.alias, ())]
        ranked = list(dict.fromkeys([*behaved, *by_name.get(one.alias, [])]))[:TOP]
        ranks[one.alias] = ranked.index(one.item) + 1 if one.item in ranked else 0
    mapped = (plant.folder / "maps" / "items.csv").read_text(encoding="utf-8")
    related = {one.alias: one.related for one in plant.truth.aliases}
    return {
        "planted": len(ranks),
        "unrelated": sum(not alike for alike in related.values()),
        "first": sum(rank == 1 for rank in ranks.values()),
        "top": sum(rank > 0 for rank in ranks.values()),
        "top_unrelated": sum(rank > 0 for alias, rank in ranks.items() if not related[alias]),
        "applied": sum(one.alias in mapped for one in plant.truth.aliases),
        "missed": [alias for alias, rank in ranks.items() if not rank],
        "days": trial.days,
    }


def _names(k3: Snapshot, u8: Snapshot, plant: Plant) -> Mapping[str, str]:
    """Return name and specification by common item, and by code for the codes that are no common item's."""
    described = {}
    for table in (u8.items, k3.items):
        for code, name, spec in zip(*(table[part].to_pylist() for part in ("item", "name", "spec")), strict=True):
            described[code] = f"{name} {spec}".strip()
    return {**described, **{item.code: described.get(item.code, item.name) for item in plant.items}}


def _one_sided(bridge: Bridge, k3: Snapshot, u8: Snapshot, plant: Plant) -> pa.Table:
    """Return the documents that the matching leaves over, an unmapped code standing for itself."""
    today = plant.now.date()
    extra = tuple(ItemRow("u8", one.alias, one.alias, approved_by="bench") for one in plant.truth.aliases)
    maps = replace(bridge.app.maps, items=(*bridge.app.maps.items, *extra))
    rules = bridge.app.settings.master.code_rules
    sides: dict[str, LedgerSide] = {}
    with bridge.app.store.read() as uow:
        for name, snapshot in (("k3", k3), ("u8", u8)):
            foot = align(snapshot, maps if name == "u8" else bridge.app.maps, rules, today).footing
            rows = align_movements(uow.movements.window([name], datetime.fromisoformat(plant.truth.start)), foot).rows
            rows = rows.set_column(rows.column_names.index("batch"), "batch", pa.array([""] * rows.num_rows))
            sides[name] = LedgerSide(rows, plant.now, plant.now)
    both = pa.concat_tables([side.movements.select(["item", "warehouse", "batch"]) for side in sides.values()])
    places = both.group_by(["item", "warehouse", "batch"]).aggregate([])
    zero = pa.array([0] * places.num_rows, pa.int64())
    positions = places.append_column("book", zero).append_column("stock", zero)
    policy = ExplainPolicy(now=plant.now, grace=timedelta(minutes=plant.truth.grace_minutes))
    matched = pa.array(explain(ExplainRequest(positions, sides["k3"], sides["u8"], policy)).groups["id"])
    return pa.concat_tables([_left(name, side.movements, matched) for name, side in sides.items()])


def _left(name: str, rows: pa.Table, matched: pa.ChunkedArray) -> pa.Table:
    rows = rows.filter(rows["counts"])
    keys = pa.array([document_id(name, key) for key in rows["key"].to_pylist()], pa.string())
    alone = pc.invert(pc.is_in(keys, value_set=matched))
    sign = 1 if name == "u8" else -1
    effect = pc.multiply(rows["effect"], pa.scalar(sign, pa.int64()))
    columns = [rows["item"], rows["warehouse"], effect, rows["first_seen"], rows["reference"], keys]
    return pa.table(columns, names=ONE_SIDED.names).cast(ONE_SIDED).filter(alone)
