"""What a person asks before granting: the exact queries a reading sends, and the least rights they need."""

import json

from config.base import SourceSettings
from connectors.kingdee_cloud.cards import MATERIALS, WAREHOUSES
from connectors.kingdee_cloud.config import KingdeeCloudSettings
from connectors.kingdee_cloud.forms import CONVERT_FORM
from connectors.kingdee_cloud.movement_keys import stock_form
from connectors.kingdee_cloud.stock import FORM, WANTED


def show_queries(source: str, settings: SourceSettings) -> str:
    """Return the queries of a snapshot with the usual spelling of keys; a data centre's own replaces it when read."""
    assert isinstance(settings, KingdeeCloudSettings)  # noqa: S101 - the registry pairs kind and settings
    orgs = ",".join("'" + number.replace("'", "''") + "'" for number in settings.stock_orgs)
    shared = {"TopRowCount": 0, "StartRow": 0, "Limit": settings.page_size}
    stock = {
        "FormId": FORM,
        "FieldKeys": ",".join(("FID", *WANTED)),
        "FilterString": f"FStockOrgId.FNumber in ({orgs})" if orgs else "",
        "OrderString": "FID",
    }
    lines = [f"-- {source}: POST {settings.base_url}/…DynamicFormService.ExecuteBillQuery.common.kdsvc"]
    lines.append(json.dumps({"data": stock | shared}, ensure_ascii=False))
    forms = (*settings.forms, *settings.more_forms) if settings.movements else ()
    forms = (MATERIALS, WAREHOUSES, *forms)
    lines += [json.dumps({"data": {"FormId": form, **shared}}, ensure_ascii=False) for form in forms]
    return "\n".join(lines)


def grants(source: str, settings: SourceSettings) -> str:
    """Return the rights the bridge's user needs, as a list for the administrator of the data centre."""
    assert isinstance(settings, KingdeeCloudSettings)  # noqa: S101 - the registry pairs kind and settings
    rows = [(FORM, "即时库存"), (MATERIALS, "物料"), (WAREHOUSES, "仓库")]
    if settings.movements:
        rows += [(form, stock_form(form, settings).name) for form in (*settings.forms, *settings.more_forms)]
    orgs = "、".join(settings.stock_orgs) or "该用户可见的全部库存组织"
    lines = [
        f"数据源 {source}：云星空里要给的权限（最小权限）",
        f"1. 系统管理 → 第三方系统登录授权：新增授权，把用户 {settings.user} 加进该应用的用户列表；记下 App ID 和 App Secret。",
        f"2. 用户 {settings.user} 只属于组织：{orgs}；不要用 administrator（API 会拒绝登录）。",
        "3. 功能权限只给“查看/查询”：",
        *(f"   {form}  {name}" for form, name in rows),
    ]
    hold = settings.hold
    if hold is not None:
        verbs = "新增、修改、删除、提交、撤销"
        verbs += "、审核、反审核" if hold.convert == "audited" else "（不给审核、反审核）"
        lines.append(f"4. 锁库写回：{CONVERT_FORM} 库存状态转换：{verbs}；相关仓库须启用库存状态 {hold.to_status}。")
    return "\n".join(lines)


def revoke(source: str, settings: SourceSettings) -> str:
    """Return how to take the rights back."""
    assert isinstance(settings, KingdeeCloudSettings)  # noqa: S101 - the registry pairs kind and settings
    return "\n".join(
        (
            f"数据源 {source}：收回权限",
            f"1. 系统管理 → 第三方系统登录授权：从该应用的用户列表里移除 {settings.user}，或停用该授权。",
            f"2. 禁用用户 {settings.user}。",
        )
    )
