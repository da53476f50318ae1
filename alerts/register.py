"""The bridge's own register as a hold target: nothing outside is touched, the gate API and the lists tell of it.

Its memory is the holds table itself, so placing and lifting cannot fail; it is the target of pairs whose systems take no
holds.
"""

from dataclasses import dataclass

from bridge.domain.hold import HoldOrder, HoldReading, Receipt, TargetAbility

REGISTER = "register"


@dataclass(frozen=True)
class RegisterTarget:
    """Advises only: people and gates that ask the bridge learn of the hold, no system enforces it."""

    id: str = REGISTER

    @property
    def ability(self) -> TargetAbility:
        """Return that it blocks nothing by itself and has nothing outside to read."""
        return TargetAbility(level="advise", partial=True, operations=("in", "out", "transfer"), can_probe=False)

    def probe(self, ref: str) -> HoldReading:
        """Return that there is nothing outside to read."""
        return HoldReading(ref=ref, present=False)

    def place(self, order: HoldOrder) -> Receipt:
        """Return the order as done in full."""
        return Receipt(ref=order.ref, done=True, quantity=order.quantity)

    def lift(self, order: HoldOrder) -> Receipt:
        """Return the order as undone in full."""
        return Receipt(ref=order.ref, done=True, quantity=order.quantity)

    def list_own(self) -> tuple[HoldReading, ...]:
        """Return nothing: the register is the ledger itself."""
        return ()
