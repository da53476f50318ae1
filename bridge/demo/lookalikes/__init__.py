"""Faithful stand-ins for the systems of a plant: K/3 and U8 in SQLite files, a MES over HTTP, a workbook.

They know nothing of the connectors, so they can judge them. All codes are the system's own, figures are Decimal, int or
str (never float), times are passed in. Every posting runs in its own transaction; `with stand_in.writing():` makes many
one. `stand_in.run / row / rows(sql, values)` give raw access (a "fault button"). Close a file before copying it.

K/3 (`KingdeeBooks`, reference/kingdee.md 2)
    KingdeeBooks.create(path, old=False, stock_effect="audit"|"save", period=date) · .open(path) · .close()
    set_stock_effect(…) · add_unit_group(name) -> id · add_unit(name, group=ID, coefficient=, fixed=, precision=) -> id
    add_warehouse(number, name, kind=500, negative=True, accounting=True) -> id · forbid_item(number) · add_user(name)
    add_item(number, name, unit=ID, spec=, decimals=, abc=, plan_price=, standard_cost=, category=, batch=, store_unit=)
    set_opening(item, warehouse, quantity, batch="")                       ICInvBal of the open period + ICInventory
    save_bill(tran_type, [BillLine(item, warehouse, quantity, batch="", to="", unit="", base=None, price=0, order="",
        mto="", note="")], on=date, maker, number=, reference=, red=False, vmi=False, back_flushed=False) -> FInterID
        `reference` -> FSourceBillNo, `order` -> FOrderBillNo; type 41 moves warehouse -> to; red = FROB -1, negative
    audit(id, checker, on) · unaudit(id) · void(id) · delete(id) · edit(id, lines, reference=) · close_period()
    tamper(item, warehouse, delta, batch="") · lock_stock(tran_type, id, entry, line)
    balance(item, warehouse, batch=None) · balances(item=None) -> {(item, warehouse, batch): Decimal}
    number_of(id) · find(number) -> FInterID · BILL_TYPES

U8 (`YonyouStock`, reference/yonyou-u8.md 1 and 2); UFSystem.db stands beside the account database
    YonyouStock.create(path, account="002", name=, year=2026, end_year=None, start=date, at_audit={"01": True, …},
        switch_names=SWITCH_NAMES, decimals=4, system=None) · .open(path) · .close()
    register_account(system_path, account, name, database, begin_year=, end_year=) enters further years
    set_option(name, value, system="ST") · option(name) · set_switch(kind, at_audit=, option=)
    add_class(code, name) · add_unit_group(code, name, kind 0|1|2) · add_unit(code, name, group, rate=, main=)
    add_warehouse(code, name, proxy=, asset=, available=, in_cost=, frozen=, kind=0) · stop_item(code, on)
    add_item(code, name, unit=CODE, spec=, category=CLASS, aux_unit=, batch=, abc=, cost=, barcode=)
    set_opening(item, warehouse, quantity, batch="", pieces=) · set_openings(warehouse, [StockLine]) -> Document 34
    save(kind, [StockLine(item, quantity, batch="", unit="", pieces=0, vendor="", price=, link=)], warehouse, at, maker,
        on=, number=, reference=, red=False, business=, source=) -> Document(kind, id)     `reference` -> cBusCode
        kinds 01 08 09 10 11 32; business="假退料" with kind 11 does not count
    audit(document, at, checker) · unaudit(document, at) · delete(document) · edit(document, lines, at)
    save_transfer(lines, source, target, at, maker, on=, number=) · audit_transfer(document, at, checker) -> (09, 08),
        both unaudited · unaudit_transfer · delete_transfer
    save_count(counted lines, warehouse, at, maker) · audit_count(document, at, checker) -> unaudited 08/09
    freeze(item, warehouse, quantity, batch="") · freeze_row(…, frozen=True) · recalculate(keep_freezes=True) 整理现存量
    close_period(year, period, closed=True) · tamper, balance, balances as K/3 · number_of · find(kind, number)

MES (`MesServer(family="plain"|"ruoyi"|"yudao", token="", port=0)`; with-statement or start/stop; `.url`)
    set_stock(item, area, quantity, at, unit=, batch=, …) · add_move(report, item, area, quantity, at, line=, …)
    fail_next("500" | "html" | "truncated" | "business" | "hang" | "drop" | …, see Served) · .requests
Platforms over HTTP (`platforms.Yida, Mingdao, Dabei, Zhidao, Crm, Qms, Serp`, `jiandaoyun.Jiandaoyun`, all `Served`)
    .content.stock = [Stock(…)] · .content.moves = [Move(…)] · .content.claims_more, .repeats, .forgets · .asked
Workbook: write_ledger_book(path, [LedgerRow(item, place, quantity, unit, updated)], sheet="现存", subtotal=False)

A posting that the ERP would refuse raises PostingRefused; an unknown code raises LookupError.
"""

from bridge.demo.lookalikes.kingdee import BillLine, KingdeeBooks
from bridge.demo.lookalikes.kingdee_stock import BILL_TYPES
from bridge.demo.lookalikes.ledger_book import LedgerRow, write_ledger_book
from bridge.demo.lookalikes.mes import MesServer
from bridge.demo.lookalikes.server_file import PostingRefused
from bridge.demo.lookalikes.yonyou import YonyouStock
from bridge.demo.lookalikes.yonyou_documents import Document, StockLine
from bridge.demo.lookalikes.yonyou_masters import SWITCH_NAMES, SWITCHES
from bridge.demo.lookalikes.yonyou_system import register_account

__all__ = [
    "BILL_TYPES",
    "SWITCHES",
    "SWITCH_NAMES",
    "BillLine",
    "Document",
    "KingdeeBooks",
    "LedgerRow",
    "MesServer",
    "PostingRefused",
    "StockLine",
    "YonyouStock",
    "register_account",
    "write_ledger_book",
]
