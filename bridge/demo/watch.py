"""Looking into the look-alikes themselves, past the bridge: what really differs, and what is frozen."""

from decimal import Decimal

from bridge.demo.articles import Article
from bridge.demo.lookalikes.exact import exact
from bridge.demo.plant import K3_CODES, U8_CODES, Plant

Row = tuple[str, str]
"""U8's item and warehouse code."""


def positions_apart(plant: Plant, own: tuple[Article, ...]) -> dict[tuple[str, str], Decimal]:
    """Return stock - book, batches added up, for each item and warehouse (common names) that differs right now."""
    codes = {article.u8_code: article.code for article in own}
    book_names = {code: name for name, code in K3_CODES.items()}
    stock_names = {code: name for name, code in U8_CODES.items()}
    found: dict[tuple[str, str], Decimal] = {}
    for (item, warehouse, _), quantity in plant.stock.balances().items():
        if item in codes:
            place = (codes[item], stock_names[warehouse])
            found[place] = found.get(place, Decimal(0)) + quantity
    for (item, warehouse, _), quantity in plant.books.balances().items():
        place = (item, book_names[warehouse])
        found[place] = found.get(place, Decimal(0)) - quantity
    return {place: difference for place, difference in found.items() if difference}


def frozen_rows(plant: Plant) -> dict[Row, Decimal]:
    """Return CurrentStock.fStopQuantity, batches added up, where something is frozen."""
    found: dict[Row, Decimal] = {}
    for item, warehouse, frozen in plant.stock.rows(
        "SELECT cInvCode, cWhCode, fStopQuantity FROM CurrentStock WHERE fStopQuantity <> 0"
    ):
        found[item, warehouse] = found.get((item, warehouse), Decimal(0)) + exact(frozen)
    return found


def on_hand(plant: Plant, row: Row) -> Decimal:
    """Return CurrentStock.iQuantity of an item in a warehouse, batches added up."""
    return plant.stock.balance(*row)
