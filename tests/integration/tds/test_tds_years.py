"""U8's year databases: which one is read, asked of UFSystem on the same server."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from tds_plant import ACCOUNT, NOW, PASSWORD

from bridge.demo.lookalikes import StockLine
from bridge.domain.errors import SourceRefused
from bridge.domain.snapshot import Scope


def _stocked(plant, name, begin, end, quantity):
    made = plant.add_year(name, begin, end)
    made.add_unit_group("01", "无换算", 0)
    made.add_unit("0101", "个", "01")
    made.add_warehouse("01", "原料仓")
    made.add_item("NA", "铜箔", unit="0101")
    made.set_openings("01", [StockLine("NA", quantity)])
    made.save("01", [StockLine("NA", 1)], "01", datetime(begin, 1, 1, 8, tzinfo=NOW.tzinfo), "李明")
    made.close()


def _end(plant, database, year):
    with closing(sqlite3.connect(plant.folder / "UFSystem.db")) as link:
        link.execute("UPDATE UA_AccountDatabase SET iEndYear = ? WHERE cDatabase = ?", (year, database))
        link.commit()


def _stock(source):
    return {(row["item"], row["warehouse"]): row["quantity"] for row in source.snapshot(Scope()).lines.to_pylist()}


@pytest.mark.slow
def test_a_closed_multi_year_database_beside_the_open_one(plant, driver):
    """Auto reads the open database; a year inside the closed span reads the closed one, whatever its name says."""
    _stocked(plant, "UFDATA_002_2023", 2023, 2025, 7)
    assert _stock(plant.u8(driver))["NA", "01"] == 12_250_000
    for year in (2023, 2024, 2025):
        assert _stock(plant.u8(driver, year=year)) == {("NA", "01"): 7_000_000}
    assert "u8_year_fixed" in {code for code, _ in plant.u8(driver, year=2025).probe().findings}


def test_an_open_database_carries_the_following_years(plant, driver):
    """Without an end year the database stays the one, years after it began."""
    plant.clock.at = NOW + timedelta(days=800)
    assert plant.u8(driver).snapshot(Scope()).provenance.account == "U8 002 示例精密"
    assert ACCOUNT in {received.database for received in plant.server.log}


@pytest.mark.slow
def test_the_new_year_is_followed_without_a_word(plant, driver):
    """On 1 January the next database is read, the account set keeps its name, its documents keep their own keys."""
    source = plant.u8(driver)
    before, batch = source.snapshot(Scope()), source.movements("")
    _end(plant, ACCOUNT, 2026)
    _stocked(plant, "UFDATA_002_2027", 2027, None, 9)
    assert _stock(source) == _stock(plant.u8_file())
    plant.clock.at = NOW.replace(year=2027, month=1, day=1, hour=0, minute=1)
    after = source.snapshot(Scope())
    assert _stock(source) == {("NA", "01"): 9_000_000}
    assert after.provenance.account == before.provenance.account
    following = source.movements(batch.cursor)
    assert [key.partition(":")[0] for key in following.rows["key"].to_pylist()] == ["UFDATA_002_2027"]
    assert following.rows["family"].to_pylist() == ["purchase_receipt"], "openings repeat what last year brought in"
    assert set(batch.rows["key"].to_pylist()) <= following.complete_keys


def test_a_year_that_nobody_opened(plant, driver):
    """A closed set without a successor is refused with what there is."""
    _end(plant, ACCOUNT, 2026)
    plant.clock.at = NOW.replace(year=2027)
    with pytest.raises(SourceRefused) as seen:
        plant.u8(driver).snapshot(Scope())
    assert seen.value.code == "BR-1241"
    assert ACCOUNT in str(seen.value)


def test_three_part_names_reach_beside_the_account_set(plant, freetds):
    """The server answers across its databases, and refuses those that the login may not open."""
    link = plant.connect(freetds, "bridge_ro", f"{{{PASSWORD}}}", "master")
    name = link.execute("SELECT cAcc_Name FROM UFSystem.dbo.UA_Account WHERE cAcc_Id = ?", "002").fetchval()
    assert name == "示例精密"
    plant.server.rights.users.discard(("bridge_ro", "ufsystem"))
    link = plant.connect(freetds, "bridge_ro", f"{{{PASSWORD}}}", "master")
    with pytest.raises(Exception, match="916"):
        link.execute("SELECT cAcc_Name FROM UFSystem.dbo.UA_Account")
