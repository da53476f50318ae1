"""The plant's items and warehouses, and how each system names them."""

import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from bridge.demo.lookalikes import KingdeeBooks, YonyouStock


@dataclass(frozen=True)
class Place:
    """A warehouse: `name` is the common code; K/3, U8 and the MES have their own."""

    name: str
    k3: str
    u8: str
    kind: str  # raw, semi, finished or line


@dataclass(frozen=True)
class Item:
    """A material. `code` is K/3's number and the common code. `factor` = pieces in a box, 0 = no boxes.

    `home` and `second` index PLACES (second = -1: none). `alias` is a second, unmapped U8 code, '' = none.
    """

    index: int
    code: str
    u8: str
    name: str
    spec: str
    kind: str
    home: int
    second: int
    weighed: bool
    factor: int
    batch: bool
    cost: Decimal
    abc: str
    target: Decimal
    weight: float
    alias: str = ""
    alias_name: str = ""
    alias_related: bool = True


PLACES: Sequence[Place] = tuple(
    Place(name, f"{number:02d}", f"W{number:02d}", kind)
    for number, (name, kind) in enumerate(
        [
            ("原料一仓", "raw"),
            ("原料二仓", "raw"),
            ("包材仓", "raw"),
            ("五金仓", "raw"),
            ("化学品仓", "raw"),
            ("半成品一仓", "semi"),
            ("半成品二仓", "semi"),
            ("成品一仓", "finished"),
            ("成品二仓", "finished"),
            ("外贸成品仓", "finished"),
            ("线边一仓", "line"),
            ("线边二仓", "line"),
        ],
        start=1,
    )
)
FACTORS = (10, 12, 20, 24, 25, 40, 48, 50)
UNRELATED = 0.3
"""Share of second codes whose name tells nothing."""
_NOUNS = {
    "raw": ("电阻", "电容", "螺丝", "铜箔", "胶带", "弹片", "连接器", "线材", "磁铁", "硅胶垫", "彩盒", "说明书"),
    "semi": ("中框", "后盖", "主板组件", "电池组件", "按键组件", "支架"),
    "finished": ("手表", "手环", "耳机", "充电盒", "遥控器"),
}
_SPARE_NOUNS = ("垫圈", "卡扣", "护套", "转轴", "滤网", "标牌", "导光柱", "端子")


