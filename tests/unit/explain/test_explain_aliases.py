"""Two codes, one material: found by behaviour, ordered by names, applied by nobody."""

import random
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from reconcilers.aliases import ONE_SIDED, alias_candidates

START = datetime(2026, 11, 1, tzinfo=UTC)


def one_sided(
    seed: int, aliases: int = 20, noise: int = 1500
) -> tuple[pa.Table, dict[str, str], list[tuple[str, str]]]:
    """Return one-sided documents with planted aliases, a third of them under unrelated names."""
    r = random.Random(seed)
    items = [f"I{n:03d}" for n in range(400)]
    names = {
        item: f"{r.choice(['铜箔', '中框', '螺丝', '排线'])} {r.choice('ABCD')}{r.randint(1, 99)}" for item in items
    }
    pairs = [(items[2 * n], items[2 * n + 1]) for n in range(aliases)]
    rows = []
    for count, (one, other) in enumerate(pairs):
        if count % 3:
            names[other] = names[one] + " 新"
        for _ in range(r.randint(3, 12)):
            at, effect = START + timedelta(hours=r.uniform(0, 600)), r.choice((1, -1)) * r.randint(2, 50) * 10_000_000
            reference = r.choice(("", f"BG-{r.randint(1, 9999)}"))
            rows.append((one, effect, at, reference))
            rows.append((other, -effect, at + timedelta(hours=r.uniform(0, 6)), reference))
    rows += [
        (
            r.choice(items),
            r.choice((1, -1)) * r.randint(2, 50) * 10_000_000,
            START + timedelta(hours=r.uniform(0, 600)),
            "",
        )
        for _ in range(noise)
    ]
    table = [
        {"item": i, "warehouse": "W", "effect": e, "at": a, "reference": ref, "id": f"d{n}"}
        for n, (i, e, a, ref) in enumerate(rows)
    ]
    return pa.Table.from_pylist(table, schema=ONE_SIDED), names, pairs


def test_planted_aliases_are_in_the_top_three():
    """Both ways, whatever the names, among hundreds of unrelated one-sided documents."""
    for seed in range(3):
        table, names, pairs = one_sided(seed)
        found = alias_candidates(table, names)
        hits = sum(other in [one.other for one in found.get(item, ())] for item, other in pairs)
        assert hits >= len(pairs) - 1


def test_order_of_rows_is_irrelevant():
    """Shuffled documents give the same candidates."""
    table, names, _ = one_sided(7)
    order = random.Random(1).sample(range(table.num_rows), table.num_rows)
    assert alias_candidates(table, names) == alias_candidates(table.take(pa.array(order)), names)


def test_one_event_is_no_alias():
    """A single wrong item is a slip, not a second code."""
    table, names, _ = one_sided(0, aliases=1, noise=0)
    assert alias_candidates(table.slice(0, 2), names) == {}
    assert alias_candidates(ONE_SIDED.empty_table(), {}) == {}
