"""The sample plant of bridge.toml: K3 keeps the books, U8 the stock, a MES reports, a workbook lists others' goods."""

from decimal import Decimal
from typing import Any, Final

SOURCES: Final[dict[str, dict[str, Any]]] = {
    "k3": {
        "kind": "kingdee_k3",
        "label": "金蝶K3(财务账)",
        "driver": "ODBC Driver 17 for SQL Server",
        "server": "192.168.10.21",
        "database": "AIS20190101120000",
        "user": "bridge_ro",
        "password": "secret:k3_ro",
        "stock_effect": "auto",
        "timeout_s": 60,
    },
    "u8": {
        "kind": "yonyou_u8",
        "label": "用友U8(仓库)",
        "driver": "ODBC Driver 17 for SQL Server",
        "server": "192.168.10.31",
        "account": "002",
        "year": "auto",
        "user": "bridge_ro",
        "password": "secret:u8_ro",
        "stock_effect": "auto",
        "hold": {"via": "hold_table", "user": "bridge_hold", "password": "secret:u8_hold"},
    },
    "mes": {
        "kind": "mes",
        "label": "自研MES(报工、线边仓)",
        "base_url": "http://192.168.10.40:8080/api",
        "token": "secret:mes_token",
        "snapshot": {"path": "/stock", "items": "data", "page": "page", "size": 500},
        "movements": {"path": "/moves", "items": "data", "since": "updated_after"},
        "fields": {
            "item": "part_no",
            "warehouse": "area",
            "qty": "qty",
            "unit": "uom",
            "doc": "report_no",
            "at": "done_at",
        },
    },
    "consign": {
        "kind": "spreadsheet",
        "label": "代管料台账(Excel)",
        "path": "//fileserver/wh/代管料台账.xlsx",
        "sheet": "现存",
        "header_row": 2,
        "columns": {"item": "料号", "warehouse": "库位", "qty": "结存", "unit": "单位", "updated": "更新日期"},
        "text_columns": ["料号"],
        "max_age": "26h",
    },
}

PAIRS: Final[list[dict[str, Any]]] = [
    {
        "id": "fin_wms",
        "label": "财务账 ↔ 仓库",
        "book": ["k3"],
        "stock": ["u8"],
        "evidence": ["mes"],
        "grain": ["item", "warehouse"],
        "warehouses": ["01", "02", "03"],
        "owner": "wang.fang",
        "cc": ["zhao.lei"],
    },
    {
        "id": "line_wip",
        "label": "仓库发料 ↔ MES 线边",
        "book": ["u8"],
        "stock": ["mes"],
        "grain": ["item", "warehouse"],
        "warehouses": ["05"],
        "owner": "chen.jun",
    },
    {
        "id": "consign",
        "label": "代管料台账 ↔ U8 代管仓",
        "book": ["consign"],
        "stock": ["u8"],
        "grain": ["item"],
        "warehouse_types": ["consigned"],
        "hold": False,
        "owner": "zhou.min",
    },
]


def _person(name: str, mailbox: str, roles: list[str], dept: str, **more: str) -> dict[str, Any]:
    return {"name": name, "mail": f"{mailbox}@example.com", "roles": roles, "dept": dept, **more}


PEOPLE: Final[dict[str, dict[str, Any]]] = {
    "wang.fang": _person("王芳", "wangfang", ["maker"], "财务", deputy="zhou.min"),
    "li.zong": _person("李总监", "li", ["checker", "owner_of_last_resort"], "财务"),
    "chen.jun": _person("陈军", "chenjun", ["maker"], "生产"),
    "zhao.lei": _person("赵磊", "zhaolei", ["wh_manager"], "仓储"),
    "zhou.min": _person("周敏", "zhoumin", ["maker", "master_data"], "采购"),
    "he.bz": _person("何班长", "he", ["shift_leader"], "仓储"),
    "sun.it": _person("孙工", "it", ["admin"], "信息"),
}

TABLES: Final[dict[str, dict[str, Any]]] = {
    "plant": {"name": "示例精密(东莞)"},
    "schedule": {"quiet_hours": ["22:00-06:30"]},
    "cutoff": {"grace_by_doc": {"委外入库": "48h", "调拨": "24h", "暂估入库": "5d"}},
    "gates": {"max_age": "26h"},
    "thresholds": {
        "min_value": 200,
        "cap_value": 20000,
        "abc": {
            "A": {"percent": Decimal("1.0"), "min_value": 100, "cap_value": 10000},
            "B": {"percent": Decimal("3.0")},
            "C": {"percent": Decimal("5.0"), "min_value": 500},
        },
        "rule": [{"match": {"category": "紧固件"}, "percent": Decimal("5.0"), "why": "称重计数"}],
    },
    "holds": {"classes": ["A", "B"]},
    "escalation": {"chain": ["owner", "wh_manager", "li.zong"]},
    "mail": {
        "host": "smtp.exmail.qq.com",
        "user": "bridge@example.com",
        "password": "secret:smtp",
        "from": "数据桥 <bridge@example.com>",
    },
}
"""What the sample sets; every other key stands there with its default."""
