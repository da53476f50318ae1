"""A small U8 plant for the tests of this folder: the look-alike, and databases made by hand."""

import sqlite3
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bridge.demo.lookalikes import YonyouStock
from connectors.yonyou_u8 import CONNECTOR
from connectors.yonyou_u8.config import YonyouU8Settings

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 8, 30, tzinfo=ZONE)
AT = datetime(2026, 11, 20, 9, 15, tzinfo=ZONE)

MINIMAL = """
CREATE TABLE CurrentStock (cWhCode TEXT, cInvCode TEXT, iQuantity DECIMAL(28,6));
"""
USUAL = """
CREATE TABLE CurrentStock (AutoID INTEGER PRIMARY KEY, cWhCode TEXT, cInvCode TEXT, ItemId INT DEFAULT 1,
    cBatch TEXT DEFAULT '', cVMIVenCode TEXT DEFAULT '', iSoType INT DEFAULT 0, iSodid TEXT DEFAULT '',
    iQuantity DECIMAL(28,6), fStopQuantity DECIMAL(28,6) DEFAULT 0, bStopFlag INT DEFAULT 0, BGSPSTOP INT DEFAULT 0);
CREATE TABLE Inventory (cInvCode TEXT PRIMARY KEY, cInvName TEXT, cInvStd TEXT, cComUnitCode TEXT);
CREATE TABLE Warehouse (cWhCode TEXT PRIMARY KEY, cWhName TEXT, bProxyWh INT DEFAULT 0, bFreeze INT DEFAULT 0);
CREATE TABLE ComputationUnit (cComunitCode TEXT PRIMARY KEY, cComUnitName TEXT, cGroupCode TEXT, iChangRate TEXT);
CREATE TABLE AccInformation (cSysID TEXT, cName TEXT, cValue TEXT);
INSERT INTO Warehouse (cWhCode, cWhName) VALUES ('01', '原料仓'), ('02', '成品仓');
INSERT INTO ComputationUnit VALUES ('PCS', '个', 'G', NULL);
INSERT INTO Inventory VALUES ('NA', '铜箔', 'CU-35', 'PCS'), ('00710', '端子', '', 'PCS');
"""


@dataclass
class Still:
    """A clock that stands until it is moved."""

    at: datetime = field(default=NOW)

    def now(self) -> datetime:
        """Return the time it stands at."""
        return self.at


def run(path: Path, *scripts: str) -> Path:
    """Run scripts on a database file, which is made when it is not there."""
    with sqlite3.connect(path) as link:
        for script in scripts:
            link.executescript(script)
    link.close()
    return path


def settings(path: Path | None = None, **more: Any) -> YonyouU8Settings:
    """Return settings for a file, or without one what `more` says."""
    address = {"url": f"sqlite:///{path}"} if path is not None else {}
    return YonyouU8Settings.model_validate({"kind": "yonyou_u8", **address, **more})


def source(path: Path | None = None, clock: Still | None = None, **more: Any) -> Any:
    """Return the source `u8`. Its clock stands still, so lines are counted at every reading."""
    return CONNECTOR.source("u8", settings(path, **{"count_every": "0s", **more}), clock or Still())


def lookalike(folder: Path, name: str = "UFDATA_002_2026", **more: Any) -> YonyouStock:
    """Return a plant: NA by batch, 00710 in boxes of 40, a floating unit, four warehouses."""
    made = YonyouStock.create(folder / f"{name}.db", name="示例精密", **more)
    made.add_class("01", "结构件")
    made.add_unit_group("01", "无换算", 0)
    made.add_unit("0101", "个", "01")
    made.add_unit_group("02", "箱装", 1)
    made.add_unit("0201", "只", "02", rate=1, main=True)
    made.add_unit("0202", "箱", "02", rate=40)
    made.add_unit_group("03", "称重", 2)
    made.add_unit("0301", "千克", "03", rate=1, main=True)
    made.add_unit("0302", "卷", "03", rate="12.5")
    for code, label, more_facts in (
        ("01", "原料仓", {}),
        ("02", "半成品仓", {}),
        ("03", "线边仓", {"kind": 1}),
        ("09", "代管仓", {"proxy": True}),
    ):
        made.add_warehouse(code, label, **more_facts)
    made.add_item("NA", "铜箔", unit="0101", spec="CU-35", cost="42.5", abc="A", category="01", batch=True)
    made.add_item("00710", "端子", unit="0201", aux_unit="0202")
    made.add_item("KG-1", "铜卷", unit="0301", aux_unit="0302")
    return made
