"""Small hand-made ledgers for the tests that look at one rule at a time."""

from datetime import datetime, timedelta, timezone

import pyarrow as pa

from reconcilers.explain import explain
from reconcilers.request import LEDGER, ExplainPolicy, ExplainRequest, LedgerSide

TZ = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 23, 8, 28, tzinfo=TZ)
MICRO = 1_000_000
PLACE = ("ZK", "W", "")


def ago(minutes: float) -> datetime:
    """Return a moment before the common instant."""
    return NOW - timedelta(minutes=minutes)


def document(source: str, number: str, quantity: float, minutes: float, reference: str = "", **other) -> dict:
    """Return a ledger row that began to count so many minutes ago; `other` overrides any column."""
    at = ago(minutes)
    row = {
        "source": source, "key": number, "document_type": "产品入库", "document_number": number, "line": "1",
        "family": "product_receipt", "item": "ZK", "warehouse": "W", "batch": "", "effect": round(quantity * MICRO),
        "state": "audited", "counts": True, "business_time": at, "audited_time": None, "maker": "李明",
        "reference": reference, "counterpart": "", "first_seen": at, "counted_at": at, "uncounted_at": None,
        "changed_at": None, "deleted": False,
    }  # fmt: skip
    row |= other
    if not row["counts"] and "counted_at" not in other:
        row["counted_at"] = None
    return row


def ledger(rows: list[dict]) -> pa.Table:
    """Return rows as the engine reads them."""
    return pa.Table.from_pylist(rows, schema=LEDGER)


def ask(book, stock, figures, *, window=5.0, later=0.0, changes=None, policy=None, opened=None, **more):
    """Explain positions given as {(item, warehouse, batch) or None: (book, stock)} and return the answer."""
    places = [place or PLACE for place in figures]
    positions = {
        name: pa.array([place[at] for place in places], pa.string())
        for at, name in enumerate(("item", "warehouse", "batch"))
    }
    for at, name in enumerate(("book", "stock")):
        positions[name] = pa.array([round(pair[at] * MICRO) for pair in figures.values()], pa.int64())
    if "precision" in more:
        positions["precision"] = pa.array([more.pop("precision")] * len(places), pa.int64())

    def told(side):
        return {"changes": (changes or {}).get(side), "open_from": (opened or {}).get(side)}

    read, second = timedelta(seconds=window), NOW + timedelta(seconds=later)
    return explain(
        ExplainRequest(
            positions=pa.table(positions),
            book=LedgerSide(ledger(book), NOW, NOW + read, **told("book")),
            stock=LedgerSide(ledger(stock), second, second + read, **told("stock")),
            policy=policy or ExplainPolicy(now=NOW),
            **more,
        )
    )


def one(book, stock, figures, **more):
    """Explain the one position ZK/W with (book, stock) and return its equation."""
    return ask(book, stock, {PLACE: figures}, **more).equations[PLACE]


def shown(refs) -> list[tuple[str, float, str]]:
    """Return documents as (number, effect, why)."""
    return [(ref.number, ref.effect / MICRO, ref.why) for ref in refs]
