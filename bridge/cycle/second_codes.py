"""One material under two codes: what unmapped codes may be, by what they do and by what they are called.

An unmapped code's documents have no counterpart under their own code, and neither have the other system's documents of
the same events under the material's real code; what it has in stock is missing there. What matching leaves over goes to
reconcilers.aliases, where an unmapped code stands for itself (users.md Part 4, idea 7). Nothing is applied: a person
approves.
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
from reconcilers.aliases import ONE_SIDED, alias_candidates
from reconcilers.align import Aligned, align
from reconcilers.align_movements import align_movements
from reconcilers.codes import fold
from reconcilers.explain import explain
from reconcilers.grain import GRAIN
from reconcilers.maps import ItemRow, Maps
from reconcilers.proposals import merged
from reconcilers.request import ExplainPolicy, ExplainRequest, LedgerSide, document_id
from reconcilers.suggest import Described, Proposal, suggest

_BY_NAME_ALONE = 20


def unmapped_codes(
    store: Store, plan: PairPlan, snapshots: Mapping[str, Snapshot], now: datetime
) -> dict[str, list[str]]:
    """Given a pair and its latest snapshots, return by source the codes without an item: in stock, documents, on cards."""
    found: dict[str, list[str]] = {}
    rules = plan.compare.code_rules
    with store.read() as uow:
        for source in (name for name in plan.everyone if name in snapshots):
            aligned = align(snapshots[source], plan.compare.maps, rules, now.date())
            moved = uow.movements.window([source], NEVER)["item"].unique().to_pylist()
            known = (*moved, *snapshots[source].items["item"].to_pylist())
            strange = {code for code in known if aligned.footing.items.common(fold(code, rules)) is None}
            found[source] = sorted({line.item for line in aligned.unmapped} | strange)
    return found


def second_codes(
    store: Store,
    plan: PairPlan,
    snapshots: Mapping[str, Snapshot],
    unmapped: Mapping[str, Sequence[str]],
    now: datetime,
) -> tuple[Proposal, ...]:
    """Given a pair, its latest snapshots and the unmapped codes by source, return the likeliest items of each code.

    Sources without documents are judged by stock and names, witnesses by names alone. A card that nothing was booked on
    yet needs a name that says something: most such cards are no material of the pair.
    """
    maps = _standing_for_themselves(plan.compare.maps, unmapped)
    rules = plan.compare.code_rules
    alignments = {name: align(snapshots[name], maps, rules, now.date()) for name in plan.sources}
    sides = {
        "book": _side(store, plan.book, alignments, now),
        "stock": _side(store, plan.stock, alignments, now),
    }
    one_sided = pa.concat_tables([_left_over(sides, now, plan), _missing_stock(plan, alignments, now)])
    cards = _cards(plan, snapshots)
    names = {one.code: f"{one.name} {one.spec}".strip() for one in cards}
    behaving = alias_candidates(one_sided, names, least=1)
    strange = {code for codes in unmapped.values() for code in codes}
    items = [one for one in cards if one.code not in strange]
    found: list[Proposal] = []
    for source, codes in unmapped.items():
        own = {row["item"]: row for row in snapshots[source].items.to_pylist()}
        described = [Described(code, *_words(own.get(code))) for code in codes]
        named = suggest(source, described, items, min_score=0)
        found += merged(source, codes, behaving if source in plan.sources else {}, named, strange)
    booked = set(one_sided["item"].to_pylist())
    return tuple(one for one in found if one.code in booked or one.score >= _BY_NAME_ALONE)


def _standing_for_themselves(maps: Maps, unmapped: Mapping[str, Sequence[str]]) -> Maps:
    extra = tuple(ItemRow(source, code, code, approved_by="-") for source, codes in unmapped.items() for code in codes)
    return replace(maps, items=(*maps.items, *extra))


def _side(store: Store, sources: Sequence[str], alignments: Mapping[str, Aligned], now: datetime) -> LedgerSide:
    """Return all counting documents of a side at item x warehouse, under common codes."""
    parts = []
    with store.read() as uow:
        for source in sources:
            rows = align_movements(uow.movements.window([source], NEVER), alignments[source].footing).rows
            blank = pa.array([""] * rows.num_rows, pa.string())
            parts.append(rows.set_column(rows.column_names.index("batch"), "batch", blank))
    return LedgerSide(pa.concat_tables(parts), now, now)


def _left_over(sides: Mapping[str, LedgerSide], now: datetime, plan: PairPlan) -> pa.Table:
    """Return the documents that the matching leaves over."""
    both = pa.concat_tables([side.movements.select(list(GRAIN)) for side in sides.values()])
    places = both.group_by(list(GRAIN)).aggregate([])
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


def _missing_stock(plan: PairPlan, alignments: Mapping[str, Aligned], now: datetime) -> pa.Table:
    """Return stock less book by item and warehouse where they differ: what lies under one code lacks under the other."""
    totals: dict[tuple[str, str], int] = {}
    for source in plan.sources:
        lines, sign = alignments[source].lines, 1 if source in plan.stock else -1
        for item, warehouse, quantity in zip(
            *(lines[name].to_pylist() for name in ("item", "warehouse", "quantity")), strict=True
        ):
            totals[item, warehouse] = totals.get((item, warehouse), 0) + sign * quantity
    rows = [
        {"item": item, "warehouse": warehouse, "effect": total, "at": now, "reference": "", "id": f"{item}@{warehouse}"}
        for (item, warehouse), total in sorted(totals.items())
        if total
    ]
    return pa.Table.from_pylist(rows, schema=ONE_SIDED)


def _cards(plan: PairPlan, snapshots: Mapping[str, Snapshot]) -> list[Described]:
    """Return what the cards say of each common item; the book side's win."""
    common = {(row.source, row.code): row.item for row in plan.compare.maps.items if row.approved}
    found: dict[str, Described] = {}
    for source in (*plan.stock, *plan.book):
        for card in snapshots[source].items.to_pylist():
            item = common.get((source, card["item"]), card["item"])
            found[item] = Described(item, *_words(card))
    return list(found.values())


def _words(card: Mapping[str, str] | None) -> tuple[str, str]:
    return (card["name"] or "", card["spec"] or "") if card else ("", "")
