"""ExecuteBillQuery, BillQuery and QueryBusinessInfo over the books: SQL-like filters, Limit, paging that may wander."""

import random
import re
import sqlite3
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from bridge.demo.lookalikes.kingdee_cloud_answers import Refusal
from bridge.demo.lookalikes.kingdee_cloud_books import CloudBooks, Row
from bridge.demo.lookalikes.kingdee_cloud_forms import FORMS, CloudForm, spelt

_TOKEN = re.compile(r"'(?:[^']|'')*'|[A-Za-z_][A-Za-z0-9_.]*|\s+|[<>=!]+|[(),]|-?\d+(?:\.\d+)?|.", re.DOTALL)
_WORDS = frozenset({"and", "or", "not", "in", "like", "is", "null", "between", "asc", "desc"})


@dataclass
class QueryModes:
    """How queries behave. `limit` is the server's highest Limit; above it a query fails or is clamped.

    Without an order rows are shuffled for each page; `wandering` shuffles even with one, `repeating` sends the first
    page again and again. `filters` keeps every FilterString that came in.
    """

    limit: int = 10_000
    above: Literal["clamp", "error"] = "error"
    wandering: bool = False
    repeating: bool = False
    filters: list[str] = field(default_factory=list)
    dice: random.Random = field(default_factory=lambda: random.Random(7))


def run_query(books: CloudBooks, modes: QueryModes, data: dict[str, Any], *, named: bool) -> list[Any]:
    """Return a page: lists in the order of FieldKeys, or objects (`named`). Raise Refusal as the server says no."""
    form = _form(data.get("FormId"))
    limit, start, top = (int(data.get(name) or 0) for name in ("Limit", "StartRow", "TopRowCount"))
    if limit > modes.limit and modes.above == "error":
        raise Refusal(8, f"查询行数 {limit} 超过最大限制 {modes.limit}")
    names = {spelt(key, books.variant): key for key in form.keys}
    wanted = [key.strip() for key in str(data.get("FieldKeys", "")).split(",")]
    for key in wanted:
        _known(key, names, form)
    modes.filters.append(str(data.get("FilterString") or ""))
    rows = _chosen(books, form, names, data)
    if modes.wandering or not str(data.get("OrderString") or "").strip():
        modes.dice.shuffle(rows)
    first = 0 if modes.repeating else start
    last = first + min(limit or modes.limit, modes.limit)
    page = rows[first : min(last, top) if top else last]
    picked = [[_value(row.get(names[key])) for key in wanted] for row in page]
    return [dict(zip(wanted, row, strict=True)) for row in picked] if named else picked


def business_info(books: CloudBooks, name: str) -> dict[str, Any]:
    """Return the form's entries, fields and operations in the tenant's own spelling."""
    form = _form(name)
    entries = [_entry(books, "FBillHead", form.head)]
    if form.entry:
        entries.append(_entry(books, spelt(form.entry, books.variant), form.lines))
    operations = ("Save", "Submit", "Audit", "UnAudit", "CancelAssign", "Delete", "Cancel", "Forbid", "Enable")
    told = {
        "Id": name,
        "Entrys": entries,
        "Operations": [{"OperationNumber": number, "OperationName": []} for number in operations],
    }
    return {"Result": {"ResponseStatus": {"IsSuccess": True, "Errors": []}, "NeedReturnData": told}}


def _entry(books: CloudBooks, name: str, keys: tuple[str, ...]) -> dict[str, Any]:
    plain = dict.fromkeys(spelt(key, books.variant).partition(".")[0] for key in keys)
    fields = [{"Key": key, "FieldName": key.upper(), "PropertyName": key[1:], "MustInput": 0} for key in plain]
    return {"Key": name, "EntryName": name, "Fields": fields}


def _form(name: object) -> CloudForm:
    if name not in FORMS:
        raise Refusal(5 if not name else 4, f"业务对象 {name} 不存在")
    return FORMS[str(name)]


def _known(key: str, names: dict[str, str], form: CloudForm) -> None:
    """Refuse a key the form does not have in just this spelling; a flex key alone breaks the server."""
    if key in form.flex:
        raise LookupError(key)
    if key not in names:
        raise Refusal(9, f"字段 {key} 不存在", field=key)


def _chosen(books: CloudBooks, form: CloudForm, names: dict[str, str], data: dict[str, Any]) -> list[Row]:
    """Return the rows the filter lets through, in the order asked for. The filter runs as real SQL."""
    where = _sql(str(data.get("FilterString") or ""), names, form)
    order = _sql(str(data.get("OrderString") or ""), names, form)
    base, rows = _table(books, form)
    statement = f"SELECT position FROM rows{' WHERE ' + where if where else ''}{' ORDER BY ' + order if order else ''}"
    try:
        return [rows[at] for (at,) in base.execute(statement)]
    except sqlite3.Error as broken:
        raise Refusal(6, f"数据库操作失败: {broken}") from None


def _table(books: CloudBooks, form: CloudForm) -> tuple[sqlite3.Connection, list[Row]]:
    """Return the form's rows and a database that holds them, made anew when the books have changed."""
    name = next(name for name, known in FORMS.items() if known is form)
    kept = books.tables.get(name)
    if kept is not None and kept[0] == books.version:
        return kept[1], kept[2]
    if kept is not None:
        kept[1].close()
    rows = books.rows(name)
    base = sqlite3.connect(":memory:", check_same_thread=False)  # the server's guard lets one thread in at a time
    listed = ",".join(f'"{column}" COLLATE NOCASE' for column in form.keys)
    base.execute(f"CREATE TABLE rows (position INTEGER, {listed})")
    marks = ",".join("?" * (len(form.keys) + 1))
    values = ((at, *(_stored(row.get(column)) for column in form.keys)) for at, row in enumerate(rows))
    base.executemany(f"INSERT INTO rows VALUES ({marks})", values)
    books.tables[name] = (books.version, base, rows)
    return base, rows


def _sql(text: str, names: dict[str, str], form: CloudForm) -> str:
    """Return a filter or order with field keys made column names; strings stay as they are."""
    parts = []
    for token in _TOKEN.findall(text):
        if token[0] == "'" or token.lower() in _WORDS or not (token[0].isalpha() or token[0] == "_"):
            parts.append(token)
            continue
        _known(token, names, form)
        parts.append(f'"{names[token]}"')
    return "".join(parts)


def _stored(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _value(value: Any) -> Any:
    """Return a value as JSON carries it: every figure is a float."""
    return float(value) if isinstance(value, Decimal) else value
