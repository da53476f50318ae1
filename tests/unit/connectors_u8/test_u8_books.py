"""Finding the year database: UFSystem, its absence, and the change of year."""

from datetime import date, datetime

import pytest
from pydantic import ValidationError
from u8_plant import AT, NOW, ZONE, Still, lookalike, run, settings, source

from bridge.demo.lookalikes import StockLine, register_account
from bridge.domain.errors import SourceRefused, SourceUnavailable
from bridge.domain.snapshot import Scope
from bridge.language import catalogue, text
from connectors.yonyou_u8.books import YearRow, find_books, year_row


def system(folder):
    """Return settings that know only UFSystem and the account."""
    return {"system_url": f"sqlite:///{folder / 'UFSystem.db'}", "account": "002"}


def test_year_rows():
    """A multi-year database, a closed one and an open one: the row whose years hold the wanted one, the youngest first."""
    rows = [YearRow("002", 2021, 2024, "A"), YearRow("002", 2025, 2025, "B"), YearRow("002", 2026, None, "C")]
    assert year_row(rows, 2023).database == "A"
    assert year_row(rows, 2025).database == "B"
    assert year_row(rows, 2031).database == "C"
    assert year_row(rows, 2020) is None
    assert year_row([*rows, YearRow("002", 2024, None, "D")], 2025).database == "B"


def test_auto_follows_the_clock(tmp_path):
    """With year = auto the database of the clock's year is read; a fixed year stays; the account's name is told."""
    lookalike(tmp_path, "UFDATA_002_2025", year=2025, end_year=2025)
    lookalike(tmp_path, "UFDATA_002_2026", year=2026)
    assert find_books("u8", settings(**system(tmp_path)), Still()).name == "UFDATA_002_2026"
    before = Still(datetime(2025, 12, 31, 23, 59, tzinfo=ZONE))
    assert find_books("u8", settings(**system(tmp_path)), before).name == "UFDATA_002_2025"
    assert find_books("u8", settings(**system(tmp_path), year=2025), Still()).name == "UFDATA_002_2025"
    snapshot = source(None, **system(tmp_path)).snapshot(Scope())
    assert snapshot.provenance.account == "U8 002 示例精密"


def test_multi_year_database_is_found_by_its_years(tmp_path):
    """The year in a name is where the database begins: 2026 may live in UFDATA_002_2023."""
    lookalike(tmp_path, "UFDATA_002_2023", year=2023)
    assert find_books("u8", settings(**system(tmp_path)), Still()).name == "UFDATA_002_2023"


def test_no_database_for_the_year(tmp_path):
    """A year nobody opened, or an account nobody has, is refused with what there is."""
    lookalike(tmp_path, "UFDATA_002_2025", year=2025, end_year=2025)
    with pytest.raises(SourceRefused, match="BR-1241") as refused:
        find_books("u8", settings(**system(tmp_path)), Still())
    assert "UFDATA_002_2025 (2025-2025)" in refused.value.text("zh")
    with pytest.raises(SourceRefused, match="BR-1241"):
        find_books("u8", settings(**{**system(tmp_path), "account": "009"}), Still())


def test_without_the_table_the_name_decides(tmp_path):
    """Very old releases lack UA_AccountDatabase: the youngest UFDATA_<account>_<year> not after the year is taken."""
    run(tmp_path / "UFSystem.db", "CREATE TABLE UA_Account (cAcc_Id TEXT, cAcc_Name TEXT)")
    for name in ("UFDATA_002_2024", "UFDATA_002_2025", "UFDATA_002_2027", "UFDATA_003_2026"):
        run(tmp_path / f"{name}.db", "CREATE TABLE CurrentStock (cWhCode, cInvCode, iQuantity)")
    books = find_books("u8", settings(**system(tmp_path)), Still())
    assert (books.name, books.how) == ("UFDATA_002_2025", "name")
    findings = dict(source(None, **system(tmp_path)).probe().findings)
    assert findings["u8_no_system_database"]["database"] == "UFDATA_002_2025"


def test_missing_system_file_is_unavailable(tmp_path):
    """A UFSystem that cannot be reached at all is no reason to guess."""
    with pytest.raises(SourceUnavailable, match="BR-1101"):
        source(None, **system(tmp_path)).snapshot(Scope())


