"""What a good bridge.toml becomes: defaults, layers, origins, exact decimals."""

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge import language
from bridge.domain.errors import ConfigError
from config.durations import parse_duration
from config.lines import line_index
from config.loader import load
from config.refusal import Refusal


def test_a_small_file_has_every_default(loading):
    """Only a source and a pair are needed; safety limits are on without being mentioned."""
    settings = loading().settings
    assert settings.plant.mode == "observe"
    assert settings.plant.timezone == "Asia/Shanghai"
    assert settings.cutoff.confirm == 2
    assert settings.gates.max_row_drop == Decimal("0.20")
    assert settings.gates.refuse_identical
    assert (settings.holds.max_items_per_run, settings.holds.max_per_day) == (10, 25)
    assert settings.holds.max_share == Decimal("0.01")
    assert settings.holds.classes == ("A", "B", "C")
    assert settings.thresholds.percent == Decimal("3.0")
    assert settings.pairs[0].hold
    assert settings.pairs[0].check == "snapshot"


def test_the_sample_of_the_users_guide_loads(loading):
    """The names of users.md 3.3 are the names of the models."""
    text = """
schema_version = 1
[plant]
mode = "hold"
data_dir = "D:/bridge-data"
[schedule]
movements = "every 5s"
snapshot = "every 30m"
daily = "09:00"
quiet_hours = ["22:00-06:30"]
[sources.k3]
kind = "kingdee_k3"
server = "192.168.10.21"
password = "secret:k3_ro"
timeout_s = 60
[sources.u8]
kind = "yonyou_u8"
account = "002"
year = "auto"
[sources.u8.hold]
via = "hold_table"
user = "bridge_hold"
password = "secret:u8_hold"
[sources.mes]
kind = "rest"
base_url = "http://192.168.10.40:8080/api"
snapshot = { path = "/stock", items = "data", page = "page", size = 500 }
[sources.consign]
kind = "excel"
path = "//fileserver/wh/代管料台账.xlsx"
columns = { item = "料号", qty = "结存" }
text_columns = ["料号"]
max_age = "26h"
[master]
code_rules = ["strip", "upper", "fullwidth_to_half"]
unmapped = "list"
[abc]
from = "k3"
fallback = { A = 0.80, B = 0.15, C = 0.05 }
[[pairs]]
id = "fin_wms"
book = ["k3"]
stock = ["u8"]
evidence = ["mes"]
grain = ["item", "warehouse"]
warehouses = ["原料仓"]
owner = "wang.fang"
[[pairs]]
id = "consign"
book = ["consign"]
stock = ["u8"]
warehouse_types = ["consigned"]
grain = ["item"]
check = "daily 08:30"
hold = false
owner = "wang.fang"
[cutoff]
as_of = "earliest_snapshot"
grace_by_doc = { "委外入库" = "48h", "暂估入库" = "5d" }
close_days = ["-1", "1", 2]
[thresholds]
apply_to = "residual"
denominator = "max"
percent = 3.0
min_value = 200
cap_value = 20000
rounding = "item_precision"
[thresholds.abc]
A = { percent = 1.0, min_value = 100, cap_value = 10000 }
[[thresholds.rule]]
match = { category = "紧固件" }
percent = 5.0
why = "称重计数"
[holds]
classes = ["A", "B"]
release_on = { A = "verified", B = "approved" }
override = { by = ["wh_manager", "shift_leader"], max_qty = 500, minutes = 60 }
[people]
"wang.fang" = { name = "王芳", mail = "wangfang@example.com", roles = ["maker"], dept = "财务" }
"li.zong" = { name = "李总监", mail = "li@example.com", roles = ["checker", "owner_of_last_resort"], dept = "财务" }
[segregation]
forbid_same_person = [["maker", "checker"], ["admin", "checker"]]
dual_sign_over = 10000
[escalation]
first_response = { A = "2h", B = "4h", C = "1d" }
chain = ["owner", "wh_manager", "li.zong"]
[mail]
host = "smtp.exmail.qq.com"
port = 465
tls = "implicit"
user = "bridge@example.com"
password = "secret:smtp"
from = "数据桥 <bridge@example.com>"
digest = "per_owner_per_run"
attach = ["xlsx"]
remind = ["10:00", "16:00"]
[wecom]
enabled = false
webhook = "secret:wecom_hook"
[daily]
to = ["li.zong"]
turnover = { source = "k3", days = 30 }
on_time = { source = "mes", by = "line", promise = "promised_at", done = "signed_at" }
capacity = { source = "mes", actual = "std_hours", available = "plan_hours" }
[web]
listen = "127.0.0.1:8686"
[retention]
snapshots = "400d"
audit = "10y"
"""
    settings = loading(text=text, resolve_secrets=False).settings
    assert settings.abc.from_ == "k3"
    assert settings.mail.from_.endswith("<bridge@example.com>")
    assert settings.thresholds.abc.A.cap_value == 10000
    assert settings.thresholds.rule[0].match.category == "紧固件"
    assert settings.cutoff.close_days == ("-1", "1", "2")
    assert settings.sources["u8"].hold.via == "hold_table"


