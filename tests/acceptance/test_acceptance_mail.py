"""Mails as they arrive at a real SMTP server: who, what, when, and when not."""

import io

import openpyxl
import pytest
from acceptance_books import change
from acceptance_plant import Plant
from acceptance_sink import Sink, mail_table

OWNER = "wangfang@example.com"


def _text(message) -> str:
    return message.get_body(("plain",)).get_content()


def _html(message) -> str:
    return message.get_body(("html",)).get_content()


def _book(message):
    (attached,) = message.iter_attachments()
    return openpyxl.load_workbook(io.BytesIO(attached.get_payload(decode=True)))


@pytest.fixture
def told(alerting: Plant) -> Plant:
    """Give a plant whose owner has been told of two confirmed variances."""
    alerting.stock(M_001__01="500", NA__01="1500")
    alerting.confirm()
    alerting.later(minutes=30)
    return alerting


def test_owner_gets_one_mail_with_text_html_and_workbook(told: Plant, sink: Sink):
    """One mail for two variances: the figures in text, HTML and workbook, the codes as text."""
    (message,) = sink.to(OWNER)
    assert [address for address, _ in sink.received] == [OWNER]
    assert "2 项" in message["Subject"]
    assert "12,450" in message["Subject"]
    for part in (_text(message), _html(message)):
        for word in ("M-001", "NA", "财务账", "王芳"):
            assert word in part
    sheets = _book(message)
    assert {"汇总", "差异明细", "说明"} <= set(sheets.sheetnames)
    rows = [[cell.value for cell in row] for row in sheets["差异明细"].iter_rows()]
    line = next(row for row in rows if "NA" in row)
    assert 490 in line or 490.0 in line
    assert all(cell.data_type != "f" for row in sheets["差异明细"].iter_rows() for cell in row)


def test_a_candidate_is_nobodys_business(alerting: Plant, sink: Sink):
    """One look mails nobody; nor does a clean plant."""
    alerting.reconcile()
    alerting.stock(M_001__01="500")
    alerting.later(minutes=30)
    alerting.reconcile()
    assert sink.received == []


def test_observe_mails_nobody(plant: Plant, sink: Sink):
    """In mode observe the same variances are only recorded."""
    plant.configure(mail=mail_table(sink))
    plant.stock(M_001__01="500")
    assert plant.confirm().json["mails"] == []
    assert sink.received == []


def test_no_change_no_mail_and_a_change_answers_in_the_same_thread(told: Plant, sink: Sink):
    """Silence while nothing changes; a third variance is told in the thread; the last mail closes it."""
    for _ in range(2):
        assert told.reconcile().json["mails"] == []
        told.later(minutes=30)
    assert len(sink.received) == 1
    first = sink.received[0][1]

    told.stock(M_003__01="10")
    told.confirm()
    assert len(sink.received) == 2
    second = sink.received[1][1]
    assert second["In-Reply-To"] == first["Message-ID"]
    assert first["Message-ID"] in second["References"]
    assert second["Subject"].startswith("Re: ")
    assert second["Message-ID"] != first["Message-ID"]
    assert "M-003" in _text(second)

    told.stock(M_001__01="1030", NA__01="1010", M_003__01="1050")
    told.later(minutes=30)
    told.reconcile()
    assert len(sink.received) == 3
    assert sink.received[2][1]["In-Reply-To"] == first["Message-ID"]


def test_same_run_is_not_mailed_twice_by_another_delivery(told: Plant, sink: Sink):
    """A second delivery right after the first has nothing left to send."""
    told.run("resume")
    assert len(sink.received) == 1
    assert told.run("status", "--json").json["outbox_waiting"] == 0


def test_each_person_gets_one_mail_a_run(alerting: Plant, sink: Sink):
    """Two pairs with two owners: each owner one mail about his own."""
    alerting.configure(pairs=None)
    alerting.config.write_text(
        alerting.config.read_text(encoding="utf-8")
        + '\n[[pairs]]\nid = "raw"\nbook = ["k3"]\nstock = ["u8"]\nwarehouses = ["01"]\nowner = "wang.fang"\n'
        + '\n[[pairs]]\nid = "semi"\nbook = ["k3"]\nstock = ["u8"]\nwarehouses = ["02"]\nowner = "zhou.min"\n',
        encoding="utf-8",
    )
    alerting.stock(M_001__01="500", NA__01="1500", M_001__02="400")
    for _ in range(2):
        assert alerting.run("reconcile", "--json").code in {0, 10}
        alerting.later(minutes=30)
    assert sorted(address for address, _ in sink.received) == [OWNER, "zhoumin@example.com"]
    assert "1 项" in sink.to("zhoumin@example.com")[0]["Subject"]


def test_mail_tells_of_the_hold_and_copies_the_warehouse(alerting: Plant, sink: Sink):
    """With a hold the warehouse manager gets a copy: the same message, the same Message-ID."""
    alerting.configure(plant__mode="hold", sources__u8__hold={"via": "hold_table"})
    alerting.stock(M_001__01="500")
    done = alerting.confirm()
    mine, copied = sink.to(OWNER), sink.to("zhaolei@example.com")
    assert len(mine) == len(copied) == 1
    assert mine[0]["Message-ID"] == copied[0]["Message-ID"]
    assert "锁定" in _text(mine[0])
    assert {(m["to"], m["state"]) for m in done.json["mails"]} == {(OWNER, "sent"), ("zhaolei@example.com", "sent")}


