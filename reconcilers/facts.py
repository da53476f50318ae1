"""What is known of a compared position beyond its figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bridge.domain.variance import Position, Presence
from reconcilers.align import Aligned
from reconcilers.cards import Card
from reconcilers.judge import PositionFacts


@dataclass(frozen=True)
class Facts:
    """Looks up what is known of a position: the book side's card first, then the stock side's."""

    alignments: Sequence[Aligned]
    classes: Mapping[str, str]

    def of(self, row: Mapping[str, Any]) -> PositionFacts:
        """Given a differing row of the plan with the full grain, return its facts."""
        cards = [card for aligned in self.alignments if (card := aligned.footing.cards.card(row["item"]))]
        costed = next((card for card in cards if card.cost is not None), Card())
        decimals = [card.decimals for card in cards if card.decimals is not None]
        position = Position(
            item=row["item"],
            warehouse=row["warehouse"],
            batch=row["batch"],
            name=_first(cards, "name"),
            warehouse_name=self._warehouse_name(row["warehouse"]),
            unit=self._unit(row["item"]),
            category=_first(cards, "category"),
            abc=_first(cards, "abc") or self.classes.get(row["item"], ""),
        )
        return PositionFacts(
            position=position,
            book=row["book"],
            stock=row["stock"],
            book_presence=Presence(row["book_presence"]),
            stock_presence=Presence(row["stock_presence"]),
            cost=costed.cost,
            cost_source=costed.cost_source,
            # the coarser of the two sides: it cannot hold what the finer one writes down
            decimals=min(decimals) if decimals else None,
            floating=row["floating"] > 0,
        )

    def _unit(self, item: str) -> str:
        return next((aligned.units[item] for aligned in self.alignments if aligned.units.get(item)), "")

    def _warehouse_name(self, warehouse: str) -> str:
        names = (aligned.footing.warehouse_names.get(warehouse, "") for aligned in self.alignments)
        return next((name for name in names if name), "")


def _first(cards: Sequence[Card], name: str) -> str:
    return next((str(getattr(card, name)) for card in cards if getattr(card, name)), "")
