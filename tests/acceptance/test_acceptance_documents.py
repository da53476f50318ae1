"""Documents explain: a plant of K/3 and U8 stand-ins with bills, late ones, doubled ones and mistyped ones."""

import datetime as dt
from decimal import Decimal

from acceptance_plant import START, Plant
from acceptance_posted import DAY, ask_witness, receipt

from bridge.demo.lookalikes import BillLine, KingdeeBooks, MesServer, StockLine, YonyouStock


def _doubled(plant: Plant, item: str, order: str, second: str) -> None:
    """Enter a receipt of 300 in both systems, and in K/3 once more under the number `second`."""
    books, shelf = KingdeeBooks.open(plant.k3), YonyouStock.open(plant.u8)
    receipt(books, shelf, item, 300, order, at=_at(plant))
    again = books.save_bill(1, [BillLine(item, "01", 300)], on=DAY, maker="王芳", number=second, reference=order)
    books.audit(again, "李总", DAY)
    books.close(), shelf.close()


def _thrice(plant: Plant):
    """See the documents, let their grace run out, confirm. Return the last round."""
    plant.reconcile()
    plant.later(minutes=45)
    plant.reconcile()
    plant.later(minutes=30)
    return plant.reconcile()


def _at(plant: Plant) -> dt.datetime:
    return plant.now.replace(tzinfo=None)


def test_clean_plant_with_documents_has_no_variance(posted: Plant):
    """Openings and bills alike on both sides: nothing differs, nothing waits."""
    done = posted.reconcile()
    assert (done.code, done.json["variances"], done.json["waiting"]) == (0, [], [])
    assert (done.json["compared"], done.json["agreeing"]) == (40, 40)


def test_a_receipt_u8_has_not_audited_is_explained_by_name(posted: Plant):
    """K/3 counts 400, U8 has the receipt saved but not audited: no variance, the document waits with its number."""
    books, shelf = KingdeeBooks.open(posted.k3), YonyouStock.open(posted.u8)
    bill = books.save_bill(
        1, [BillLine("P-030", "01", 400)], on=DAY, maker="王芳", number="WIN900", reference="PO-9000"
    )
    books.audit(bill, "李总", DAY)
    shelf.save("01", [StockLine("P-030", 400)], "01", _at(posted), "李明", number="CGRK900", reference="PO-9000")
    books.close(), shelf.close()
    posted.later(minutes=5)
    done = posted.reconcile()
    assert done.code == 0
    assert done.json["variances"] == []
    (waiting,) = done.json["waiting"]
    assert (waiting["difference"], waiting["explained"], waiting["remainder"]) == ("-400", "-400", "0")
    assert "CGRK900" in {d["number"] for d in waiting["documents"]} | {"WIN900"}
    assert sum(Decimal(d["effect"]) for d in waiting["documents"]) == Decimal(-400)


def test_a_doubled_receipt_is_the_remainder_and_suspected(posted: Plant):
    """Finance posted one receipt twice (300 each): the remainder is exactly -300, the first suspicion is D3 with both."""
    _doubled(posted, "P-031", "PO-9100", "WIN911")
    done = _thrice(posted)
    assert done.code == 10
    (variance,) = done.json["variances"]
    assert (variance["item"], variance["remainder"], variance["state"]) == ("P-031", "-300", "confirmed")
    assert variance["causes"][0]["code"] == "D3"
    assert "WIN911" in {d["number"] for d in variance["causes"][0]["documents"]}


def test_a_fault_older_than_the_bridge_is_named_too(posted: Plant):
    """The very first comparison finds an old doubled receipt: U8's opening documents, which K/3 has not, are no suspects."""
    books = KingdeeBooks.open(posted.k3)
    bill = books.save_bill(
        1, [BillLine("P-005", "01", 50)], on=DAY, maker="王芳", number="WIN005B", reference="PO-0005"
    )
    books.audit(bill, "李总", DAY)
    books.close()
    (posted.data / "stockbridge.db").unlink()
    posted.accept()
    posted.later(minutes=1)
    (variance,) = _thrice(posted).json["variances"]
    assert (variance["item"], variance["remainder"]) == ("P-005", "-50")
    assert variance["causes"][0]["code"] == "D3"


def test_a_mistyped_quantity_is_named(posted: Plant):
    """U8 has 500 where finance typed 5000: the remainder is -4500 and the suspicion is D4."""
    books, shelf = KingdeeBooks.open(posted.k3), YonyouStock.open(posted.u8)
    bill = books.save_bill(1, [BillLine("P-032", "01", 5000)], on=DAY, maker="王芳", reference="PO-9200")
    books.audit(bill, "李总", DAY)
    document = shelf.save("01", [StockLine("P-032", 500)], "01", _at(posted), "李明", reference="PO-9200")
    shelf.audit(document, _at(posted), "赵磊")
    books.close(), shelf.close()
    (variance,) = _thrice(posted).json["variances"]
    assert (variance["item"], variance["remainder"], variance["state"]) == ("P-032", "-4500", "confirmed")
    assert variance["causes"][0]["code"] == "D4"


