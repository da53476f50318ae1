"""One material under two codes: what the documents of unmapped codes say (users.md Part 4, idea 7).

An unmapped code's documents have no counterpart under their own code, and neither have the other system's documents of
the same events under the material's real code. What matching leaves over is handed to reconcilers.aliases, where an
unmapped code stands for itself. Nothing is applied: a person approves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from bridge.cycle.ledger import NEVER
from bridge.cycle.plan import PairPlan
from bridge.domain.snapshot import Snapshot
from bridge.store.store import Store
from reconcilers.aliases import ONE_SIDED, AliasCandidate, alias_candidates
from reconcilers.align import align
from reconcilers.align_movements import align_movements
from reconcilers.codes import fold
from reconcilers.explain import explain
from reconcilers.maps import ItemRow, Maps
from reconcilers.request import ExplainPolicy, ExplainRequest, LedgerSide, document_id

_PLACE = ("item", "warehouse", "batch")


def unmapped_codes(
    store: Store, plan: PairPlan, snapshots: Mapping[str, Snapshot], now: datetime
) -> dict[str, list[str]]:
    """Given a pair and its latest snapshots, return by source the codes in stock or in documents without an item."""
    found: dict[str, list[str]] = {}
    rules = plan.compare.code_rules
    with store.read() as uow:
        for source in plan.sources:
            aligned = align(snapshots[source], plan.compare.maps, rules, now.date())
            moved = uow.movements.window([source], NEVER)["item"].unique().to_pylist()
            strange = {code for code in moved if aligned.footing.items.common(fold(code, rules)) is None}
            found[source] = sorted({line.item for line in aligned.unmapped} | strange)
    return found


def second_codes(
    store: Store,
    plan: PairPlan,
    snapshots: Mapping[str, Snapshot],
    unmapped: Mapping[str, Sequence[str]],
    now: datetime,
) -> dict[str, tuple[AliasCandidate, ...]]:
    """Given a pair, its latest snapshots and the unmapped codes by source, return likely items for each code.

    Candidates rank by behaviour, names only order equals. Sources without documents give none.
    """
    maps = _standing_for_themselves(plan.compare.maps, unmapped)
    sides = {role: _side(store, plan, sources, snapshots, maps, now) for role, sources in _roles(plan).items()}
    one_sided = _left_over(sides, now, plan)
    return alias_candidates(one_sided, _names(plan, snapshots, maps))


def _roles(plan: PairPlan) -> dict[str, tuple[str, ...]]:
    return {"book": plan.book, "stock": plan.stock}


def _standing_for_themselves(maps: Maps, unmapped: Mapping[str, Sequence[str]]) -> Maps:
    extra = tuple(ItemRow(source, code, code, approved_by="-") for source, codes in unmapped.items() for code in codes)
    return replace(maps, items=(*maps.items, *extra))


def _side(
    store: Store,
    plan: PairPlan,
    sources: Sequence[str],
    snapshots: Mapping[str, Snapshot],
    maps: Maps,
    now: datetime,
) -> LedgerSide:
    """Return all counting documents of a side at item x warehouse, under common codes."""
    parts = []
    with store.read() as uow:
        for source in sources:
            footing = align(snapshots[source], maps, plan.compare.code_rules, now.date()).footing
            rows = align_movements(uow.movements.window([source], NEVER), footing).rows
            blank = pa.array([""] * rows.num_rows, pa.string())
            parts.append(rows.set_column(rows.column_names.index("batch"), "batch", blank))
    return LedgerSide(pa.concat_tables(parts), now, now)


def _left_over(sides: Mapping[str, LedgerSide], now: datetime, plan: PairPlan) -> pa.Table:
    both = pa.concat_tables([side.movements.select(list(_PLACE)) for side in sides.values()])
    places = both.group_by(list(_PLACE)).aggregate([])
    zero = pa.array([0] * places.num_rows, pa.int64())
    positions = places.append_column("book", zero).append_column("stock", zero)
    policy = ExplainPolicy(now=now, grace=plan.explain.grace or timedelta(0), grace_by_doc=plan.explain.grace_by_doc)
    groups = explain(ExplainRequest(positions, sides["book"], sides["stock"], policy)).groups
    matched = pa.array(groups["id"], pa.string())  # of no group at all, pyarrow would make an array of nothing
    return pa.concat_tables([_alone(role, side.movements, matched) for role, side in sides.items()])


def _alone(role: str, rows: pa.Table, matched: pa.ChunkedArray) -> pa.Table:
    rows = rows.filter(rows["counts"])
    names = zip(rows["source"].to_pylist(), rows["key"].to_pylist(), strict=True)
    keys = pa.array([document_id(source, key) for source, key in names], pa.string())
    effect = pc.multiply(rows["effect"], pa.scalar(1 if role == "stock" else -1, pa.int64()))
    columns = [rows["item"], rows["warehouse"], effect, rows["first_seen"], rows["reference"], keys]
    table = pa.table(columns, names=ONE_SIDED.names).cast(ONE_SIDED)
    return table.filter(pc.invert(pc.is_in(keys, value_set=matched)))


def _names(plan: PairPlan, snapshots: Mapping[str, Snapshot], maps: Maps) -> dict[str, str]:
    """Return name and specification by common item; book cards win."""
    found: dict[str, str] = {}
    common = {(row.source, row.code): row.item for row in maps.items if row.approved}
    for source in (*plan.stock, *plan.book):
        cards = snapshots[source].items
        for code, name, spec in zip(*(cards[part].to_pylist() for part in ("item", "name", "spec")), strict=True):
            found[common.get((source, code), code)] = f"{name} {spec}".strip()
    return found
