"""The pieces of the demo plant's bridge.toml; `{names}` are filled in when it is written."""

from typing import Final

HEAD: Final = """\
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
MES: Final = """
[sources.mes]
kind = "mes"
label = "自研MES(报工、线边仓)"
base_url = {mes_url}
isolate = false                   # 演示的时间是推着走的,不另起子进程;真实工厂不写这一行
snapshot = {{ path = "/stock", items = "data", page = "page", size = 500 }}
movements = {{ path = "/moves", items = "data", since = "updated_after" }}
fields = {{ item = "part_no", warehouse = "area", qty = "qty", unit = "uom", doc = "report_no", at = "done_at" }}
"""
CONSIGN: Final = """
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
PAIR: Final = """
[master]
items = "maps/items.csv"
warehouses = "maps/warehouses.csv"

[abc]

[[pairs]]
id = "fin_wms"
label = "财务账 ↔ 仓库"
book = ["k3"]
stock = ["u8"]
{evidence}warehouses = {warehouses}
owner = "wang.fang"
cc = ["zhao.lei"]
"""
CONSIGN_PAIR: Final = """
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
REST: Final = """
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
"wang.fang" = {{ name = "王芳", mail = "wangfang@example.com", roles = ["maker"], dept = "财务" }}
"li.zong" = {{ name = "李总监", mail = "li@example.com", roles = ["checker", "owner_of_last_resort"], dept = "财务" }}
"chen.jun" = {{ name = "陈军", mail = "chenjun@example.com", roles = ["maker"], dept = "生产" }}
"zhao.lei" = {{ name = "赵磊", mail = "zhaolei@example.com", roles = ["wh_manager"], dept = "仓储" }}
"zhou.min" = {{ name = "周敏", mail = "zhoumin@example.com", roles = ["maker", "master_data"], dept = "采购" }}
"he.bz" = {{ name = "何班长", mail = "he@example.com", roles = ["shift_leader"], dept = "仓储" }}
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
