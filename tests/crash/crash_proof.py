"""What must be true after any crash, looked up in the ledger, in U8 and in the mailbox."""

import json
from collections import Counter
from email.message import EmailMessage

from acceptance_books import rows
from acceptance_plant import Plant
from acceptance_sink import Sink

SHORT = 400
"""What a spoilt item has left in U8: its difference is what is missing to the books."""


def spoil(plant: Plant, *items: str) -> None:
    """Take stock of these items away in U8, so that the next rounds find a variance each."""
    plant.stock(**{f"{item.replace('-', '_')}__01": str(SHORT) for item in items})


def mend(plant: Plant, *items: str) -> None:
    """Give U8 what the books say of these items."""
    for item in items:
        query = "SELECT v.FQty FROM ICInventory v JOIN t_ICItem i ON i.FItemID = v.FItemID WHERE i.FNumber = ? AND v.FStockID = 700"
        (quantity,) = rows(plant.k3, query, item)[0]
        plant.stock(**{f"{item.replace('-', '_')}__01": str(quantity)})


def standing_in_u8(plant: Plant) -> dict[str, float]:
    """Return what is blocked in U8 by item, whichever way holds are written; doubled holds add up."""
    found: Counter[str] = Counter()
    for (item, _), quantity in plant.frozen().items():
        found[item] += quantity
    tables = {name for (name,) in rows(plant.u8, "SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "stockbridge_hold" in tables:
        for item, _, quantity, _ in plant.table():
            found[str(item)] += float(str(quantity))
    return dict(found)


def prove(plant: Plant, sink: Sink, expected: set[str]) -> None:
    """Assert that exactly the expected items are held, once, in ledger and U8 alike, and that no mail was lost."""
    ledger = plant.run("holds", "list", "--json").json
    assert {h["state"] for h in ledger} <= {"active"}, ledger
    assert Counter(h["item"] for h in ledger) == Counter(expected), "a hold was lost or doubled in the ledger"
    assert standing_in_u8(plant) == {item: float(SHORT) for item in expected}, "a hold was lost or doubled in U8"
    _prove_mails(plant, sink)
    assert plant.run("audit", "verify").code == 0
    assert plant.run("holds", "reconcile", "--json").json == []
    status = plant.run("status", "--json").json
    assert (status["outbox_waiting"], status["outbox_failed"]) == (0, 0)


def prove_replays(plant: Plant) -> None:
    """Assert that every run that was committed recomputes to the same bytes."""
    for (number,) in rows(plant.store, "SELECT number FROM runs ORDER BY number"):
        done = plant.run("replay", str(number), "--json")
        assert done.json["same"], number


def _prove_mails(plant: Plant, sink: Sink) -> None:
    """Every mail that was decided arrived at least once; repeats carry the same Message-ID and the same bytes."""
    decided = {
        (str(key).removeprefix("mail:").rpartition(":")[0], json.loads(str(body))["to"])
        for key, body in rows(plant.store, "SELECT key, body FROM outbox WHERE kind = 'mail'")
    }
    arrived: dict[tuple[str, str], set[bytes]] = {}
    for address, message in sink.received:
        arrived.setdefault((str(message["Message-ID"]), address), set()).add(_stable(message))
    assert set(arrived) == decided
    assert all(len(versions) == 1 for versions in arrived.values()), "one Message-ID, two texts"


def _stable(message: EmailMessage) -> bytes:
    return bytes(message)
