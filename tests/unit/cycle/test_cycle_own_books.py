"""The daily question how a system stands to itself never costs the reading it comes with."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from bridge.cycle.collect import collect
from bridge.cycle.plan import SourcePlan
from bridge.domain.admission import GatePolicy
from bridge.domain.clock import FixedClock
from bridge.domain.errors import SourceRefused, SourceUnavailable
from bridge.domain.snapshot import STOCK_LINES, Provenance, Scope, Snapshot
from bridge.ports import SourceAbility

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
PLAN = SourcePlan("u8", "u8", 3.0, by_batch=True, row_cap=9, gates=GatePolicy())


@dataclass
class Slow:
    """A source that answers a plain question, and `error` when asked for its own books."""

    error: Exception
    id: str = "u8"
    ability: SourceAbility = field(default_factory=SourceAbility)
    asked: list[Scope] = field(default_factory=list)

    def snapshot(self, scope: Scope) -> Snapshot:
        """Answer, or raise."""
        self.asked.append(scope)
        if scope.own_books:
            raise self.error
        return Snapshot(Provenance("u8", NOW, NOW, None, "a", "s", 0, 0), STOCK_LINES.empty_table())


def test_too_slow_to_sum_is_read_without():
    """The server runs out of time over its documents: the same scope is read without them, and it counts as asked."""
    source = Slow(SourceUnavailable("BR-2064", source="u8", seconds="3"))
    reading = collect([(PLAN, source)], FixedClock(NOW), ["u8"])["u8"]
    assert (reading.error, reading.snapshot.provenance.self_agreement, reading.own_books) == (None, None, True)
    assert source.asked == [Scope(by_batch=True, row_cap=9, own_books=True), Scope(by_batch=True, row_cap=9)]


def test_nobody_is_asked_who_is_not_due():
    """Without need the plain reading is all there is."""
    source = Slow(SourceUnavailable("BR-2064", source="u8", seconds="3"))
    reading = collect([(PLAN, source)], FixedClock(NOW), ["k3"])["u8"]
    assert (len(source.asked), reading.error, reading.own_books) == (1, None, False)


@pytest.mark.parametrize("due", [["u8"], []])
def test_a_refusal_stays_a_refusal(due):
    """What is wrong with the source itself is told, not asked around."""

    class Refusing(Slow):
        def snapshot(self, scope: Scope) -> Snapshot:
            self.asked.append(scope)
            raise self.error

    reading = collect([(PLAN, Refusing(SourceRefused("BR-1208", source="u8", columns="x")))], FixedClock(NOW), due)[
        "u8"
    ]
    assert (reading.error.code, reading.snapshot) == ("BR-1208", None)
