"""What the OpenAPI's batch_get and get answer: filters, pages, and every number as text (yonyou-u8.md 3.1)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bridge.demo.lookalikes.yonyou_openapi_books import OpenApiBooks, OtherDocument, Transfer, U8Refusal

Row = dict[str, Any]
_AUDITED_ON = "2026-11-23"


@dataclass
class ListModes:
    """How lists behave. `as_text` spells quantities as text; `page_limit` clamps rows_per_page.

    `wandering` shifts the order between two pages, `repeating` answers every page with the first one, `short` leaves
    out the last row, `extra` counts rows that never come. `uncounted` lists documents without pages and row_count,
    `bare` without saying whether they are audited.
    """

    as_text: bool = False
    page_limit: int = 500
    wandering: bool = False
    repeating: bool = False
    short: bool = False
    extra: int = 0
    uncounted: bool = False
    bare: bool = False
    asked: int = 0


def batch_get(books: OpenApiBooks, modes: ListModes, name: str, query: dict[str, str]) -> Row:
    """Return one page of a list."""
    rows = rows_of(books, modes, name, query)
    if modes.uncounted and name.endswith("list"):
        return {"errcode": "0", "errmsg": "", name: rows[:20]}
    index = int(query.get("page_index", "1") or "1")
    size = min(int(query.get("rows_per_page", "20") or "20"), modes.page_limit)
    modes.asked += 1
    if modes.wandering and rows:
        turn = modes.asked % len(rows)
        rows = rows[turn:] + rows[:turn]
    start = 0 if modes.repeating else (index - 1) * size
    page = rows[start : start + size]
    total = len(rows) + modes.extra
    return {
        "errcode": "0",
        "errmsg": "",
        "page_index": str(index),
        "rows_per_page": str(size),
        "row_count": str(total),
        "page_count": str(-(-total // size)),
        name: page[:-1] if modes.short else page,
    }


def rows_of(books: OpenApiBooks, modes: ListModes, name: str, query: dict[str, str]) -> list[Row]:
    """Return the rows of a list that pass the filters."""
    match name:
        case "currentstock":
            stock = [_stock_row(books, modes, place, quantity) for place, quantity in books.stock.items()]
            found = [row for row in stock if _within(row, query, "whcode", "invcode") and _has(row, query, "batch")]
        case "inventory":
            found = [dict(card) for card in books.items.values() if _within(card, query, "code")]
        case "warehouse":
            found = [{"code": code, "name": named} for code, named in books.warehouses.items()]
        case "unit":
            found = [
                {"code": code, "name": named, "group_code": group, "main_flag": "1", "changerate": "1.000000"}
                for code, (named, group) in books.units.items()
            ]
        case "inventoryclass":
            found = [{"code": code, "name": named, "end_rank_flag": "1"} for code, named in books.classes.items()]
        case "transvouchlist":
            heads = [dict(each.head) if modes.bare else _head(each) for each in books.transfers.values()]
            found = [row for row in heads if _has(row, query, "iwhcode", "owhcode") and _contains(row, query, "memory")]
        case "otherinlist" | "otheroutlist":
            made = [_other(each) for each in books.others[name.removesuffix("list")].values()]
            found = [row for row in made if _has(row, query, "businesscode")]
        case _:
            raise U8Refusal("30002", f"接口不存在: {name}/batch_get")
    return found


def get(books: OpenApiBooks, modes: ListModes, name: str, key: str) -> Row:
    """Return one document with its lines."""
    if name == "transvouch" and key in books.transfers:
        transfer = books.transfers[key]
        entry = [
            {"inventorycode": item, books.batch_key: batch or None, "free1": free, "quantity": _figure(modes, quantity)}
            for item, batch, free, quantity in transfer.lines
        ]
        return {"errcode": "0", "errmsg": "", name: {**_head(transfer), "entry": entry}}
    raise U8Refusal("20005", f"U8 服务调用失败: 单据不存在: {key}")


def _stock_row(books: OpenApiBooks, modes: ListModes, place: tuple[str, ...], quantity: Decimal | None) -> Row:
    warehouse, item, batch, free = place
    card = books.items.get(item, {})
    stopped = books.stopped.get((warehouse, item, batch, free), Decimal(0))
    return {
        "whcode": warehouse,
        "whname": books.warehouses.get(warehouse, ""),
        "invcode": item,
        "invname": card.get("name", ""),
        "invstd": card.get("specs", ""),
        "invccode": card.get("sort_code", ""),
        "invcname": books.classes.get(card.get("sort_code", ""), ""),
        "free1": free,
        "batch": batch or None,
        "qty": None if quantity is None else _figure(modes, quantity),
        "stopqty": _figure(modes, stopped),
        "availqty": None if quantity is None else _figure(modes, quantity - stopped),
    }


def _head(transfer: Transfer) -> Row:
    audited = {"auditperson": transfer.auditor, "auditdate": _AUDITED_ON if transfer.auditor else ""}
    return {**transfer.head, **audited}


def _other(document: OtherDocument) -> Row:
    return {
        "code": document.code,
        "businesstype": "调拨入库" if document.sign > 0 else "调拨出库",
        "businesscode": document.source,
        "warehousecode": document.warehouse,
        "memory": document.memory,
        "handler": document.auditor,
        "auditdate": _AUDITED_ON if document.auditor else "",
    }


def _figure(modes: ListModes, quantity: Decimal) -> Any:
    return f"{quantity:f}" if modes.as_text else quantity


def _within(row: Row, query: dict[str, str], *names: str) -> bool:
    low = all(str(row[name]) >= query[f"{name}_begin"] for name in names if query.get(f"{name}_begin"))
    return low and all(str(row[name]) <= query[f"{name}_end"] for name in names if query.get(f"{name}_end"))


def _has(row: Row, query: dict[str, str], *names: str) -> bool:
    return all(str(row.get(name) or "") == query[name] for name in names if query.get(name))


def _contains(row: Row, query: dict[str, str], name: str) -> bool:
    """Return whether a keyword filter lets a row pass; % stands for anything, as in SQL's like."""
    word = query.get(name, "")
    return word in {"", "%"} or word in str(row.get(name, ""))