def test_year_end_is_announced_in_december(tmp_path):
    """In December of a database's last year the probe says what to do; in November it does not."""
    plant = lookalike(tmp_path, end_year=2026)
    plant.set_opening("00710", "01", 1)
    december = Still(datetime(2026, 12, 2, 9, 0, tzinfo=ZONE))
    assert "u8_year_end" in dict(source(None, december, **system(tmp_path)).probe().findings)
    assert "u8_year_end" not in dict(source(None, Still(NOW), **system(tmp_path)).probe().findings)


def test_new_year_keeps_last_years_documents(tmp_path):
    """The new database is read whole, but its openings repeat what last year's documents say; those keys still exist."""
    old = lookalike(tmp_path, "UFDATA_002_2026", end_year=2026)
    old.save("08", [StockLine("00710", 3)], "01", AT, "李明")
    clock = Still()
    u8 = source(None, clock, **system(tmp_path))
    first = u8.movements("")
    new = lookalike(tmp_path, "UFDATA_002_2027", year=2027)
    new.set_opening("00710", "01", 3)
    new.save("32", [StockLine("00710", 2)], "01", datetime(2027, 1, 2, 7, 0, tzinfo=ZONE), "李明")
    clock.at = datetime(2027, 1, 2, 8, 0, tzinfo=ZONE)
    second = u8.movements(first.cursor)
    assert [row["family"] for row in second.rows.to_pylist()] == ["sales_issue"]
    assert first.complete_keys < second.complete_keys
    old.close()
    (tmp_path / "UFDATA_002_2026.db").unlink()
    clock.at = datetime(2027, 1, 5, 8, 0, tzinfo=ZONE)
    assert u8.movements(second.cursor).complete_keys is None


def test_second_year_of_one_account(tmp_path):
    """register_account enters a further year; auto takes it from its first day."""
    lookalike(tmp_path, "UFDATA_002_2026", end_year=2026)
    register_account(tmp_path / "UFSystem.db", "002", "示例精密", "UFDATA_002_2027", begin_year=2027)
    clock = Still(datetime(2027, 1, 1, 0, 0, tzinfo=ZONE))
    assert find_books("u8", settings(**system(tmp_path)), clock).name == "UFDATA_002_2027"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({}, "BR-1122"),
        ({"server": "h"}, "BR-1240"),
        ({"url": "sqlite:///a.db", "server": "h"}, "BR-1121"),
        ({"server": "h", "account": "2"}, "account"),
        ({"server": "h", "account": "002", "acount": "002"}, "acount"),
        ({"server": "h", "account": "002", "stock_effect": "never"}, "stock_effect"),
    ],
)
def test_wrong_settings_are_named(wrong, code):
    """Each wrong setting is refused by its name or code."""
    with pytest.raises(ValidationError, match=code):
        settings(**wrong)


def test_probe_tells_what_the_balance_means(tmp_path):
    """Switches by real names, open period, flags, frozen rows; every finding has a sentence in both languages."""
    plant = lookalike(tmp_path)
    plant.set_opening("00710", "01", 10)
    plant.freeze("00710", "01", 4)
    plant.close_period(2026, 1)
    plant.run("UPDATE Warehouse SET bInAvailCalcu = 0, bFreeze = 1 WHERE cWhCode = '02'")
    plant.run("DROP TABLE rdrecords32")
    found = source(plant.path).probe()
    assert found.product == "用友U8"
    assert found.switches["bNormalOnCheck"] == "False"
    assert found.switches["GL_mend.bflag_ST"] == "2026-02"
    assert source(plant.path).snapshot(Scope()).provenance.open_from == date(2026, 2, 1)
    assert found.rights == ()
    findings = dict(found.findings)
    assert findings["u8_frozen_rows"] == {"rows": "1", "quantity": "4", "whole": "0"}
    assert findings["u8_warehouse_flags"]["frozen"] == "02 半成品仓"
    assert findings["u8_no_documents"]["tables"] == "rdrecord32/rdrecords32"
    for lang in ("zh", "en"):
        for code, facts in found.findings:
            assert "<" not in text(lang, f"findings.{code}", **facts)


def test_texts_agree():
    """Both catalogues hold the same U8 and hold sentences with the same placeholders."""
    for name in [key for key in catalogue("zh") if ".u8_" in key or ".BR-124" in key or ".BR-16" in key]:
        zh, en = ({part.split("}")[0] for part in catalogue(lang)[name].split("{")[1:]} for lang in ("zh", "en"))
        assert zh == en, name
