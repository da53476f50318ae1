"""Workbooks as storekeepers keep them, and a short way to a source that reads one."""

import os
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from bridge.domain.clock import FixedClock
from bridge.domain.errors import BridgeError
from bridge.domain.snapshot import Scope
from connectors.spreadsheet import CONNECTOR
from connectors.spreadsheet.config import SpreadsheetSettings

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 8, 30, tzinfo=SHANGHAI)
HEADER = ["料号", "库位", "结存", "单位", "更新日期"]
COLUMNS = {"item": "料号", "warehouse": "库位", "qty": "结存", "unit": "单位", "updated": "更新日期"}
GOOD = ["A001", "D-01", 5, "个", date(2026, 11, 23)]


def aged(path, age=timedelta(minutes=10)):
    """Let a file look as if it had been saved `age` ago; return its path."""
    moment = (NOW - age).timestamp()
    os.utime(path, (moment, moment))
    return path


def book(tmp_path, *rows, header=HEADER, change=None, name="台账.xlsx", sheet="现存"):
    """Write a workbook: title, header in row 2, rows from row 3; `change` gets the sheet. Return its path."""
    made = openpyxl.Workbook()
    page = made.active
    page.title = sheet
    page.append(["代管料台账"])
    for row in (header, *rows):
        page.append(list(row))
    if change is not None:
        change(page)
    made.save(tmp_path / name)
    return aged(tmp_path / name)


def text_file(tmp_path, text, name="台账.csv", encoding="utf-8-sig"):
    """Write a CSV file and return its path; bytes are written as they are."""
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return aged(path)


def source(path, **settings):
    """Return the source of users.md 3.3 over a file."""
    usual = {"kind": "excel", "header_row": 2, "columns": COLUMNS, "text_columns": ["料号"], "max_age": "26h"}
    return CONNECTOR.source("consign", SpreadsheetSettings(path=path, **(usual | settings)), FixedClock(NOW))


def lines(path, **settings):
    """Return (item, warehouse, quantity in millionths, unit, as read) of each line."""
    table = source(path, **settings).snapshot(Scope()).lines
    names = ("item", "warehouse", "quantity", "raw_unit", "raw_quantity")
    return list(zip(*(table[name].to_pylist() for name in names), strict=True))


def refusal(path, **settings):
    """Read a file that must be refused; return the error, whose sentence exists in both languages."""
    with pytest.raises(BridgeError) as caught:
        source(path, **settings).snapshot(Scope())
    assert "<" not in caught.value.text("zh").replace("<login>", "") + caught.value.text("en")
    return caught.value