def test_an_accepted_cut_off_is_explained_until_its_counterpart_comes(posted: Plant):
    """Approved as cross-period, U8's late receipt no longer alarms; a second document there still does, and it is named."""
    shelf = YonyouStock.open(posted.u8)
    late = shelf.save("01", [StockLine("P-037", 70)], "01", _at(posted), "李明", number="CGRK970", reference="PO-9700")
    shelf.audit(late, _at(posted), "赵磊")
    shelf.close()
    (variance,) = _thrice(posted).json["variances"]
    assert (variance["item"], variance["remainder"]) == ("P-037", "70")
    name, by = variance["id"], ("--by", "wang.fang")
    wrong = posted.run("variances", "explain", name, *by, "--cause", "T2", "--doc", "CGRK97", "--lang", "en")
    assert (wrong.code, "[BR-2029]" in wrong.err, "CGRK970" in wrong.err) == (5, True, True)
    shown = posted.run("variances", "show", name, "--json").json
    assert [(d["number"], d["effect"]) for d in shown["open"]] == [("CGRK970", "70")]
    silent = posted.run("variances", "explain", name, *by, "--cause", "T2", "--note", "下月入账")
    assert (silent.code, "[BR-2030]" in silent.err) == (5, True)
    assert posted.run("variances", "explain", name, *by, "--cause", "T2", "--doc", "CGRK970").code == 0
    posted.later(minutes=30)
    assert [v["remainder"] for v in posted.reconcile().json["variances"]] == ["70"], "nobody has approved it"
    assert posted.run("variances", "approve", name, "--by", "li.zong").code == 0
    ends = []
    for _ in range(3):
        posted.later(minutes=30)
        ends += [(v["state"], v["remainder"]) for v in posted.reconcile().json["variances"]]
    assert ends == [("verifying", "0")], "agreed once, closed at the second look"
    assert posted.run("variances", "show", name, "--json").json["state"] == "closed"
    shelf = YonyouStock.open(posted.u8)
    more = shelf.save("01", [StockLine("P-037", 200)], "01", _at(posted), "李明", number="CGRK971", reference="PO-9701")
    shelf.audit(more, _at(posted), "赵磊")
    shelf.close()
    (variance,) = _thrice(posted).json["variances"]
    assert (variance["difference"], variance["explained"], variance["remainder"]) == ("270", "70", "200")
    assert [(d["number"], d["why"]) for d in variance["documents"]] == [("CGRK970", "accepted")]
    assert [posted.run("replay", str(number)).code for number in (4, 6, 7, 10)] == [0, 0, 0, 0]


def test_runs_with_documents_replay(posted: Plant):
    """A replay uses the documents as they were then, not as they are now."""
    books = KingdeeBooks.open(posted.k3)
    bill = books.save_bill(1, [BillLine("P-033", "01", 700)], on=DAY, maker="王芳")
    books.audit(bill, "李总", DAY)
    posted.reconcile()
    books.unaudit(bill)
    books.delete(bill)
    books.close()
    posted.later(minutes=30)
    posted.reconcile()
    assert [posted.run("replay", str(n)).code for n in (1, 2, 3)] == [0, 0, 0]


def test_a_balance_that_left_its_documents_is_proven(posted: Plant):
    """U8's 现存量 of P-034 gains 130 without a document: S1, sure, and it is U8's; a replay proves it again."""
    shelf = YonyouStock.open(posted.u8)
    shelf.tamper("P-034", "01", 130)
    shelf.close()
    (variance,) = _thrice(posted).json["variances"]
    assert (variance["item"], variance["remainder"], variance["state"]) == ("P-034", "130", "confirmed")
    cause = variance["causes"][0]
    assert (cause["code"], cause["confidence"]) == ("S1", "high")
    assert cause["note"] == "库侧系统的结存与自己的单据不符，相差 130，发生在 11-17 09:05 与 11-17 09:35 两次读数之间"
    assert [posted.run("replay", str(n)).code for n in (2, 3, 4)] == [0, 0, 0]


def test_a_third_system_tells_a_missing_document_from_a_doubled_one(posted: Plant):
    """Two receipts of 60 on one report, one in K/3: the MES saw two, so K/3 lacks one and U8 has doubled none."""
    with MesServer() as mes:
        ask_witness(posted, mes.url)
        books, shelf = KingdeeBooks.open(posted.k3), YonyouStock.open(posted.u8)
        for number in range(2):
            at = _at(posted) + dt.timedelta(minutes=number)
            mes.add_move("BG-77", "P-035", "01", 60, at.replace(tzinfo=START.tzinfo), line=number + 1)
            document = shelf.save("10", [StockLine("P-035", 60)], "01", at, "李明", reference="BG-77")
            shelf.audit(document, at, "赵磊")
        bill = books.save_bill(2, [BillLine("P-035", "01", 60)], on=DAY, maker="王芳", reference="BG-77")
        books.audit(bill, "李总", DAY)
        books.close(), shelf.close()
        (variance,) = _thrice(posted).json["variances"]
    assert (variance["item"], variance["remainder"]) == ("P-035", "60")
    assert variance["causes"][0]["code"] == "D2"
    assert "mes" in {document["source"] for document in variance["causes"][0]["documents"]}


