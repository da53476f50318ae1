"""What a person asks before granting: the exact queries a reading sends, and the least rights they need."""

from config.base import SourceSettings
from connectors.kingdee_cloud import cards, stock
from connectors.kingdee_cloud.config import KingdeeCloudSettings
from connectors.kingdee_cloud.forms import CONVERT_FORM
from connectors.kingdee_cloud.http import FORMS_SERVICE
from connectors.kingdee_cloud.keys import Form
from connectors.kingdee_cloud.movement_keys import stock_form
from connectors.web import to_json


def show_queries(source: str, settings: SourceSettings) -> str:
    """Return the queries of a snapshot with the usual spelling of keys; a data centre's own replaces it when read."""
    assert isinstance(settings, KingdeeCloudSettings)  # noqa: S101 - the registry pairs kind and settings
    materials = (cards.MATERIAL_IDS[0], *cards.MATERIAL_KEYS, cards.ORG_KEY, cards.CATEGORY_KEY, *settings.cost)
    queries = (
        stock.stock_query(_usual(source, stock.FORM, (*stock.WANTED, stock.ORG_KEY)), settings),
        cards.material_query(_usual(source, cards.MATERIALS, materials), settings),
        cards.warehouse_query(
            _usual(source, cards.WAREHOUSES, (cards.WAREHOUSE_IDS[0], *cards.WAREHOUSE_KEYS, cards.ORG_KEY)), settings
        ),
    )
    page = {"StartRow": 0, "Limit": settings.page_size}
    lines = [f"-- {source}: POST {settings.base_url}/{FORMS_SERVICE}ExecuteBillQuery.common.kdsvc"]
    return "\n".join([*lines, *(to_json({"data": query.data | page}) for query in queries)])


def _usual(source: str, form: str, keys: tuple[str, ...]) -> Form:
    plain = [key.partition(".")[0] for key in keys]
    return Form(source, form, {key.lower(): (key, "") for key in plain})


def grants(source: str, settings: SourceSettings) -> str:
    """Return the rights the bridge's user needs, as a list for the administrator of the data centre."""
    assert isinstance(settings, KingdeeCloudSettings)  # noqa: S101 - the registry pairs kind and settings
    rows = [(stock.FORM, "即时库存"), (cards.MATERIALS, "物料"), (cards.WAREHOUSES, "仓库")]
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