def test_a_refused_recipient_costs_the_others_nothing(alerting: Plant, sink: Sink):
    """The server refuses one of two: the other has the mail, the refusal is kept with the server's words."""
    sink.refused.add("zhaolei@example.com")
    alerting.configure(plant__mode="hold", sources__u8__hold={"via": "hold_table"})
    alerting.stock(M_001__01="500")
    done = alerting.confirm()
    assert [address for address, _ in sink.received] == [OWNER]
    assert {m["to"]: m["state"] for m in done.json["mails"]} == {OWNER: "sent", "zhaolei@example.com": "failed"}
    listed = {row["to"]: row for row in alerting.run("mail", "outbox", "--json").json}
    assert "[BR-1509]" in listed["zhaolei@example.com"]["error"]
    assert "zhaolei@example.com" in listed["zhaolei@example.com"]["error"]
    assert alerting.run("status", "--json").json["outbox_failed"] == 1
    alerting.later(minutes=30)
    alerting.reconcile()
    assert [address for address, _ in sink.received] == [OWNER]


def test_a_busy_or_absent_server_delays_and_loses_nothing(alerting: Plant, sink: Sink):
    """451 today, nobody at home then, taken later: the mail comes once, with the Message-ID decided at first."""
    sink.busy = True
    alerting.stock(M_001__01="500")
    done = alerting.confirm()
    assert (done.code, done.json["mails"][0]["state"]) == (10, "pending")
    assert "[BR-1517]" in alerting.run("mail", "outbox", "--json").json[0]["error"]
    alerting.configure(mail__port=1)
    alerting.later(minutes=30)
    alerting.reconcile()
    waiting = alerting.run("mail", "outbox", "--json").json[0]
    assert (waiting["state"], "[BR-1501]" in waiting["error"], waiting["attempts"]) == ("pending", True, 2)
    sink.busy = False
    alerting.configure(mail__port=sink.port)
    alerting.later(hours=2)
    alerting.reconcile()
    assert [address for address, _ in sink.received] == [OWNER]
    assert alerting.run("status", "--json").json["outbox_waiting"] == 0


def test_it_is_told_once_of_a_source_in_trouble_and_once_when_it_is_well(alerting: Plant, sink: Sink):
    """A dead source is IT's news, not finance's: one mail at the start, none while it lasts, one at the end."""
    alerting.u8.rename(alerting.folder / "gone.db")
    for _ in range(3):
        alerting.reconcile()
        alerting.later(minutes=30)
    assert [address for address, _ in sink.received] == ["it@example.com"]
    assert "BR-1101" in _text(sink.received[0][1])
    (alerting.folder / "gone.db").rename(alerting.u8)
    alerting.reconcile()
    assert [address for address, _ in sink.received] == ["it@example.com"] * 2
    assert sink.received[1][1]["In-Reply-To"] == sink.received[0][1]["Message-ID"]


def test_a_plan_over_the_budget_is_mailed_to_those_who_decide(alerting: Plant, sink: Sink):
    """Four holds where three may be: the plan with its id goes to IT, the checker and the owner, once."""
    alerting.configure(plant__mode="hold")
    alerting.stock(**{f"M_{n:03d}__01": "500" for n in range(1, 5)})
    plan = alerting.confirm().json["plan"]
    alerting.later(minutes=30)
    alerting.reconcile()
    about = [(address, message) for address, message in sink.received if plan in _text(message)]
    assert {address for address, _ in about} >= {"it@example.com", "li@example.com"}
    assert len(about) == len({address for address, _ in about})
    assert "plan approve" in _text(about[0][1])


def test_english_by_switch(alerting: Plant, sink: Sink):
    """With language = "en" subject, text and sheets are English, the codes the same."""
    alerting.configure(plant__language="en")
    alerting.stock(M_001__01="500")
    alerting.confirm()
    (message,) = sink.to(OWNER)
    assert "M-001" in _text(message)
    assert "库存差异" not in message["Subject"]
    assert not any("\u4e00" <= sign <= "\u9fff" for sign in "".join(_book(message).sheetnames))


def test_mail_test_and_preview(told: Plant, sink: Sink):
    """`mail test` sends one trial; `mail preview` writes .eml and .html and sends nothing."""
    assert told.run("mail", "test", "--to", "sun.it").code == 0
    assert [address for address, _ in sink.received] == [OWNER, "it@example.com"]
    folder = told.folder / "preview"
    written = told.run("mail", "preview", "--out", str(folder), "--json").json
    assert {path.suffix for path in folder.iterdir()} == {".eml", ".html"}
    assert {row["to"] for row in written} == {OWNER}
    assert len(sink.received) == 2


@pytest.mark.parametrize("attach", [["xlsx"], []])
def test_attachment_only_when_wanted(alerting: Plant, sink: Sink, attach):
    """With attach = [] the bridge sends no workbook."""
    alerting.configure(mail__attach=attach)
    alerting.stock(M_001__01="500")
    alerting.confirm()
    assert len(list(sink.received[0][1].iter_attachments())) == len(attach)


def test_suspended_rounds_tell_the_owner_nothing(told: Plant, sink: Sink):
    """The owner hears nothing of a frozen variance, and nothing new when it thaws unchanged."""
    before = len(sink.to(OWNER))
    change(told.u8, "ALTER TABLE CurrentStock RENAME TO Away")
    told.reconcile()
    change(told.u8, "ALTER TABLE Away RENAME TO CurrentStock")
    told.later(minutes=30)
    told.reconcile()
    assert len(sink.to(OWNER)) == before