def test_decimals_are_exact(loading):
    """0.1 in the file is one tenth, not the nearest binary fraction."""
    settings = loading(add="[thresholds]\npercent = 0.1\n").settings
    assert settings.thresholds.percent == Decimal("0.1")


def test_the_environment_lies_above_the_file(loading):
    """A variable overrides the file, in any case of a source's id; lists are JSON; origins say so."""
    loaded = loading(
        ('[plant]\nname = "示例"', '[plant]\nname = "示例"\nmode = "observe"'),
        ("[sources.k3]", "[sources.K3]"),
        ('book = ["k3"]', 'book = ["K3"]'),
        environ={
            "STOCKBRIDGE__PLANT__MODE": "alert",
            "STOCKBRIDGE__SOURCES__K3__DATABASE": "20260101",
            "STOCKBRIDGE__SOURCES__K3__TEXT_COLUMNS": '["a"]',
            "STOCKBRIDGE__MAIL__HOST": "relay",
            "STOCKBRIDGE__MAIL__FROM": "bridge@example.com",
            "STOCKBRIDGE__THRESHOLDS__PERCENT": "2.5",
            "STOCKBRIDGE_KEY_FILE": "elsewhere",
        },
    )
    settings = loaded.settings
    assert settings.plant.mode == "alert"
    assert settings.sources["K3"].database == "20260101"
    assert settings.sources["K3"].text_columns == ("a",)
    assert settings.sources["K3"].server == "192.168.10.21"
    assert settings.mail.host == "relay"
    assert settings.thresholds.percent == Decimal("2.5")
    assert loaded.origin["plant.mode"] == "environment STOCKBRIDGE__PLANT__MODE"
    assert loaded.origin["sources.K3.database"] == "environment STOCKBRIDGE__SOURCES__K3__DATABASE"
    assert loaded.origin["sources.K3.server"] == "bridge.toml:9"
    assert loaded.origin["plant.timezone"] == "default"
    assert loaded.origin["pairs.fin_wms.owner"] == "bridge.toml:21"
    assert loaded.origin['people."wang.fang".mail'] == "bridge.toml:24"


def test_paths_start_from_the_file(loading, tmp_path):
    """A relative data_dir lies beside bridge.toml."""
    loaded = loading(add='[schedule]\nsnapshot = "every 10m"\n')
    assert loaded.data_dir == tmp_path / "data"
    assert loaded.resolve(Path("maps/items.csv")) == tmp_path / "maps" / "items.csv"


def test_a_byte_order_mark_and_windows_line_ends_are_fine(toml, kinds):
    """Notepad writes both."""
    path = toml()
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    loaded = load(path, kinds, {})
    assert loaded.origin["sources.k3.server"] == "bridge.toml:8"


def test_the_hash_follows_the_text(loading):
    """Two texts have two hashes, so that a reload knows whether anything happened."""
    assert loading().text_hash == loading().text_hash
    assert loading().text_hash != loading(add="# one more line\n").text_hash


