"""Count sheets over TDS: the same counts as from the file, and none where the DBA granted the tables to nobody."""

import pytest
from tds_plant import ACCOUNT, AT

from bridge.demo.lookalikes import StockLine, YonyouStock
from bridge.domain.snapshot import Scope
from connectors.yonyou_u8 import CONNECTOR as U8


@pytest.fixture
def counted(plant):
    """Give the plant with one audited count."""
    stock = YonyouStock.open(plant.folder / f"{ACCOUNT}.db")
    stock.audit_count(stock.save_count([StockLine("NA", "9.25", "B1")], "01", AT, "张三"), AT, "李四")
    stock.close()
    return plant


def test_counts_arrive_alike(counted, driver):
    """Figures, batches and moments are those of the file."""
    found = counted.u8(driver).snapshot(Scope()).counts
    assert found.num_rows == 1
    assert found.equals(counted.u8_file().snapshot(Scope()).counts)


def test_without_the_right_nobody_counted(counted, driver):
    """A login of before the tables were read loses nothing: same lines, same fingerprint; the probe tells what is missing."""
    source = counted.u8(driver, user="reader", password="<由 DBA 设定>", database=ACCOUNT, account="")
    script = U8.grants("u8", source._settings).splitlines()
    counted.run_script(driver, "\n".join(line for line in script if "CheckVouch" not in line), "master")
    shot, whole = source.snapshot(Scope()), counted.u8(driver).snapshot(Scope())
    assert (shot.counts.num_rows, shot.lines.equals(whole.lines)) == (0, True)
    assert shot.provenance.schema == whole.provenance.schema
    assert "CheckVouch" in dict(source.probe().findings)["u8_no_counts"]["detail"]
