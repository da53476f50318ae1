"""A probe says in sentences what a balance means: when documents move it, precision, classes, costs, open period."""

import pytest
from acceptance_books import change
from acceptance_plant import Plant


def _meaning(plant: Plant, source: str, *words: str) -> list[str]:
    (found,) = plant.run("sources", "probe", source, "--json", *words).json
    return found["meaning"]


def test_k3_says_when_bills_move_its_balance(plant: Plant):
    """K/3's own switch, in words: on audit as delivered, on save once somebody sets it."""
    assert _meaning(plant, "k3")[0] == "库存更新时点：审核后更新；未审核单据还没有动库存"
    change(plant.k3, "UPDATE t_SystemProfile SET FValue = '1' WHERE FKey = 'UpStockWhenSave'")
    assert _meaning(plant, "k3")[0] == "库存更新时点：保存后更新；未审核单据已经动了库存"
    assert _meaning(plant, "k3", "--lang", "en")[0].startswith("stock is updated on save")


def test_u8_says_when_each_family_moves_its_balance(plant: Plant):
    """U8 decides it per family: the ones that move on-hand already when saved are marked."""
    plant.configure(sources__u8__stock_effect={"material_issue": "on_save", "purchase_receipt": "on_audit"})
    first = _meaning(plant, "u8")[0]
    assert "采购入库 ✓" in first
    assert "材料出库 ✗" in first


@pytest.mark.parametrize(("source", "column"), [("k3", "K3 FPlanPrice"), ("u8", "U8 iInvSPrice")])
def test_the_last_reading_tells_precision_classes_and_costs(plant: Plant, source: str, column: str):
    """60 items with stock: two decimals, every class, every cost and the column it stands in."""
    said = _meaning(plant, source)
    assert [sentence for sentence in said if sentence.startswith(("物料：", "数量精度", "ABC", "成本"))] == [
        "物料：2026-11-17 09:00 的读数里 60 种有库存，以下按这些算",
        "数量精度：2 位小数 60 种",
        "ABC 分类：全部有（A 20、B 21、C 19）",
        f"成本：全部有，取自 {column} 60",
    ]


def test_what_items_lack_is_counted(fresh: Plant):
    """Ten items without class and twelve without cost are named with what follows; a second column of costs too."""
    change(fresh.u8, "UPDATE Inventory SET cInvABC = NULL WHERE cInvCode LIKE 'M-00%' OR cInvCode = 'M-010'")
    change(fresh.u8, "UPDATE Inventory SET iInvSPrice = 0 WHERE cInvCode LIKE 'M-01%' OR cInvCode IN ('NA', '00710')")
    fresh.accept()
    fresh.later(minutes=5)
    fresh.reconcile()
    said = "\n".join(_meaning(fresh, "u8"))
    assert "ABC 分类：50 种有（" in said
    assert "10 种没有；另一边也没有的，按没有分类的界限核对" in said
    assert "成本：48 种有，取自 U8 iInvSPrice 48；12 种没有；另一边也没有的，算不出差异金额" in said


def test_the_open_period_is_named(plant: Plant):
    """K/3's period is open from November; U8, which states none here, says so until its close table has months."""
    assert "期间：2026-11 起还能做单，更早的月份已结账" in _meaning(plant, "k3")
    assert "期间：没有说明从哪个月起还能做单" in _meaning(plant, "u8")
    for month in range(1, 13):
        change(plant.u8, "INSERT INTO GL_mend VALUES (2026, ?, 0, ?)", month, int(month < 11))
    assert "期间：2026-11 起还能做单，更早的月份已结账" in _meaning(plant, "u8")


def test_without_a_reading_the_switches_speak_alone(fresh: Plant):
    """Before any baseline nothing is known of classes and costs: the sentence says how to get there."""
    said = _meaning(fresh, "u8")
    assert "数量精度：账套定为 2 位小数" in said
    assert said[-1] == "ABC 分类和成本：还没有可信的读数。先 stockbridge baseline accept u8"


def test_the_terminal_shows_the_meaning_before_the_raw_switches(plant: Plant):
    """A sentence stands once: first what the switches mean, then the switches by their own names, no finding twice."""
    lines = plant.run("sources", "probe", "k3").out.splitlines()
    meaning = [at for at, line in enumerate(lines) if line.startswith("  · ")]
    raw = [at for at, line in enumerate(lines) if " = " in line]
    assert len(meaning) == 6
    assert max(meaning) < min(raw)
    assert sum("库存更新时点" in line for line in lines) == 1
