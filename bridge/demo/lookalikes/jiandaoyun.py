"""简道云's interface v5 over HTTP: forms of one app (reference/mes-and-chat.md 5.1).

Rows are listed in the order of their `_id`, at most 100 after `data_id`. Errors are HTTP 400 with `code` and `msg`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bridge.demo.lookalikes.platform import Asked, Platform, Row

STOCK_FORM, MOVES_FORM, ITEMS_FORM = "5926aa00000000000000aa01", "5926aa00000000000000aa02", "5926aa00000000000000aa03"
_TEXT, _NUMBER, _SELECT = "text", "number", "combo"
WIDGETS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    STOCK_FORM: (
        ("_widget_1529400746031", "料号", _TEXT),
        ("_widget_1529400746032", "仓库", _SELECT),
        ("batch_no", "批号", _TEXT),
        ("_widget_1529400746034", "结存数量", _NUMBER),
        ("_widget_1529400746035", "单位", _TEXT),
        ("_widget_1529400746036", "备注", _TEXT),
        ("_widget_1529400746037", "备注", _TEXT),
    ),
    MOVES_FORM: (
        ("_widget_1529400746041", "单号", "sn"),
        ("_widget_1529400746042", "类型", _SELECT),
        ("_widget_1529400746043", "料号", _TEXT),
        ("_widget_1529400746044", "仓库", _SELECT),
        ("_widget_1529400746045", "调入仓库", _SELECT),
        ("_widget_1529400746046", "数量", _NUMBER),
        ("_widget_1529400746047", "发生时间", "datetime"),
    ),
    ITEMS_FORM: (("_widget_1529400746051", "仓库", _SELECT), ("_widget_1529400746052", "盘点明细", "subform")),
}
"""Key (alias, else widget id), title and type of each form's fields; ITEMS_FORM counts in a sub-form."""
_DETAILS = (("_widget_1529400746061", "料号", _TEXT), ("_widget_1529400746062", "实盘", _NUMBER))
_SYSTEM = ("createTime", "updateTime", "creator", "flowState")
_LARGEST, _USUAL = 100, 10


class Jiandaoyun(Platform):
    """One app with three forms. The next `too_fast` calls are refused as coming too fast."""

    base = "/api"
    key, app_id = "jdy-geheim-3f7a91", "5926407300000000000000fb"

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.too_fast = 0
        self._ids: dict[tuple[str, ...], int] = {}

    def refusal(self, asked: Asked) -> tuple[int, Row] | None:
        """Look at the key, the app and the form."""
        if asked.headers.get("authorization") != f"Bearer {self.key}":
            return 400, {"code": 8301, "msg": "The API Key is invalid or forbidden"}
        if asked.method != "POST" or asked.body.get("app_id") != self.app_id:
            return 400, {"code": 1010, "msg": "The app does not exist"}
        if asked.body.get("entry_id") not in WIDGETS:
            return 400, {"code": 1020, "msg": "The form does not exist"}
        if self.too_fast:
            self.too_fast -= 1
            return 400, {"code": 8303, "msg": "Company / Team Request Limit Exceeded"}
        return None

    def reply(self, asked: Asked) -> tuple[int, Row]:
        """Answer widget/list or data/list."""
        form = asked.body["entry_id"]
        if asked.path == "/v5/app/entry/widget/list":
            return 200, {"widgets": [_widget(*each) for each in WIDGETS[form]], "sysWidgets": _system()}
        if asked.path != "/v5/app/entry/data/list":
            return 404, {"code": 404, "msg": "Not Found"}
        rows = [row for row in self._rows(form) if _passes(row, asked.body.get("filter", {}))]
        last, limit = asked.body.get("data_id", ""), int(asked.body.get("limit", _USUAL))
        if not 1 <= limit <= _LARGEST:
            return 400, {"code": 4001, "msg": "limit 超出范围"}
        start = sum(row["_id"] <= last for row in rows)
        return 200, {"data": self.page(rows, start, limit)}

    def _rows(self, form: str) -> list[Row]:
        keys = [key for key, _, _ in WIDGETS[form]]
        if form == STOCK_FORM:
            return [
                _row(at, keys, (each.item, each.warehouse, each.batch, each.quantity, each.unit, "", ""))
                for at, each in enumerate(self.content.stock)
            ]
        if form == MOVES_FORM:
            return [
                _row(
                    self._ids.setdefault((each.number, each.item, each.warehouse), len(self._ids)),
                    keys,
                    (each.number, each.kind, each.item, each.warehouse, each.to, each.quantity, _utc(each.at)),
                    updated=_utc(each.at),
                )
                for each in self.content.moves
            ]
        places = sorted({each.warehouse for each in self.content.stock})
        return [_row(at, keys, (place, self._counted(place))) for at, place in enumerate(places)]

    def _counted(self, place: str) -> list[Row]:
        names = [key for key, _, _ in _DETAILS]
        return [
            {"_id": f"d{at:023}", names[0]: each.item, names[1]: each.quantity}
            for at, each in enumerate(self.content.stock)
            if each.warehouse == place
        ]


def _row(at: int, keys: list[str], values: tuple[Any, ...], updated: str = "2026-11-23T00:00:00.000Z") -> Row:
    system = {"_id": f"{at:024x}", "createTime": "2026-11-22T00:00:00.000Z", "updateTime": updated}
    return system | {"creator": {"_id": "u1", "name": "何班长"}} | dict(zip(keys, values, strict=True))


def _utc(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _widget(name: str, title: str, kind: str) -> Row:
    found: Row = {"name": name, "label": title, "type": kind}
    return found | ({"items": [_widget(*each) for each in _DETAILS]} if kind == "subform" else {})


def _system() -> list[Row]:
    return [{"name": name, "type": "datetime"} for name in _SYSTEM]


def _passes(row: Row, kept: Mapping[str, Any]) -> bool:
    """Return whether a row passes a filter with the methods eq and range."""
    found = []
    for condition in kept.get("cond", []):
        value, wanted = row.get(condition["field"]), condition["value"]
        if condition["method"] == "range":
            found.append(str(wanted[0]) <= str(value) <= str(wanted[1]))
        else:
            found.append(value == wanted[0])
    return (any if kept.get("rel") == "or" else all)(found)