def test_findings_name_what_is_unusual(loading):
    """No mail table, no checker in hold mode, plain-text mail logins: allowed, but told."""
    assert [code for code, _ in loading().findings] == ["BR-1092"]
    loaded = loading(
        ('[plant]\nname = "示例"', '[plant]\nmode = "hold"'),
        ('roles = ["checker"]', 'roles = ["auditor"]'),
        add='[mail]\nhost = "relay"\ntls = "none"\nverify = false\nfrom = "a@b.c"\nuser = "a"\npassword = "env:P"\n',
        environ={"P": "x"},
    )
    assert {code for code, _ in loaded.findings} == {"BR-1093", "BR-1094", "BR-1096"}
    for lang in language.LANGUAGES:
        for code, facts in loaded.findings:
            assert "<" not in language.text(lang, f"findings.{code}", **facts)


@settings(deadline=None)
@given(st.integers(0, 10**6), st.sampled_from("smhdwy"), st.booleans(), st.booleans())
def test_durations_count_in_their_unit(number, unit, spoken, spaced):
    """Any number and unit is a length; `every` and a blank before the unit change nothing."""
    seconds = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31536000}[unit]
    text = f"{'every ' if spoken else ''}{number}{' ' if spaced else ''}{unit}"
    if number * seconds < timedelta.max.total_seconds():
        assert parse_duration(text) == timedelta(seconds=number * seconds)


@settings(deadline=None)
@given(st.text(max_size=12))
def test_any_other_text_is_refused_without_a_crash(text):
    """What is no length of time is a Refusal, which is a ValueError, and never another error."""
    with suppress(Refusal):
        assert parse_duration(text) >= timedelta(0)


@pytest.mark.parametrize("text", ["", "30", "m", "-5m", "1e3s", "٣m", "5 minutes", "every", "999999999999y", "nan s"])
def test_wrong_durations(text):
    """Shapes people really try."""
    with pytest.raises(Refusal):
        parse_duration(text)


def test_lines_follow_quotes_lists_and_comments():
    """The index knows multi-line values, quoted and dotted keys, and lists of tables inside lists of tables."""
    text = (
        '# head\n[a."b.c"]\nx = """one\ntwo""" # comment\ny.z = 1\n\n[[p]]\nk = [\n  1, # [[q]]\n  2,\n]\n'
        "[[p]]\nk = { m = 1 }\n[[p.q]]\n[[p.q]]\nr = 1\n[p.s]\nt = 2\n"
    )
    index = line_index(text)
    assert index[("a", "b.c")] == 2
    assert index[("a", "b.c", "x")] == 3
    assert index[("a", "b.c", "y", "z")] == 5
    assert index[("p", 0, "k")] == 8
    assert index[("p", 1, "k", "m")] == 13
    assert index[("p", 1, "q", 1, "r")] == 16
    assert index[("p", 1, "s", "t")] == 18


def test_a_file_that_is_missing_names_the_path_and_the_cure(tmp_path, kinds):
    """The first thing a new user sees."""
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "bridge.toml", kinds, {})
    assert caught.value.code == "BR-1002"
    for lang in language.LANGUAGES:
        assert str(tmp_path / "bridge.toml") in caught.value.text(lang)
        assert "stockbridge config init" in caught.value.text(lang)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("[plant]\nname = 示例\n", "2", "8"), ("[plant]\nname = [1,\n", "3", "1"), ("a = 1\na = 2\n", "2", "6")],
)
def test_a_syntax_error_names_line_and_column(loading, text, line, column):
    """Whatever the reader says, and at the end of the text too."""
    with pytest.raises(ConfigError) as caught:
        loading(text=text)
    assert caught.value.code == "BR-1003"
    assert (caught.value.facts["line"], caught.value.facts["column"]) == (line, column)


def test_a_file_saved_as_gbk_names_the_line(toml, kinds):
    """The usual accident with a Chinese editor."""
    path = toml()
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    with pytest.raises(ConfigError) as caught:
        load(path, kinds, {})
    assert caught.value.code == "BR-1005"
    assert caught.value.facts["line"] == "4"


def test_a_folder_is_no_file(tmp_path, kinds):
    """Every way the operating system may refuse is one sentence."""
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, kinds, {})
    assert caught.value.code == "BR-1004"
