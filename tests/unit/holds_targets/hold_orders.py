"""Orders, clocks and targets for the tests of this folder."""

import sqlite3
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bridge.demo.lookalikes import YonyouStock
from bridge.domain.hold import HoldOrder
from connectors.yonyou_u8 import CONNECTOR
from connectors.yonyou_u8.config import ViaFrozenQuantity, YonyouU8Settings

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 8, 30, tzinfo=ZONE)
ACCOUNT = "UFDATA_002_2026"


@dataclass
class Still:
    """A clock that stands until it is moved."""

    at: datetime = field(default=NOW)

    def now(self) -> datetime:
        """Return the time it stands at."""
        return self.at


def order(quantity: float, ref: str = "SBAAAAAAAAAAAAAA", **more: Any) -> HoldOrder:
    """Return an order for 00710 in warehouse 01; `quantity` in units."""
    made = HoldOrder(
        ref=ref,
        item="00710",
        warehouse="01",
        batch="",
        operations=("out", "transfer"),
        quantity=round(quantity * 1_000_000),
        reason="库比账少 80 个(3.33%)未说明",
        expires_at=NOW + timedelta(hours=8),
    )
    return replace(made, **more)


def plant(folder: Path) -> YonyouStock:
    """Return a U8 plant with 00710 (boxes of 40) and NA (batches) in warehouse 01."""
    made = YonyouStock.create(folder / f"{ACCOUNT}.db")
    made.add_unit_group("02", "箱装", 1)
    made.add_unit("0201", "只", "02", rate=1, main=True)
    made.add_unit("0202", "箱", "02", rate=40)
    made.add_warehouse("01", "原料仓")
    made.add_warehouse("02", "半成品仓")
    made.add_item("00710", "端子", unit="0201", aux_unit="0202")
    made.add_item("NA", "铜箔", unit="0201", batch=True)
    return made


def frozen_target(
    path: Path, clock: Still | None = None, account_sets: tuple[str, ...] = (ACCOUNT,), **more: Any
) -> Any:
    """Return the frozen-quantity target of a file."""
    hold = ViaFrozenQuantity(account_sets=account_sets, **more)
    settings = YonyouU8Settings(url=f"sqlite:///{path}", hold=hold)
    return CONNECTOR.target("u8", settings, clock or Still())  # type: ignore[misc]


def run(path: Path, script: str) -> Path:
    """Run a script on a file, made when it is not there."""
    with sqlite3.connect(path) as link:
        link.executescript(script)
    link.close()
    return path


def rows(path: Path, query: str) -> list[Any]:
    """Return a query's rows."""
    with sqlite3.connect(path) as link:
        found = link.execute(query).fetchall()
    link.close()
    return found
