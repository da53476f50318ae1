"""The UFSystem database of a U8 server: which account sets exist, in which databases, with which periods."""

from datetime import date, timedelta
from pathlib import Path

from bridge.demo.lookalikes.exact import day
from bridge.demo.lookalikes.server_file import ServerFile
from bridge.demo.lookalikes.yonyou_schema import SYSTEM


def open_system(path: Path) -> ServerFile:
    """Return the UFSystem file at `path`, created empty when none stands there."""
    return ServerFile(path) if Path(path).exists() else ServerFile.build(path, SYSTEM)


def register_account(
    path: Path, account: str, name: str, database: str, *, begin_year: int, end_year: int | None = None
) -> None:
    """Enter an account set, one of its databases (`end_year` None = still open) and its calendar-month periods."""
    system = open_system(path)
    with system.writing():
        if system.row("SELECT 1 FROM UA_Account WHERE cAcc_Id = ?", (account,)) is None:
            system.insert("UA_Account", cAcc_Id=account, cAcc_Name=name, iYear=begin_year, cCurName="人民币")
        system.insert(
            "UA_AccountDatabase", cAcc_Id=account, iBeginYear=begin_year, iEndYear=end_year, cDatabase=database
        )
        for year in range(begin_year, (end_year or begin_year + 1) + 1):
            _enter_periods(system, account, year)
    system.close()


def _enter_periods(system: ServerFile, account: str, year: int) -> None:
    if system.row("SELECT 1 FROM UA_Period WHERE cAcc_Id = ? AND iYear = ?", (account, year)):
        return
    for month in range(1, 13):
        begin = date(year, month, 1)
        end = (begin + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        system.insert("UA_Period", cAcc_Id=account, iYear=year, iId=month, dBegin=day(begin), dEnd=day(end))