def test_the_entry_that_never_reached_the_balance_is_named(posted: Plant):
    """U8 has the receipt, K/3 has it, and U8's 现存量 was never raised: S1 names U8 and the receipt as proof."""
    books, shelf = KingdeeBooks.open(posted.k3), YonyouStock.open(posted.u8)
    receipt(books, shelf, "P-036", 260, "PO-9600", at=_at(posted))
    shelf.tamper("P-036", "01", -260)
    books.close(), shelf.close()
    (variance,) = _thrice(posted).json["variances"]
    cause = variance["causes"][0]
    assert (variance["item"], variance["remainder"], cause["code"], cause["confidence"]) == (
        "P-036",
        "-260",
        "S1",
        "high",
    )
    assert [(d["source"], d["effect"], d["why"]) for d in cause["documents"]] == [("u8", "260", "proof")]


def test_show_reads_like_the_mail_of_one_position(posted: Plant):
    """`variances show`: the rule in words, the last agreement, the equation with maker and time, the alarm, what is next."""
    _doubled(posted, "P-035", "PO-9300", "WIN935")
    posted.reconcile()
    posted.later(minutes=45)
    posted.reconcile()
    posted.later(minutes=20)
    shelf = YonyouStock.open(posted.u8)
    late = shelf.save("01", [StockLine("P-035", 40)], "01", _at(posted), "李明", number="CGRK940", reference="PO-9400")
    shelf.audit(late, _at(posted), "赵磊")
    shelf.close()
    posted.later(minutes=10)
    (variance,) = posted.reconcile().json["variances"]
    said = posted.run("variances", "show", variance["id"]).out
    lines = said.splitlines()
    assert lines[0].startswith("P-035")
    assert "规则 " in said
    assert "上次相符 11-" in said
    equation = [line.split() for line in lines[4:8]]
    clock = f"{posted.now:%H:%M:%S}"
    assert [words[0] for words in equation] == [f"账（金蝶K3，{clock}）", "·", "─", f"库（用友U8，{clock}）"]
    assert {"宽限期内", "CGRK940", "李明", "+40"} <= set(equation[1])
    assert "← 只为这 300 报警" in lines[6]
    assert "下一步：stockbridge variances explain" in lines[-1]
    again = posted.run("reconcile", "--explain", "--dry-run").out
    assert [line.split()[:3] for line in again.splitlines() if "CGRK940" in line] == [["·", "宽限期内", "用友U8"]]
    english = posted.run("variances", "show", variance["id"], "--lang", "en").out
    assert "last agreed 11-" in english
    assert "the alarm is for these 300 only" in english
    by = ("--by", "wang.fang")
    assert posted.run("variances", "explain", variance["id"], *by, "--accept").code == 0
    explained = posted.run("variances", "show", variance["id"]).out
    assert "王芳  说明原因" in explained
    assert "请另一个人批准" in explained


def test_a_second_code_that_no_map_knows_is_suspected(posted: Plant):
    """U8 books a receipt of P-038 on X-9, which items.csv does not have: K/3's document stands alone, M1 says where the other is."""
    shelf = YonyouStock.open(posted.u8)
    shelf.add_item("X-9", "外购件", unit="PCS", category="01", abc="B", cost="8.5")
    document = shelf.save(
        "01", [StockLine("X-9", 90)], "01", _at(posted), "李明", number="CGRK980", reference="PO-9800"
    )
    shelf.audit(document, _at(posted), "赵磊")
    shelf.close()
    books = KingdeeBooks.open(posted.k3)
    bill = books.save_bill(1, [BillLine("P-038", "01", 90)], on=DAY, maker="王芳", number="WIN980", reference="PO-9800")
    books.audit(bill, "李总", DAY)
    books.close()
    (posted.folder / "maps").mkdir()
    rows = [f"P-{number:03d},u8,P-{number:03d},,,zhou.min" for number in range(1, 41)]
    head = "item,source,code,valid_from,valid_to,approved_by"
    (posted.folder / "maps" / "items.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    posted.configure(master__items="maps/items.csv")
    done = _thrice(posted)
    (variance,) = done.json["variances"]
    cause = variance["causes"][0]
    assert (variance["item"], variance["remainder"], cause["code"], cause["confidence"]) == (
        "P-038",
        "-90",
        "M1",
        "high",
    )
    assert [(d["number"], d["why"]) for d in cause["documents"]] == [("WIN980", "M1"), ("CGRK980", "proof")]
    assert "CGRK980" in cause["note"]
    assert "X-9" in cause["note"]
    assert [line["item"] for line in done.json["unmapped"]] == ["X-9"]
    assert [posted.run("replay", str(number)).code for number in (2, 3, 4)] == [0, 0, 0]
