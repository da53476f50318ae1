"""What stands around a variance on the screen: other codes, when both sides were read, the run, a third system's word."""

import datetime as dt

import pytest
from acceptance_plant import START, Plant
from acceptance_posted import DAY, ask_witness, receipt
from acceptance_posting import receive

from bridge.demo.lookalikes import BillLine, KingdeeBooks, MesServer, StockLine, YonyouStock


@pytest.fixture
def doubled(posted: Plant) -> Plant:
    """Give a plant in which finance has entered a receipt of 300 of P-031 twice, seen in one round."""
    books, shelf = KingdeeBooks.open(posted.k3), YonyouStock.open(posted.u8)
    receipt(books, shelf, "P-031", 300, "PO-9100", at=posted.now.replace(tzinfo=None))
    again = books.save_bill(
        1, [BillLine("P-031", "01", 300)], on=DAY, maker="王芳", number="WIN911", reference="PO-9100"
    )
    books.audit(again, "李总", DAY)
    books.close(), shelf.close()
    posted.reconcile()
    posted.later(minutes=45)
    return posted


def test_show_names_the_run_and_the_times_of_both_readings(doubled: Plant):
    """It last agreed in run 2, while the second bill was in its grace; the figures are of the last round, whose clock stands beside book and stock."""
    (variance,) = doubled.reconcile().json["variances"]
    read = doubled.now
    doubled.later(minutes=20)
    shown = doubled.run("variances", "show", variance["id"])
    assert "上次相符 11-17 09:35（第 2 轮）" in shown.out
    assert f"账（金蝶K3，{read:%H:%M:%S}）" in shown.out
    assert f"库（用友U8，{read:%H:%M:%S}）" in shown.out
    doubled.later(days=1)
    assert f"库（用友U8，{read:%m-%d %H:%M:%S}）" in doubled.run("variances", "show", variance["id"]).out
    found = doubled.run("variances", "show", variance["id"], "--json").json
    assert (found["agreed"], found["agreed_run"]) == ("2026-11-17T09:35:00+08:00", 2)


def test_show_names_the_codes_of_the_other_systems(doubled: Plant):
    """Where a map gives a system its own code the head says it; where all call it alike the head stays short."""
    (variance,) = doubled.reconcile().json["variances"]
    assert doubled.run("variances", "show", variance["id"]).out.splitlines()[0] == "P-031 零件 31   原料仓"
    header = "item,source,code,valid_from,valid_to,approved_by\n"
    rows = "P-031,u8,0203-0117,,,zhou.min\nP-031,u8,0203-0118,,2026-11-16,zhou.min\n"
    (doubled.folder / "items.csv").write_text(header + rows, encoding="utf-8")
    doubled.configure(master__items="items.csv")
    shown = doubled.run("variances", "show", variance["id"]).out.splitlines()[0]
    assert shown == "P-031 零件 31（用友U8 0203-0117）   原料仓"
    codes = doubled.run("variances", "show", variance["id"], "--json").json["codes"]
    assert codes == [{"source": "k3", "code": "P-031"}, {"source": "u8", "code": "0203-0117"}]


def test_reconcile_explain_shows_the_first_two_suspicions(doubled: Plant):
    """Below each equation stand the first and the second cause with their proof, worded as `variances show` does."""
    (variance,) = doubled.reconcile().json["variances"]
    doubled.later(minutes=30)
    explained = doubled.run("reconcile", "--explain", "--dry-run").out.splitlines()
    show = doubled.run("variances", "show", variance["id"]).out.splitlines()
    first = next(at for at, line in enumerate(show) if line.startswith("疑似：重复"))
    proof = [line for line in show[first:] if line.startswith(("疑似", "备选", "    "))]
    assert len([line for line in proof if line.startswith("备选")]) >= 1
    start = explained.index(f"  {show[first]}")
    again = [line[2:] for line in explained[start:] if line.startswith(("  疑似", "  备选", "      "))]
    assert again == proof[: len(again)]
    assert [line[:2] for line in again if not line.startswith(" ")] == ["疑似", "备选"]
    assert any("WIN911" in line for line in again)
    assert "疑似：重复" not in doubled.run("reconcile", "--dry-run").out


def test_a_third_systems_word_has_a_line_of_its_own(posted: Plant):
    """The MES saw two receipts of 60 on one report: its documents stand in one line, apart from those of both sides."""
    with MesServer() as mes:
        ask_witness(posted, mes.url)
        posted.configure(sources__mes__label="自研MES")
        books, shelf = KingdeeBooks.open(posted.k3), YonyouStock.open(posted.u8)
        for number in range(2):
            at = posted.now.replace(tzinfo=None) + dt.timedelta(minutes=number)
            mes.add_move("BG-77", "P-035", "01", 60, at.replace(tzinfo=START.tzinfo), line=number + 1)
            document = shelf.save("10", [StockLine("P-035", 60)], "01", at, "李明", reference="BG-77")
            shelf.audit(document, at, "赵磊")
        bill = books.save_bill(2, [BillLine("P-035", "01", 60)], on=DAY, maker="王芳", reference="BG-77")
        books.audit(bill, "李总", DAY)
        books.close(), shelf.close()
        posted.reconcile()
        posted.later(minutes=45)
        (variance,) = posted.reconcile().json["variances"]
    lines = posted.run("variances", "show", variance["id"]).out.splitlines()
    witness = next(line for line in lines if "自研MES" in line)
    assert lines.index(witness) < next(at for at, line in enumerate(lines) if line.startswith("备选"))
    assert witness.startswith("    三方印证：自研MES ")
    assert witness.endswith("BG-77 +60，+60")


