"""The truth simulator: the differences in the databases are the planted ones, and nothing else."""

import json
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from bench.truth import KINDS, Truth, build, simulate
from bench.truth.habits import habits_of
from bench.truth.masters import PLACES
from bench.truth.plant import K3_FILE, U8_FILE
from bridge.demo.lookalikes import SWITCHES, KingdeeBooks, MesServer, YonyouStock

SMALL = {"items": 150, "movements_per_day": 90}


def differences(plant) -> dict[tuple[str, str, str], Decimal]:
    """Return U8 minus K/3 by common item, warehouse and batch, without zeros."""
    items = {item.u8: item.code for item in plant.items}
    items |= {item.alias: item.code for item in plant.items if item.alias}
    stock = {place.u8: place.name for place in PLACES}
    book = {place.k3: place.name for place in PLACES}
    found: dict[tuple[str, str, str], Decimal] = {}
    for (item, warehouse, batch), quantity in plant.u8.balances().items():
        key = (items[item], stock[warehouse], batch)
        found[key] = found.get(key, Decimal(0)) + quantity
    for (item, warehouse, batch), quantity in plant.k3.balances().items():
        key = (item, book[warehouse], batch)
        found[key] = found.get(key, Decimal(0)) - quantity
    return {key: quantity for key, quantity in found.items() if quantity}


def planted(truth: Truth) -> dict[tuple[str, str, str], Decimal]:
    """Return what the sheet says, checking that no two faults share a position."""
    found: dict[tuple[str, str, str], Decimal] = {}
    for position in (position for fault in truth.faults for position in fault.positions):
        key = (position.item, position.warehouse, position.batch)
        assert key not in found
        found[key] = Decimal(position.remainder)
    return found


@pytest.mark.parametrize("profile", ["scanned", "pda", "paper"])
def test_clean_plant_ends_without_a_difference(tmp_path, profile):
    """Without faults both systems agree to the last batch, and no paper takes longer than the profile's grace."""
    plant = build(tmp_path, 5, 3, profile, clean=True, **SMALL)
    plant.finish()
    assert differences(plant) == {}
    assert plant.slowest() <= timedelta(minutes=plant.truth.grace_minutes)
    assert plant.truth.faults == []
    plant.close()


@pytest.mark.parametrize("seed", [1, 2])
def test_planted_faults_are_exactly_the_differences(tmp_path, seed):
    """With every kind planted (and aliases), the final differences are the sheet's remainders, no more and no less."""
    plant = build(tmp_path, seed, 5, "pda", 14, aliases=5, **SMALL)
    plant.finish()
    assert differences(plant) == planted(plant.truth)
    assert {fault.kind for fault in plant.truth.faults} == set(KINDS)
    assert all(fault.cause == KINDS[fault.kind] for fault in plant.truth.faults)
    assert all(fault.visible_at >= fault.planted_at for fault in plant.truth.faults)
    assert len(plant.truth.aliases) == 5
    plant.close()


def test_faults_cite_documents_that_stand_in_the_systems(tmp_path):
    """Every cited number is found in the system it is said to stand in."""
    plant = build(tmp_path, 3, 5, "pda", 14, **SMALL)
    plant.finish()
    numbers = {("k3", number) for (number,) in plant.k3.rows("SELECT FBillNo FROM ICStockBill")}
    for kind in ("01", "08", "09", "10", "11", "32"):
        numbers |= {("u8", number) for (number,) in plant.u8.rows(f"SELECT cCode FROM RdRecord{kind}")}
    numbers |= {("u8", number) for (number,) in plant.u8.rows("SELECT cCVCode FROM CheckVouch")}
    cited = {(system, number) for fault in plant.truth.faults for system, _, number in fault.documents}
    assert cited
    assert cited <= numbers
    plant.close()


