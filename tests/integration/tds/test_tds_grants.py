"""The scripts that `sources grants` prints are enough to read, and no more; `--revoke` takes everything back."""

import pytest
from tds_plant import ACCOUNT, BOOKS, order

from bridge.domain.errors import SourceRefused
from bridge.domain.snapshot import Scope
from connectors.kingdee_k3 import CONNECTOR as K3
from connectors.yonyou_u8 import CONNECTOR as U8


def _cases(plant, driver):
    word = "<由 DBA 设定>"
    books = plant.k3(driver, user="reader", password=word)
    account = plant.u8(driver, user="reader", password=word, database=ACCOUNT, account="")
    return {"k3": (K3, books, BOOKS), "u8": (U8, account, ACCOUNT)}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["k3", "u8"])
def test_a_fresh_login_reads_with_the_printed_script(plant, driver, name):
    """Snapshot, movements and probe run with the granted rights; the probe finds no surplus right."""
    connector, source, database = _cases(plant, driver)[name]
    with pytest.raises(SourceRefused):
        source.snapshot(Scope())
    plant.run_script(driver, connector.grants(name, source._settings), "master")
    assert source.snapshot(Scope(by_batch=True)).lines.num_rows
    assert source.movements("").rows.num_rows
    assert source.probe().rights == ()
    link = plant.connect(driver, "reader", "<由 DBA 设定>", database)
    table = "ICInventory" if name == "k3" else "CurrentStock"
    for statement in (f"UPDATE {table} SET FQty = 0", f"DELETE FROM {table}"):
        with pytest.raises(Exception, match=r"229|207"):
            link.execute(statement)
    link.close()
    plant.run_script(driver, connector.revoke(name, source._settings), "master")
    with pytest.raises(SourceRefused) as seen:
        source.snapshot(Scope())
    assert seen.value.code == "BR-1105"


@pytest.mark.parametrize("via", ["hold_table", "frozen_quantity"])
def test_a_fresh_writing_login_holds_with_the_printed_script(plant, driver, via):
    """With `[hold]` the script makes the writing login too, in the account database, and the revoke removes it."""
    word = "<由 DBA 设定>"
    hold = {"via": via, "user": "bridge hold", "password": word}
    hold |= {"account_sets": (ACCOUNT,)} if via == "frozen_quantity" else {}
    settings = plant.u8_settings(driver, user="reader", password=word, database=ACCOUNT, account="", hold=hold)
    plant.run_script(driver, U8.grants("u8", settings), "master")
    target = U8.target("u8", settings, plant.clock)
    assert target.place(order(80)).quantity == 80_000_000
    assert target.lift(order(80)).quantity == 80_000_000
    plant.run_script(driver, U8.revoke("u8", settings), "master")
    assert set(plant.server.rights.passwords) == {"sa", "bridge_ro"}
    assert not [key for key in plant.server.rights.grants if key[0] != "bridge_ro"]
