"""How long it takes to match and explain many movements: documents of two sides, made up, through reconcilers.explain.

`python -m bench.speed --movements` runs it in child processes. Half the movements stand on either side, spread over thirty
days and POSITIONS positions, each document with its counterpart some minutes later; one in twenty without a reference. One
side lacks the counterparts of MISSING old documents and of WAITING young ones: the first must remain, the second wait.
"""

import json
import resource
import sys
import time
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa

from reconcilers.equation import Explained
from reconcilers.explain import explain
from reconcilers.request import LEDGER, ExplainPolicy, ExplainRequest, LedgerSide

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
POSITIONS, MISSING, WAITING = 2_000, 5, 100
GRACE = timedelta(hours=1)
_MICRO = 1_000_000
_MINUTE = 60_000_000
_DAYS = 30


def sides(movements: int, seed: int = 1) -> ExplainRequest:
    """Given a number of movements of both sides together, return what the engine is asked about them."""
    rng = np.random.default_rng(seed)
    count = movements // 2
    now = int(NOW.timestamp()) * _MICRO
    place = np.arange(count) % POSITIONS
    quantity = rng.integers(1, 500, count) * _MICRO * rng.choice((-1, 1), count)
    age = rng.integers(3 * 60, _DAYS * 24 * 60, count) * _MINUTE
    age[-WAITING:] = 10 * _MINUTE
    spoken = rng.random(count) >= 0.05
    late = rng.integers(0, 45, count) * _MINUTE
    lacking = np.zeros(count, dtype=np.bool_)
    lacking[:MISSING] = lacking[-WAITING:] = True
    book = _ledger("k3", place, quantity, now - age, spoken)
    stock = _ledger("u8", place, quantity, now - age + late, spoken).filter(pa.array(~lacking))
    balances = [_sums(place, quantity), _sums(place[~lacking], quantity[~lacking])]
    columns = [_texts("I", np.arange(POSITIONS)), pa.array(["W"] * POSITIONS), pa.array([""] * POSITIONS)]
    positions = pa.table([*columns, *map(pa.array, balances)], names=["item", "warehouse", "batch", "book", "stock"])
    policy = ExplainPolicy(now=NOW, grace=GRACE)
    return ExplainRequest(positions, LedgerSide(book, NOW, NOW), LedgerSide(stock, NOW, NOW), policy)


def proven(answer: Explained, movements: int) -> bool:
    """Return whether exactly the planted documents remain, the young ones wait, and all others found their counterpart."""
    equations = answer.equations.values()
    left = sum(bool(one.remainder) for one in equations)
    waiting = sum(document.why == "grace" for one in equations for document in one.documents)
    matched = sum(one.matched for one in equations)
    return (left, waiting, matched) == (MISSING, WAITING, movements // 2 - MISSING - WAITING)


def main() -> None:
    """Explain as many movements as the command line says; print seconds and MiB as JSON."""
    movements = int(sys.argv[1])
    request = sides(movements)
    before = _peak()
    wall, processor = time.perf_counter(), time.process_time()
    answer = explain(request)
    figures = {"wall": time.perf_counter() - wall, "processor": time.process_time() - processor}
    if not proven(answer, movements):
        raise SystemExit("the documents left over are not the planted ones")
    print(json.dumps(figures | {"before": before, "peak": _peak()}))


def _ledger(source: str, place: np.ndarray, quantity: np.ndarray, at: np.ndarray, spoken: np.ndarray) -> pa.Table:
    count = len(place)
    stamps = pa.array(at, pa.timestamp("us", tz="UTC"))
    numbers = np.arange(count)
    texts = {
        "source": source, "document_type": "产品入库", "line": "1", "family": "product_receipt", "warehouse": "W",
        "batch": "", "state": "audited", "maker": "", "counterpart": "",
    }  # fmt: skip
    columns = {name: pa.repeat(pa.scalar(text), count) for name, text in texts.items()}
    columns |= dict.fromkeys(("business_time", "first_seen", "counted_at"), stamps)
    columns |= {
        "key": _texts(f"{source}-", numbers),
        "document_number": _texts(f"{source.upper()}", numbers),
        "item": _texts("I", place),
        "effect": pa.array(quantity),
        "counts": pa.repeat(pa.scalar(True), count),  # noqa: FBT003 - the column's value
        "deleted": pa.repeat(pa.scalar(False), count),  # noqa: FBT003 - the column's value
        "reference": pa.array(np.where(spoken, np.char.add("PO-", numbers.astype(str)), "")),
    }
    return pa.table([columns.get(field.name, pa.nulls(count, field.type)) for field in LEDGER], schema=LEDGER)


def _texts(prefix: str, numbers: np.ndarray) -> pa.Array:
    return pa.array(np.char.add(prefix, numbers.astype(str)))


def _sums(place: np.ndarray, quantity: np.ndarray) -> np.ndarray:
    total = np.zeros(POSITIONS, dtype=np.int64)
    np.add.at(total, place, quantity)
    return total


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