def draw_items(rng: random.Random, count: int, aliases: int) -> list[Item]:
    """Return `count` items: 20 % of them take 80 % of the movements, 15 % have batches, 15 % boxes, 4 % are weighed."""
    busy = set(rng.sample(range(count), max(1, count // 5)))
    doubled = rng.sample(range(count), aliases)
    strangers = set(doubled[: round(aliases * UNRELATED)])
    kinds = [(index in busy, index in doubled, index not in strangers) for index in range(count)]
    return [_item(rng, n, busy=kind[0], doubled=kind[1], related=kind[2]) for n, kind in enumerate(kinds)]


def _item(rng: random.Random, index: int, *, busy: bool, doubled: bool, related: bool) -> Item:
    kind = rng.choices(("raw", "semi", "finished"), (0.6, 0.22, 0.18))[0]
    homes = [n for n, place in enumerate(PLACES) if place.kind == kind]
    lines = [n for n, place in enumerate(PLACES) if place.kind == "line"]
    weighed = kind == "raw" and rng.random() < 0.06 and not doubled
    batch = rng.random() < 0.15 and not doubled
    boxed = not weighed and rng.random() < 0.16
    noun = "铜箔" if weighed else rng.choice(_NOUNS[kind])
    model = f"{rng.choice('ABCDEFGHKMPRTZ')}{rng.choice('BCDKLPQSX')}-{rng.randint(10, 9999):04d}"
    group = {"raw": 1, "semi": 2, "finished": 3}[kind]
    old = f"{noun}{model.replace('-', '')}(旧)" if rng.random() < 0.5 else f"{model} {noun}"
    other = f"{rng.choice(_SPARE_NOUNS)}{rng.randint(100, 999)}"
    spread = rng.uniform(0, 1)
    target = Decimal(round(800 * 15**spread)) if not weighed else Decimal(round(300 * 8**spread))
    cost = Decimal(str(round(rng.lognormvariate({"raw": 1.0, "semi": 3.0, "finished": 4.3}[kind], 0.9) + 0.6, 2)))
    worth = cost * target
    return Item(
        index=index,
        code=f"{group}.{rng.randint(1, 12):02d}.{index + 1:05d}",
        u8=f"{group:02d}{rng.randint(1, 12):02d}-{index + 1:05d}",
        name=f"{noun} {model}",
        spec=f"{rng.randint(1, 90)}×{rng.randint(1, 90)}mm",
        kind=kind,
        home=rng.choice(homes),
        second=rng.choice(lines) if kind != "finished" and rng.random() < 0.4 else -1,
        weighed=weighed,
        factor=rng.choice(FACTORS) if boxed else 0,
        batch=batch,
        cost=cost,
        abc="A" if worth > 150_000 else "B" if worth > 25_000 else "C",
        target=target,
        weight=rng.uniform(12, 20) if busy else rng.uniform(0.5, 1.5),
        alias=f"{rng.choice('XYZ')}{rng.randint(10, 99)}-{index + 1:05d}" if doubled else "",
        alias_name=(old if related else other) if doubled else "",
        alias_related=related,
    )


def enter_masters(k3: KingdeeBooks, u8: YonyouStock, items: Sequence[Item]) -> None:
    """Enter units, warehouses and items into both systems."""
    with k3.writing(), u8.writing():
        groups = k3.add_unit_group("数量组")
        piece = k3.add_unit("个", group=groups)
        kilo = k3.add_unit("公斤", precision=3)
        boxes = {}
        u8.add_unit_group("01", "无换算组", 0)
        u8.add_unit("0101", "个", "01", main=True)
        u8.add_unit_group("30", "重量组", 2)
        u8.add_unit("3001", "公斤", "30", rate=1, main=True)
        u8.add_unit("3002", "卷", "30", rate="12.5")
        for factor in FACTORS:
            group = k3.add_unit_group(f"箱{factor}组")
            boxes[factor] = k3.add_unit("个", group=group)
            k3.add_unit("箱", group=group, coefficient=factor)
            u8.add_unit_group(f"2{factor}", f"箱{factor}组", 1)
            u8.add_unit(f"2{factor}1", "个", f"2{factor}", rate=1, main=True)
            u8.add_unit(f"2{factor}2", "箱", f"2{factor}", rate=factor)
        for place in PLACES:
            k3.add_warehouse(place.k3, place.name)
            u8.add_warehouse(place.u8, place.name, asset=True, kind=int(place.kind == "line"))
        for code, label in (("01", "原材料"), ("02", "半成品"), ("03", "产成品")):
            u8.add_class(code, label)
        for item in items:
            unit = kilo if item.weighed else boxes[item.factor] if item.factor else piece
            _enter_item(k3, u8, item, unit)


def _enter_item(k3: KingdeeBooks, u8: YonyouStock, item: Item, unit: int) -> None:
    label = {"raw": "原材料", "semi": "半成品", "finished": "产成品"}[item.kind]
    k3.add_item(
        item.code,
        item.name,
        unit=unit,
        spec=item.spec,
        decimals=3 if item.weighed else 0,
        abc=item.abc,
        plan_price=item.cost,
        standard_cost=item.cost,
        category=label,
        batch=item.batch,
    )
    main = "3001" if item.weighed else f"2{item.factor}1" if item.factor else "0101"
    aux = "3002" if item.weighed else f"2{item.factor}2" if item.factor else ""
    sort = {"raw": "01", "semi": "02", "finished": "03"}[item.kind]
    for code, name in ((item.u8, item.name), (item.alias, item.alias_name)):
        if code:
            card = {"spec": item.spec if code == item.u8 or item.alias_related else "", "abc": item.abc}
            u8.add_item(code, name, unit=main, category=sort, aux_unit=aux, batch=item.batch, cost=item.cost, **card)


def write_maps(folder: Path, items: Sequence[Item]) -> None:
    """Write maps/items.csv and maps/warehouses.csv (design.md 3) for sources k3, u8 and mes; aliases stay unmapped."""
    maps = folder / "maps"
    maps.mkdir(exist_ok=True)
    with (maps / "items.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("item", "source", "code", "valid_from", "valid_to", "approved_by"))
        rows.writerows((item.code, "u8", item.u8, "2026-01-01", "", "zhou.min") for item in items)
    with (maps / "warehouses.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("warehouse", "source", "code"))
        for place in PLACES:
            rows.writerows(((place.name, "k3", place.k3), (place.name, "u8", place.u8), (place.name, "mes", place.u8)))