@pytest.mark.parametrize("number", [0, 9, 22, 31])
@pytest.mark.parametrize("k3_effect", ["save", "audit"])
def test_switches_change_no_story(tmp_path, number, k3_effect):
    """K/3's parameter and U8's boxes leave documents and faults alone; only an unaudited document may stop showing."""
    boxes = {kind: bool(number >> bit & 1) for bit, kind in enumerate(SWITCHES)}
    sizes = {"items": 120, "movements_per_day": 30}
    plant = build(tmp_path / "a", 8, 3, "scanned", 14, k3_effect=k3_effect, u8_at_audit=boxes, **sizes)
    plain = build(tmp_path / "b", 8, 3, "scanned", 14, **sizes)
    plant.finish()
    assert differences(plant) == planted(plant.truth)
    told = [(fault.kind, fault.side, fault.planted_at, fault.documents) for fault in plant.truth.faults]
    assert told == [(fault.kind, fault.side, fault.planted_at, fault.documents) for fault in plain.truth.faults]
    for fault, other in zip(plant.truth.faults, plain.truth.faults, strict=True):
        assert fault.positions == other.positions or (fault.kind == "unaudited" and not fault.visible)
    plant.close()
    plain.close()


def test_stepping_equals_playing_at_once(tmp_path):
    """Advancing by readings gives the same databases as one call, and never goes back."""
    stepped = build(tmp_path / "a", 11, 2, "pda", 5, **SMALL)
    for reading in stepped.readings(timedelta(hours=2)):
        assert reading.last - reading.first <= timedelta(minutes=5)
        stepped.advance(reading.first)
        stepped.advance(reading.last)
    with pytest.raises(ValueError, match="over"):
        stepped.advance(datetime.fromisoformat(stepped.truth.start))
    stepped.advance(stepped.end)
    truth = simulate(tmp_path / "b", 11, 2, "pda", 5, **SMALL)
    k3, u8 = KingdeeBooks.open(tmp_path / "b" / K3_FILE), YonyouStock.open(tmp_path / "b" / U8_FILE)
    assert (k3.balances(), u8.balances()) == (stepped.k3.balances(), stepped.u8.balances())
    assert Truth.read(tmp_path / "b" / "truth.json") == truth == stepped.truth
    for opened in (k3, u8, stepped):
        opened.close()


def test_seeds_differ_and_repeat(tmp_path):
    """The same seed tells the same story, another seed another one."""
    sheets = [simulate(tmp_path / str(n), seed, 1, "scanned", 2, **SMALL) for n, seed in enumerate((4, 4, 6))]
    assert sheets[0] == sheets[1] != sheets[2]


def test_systems_keep_their_own_arithmetic(tmp_path):
    """U8's on-hand is what 整理现存量 would make of its documents, but for rows that were tampered with."""
    plant = build(tmp_path, 7, 3, "pda", 14, **SMALL)
    plant.finish()
    tampered = [fault for fault in plant.truth.faults if fault.kind == "tampered_balance" and fault.side == "u8"]
    before = plant.u8.balances()
    plant.u8.recalculate()
    changed = [key for key, quantity in plant.u8.balances().items() if quantity != before[key]]
    assert len(changed) == len(tampered)
    plant.close()


def test_mes_witnesses_the_floor(tmp_path):
    """The MES hears of reported papers as they happen, through the list and through its server."""
    plant = build(tmp_path, 9, 1, "pda", clean=True, **SMALL)
    with MesServer() as mes:
        plant.mes = mes
        plant.advance(plant.end)
        assert len(mes.content.moves) == len(plant.mes_moves) > 5
    assert {move["type"] for move in plant.mes_moves} == {"产品入库", "领料"}
    plant.close()


def test_old_kingdee_and_maps(tmp_path):
    """An old K/3 takes the same story; maps translate U8's codes and leave aliases out."""
    plant = build(tmp_path, 9, 1, "scanned", 0, old=True, aliases=4, **SMALL)
    plant.finish()
    assert differences(plant) == {}
    mapped = (tmp_path / "maps" / "items.csv").read_text(encoding="utf-8")
    assert all(alias.code in mapped and f",{alias.alias}," not in mapped for alias in plant.truth.aliases)
    assert json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))["seed"] == 9
    plant.close()


@pytest.mark.parametrize("habits", ["few-lots+slips", "own-references", "no-references"])
def test_other_habits_end_without_a_difference_too(tmp_path, habits):
    """However people number, split and slip: without faults both systems agree in the end."""
    plant = build(tmp_path, 6, 2, "scanned", clean=True, habits=habits_of(habits), items=60, movements_per_day=80)
    plant.finish()
    assert differences(plant) == {}
    plant.close()
