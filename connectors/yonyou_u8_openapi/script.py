"""What a person asks before granting: the requests a reading sends, and the least APIs to tick at 用友开放平台."""

from config.base import SourceSettings
from connectors.yonyou_u8_openapi.config import YonyouOpenApiSettings
from connectors.yonyou_u8_openapi.source import READ

_READ = {
    "currentstock": "现存量",
    "inventory": "存货档案",
    "unit": "计量单位",
    "inventoryclass": "存货分类",
    "warehouse": "仓库档案",
}
_HOLD_APIS = (
    ("transvouchlist/batch_get", "调拨单列表"),
    ("transvouch/get, add, verify, unverify", "调拨单"),
    ("otheroutlist/batch_get", "其他出库单列表"),
    ("otherout/verify", "其他出库单审核"),
    ("otherinlist/batch_get", "其他入库单列表"),
    ("otherin/verify", "其他入库单审核"),
)


def show_requests(source: str, settings: SourceSettings) -> str:
    """Return the requests of a snapshot; what proves who asks is left out."""
    given = _of(settings)
    page = f"to_account={given.to_account}&page_index=1&rows_per_page={given.page_size}"
    account_set = f"&ds_sequence={given.ds_sequence}" if given.ds_sequence is not None else ""
    lines = [f"-- {source}：不显示 from_account、app_key、token"]
    lines += [f"GET {given.base_url}/api/{listed.name}/batch_get?{page}{account_set}" for listed in READ]
    return "\n".join(lines)


def grants(source: str, settings: SourceSettings) -> str:
    """Return what to set up at the platform and on the U8 server, as a list for the IT admin."""
    given = _of(settings)
    lines = [
        f"数据源 {source}：用友开放平台（U8 OpenAPI）要做的事（最小权限）",
        "1. 开发者账号：创建应用，只勾选下面的接口，记下应用编码（app_key）和密钥（app_secret）：",
        *(f"   {listed.name}/batch_get  {_READ[listed.name]}" for listed in READ),
    ]
    hold = given.hold
    if hold is not None:
        lines.append("   锁库（调拨到隔离仓）另外勾选：")
        lines += [f"   {api}  {name}" for api, name in _HOLD_APIS]
    lines += [
        f"2. 企业账号（{given.to_account}）：批准该应用，为它配置数据源（账套），记下数据源序号（ds_sequence）。",
        "3. U8 服务器：EAI接口设置里登记数据源；“用友开放平台客户端”必须一直运行并在线，服务器要能上外网。",
    ]
    if hold is not None:
        lines += [
            f"4. U8：建隔离仓 {hold.warehouse}，不纳入可用量计算、不参与 MRP。",
            f"   收发类别用 {hold.issue_type}（出）和 {hold.receipt_type}（入）。",
            f"5. U8：审核人 {hold.auditor_person or hold.auditor_user} 要有调拨单、其他出库单、其他入库单的审核权限。",
        ]
    return "\n".join(lines)


def revoke(source: str, settings: SourceSettings) -> str:
    """Return how to take the rights back."""
    return "\n".join(
        (
            f"数据源 {source}：收回权限",
            f"1. 企业账号（{_of(settings).to_account}）：取消对该应用的授权。",
            "2. 开发者账号：停用该应用，或重置密钥。",
        )
    )


def _of(settings: SourceSettings) -> YonyouOpenApiSettings:
    assert isinstance(settings, YonyouOpenApiSettings)  # noqa: S101 - the registry pairs kind and settings
    return settings
