"""Runs the engine on a plant the way the bridge does: snapshot after snapshot, with agreement points kept in between."""

import random
from datetime import timedelta

import pyarrow as pa
from explain_faults import FACTOR
from explain_plant import MICRO, START, Habits, Plant

from reconcilers.agreement import keep_agreements
from reconcilers.equation import Explained
from reconcilers.explain import explain
from reconcilers.request import ExplainPolicy, ExplainRequest


def policy(plant: Plant, now) -> ExplainPolicy:
    """Return the rules that fit the plant."""
    h = plant.habits
    return ExplainPolicy(
        now=now,
        grace=timedelta(minutes=h.grace_minutes),
        transit=timedelta(minutes=h.grace_minutes),
        poll=timedelta(seconds=h.poll_s),
        period_start=START - timedelta(days=5),
        rates={f"I{item:03d}": frozenset({FACTOR * MICRO}) for item in range(h.items)},
    )


def request_at(plant: Plant, at, agreements, *, history=True, everything=False) -> ExplainRequest:
    """Read both sides around `at` as a real run would, and ask about the positions that differ."""
    h, r = plant.habits, random.Random(f"{at}")
    other = at + timedelta(seconds=r.uniform(0, h.apart_s))
    read = timedelta(seconds=h.read_s)
    windows = {"book": (at, at + read), "stock": (other, other + read)}
    if r.random() < 0.5:
        windows = {"book": windows["stock"], "stock": windows["book"]}
    now = max(end for _, end in windows.values()) + timedelta(seconds=2 * h.poll_s + 1)
    book, stock = (plant.balances(side, *windows[side]) for side in ("book", "stock"))
    places = [place for place in plant.places() if everything or book[place] != stock[place]]
    positions = pa.table({
        "item": pa.array([p[0] for p in places], pa.string()), "warehouse": pa.array([p[1] for p in places], pa.string()),
        "batch": pa.array([p[2] for p in places], pa.string()),
        "book": pa.array([book[p] for p in places], pa.int64()), "stock": pa.array([stock[p] for p in places], pa.int64()),
    })  # fmt: skip
    return ExplainRequest(
        positions=positions,
        book=plant.side("book", *windows["book"], now, history=history),
        stock=plant.side("stock", *windows["stock"], now, history=history),
        policy=policy(plant, now),
        grain=("item", "warehouse", "batch") if h.batches > 1 else ("item", "warehouse"),
        agreements=agreements,
        witness=plant.witness_rows(now),
    )


def run(plant: Plant, *, every=timedelta(minutes=30), first=timedelta(hours=1), until=None, keep=True, history=True):
    """Yield (request, answer) of each snapshot until `until`, by default the plant's end."""
    agreements: dict = {}
    at = START + first + timedelta(seconds=plant.random.uniform(0, 600))
    while at < (until or plant.end + timedelta(hours=3)):
        request = request_at(plant, at, agreements, history=history)
        answer: Explained = explain(request)
        yield request, answer
        if keep:
            agreements |= keep_agreements(answer)
        at += every


def habits_of(seed: int) -> Habits:
    """Return habits drawn at random, so that nothing is tuned to one plant."""
    r = random.Random(f"habits{seed}")
    late = r.choice((2, 10, 25))
    most = late * 5
    return Habits(
        items=r.choice((8, 25, 60)),
        batches=r.choice((1, 1, 2)),
        per_hour=r.choice((6, 15, 40)),
        hours=r.choice((12, 20)),
        lots=r.choice(((), (), (100,), (50, 100, 200))),
        late_minutes=late,
        late_most=most,
        grace_minutes=most + 10,
        style=r.choice(("report", "report", "order", "number", "none")),
        blank=r.choice((0, 0.1, 0.3)),
        typo=r.choice((0, 0.03)),
        split=r.choice((0, 0.1, 0.3)),
        transfer=r.choice((0, 0.1)),
        red=r.choice((0, 0.05, 0.1)),
        reenter=r.choice((0, 0.05)),
        unaudit=r.choice((0, 0.05)),
        audit=r.random() < 0.5,
        apart_s=r.choice((0, 60, 600)),
        read_s=r.choice((1, 12, 60)),
        decimals=r.random() < 0.3,
        dated=r.choice(("entry", "event")),
    )
