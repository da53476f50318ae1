"""Further systems, shown in the sample bridge.toml as comments: the kind it belongs to, and its table."""

from typing import Any, Final

EXAMPLES: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "sources.mes.hold": ("mes", {"via": "hold_api", "token": "secret:mes_hold"}),
    "sources.consign.movements": (
        "spreadsheet",
        {
            "sheet": "流水",
            "columns": {
                "number": "单号",
                "date": "日期",
                "type": "类型",
                "item": "料号",
                "warehouse": "库位",
                "in_qty": "收",
                "out_qty": "发",
            },
            "types": {"入库": "product_receipt", "领料": "material_issue"},
        },
    ),
    "sources.k3c": (
        "kingdee_cloud",
        {
            "kind": "kingdee_cloud",
            "label": "云星空",
            "base_url": "https://erp.example.com/k3cloud",
            "acct_id": "5f1e2d3c4b5a69",
            "user": "bridge",
            "app_id": "900001_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX",
            "app_secret": "secret:k3cloud_app",
            "stock_orgs": ["100"],
            "hold": {"via": "status_convert", "convert": "unaudited"},
        },
    ),
    "sources.u8c": (
        "yonyou_u8_openapi",
        {
            "kind": "yonyou_u8_openapi",
            "label": "用友U8（开放平台）",
            "from_account": "openapi_dev",
            "to_account": "openapi_ent",
            "app_key": "secret:u8_app_key",
            "app_secret": "secret:u8_app_secret",
            "ds_sequence": 1,
            "hold": {
                "via": "quarantine_transfer",
                "warehouse": "99",
                "issue_type": "22",
                "receipt_type": "12",
                "auditor_user": "bridge",
            },
        },
    ),
    "sources.wms": (
        "sql",
        {
            "kind": "sql",
            "label": "仓库系统",
            "url": "secret:wms_url",
            "query": "SELECT sku AS item, loc AS warehouse, SUM(qty) AS quantity FROM stock GROUP BY sku, loc",
            "hold": {"via": "hold_table", "table": "stockbridge_hold"},
        },
    ),
    "sources.jdy": (
        "jiandaoyun",
        {
            "kind": "jiandaoyun",
            "label": "简道云 线边仓",
            "api_key": "secret:jiandaoyun_key",
            "app_id": "5926407300000000000000fb",
            "stock": {
                "entry_id": "5926aa00000000000000aa01",
                "fields": {"item": "料号", "qty": "结存数量", "warehouse": "仓库"},
            },
        },
    ),
    "sources.qms": (
        "rest",
        {
            "kind": "rest",
            "label": "QMS 待检",
            "base_url": "https://qms.example.com/api",
            "auth": "basic",
            "user": "bridge",
            "token": "secret:qms_password",
            "snapshot": {"path": "/pending", "items": "data.rows", "total": "data.total", "page": "pageNo"},
            "fields": {"item": "materialNo", "qty": "pendingQty", "batch": "lotNo"},
            "constants": {"warehouse": "待检仓"},
        },
    ),
}
"""By the header the table gets when its lines are uncommented."""
