"""Small K/3 account sets, written by hand, so that a test shows all that is in them."""

import sqlite3
from datetime import datetime
from zoneinfo import ZoneInfo

from bridge.domain.clock import FixedClock
from connectors.kingdee_k3 import CONNECTOR
from connectors.kingdee_k3.config import KingdeeK3Settings

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 8, 30, tzinfo=SHANGHAI)

MINIMAL = """
CREATE TABLE ICInventory (FItemID int, FStockID int, FQty decimal(28,10));
CREATE TABLE t_ICItem (FItemID int, FNumber varchar(80));
CREATE TABLE t_Stock (FItemID int, FNumber varchar(80));
INSERT INTO t_ICItem VALUES (1, '00710'), (2, 'NA'), (123456789012345678, '18位');
INSERT INTO t_Stock VALUES (10, '01'), (11, '02');
"""
"""Only what must be there."""

USUAL = """
CREATE TABLE ICInventory (FItemID int, FStockID int, FBatchNo nvarchar(200), FQty decimal(28,10), FQtyLock decimal(28,10));
CREATE TABLE POInventory (FItemID int, FStockID int, FBatchNo nvarchar(200), FQty decimal(28,10), FStockTypeID int);
CREATE TABLE t_ICItem (FItemID int, FNumber varchar(80), FName varchar(255), FModel varchar(255), FUnitID int,
 FUnitGroupID int, FParentID int, FDeleted smallint, FQtyDecimal smallint, FABCCls char(1), FPlanPrice decimal(28,10),
 FStandardCost decimal(28,10));
CREATE TABLE t_Stock (FItemID int, FNumber varchar(80), FName varchar(80), FTypeID int);
CREATE TABLE t_MeasureUnit (FMeasureUnitID int, FItemID int, FUnitGroupID int, FName varchar(80), FCoefficient decimal(28,10),
 FConversation int);
CREATE TABLE t_Item (FItemID int, FItemClassID int, FName varchar(255), FDetail bit);
CREATE TABLE t_SystemProfile (FCategory varchar(30), FKey varchar(80), FValue varchar(255));
INSERT INTO t_SystemProfile VALUES ('IC', 'UpStockWhenSave', '1'), ('IC', 'CurrentYear', '2026'), ('IC', 'CurrentPeriod', '11'),
 ('GL', 'CompanyName', '示例精密');
INSERT INTO t_MeasureUnit VALUES (60, 60, 40, '个', 1, 1), (61, 61, 40, '箱', 40, 1), (62, 62, 40, '捆', 12.5, 0), (63, 63, 41, 'kg', 1, 1);
INSERT INTO t_Item VALUES (90, 4, '紧固件', 0), (1, 4, '螺丝', 1);
INSERT INTO t_Stock VALUES (0, '', '', 0), (10, '01', '原料仓', 500), (11, '02', '成品仓', 20291), (12, 'DJ', '待检仓', 501), (13, 'VMI', 'VMI仓', 504);
INSERT INTO t_ICItem VALUES
 (0, '', '', '', 0, 0, 0, 0, 0, NULL, 0, 0),
 (1, '1.01.00710', '螺丝 ', 'M3', 60, 40, 90, 0, 0, 'A', 0, 1.25),
 (2, 'NA', '铜箔', '', 63, 41, 0, 1, 3, NULL, 78.5, 0),
 (3, 'OLD', '停用', '', 60, 40, 90, 1, 0, 'C', NULL, 0);
"""
"""What an ordinary release has, without bills."""


def make(tmp_path, script, *more, name="AIS20190101120000.db"):
    """Write a database and return its path."""
    path = tmp_path / name
    link = sqlite3.connect(path)
    link.executescript(script)
    for statement in more:
        link.execute(statement)
    link.commit()
    link.close()
    return path


def run(path, *statements):
    """Change a database."""
    link = sqlite3.connect(path)
    for statement in statements:
        link.execute(statement)
    link.commit()
    link.close()


def source(path, now=NOW, **settings):
    """Return the connector over a database file."""
    configured = KingdeeK3Settings(kind="kingdee_k3", url=f"sqlite:///{path}", **settings)
    return CONNECTOR.source("k3", configured, FixedClock(now))
