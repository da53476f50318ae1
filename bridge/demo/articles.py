"""What the demo plant keeps in stock: five articles with a story, and some four hundred around them."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Final

RAW, SEMI, FINISHED, CONSIGNED = "原料仓", "半成品仓", "成品仓", "代管仓"
"""The plant's warehouses by their common names."""
PER_BOX: Final = 40
"""Pieces in a box (箱) of the articles that are boxed."""
_SEED: Final = 20261123
_BATCHES: Final = ("B2610-02", "B2611-01")


@dataclass(frozen=True)
class Shelf:
    """What lies of an article in one warehouse when the day begins, in its base unit."""

    warehouse: str
    quantity: Decimal
    batch: str = ""


@dataclass(frozen=True)
class Article:
    """One material. `code` is K3's and the common one, `u8_code` the warehouse's; `unit` is 个 or kg."""

    code: str
    u8_code: str
    name: str
    category: str
    unit: str
    cost: Decimal
    abc: str
    shelves: tuple[Shelf, ...]
    boxed: bool = False
    u8_name: str = ""

    @property
    def decimals(self) -> int:
        """Return how many decimals its quantities have."""
        return 3 if self.unit == "kg" else 0

    @property
    def has_batches(self) -> bool:
        """Return whether its stock is kept by batch."""
        return any(shelf.batch for shelf in self.shelves)


@dataclass(frozen=True)
class _Family:
    prefix: str
    name: str
    category: str
    warehouse: str
    count: int
    cost: tuple[float, float]
    stock: tuple[int, int]
    unit: str = "个"
    boxed: bool = False
    batches: bool = False
    also: str = ""  # a second warehouse, for every other article


_FAMILIES: Final = (
    _Family("RES", "贴片电阻", "电子料", RAW, 60, (0.02, 0.09), (4000, 12000)),
    _Family("CAP", "贴片电容", "电子料", RAW, 60, (0.03, 0.30), (4000, 12000)),
    _Family("IC", "芯片", "电子料", RAW, 30, (3, 38), (500, 3000)),
    _Family("SC", "螺钉", "紧固件", RAW, 40, (0.05, 0.20), (4000, 12000)),
    _Family("SR", "硅胶圈", "结构件", RAW, 30, (0.4, 1.6), (1500, 6000), also=SEMI),
    _Family("BM", "屏幕保护膜", "包材", RAW, 30, (2, 7), (1600, 4800), boxed=True),
    _Family("PK", "彩盒", "包材", RAW, 25, (1, 4), (1600, 6000), boxed=True, also=FINISHED),
    _Family("GL", "胶水", "化工料", RAW, 15, (60, 180), (40, 120), unit="kg", batches=True),
    _Family("PL", "塑料粒子", "化工料", RAW, 20, (12, 30), (300, 2000), unit="kg"),
    _Family("CU", "铜箔", "金属料", RAW, 12, (70, 92), (180, 600), unit="kg"),
    _Family("ZK", "手表中框", "结构件", SEMI, 25, (30, 60), (800, 2600), also=FINISHED),
    _Family("BK", "表壳后盖", "结构件", SEMI, 20, (40, 70), (600, 1800), also=FINISHED),
    _Family("PCBA", "主板", "半成品", SEMI, 20, (45, 120), (400, 1500)),
    _Family("SW", "智能手表", "成品", FINISHED, 15, (180, 420), (300, 900)),
    _Family("EP", "蓝牙耳机", "成品", FINISHED, 13, (60, 150), (500, 1500)),
)


def _piece(code: str, u8_code: str, name: str, category: str, cost: str, abc: str, *shelves: Shelf) -> Article:
    return Article(code, u8_code, name, category, "个", Decimal(cost), abc, shelves)


FRAME: Final = Article(
    "ZK-2201",
    "0203-0117",
    "手表中框",
    "结构件",
    "个",
    Decimal("42.50"),
    "A",
    (Shelf(SEMI, Decimal(1820)),),
    u8_name="CNC中框",
)
FOIL: Final = Article(
    "CU-35", "CU-35", "铜箔", "金属料", "kg", Decimal("78.00"), "A", (Shelf(RAW, Decimal("240.350")),)
)
CIRCUIT: Final = _piece("FPC-24P", "FPC-24P", "柔性线路板", "电子料", "3.85", "B", Shelf(RAW, Decimal(18600)))
FILM: Final = Article(
    "BM-4010", "BM-4010", "屏幕保护膜", "包材", "个", Decimal("6.20"), "B", (Shelf(RAW, Decimal(2400)),), boxed=True
)
COVER: Final = _piece(
    "BK-7180", "0204-0033", "表壳后盖", "结构件", "61.00", "A", Shelf(SEMI, Decimal(900)), Shelf(FINISHED, Decimal(600))
)
STORIED: Final = (FRAME, FOIL, CIRCUIT, FILM, COVER)
"""Articles that the planted faults use. Chance sends them nowhere on the day, so a finding is the fault and nothing else."""

CONSIGNED_CODES: Final = tuple(f"KH-{number:04d}" for number in range(101, 113))


def articles() -> tuple[Article, ...]:
    """Return all of the plant's own articles, always the same ones. Classes follow the value of the stock."""
    rng = Random(_SEED)
    plain = [article for family in _FAMILIES for article in _of(family, rng)]
    by_value = sorted(plain, key=lambda article: -article.cost * sum(shelf.quantity for shelf in article.shelves))
    a, b = len(plain) * 15 // 100, len(plain) * 45 // 100
    classes = {article.code: "A" if rank < a else "B" if rank < b else "C" for rank, article in enumerate(by_value)}
    return (*STORIED, *(_classed(article, classes[article.code]) for article in plain))


def consigned() -> tuple[Article, ...]:
    """Return the customers' goods in the consigned warehouse; the workbook lists them too."""
    rng = Random(_SEED)
    return tuple(
        _piece(code, code, "客供料", "客供料", "0", "C", Shelf(CONSIGNED, Decimal(rng.randrange(50, 900))))
        for code in CONSIGNED_CODES
    )


def _of(family: _Family, rng: Random) -> Iterator[Article]:
    for index in range(family.count):
        number = 1000 + 10 * index + rng.randrange(10)
        code = f"{family.prefix}-{number}"
        cost = Decimal(str(round(rng.uniform(*family.cost), 2)))
        yield Article(
            code=code,
            u8_code=f"09{number}-{family.prefix}" if index % 20 == 7 else code,  # a few codes differ
            name=f"{family.name} {number % 100}#",
            category=family.category,
            unit=family.unit,
            cost=cost,
            abc="",
            shelves=tuple(_shelves(family, index, rng)),
            boxed=family.boxed,
        )


def _shelves(family: _Family, index: int, rng: Random) -> Iterator[Shelf]:
    places = [family.warehouse] + ([family.also] if family.also and index % 2 else [])
    for place in places:
        for batch in _BATCHES if family.batches else ("",):
            yield Shelf(place, _quantity(family, rng), batch)


def _quantity(family: _Family, rng: Random) -> Decimal:
    amount = rng.randint(*family.stock)
    if family.unit == "kg":
        return Decimal(amount) + Decimal(rng.randrange(4)) / 4
    return Decimal(amount // PER_BOX * PER_BOX if family.boxed else amount)


def _classed(article: Article, abc: str) -> Article:
    return Article(**{**article.__dict__, "abc": abc})
