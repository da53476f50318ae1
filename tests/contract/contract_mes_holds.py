"""Holds in a MES by its own requests: the reference MES, as its page describes it."""

from bridge.demo.reference_mes import ReferenceMes
from bridge.demo.reference_mes.movements import Movement, book
from bridge.demo.reference_mes.tables import transaction
from bridge.domain.quantity import to_micro, to_text
from connectors.contract import TargetHarness
from connectors.contract.harness import NOW
from connectors.mes import CONNECTOR
from connectors.mes.config import MesSettings


class HoldApiHarness(TargetHarness):
    """A reference MES with two tokens, stock, and a hand that holds some of it too."""

    connector = CONNECTOR
    secrets = ("lesen-9f1c-token", "sperren-77a0-token")

    def __init__(self, folder):
        reader, writer = self.secrets
        self.server = ReferenceMes(folder / "mes.sqlite", lambda: NOW, reader=reader, writer=writer).start()
        with transaction(self.server.db) as db:
            moved = Movement(id="BG-1", item=self.item, from_loc=self.warehouse, qty=to_micro(self.stock))
            book(db, moved, self.server.now_ms)

    def settings(self):
        """Return settings that read with one token and hold with the other."""
        reader, writer = self.secrets
        return MesSettings(
            kind="mes",
            base_url=self.server.url,
            token=reader,
            snapshot={"path": "/open/stock"},
            hold={"via": "hold_api", "token": writer},
        )

    def dead(self):
        """Stop the server."""
        found = self.settings()
        self.close()
        return found

    def hold_as_somebody_else(self, quantity):
        """Let a person hold some of the stock in the MES itself."""
        facts = ("HAND-1", "wang", "out", self.item, self.warehouse, "", to_micro(quantity), "盘点", 2**62, 0)
        with transaction(self.server.db) as db:
            db.execute("INSERT INTO hold VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)", facts)

    def held_by_others(self):
        """Return what the person still holds."""
        with transaction(self.server.db) as db:
            query = "SELECT coalesce(sum(qty), 0) FROM hold WHERE owner <> 'stockbridge' AND released_at IS NULL"
            return type(self.stock)(to_text(db.execute(query).fetchone()[0]))

    def close(self):
        """Stop the server, once."""
        self.server.stop()
        self.server.stop = lambda: None
