"""The demo plant's bridge.toml and maps: real ones, which every other command of `stockbridge` can use."""

import csv
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bridge.demo.articles import CONSIGNED, FINISHED, RAW, SEMI, Article
from bridge.demo.lookalikes import SWITCH_NAMES
from config.toml_text import toml_value
from connectors.registry import connectors

WORKBOOK: Final = "代管料台账.xlsx"
_FAMILIES: Final = {
    "01": "purchase_receipt",
    "10": "product_receipt",
    "11": "material_issue",
    "32": "sales_issue",
    "08": "other",
}

_HEAD: Final = """\
# bridge.toml —— 演示工厂“示例精密(东莞)”。由 stockbridge demo 写出,和真实工厂的配置同一个格式
schema_version = 1

[plant]
name = "示例精密(东莞)"
mode = "hold"                     # 演示要看到锁;真实工厂先用 observe
language = "{lang}"

[schedule]
snapshot = "every 30m"

[sources.k3]
kind = "kingdee_k3"
label = "金蝶K3(财务账)"
url = {k3_url}

[sources.u8]
kind = "yonyou_u8"
label = "用友U8(仓库)"
url = {u8_url}
switches = {switches}

[sources.u8.hold]
via = "frozen_quantity"           # 写 U8 自己的冻结量 CurrentStock.fStopQuantity
account_sets = ["{account}"]      # 只允许写这一个账套
"""
_MES: Final = """
[sources.mes]
kind = "mes"
label = "自研MES(报工、线边仓)"
base_url = {mes_url}
isolate = false                   # 演示的时间是推着走的,不另起子进程;真实工厂不写这一行
snapshot = {{ path = "/stock", items = "data", page = "page", size = 500 }}
movements = {{ path = "/moves", items = "data", since = "updated_after" }}
fields = {{ item = "part_no", warehouse = "area", qty = "qty", unit = "uom", doc = "report_no", at = "done_at" }}
"""
_CONSIGN: Final = """
[sources.consign]
kind = "spreadsheet"
label = "代管料台账(Excel)"
path = {book}
isolate = false
sheet = "现存"
header_row = 2
columns = {{ item = "料号", warehouse = "库位", qty = "结存", unit = "单位", updated = "更新日期" }}
text_columns = ["料号"]
"""
_PAIR: Final = """
[master]
items = "maps/items.csv"
warehouses = "maps/warehouses.csv"

[abc]
from = "k3"

[[pairs]]
id = "fin_wms"
label = "财务账 ↔ 仓库"
book = ["k3"]
stock = ["u8"]
{evidence}warehouses = {warehouses}
owner = "wang.fang"
cc = ["zhao.lei"]
"""
_CONSIGN_PAIR: Final = """
[[pairs]]
id = "consign"
label = "代管料台账 ↔ U8 代管仓"
book = ["consign"]
stock = ["u8"]
grain = ["item"]
warehouses = {consigned}
check = "daily 08:30"
hold = false                      # 不是自己的料,只提醒
owner = "zhou.min"
"""
_REST: Final = """
[cutoff]
grace = "25m"                     # 单边单据等多久;比两轮之间的间隔略短
confirm = 2                       # 连续 2 次仍超才算确认
confirm_gap = "25m"

[gates]
refuse_identical = false          # 演示工厂过了这一天就没人做单,库存不动是正常的

[thresholds]
percent = 3.0
min_value = 200
cap_value = 20000

[thresholds.abc]
A = {{ percent = 1.0, min_value = 100, cap_value = 10000 }}
B = {{ percent = 3.0 }}
C = {{ percent = 5.0, min_value = 500 }}

[holds]
classes = ["A", "B"]
release_on = {{ A = "verified", B = "approved" }}

[people]
"wang.fang" = {{ name = "王芳", mail = "wangfang@example.com", roles = ["maker"], dept = "财务", phone = "6012" }}
"li.zong" = {{ name = "李总监", mail = "li@example.com", roles = ["checker", "owner_of_last_resort"], dept = "财务" }}
"chen.jun" = {{ name = "陈军", mail = "chenjun@example.com", roles = ["maker"], dept = "生产" }}
"zhao.lei" = {{ name = "赵磊", mail = "zhaolei@example.com", roles = ["wh_manager"], dept = "仓储" }}
"zhou.min" = {{ name = "周敏", mail = "zhoumin@example.com", roles = ["maker", "master_data"], dept = "采购" }}
"he.bz" = {{ name = "何班长", mail = "he@example.com", roles = ["shift_leader"], dept = "仓储", phone = "8012" }}
"sun.it" = {{ name = "孙工", mail = "it@example.com", roles = ["admin"], dept = "信息" }}

[segregation]
dual_sign_over = 10000

[escalation]
chain = ["owner", "wh_manager", "li.zong"]

[mail]
host = "127.0.0.1"
port = {port}
tls = "none"                      # 本机的演示邮箱;真实工厂用 implicit 或 starttls
from = "数据桥 <bridge@example.com>"
"""


@dataclass(frozen=True)
class Ports:
    """Where the plant's services listen."""

    mes_url: str
    smtp: int


def write_settings(
    folder: Path,
    own: Sequence[Article],
    others: Sequence[Article],
    lang: str,
    account: str,
    ports: Ports,
    warehouses: tuple[Mapping[str, str], Mapping[str, str]],
) -> None:
    """Write bridge.toml and both maps into `folder`; `warehouses` are K3's and U8's codes by common name."""
    (folder / "bridge.toml").write_text(_toml(folder, lang, account, ports, connectors()), encoding="utf-8")
    places = [
        (name, source, code)
        for source, codes in zip(("k3", "u8"), warehouses, strict=True)
        for name, code in codes.items()
    ]
    codes = [(article.code, "u8", article.u8_code, "", "", "zhou.min") for article in (*own, *others)]
    _write(folder / "maps" / "warehouses.csv", ("warehouse", "source", "code"), places)
    _write(folder / "maps" / "items.csv", ("item", "source", "code", "valid_from", "valid_to", "approved_by"), codes)


def _toml(folder: Path, lang: str, account: str, ports: Ports, kinds: Collection[str]) -> str:
    """Return the file; a source whose connector is not installed is left out, with what needs it."""
    mes, consign = "mes" in kinds, "spreadsheet" in kinds
    head = _HEAD.format(
        lang=lang,
        account=account,
        k3_url=toml_value(_sqlite(folder / "k3" / "AIS20190101120000.db")),
        u8_url=toml_value(_sqlite(folder / "u8" / f"{account}.db")),
        switches=toml_value({family: SWITCH_NAMES[kind] for kind, family in _FAMILIES.items()}),
    )
    pair = _PAIR.format(evidence='evidence = ["mes"]\n' if mes else "", warehouses=toml_value([RAW, SEMI, FINISHED]))
    parts = (
        head,
        _MES.format(mes_url=toml_value(ports.mes_url)) if mes else "",
        _CONSIGN.format(book=toml_value((folder / WORKBOOK).absolute())) if consign else "",
        pair,
        _CONSIGN_PAIR.format(consigned=toml_value([CONSIGNED])) if consign else "",
        _REST.format(port=ports.smtp),
    )
    return "".join(parts)


def _sqlite(path: Path) -> str:
    return f"sqlite:///{path.absolute().as_posix()}"


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
