"""What a connector's author supplies: a look-alike of the system that can be filled, moved and broken.

Everything that a system does not have raises Unsupported, and the checks that need it are skipped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar
from zoneinfo import ZoneInfo

from bridge.domain.clock import FixedClock
from bridge.domain.hold import HoldOrder
from bridge.domain.quantity import to_micro
from bridge.ports import Clock, HoldTarget, Source
from config.base import SourceSettings
from connectors.connector import Connector
from connectors.contract.expecting import Unsupported

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
"""Where every check stands in time."""
NAME = "under_test"
"""The source's id in every check."""

FAULTS = {
    "dead": "nobody answers: the server is down, the file is missing",
    "login": "the system refuses user, password or token",
    "schema": "a table, column or field that must be there is not",
    "hang": "the system takes the request and never answers; settings with a short timeout_s",
    "cut": "the answer ends before it is complete",
    "garbage": "the answer is something else: a login page, a damaged file",
    "partial": "fewer rows arrive than the system itself counts",
    "repeated": "a page comes twice in the place of another",
    "redirect": "the system sends us round in circles",
}
"""Ways to break a system, by name."""


@dataclass(frozen=True)
class StockRow:
    """One stock line as the system keeps it. `quantity` None = the system has the line and no figure."""

    item: str
    warehouse: str
    quantity: Decimal | None
    batch: str = ""


class SourceHarness:
    """A system to read. Subclass it; override what the system has."""

    connector: ClassVar[Connector]
    warehouses: tuple[str, str] = ("01", "02")
    secrets: tuple[str, ...] = ()
    """Every secret text in the settings: it must appear nowhere."""
    receipt = "purchase_receipt"
    issue = "material_issue"
    """Families that `post` is called with."""

    def settings(self) -> SourceSettings:
        """Return settings that read the system as it stands."""
        raise NotImplementedError

    def fill(self, rows: Sequence[StockRow]) -> None:
        """Let the system have exactly these lines (of known items), and no documents."""
        raise NotImplementedError

    def broken(self, fault: str) -> SourceSettings:
        """Break the filled system in this way (a name of FAULTS) and return the settings to meet it with."""
        raise Unsupported(fault)

    def answering(self, status: int) -> SourceSettings:
        """Let the system answer every request with this HTTP status; HTTP only."""
        raise Unsupported(f"HTTP {status}")

    def post(self, number: str, family: str, item: str, quantity: Decimal) -> None:
        """Post a document that counts: a receipt into the first warehouse, or an issue from it; quantity positive."""
        raise Unsupported("documents")

    def transfer(self, number: str, item: str, quantity: Decimal) -> None:
        """Post a transfer from the first warehouse to the second."""
        raise Unsupported("transfers")

    def delete(self, number: str) -> None:
        """Delete a document without trace and take back what it moved."""
        raise Unsupported("deletion")

    def open(self, settings: SourceSettings | None = None, clock: Clock | None = None) -> Source:
        """Open the source under test."""
        return self.connector.source(NAME, settings or self.settings(), clock or FixedClock(NOW))


class TargetHarness:
    """A system that takes holds. Subclass it; the system starts with `stock` of `item` in `warehouse`, none held."""

    connector: ClassVar[Connector]
    item = "00710"
    warehouse = "01"
    stock = Decimal(2000)
    secrets: tuple[str, ...] = ()

    def settings(self) -> SourceSettings:
        """Return settings with a `[hold]` table."""
        raise NotImplementedError

    def dead(self) -> SourceSettings:
        """Return settings of a target that nobody answers for."""
        raise Unsupported("dead")

    def hold_as_somebody_else(self, quantity: Decimal) -> None:
        """Let somebody else hold this much of the same stock."""
        raise Unsupported("others' holds")

    def held_by_others(self) -> Decimal:
        """Return what others hold of the stock, as the system says."""
        raise Unsupported("others' holds")

    def open(self, settings: SourceSettings | None = None) -> HoldTarget:
        """Open the target under test, as a new process would."""
        if self.connector.target is None:
            raise Unsupported("holds")
        return self.connector.target(NAME, settings or self.settings(), FixedClock(NOW))

    def order(self, ref: str = "SBCONTRACT000001", quantity: Decimal = Decimal(80), reason: str = "") -> HoldOrder:
        """Return an order on the stock."""
        return HoldOrder(
            ref=ref,
            item=self.item,
            warehouse=self.warehouse,
            batch="",
            operations=self.open().ability.operations,
            quantity=to_micro(quantity),
            reason=reason or "库比账少 80 个",
            expires_at=NOW + timedelta(hours=8),
        )