def test_open_documents_outside_the_suspicions_are_shown_and_can_be_parked(doubled: Plant):
    """A purchase in K/3 and a production receipt in U8, 70 each, cancel out: who explains the doubled bill answers for them too."""
    books, shelf = KingdeeBooks.open(doubled.k3), YonyouStock.open(doubled.u8)
    bill = books.save_bill(1, [BillLine("P-031", "01", 70)], on=DAY, maker="王芳", number="WIN920", reference="PO-1")
    books.audit(bill, "李总", DAY)
    at = doubled.now.replace(tzinfo=None)
    shelf.audit(
        shelf.save("10", [StockLine("P-031", 70)], "01", at, "李明", number="CPRK920", reference="PO-2"), at, "赵磊"
    )
    books.close(), shelf.close()
    doubled.reconcile()
    doubled.later(minutes=45)
    (variance,) = doubled.reconcile().json["variances"]
    assert variance["remainder"] == "-300"
    name, by = variance["id"], ("--by", "wang.fang")
    assert "单边 3 张" in doubled.run("variances", "show", name).out
    refused = doubled.run("variances", "explain", name, *by, "--cause", "D3", "--doc", "WIN911")
    assert (refused.code, "[BR-2030]" in refused.err) == (5, True)
    park = ("--park", "WIN920", "--park", "CPRK920")
    assert doubled.run("variances", "explain", name, *by, "--cause", "D3", "--doc", "WIN911", *park).code == 0
    assert "WIN911 （先放着：WIN920 CPRK920）" in doubled.run("variances", "show", name).out
    assert doubled.run("variances", "approve", name, "--by", "li.zong").code == 0
    doubled.later(minutes=30)
    (after,) = doubled.reconcile().json["variances"]
    assert sorted((d["number"], d["why"]) for d in after["documents"]) == [("CPRK920", "parked"), ("WIN920", "parked")]
    assert (after["state"], after["remainder"]) == ("approved", "-300")


def test_an_open_document_that_no_shown_suspicion_names_is_named_by_itself(doubled: Plant):
    """Beside the doubled bill U8 leaves a receipt unaudited past its grace: two suspicions are shown, it belongs to a third."""
    receive(doubled, "P-031", 70, "PO-22")
    doubled.reconcile()
    doubled.later(minutes=45)
    (variance,) = doubled.reconcile().json["variances"]
    assert variance["remainder"] == "-370"
    named = {document["number"] for cause in variance["causes"] for document in cause["documents"]}
    shown = doubled.run("variances", "show", variance["id"], "--json").json
    (other,) = {document["number"] for document in shown["open"]} - named
    lines = doubled.run("variances", "show", variance["id"]).out.splitlines()
    assert [line for line in lines if line.startswith("另有单边，不在以上疑似之内")] == [
        f"另有单边，不在以上疑似之内：金蝶K3 外购入库 {other} -70"
    ]


def test_all_unfolds_the_paired_documents(doubled: Plant):
    """`--all` lists the groups behind the number, how each was found, and what a receipt without audit leaves open."""
    books, shelf = KingdeeBooks.open(doubled.k3), YonyouStock.open(doubled.u8)
    receipt(books, shelf, "P-031", 55, "PO-9200", at=doubled.now.replace(tzinfo=None))
    books.close(), shelf.close()
    receive(doubled, "P-031", 70, "PO-22")
    doubled.reconcile()
    doubled.later(minutes=45)
    (variance,) = doubled.reconcile().json["variances"]
    lines = doubled.run("variances", "show", variance["id"]).out.splitlines()
    unfolded = doubled.run("variances", "show", variance["id"], "--all").out.splitlines()
    pairs = [line.split() for line in unfolded if "↔" in line]
    assert sorted((words[0], words[4], words[-1]) for words in pairs) == [
        ("来源相同", "55", "55"),
        ("来源相同", "70", "-70"),
    ]
    assert [line for line in unfolded if "↔" not in line] == lines
    assert [line for line in lines if "配对 2 组（展开 --all）" in line]
    matched = doubled.run("variances", "show", variance["id"], "--all", "--json").json["matched"]
    assert {group["how"] for group in matched} == {"reference"}
    assert sorted((group["left_open"], *(d["effect"] for d in group["documents"])) for group in matched) == [
        ("-70", "70", "70"),
        ("0", "55", "55"),
    ]
