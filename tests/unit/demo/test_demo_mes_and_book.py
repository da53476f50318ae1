"""The MES stand-in speaks its families' envelopes; the workbook looks like the storekeeper's."""

from datetime import date, datetime, timedelta, timezone

import openpyxl
import pytest
import requests

from bridge.demo.lookalikes import LedgerRow, MesServer, write_ledger_book

AT = datetime(2026, 11, 3, 8, 0, tzinfo=timezone(timedelta(hours=8)))


def test_plain_pages_carry_exact_strings_and_one_snapshot_time():
    """Plain lists page by page; quantities are strings and the snapshot time is the same on all pages."""
    with MesServer(token="t") as mes:
        for number in range(5):
            mes.set_stock(f"00{number}", "L1", "126.5", AT)
        pages = [
            requests.get(f"{mes.url}/stock?page={page}&size=2", headers={"Authorization": "Bearer t"}, timeout=5).json()
            for page in (1, 2, 3, 4)
        ]
    assert [len(page["data"]) for page in pages] == [2, 2, 1, 0]
    assert pages[0]["data"][0]["qty"] == "126.5"
    assert {page["snapshot_time"] for page in pages} == {"2026-11-03T08:00:00+08:00"}


@pytest.mark.parametrize(
    ("family", "query", "path"),
    [("ruoyi", "pageNum=1&pageSize=9", ("rows",)), ("yudao", "pageNo=1&pageSize=9", ("data", "list"))],
)
def test_other_envelopes(family, query, path):
    """RuoYi and yudao name page, size and list as their frameworks do, and refuse a wrong token with HTTP 200."""
    with MesServer(family=family, token="t") as mes:
        mes.add_move("BG-1", "A", "L1", "-3.25", AT)
        body = requests.get(f"{mes.url}/moves?{query}", headers={"Authorization": "Bearer t"}, timeout=5).json()
        refused = requests.get(f"{mes.url}/moves?{query}", timeout=5)
    for step in path:
        body = body[step]
    assert body[0]["qty"] == "-3.25"
    assert (refused.status_code, refused.json()["code"]) == (200, 401)


def test_moves_since_and_replacement():
    """updated_after returns what changed later; a report sent again replaces its line."""
    with MesServer() as mes:
        mes.add_move("BG-1", "A", "L1", 80, AT)
        mes.add_move("BG-2", "A", "L1", 20, AT + timedelta(minutes=5))
        mes.add_move("BG-1", "A", "L1", 88, AT, updated=AT + timedelta(minutes=9))
        since = (AT + timedelta(minutes=1)).isoformat()
        rows = requests.get(f"{mes.url}/moves", params={"updated_after": since, "size": 9}, timeout=5).json()["data"]
    assert [(row["report_no"], row["qty"]) for row in rows] == [("BG-2", "20"), ("BG-1", "88")]


def test_faults_break_one_answer_each():
    """A queued fault breaks exactly the next answer."""
    with MesServer() as mes:
        mes.set_stock("A", "L1", 1, AT)
        mes.fail_next("500", "business", "html", "truncated", "drop")
        assert requests.get(f"{mes.url}/stock", timeout=5).status_code == 500
        assert requests.get(f"{mes.url}/stock", timeout=5).json()["success"] is False
        assert "维护" in requests.get(f"{mes.url}/stock", timeout=5).content.decode()
        for _ in range(2):
            with pytest.raises(requests.RequestException):
                requests.get(f"{mes.url}/stock", timeout=5)
        assert requests.get(f"{mes.url}/stock", timeout=5).json()["total"] == 1


def test_workbook_keeps_text_codes_and_header_row(tmp_path):
    """Codes stay text, the header stands in row 2, a subtotal row comes only when asked."""
    path = write_ledger_book(
        tmp_path / "代管料台账.xlsx", [LedgerRow("00710", "D-01", "12.5", "卷", date(2026, 11, 3))], subtotal=True
    )
    rows = list(openpyxl.load_workbook(path)["现存"].iter_rows(values_only=True))
    assert rows[1] == ("料号", "库位", "结存", "单位", "更新日期")
    assert rows[2][:4] == ("00710", "D-01", 12.5, "卷")
    assert rows[3][0] == "合计"
