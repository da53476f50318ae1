"""The positions an explanation is asked about: what differs, and where documents moved since the last agreement."""

from collections.abc import Collection, Mapping, Sequence

import pyarrow as pa

from bridge.cycle.plan import ExplainPlan
from bridge.domain.quantity import MICRO
from reconcilers.align import Aligned
from reconcilers.grain import GRAIN, balances_at, places_of
from reconcilers.request import Place


def with_moved(
    differing: pa.Table, moved: Collection[Place], plan: ExplainPlan, alignments: Mapping[str, Aligned]
) -> pa.Table:
    """Given the differing positions and those where documents moved, return both with balances and steps.

    Columns: item, warehouse, batch, book, stock, precision; the quantities in millionths of the base unit.
    """
    others = sorted(set(moved) - set(places_of(differing)))
    book = _balances(plan.book, others, plan.grain, alignments)
    stock = _balances(plan.stock, others, plan.grain, alignments)
    columns = {name: [place[at] for place in others] for at, name in enumerate(GRAIN)}
    more = pa.table(
        {
            **{name: pa.array(values, pa.string()) for name, values in columns.items()},
            "book": pa.array([book.get(place, 0) for place in others], pa.int64()),
            "stock": pa.array([stock.get(place, 0) for place in others], pa.int64()),
        }
    )
    both = pa.concat_tables([differing.select(more.column_names).cast(more.schema), more])
    items = both["item"].combine_chunks().dictionary_encode()
    steps = pa.array([_step(item, alignments) for item in items.dictionary.to_pylist()], pa.int64())
    return both.append_column("precision", steps.take(items.indices))


def _balances(
    sources: Sequence[str], places: Sequence[Place], grain: tuple[str, ...], alignments: Mapping[str, Aligned]
) -> dict[Place, int]:
    items = {place[0] for place in places}
    found: dict[Place, int] = {}
    for source in sources:
        for place, quantity in balances_at(alignments[source].lines, items, grain).items():
            found[place] = found.get(place, 0) + quantity
    return found


def _step(item: str, alignments: Mapping[str, Aligned]) -> int:
    decimals = [found for aligned in alignments.values() if (found := aligned.footing.cards.decimals(item)) is not None]
    return MICRO // 10 ** min(*decimals, 6) if decimals else 1
