"""A thousand hostile texts through codes, batches, holds and passwords: every one is a value, none a statement."""

import sqlite3
from contextlib import closing
from itertools import islice, product

import pytest
from tds_plant import ACCOUNT, BOOKS, order

from bridge.domain.errors import SourceRefused
from bridge.domain.snapshot import Scope
from connectors.holds import ViaHoldTable
from connectors.holds.script import hold_script

_OPENERS = (
    "'",
    "''",
    '"',
    "`",
    "]",
    "\\'",
    "%27",
    "’",
    "＇",
    "N'",
    "0x27",
    "')",
    "')) ",
    "1",
    "\t'",
    "a\n'",
    "a\r\n'",
    "{",
    "${",
    "}",
)
_BODIES = (
    "; DROP TABLE CurrentStock --",
    "; UPDATE CurrentStock SET iQuantity=0 --",
    " OR 1=1 --",
    " OR ''='",
    " UNION SELECT 1,2,3 --",
    "; EXEC xp_cmdshell 'dir' --",
    "; WAITFOR DELAY '0:0:9' --",
    "; SHUTDOWN --",
    "/**/OR/**/1=1#",
    "@P1",
    "? ? ?",
    ":item",
    "%(item)s",
    "\x0b\u202e逆\u200b",
    "😀);--",
)


def _texts(count, start=0):
    """Return distinct texts of at most 60 characters without blanks at their ends."""
    pairs = islice(product(_OPENERS, _BODIES, range(9)), start, start + count)
    return [f"{opener}{body}{number}x".strip() for opener, body, number in pairs]


def _assert_values_only(plant, hostile):
    """No statement the server received holds one of the texts; the tables still say what they said."""
    for received in plant.server.log:
        if received.user != "sa":
            assert not any(text in received.text for text in hostile), received.text
            assert not any(body in received.text for body in _BODIES if len(body) > 10), received.text


def _everything(path):
    with closing(sqlite3.connect(path)) as link:
        names = [name for (name,) in link.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {
            name: sorted(map(repr, link.execute(f'SELECT * FROM "{name}"')))
            for name in names
            if name != "stockbridge_hold"
        }


@pytest.mark.slow
def test_hostile_codes_are_read_back_letter_by_letter(plant, freetds):
    """300 item codes and 300 batches in U8 and K/3, with hostile document and transfer numbers, read over TDS."""
    codes, batches = _texts(300), _texts(300, 1000)
    with closing(sqlite3.connect(plant.folder / f"{ACCOUNT}.db")) as link:
        for at, (code, batch) in enumerate(zip(codes, batches, strict=True)):
            link.execute("INSERT INTO Inventory (cInvCode, cInvName, cComUnitCode) VALUES (?, ?, '0101')", (code, code))
            link.execute(
                "INSERT INTO CurrentStock (AutoID, cWhCode, cInvCode, ItemId, cBatch, iQuantity) VALUES (?, '01', ?, ?, ?, 1)",
                (9000 + at, code, 9000 + at, batch),
            )
        link.execute("UPDATE rdrecord11 SET cBusCode = ?, cMaker = ?", (codes[0], batches[0]))
        link.execute("UPDATE TransVouch SET cTVCode = ?", (codes[1],))
        for head in ("RdRecord08", "RdRecord09"):
            link.execute(f"UPDATE {head} SET cBusCode = ? WHERE cSource = '调拨'", (codes[1],))
        link.commit()
    with closing(sqlite3.connect(plant.folder / f"{BOOKS}.db")) as link:
        link.execute("DELETE FROM t_ICItemCore WHERE FItemID > 90000")
        for at, (code, batch) in enumerate(zip(codes, batches, strict=True)):
            item = 90_001 + at
            link.execute("INSERT INTO t_ICItemCore (FItemID, FNumber, FName) VALUES (?, ?, ?)", (item, code, code))
            link.execute(
                "INSERT INTO t_ICItemBase (FItemID, FUnitID, FUnitGroupID, FStoreUnitID, FOrderUnitID, FSaleUnitID, FProductUnitID) VALUES (?, 200, 40, 200, 200, 200, 200)",
                (item,),
            )
            link.execute("INSERT INTO t_ICItemMaterial (FItemID) VALUES (?)", (item,))
            link.execute("INSERT INTO t_ICItemStandard (FItemID) VALUES (?)", (item,))
            link.execute(
                "INSERT INTO ICInventory (FItemID, FStockID, FBatchNo, FQty) SELECT ?, FItemID, ?, 1 FROM t_Stock WHERE FNumber = '01'",
                (item, batch),
            )
        link.commit()
    before = [_everything(plant.folder / f"{name}.db") for name in (ACCOUNT, BOOKS)]
    for source in (plant.u8(freetds), plant.k3(freetds)):
        seen = {(row["item"], row["batch"]) for row in source.snapshot(Scope(by_batch=True)).lines.to_pylist()}
        assert set(zip(codes, batches, strict=True)) <= seen
    rows = plant.u8(freetds).movements("").rows.to_pylist()
    assert {(row["reference"], row["maker"]) for row in rows if row["family"] == "material_issue"} == {
        (codes[0], batches[0])
    }
    assert {row["counterpart"] for row in rows if row["family"] == "transfer_out"} == {"02"}
    _assert_values_only(plant, codes + batches)
    assert [_everything(plant.folder / f"{name}.db") for name in (ACCOUNT, BOOKS)] == before


@pytest.mark.slow
def test_hostile_holds_stand_and_go(plant, freetds):
    """25 holds with hostile item, warehouse, batch and reason are found again letter by letter, and lifted."""
    plant.run_script(
        freetds,
        "CREATE LOGIN bridge_hold WITH PASSWORD = N'Hold-1'; CREATE USER bridge_hold FOR LOGIN bridge_hold;"
        + hold_script(ViaHoldTable(user="bridge_hold"), "mssql", "bridge_hold"),
    )
    target = plant.target(freetds, "hold_table")
    before = _everything(plant.folder / f"{ACCOUNT}.db")
    texts = _texts(100, 2000)
    for at in range(25):
        item, warehouse, batch, reason = texts[4 * at : 4 * at + 4]
        wanted = order(1 + at, ref=f"SB'--;{at:010d}", item=item, warehouse=warehouse, batch=batch, reason=reason)
        assert target.place(wanted).done
        seen = target.probe(wanted.ref)
        assert (seen.item, seen.warehouse, seen.batch) == (item, warehouse, batch)
        if at % 2:
            assert target.lift(wanted).quantity == wanted.quantity
    assert len(target.list_own()) == 13
    _assert_values_only(plant, texts)
    assert _everything(plant.folder / f"{ACCOUNT}.db") == before


@pytest.mark.slow
def test_hostile_logins_and_passwords_are_only_refused(plant, driver):
    """240 texts as password and 60 as login: each arrives whole or is refused unsent, and none gets in."""
    for at, text in enumerate(_texts(300, 300)):
        login = {"user": text} if at % 5 == 0 else {"password": text}
        with pytest.raises(SourceRefused) as seen:
            plant.k3(driver, **login).snapshot(Scope())
        assert seen.value.code in {"BR-1105", "BR-1115"}
        if seen.value.code == "BR-1105":
            tried = plant.server.attempts[-1]
            assert text in {tried.user, tried.password}
    assert plant.server.log == []
