"""Every way a bridge.toml can be wrong: one sentence in two languages, all of them at once, no secret in any."""

import pickle
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge import language
from bridge.domain.errors import ConfigError
from config.problems import Place, nearest, translated
from config.shape import Shape
from config.validation import _build, _crossings, _salvaged
from connectors.registry import connectors


def problems(loading, *replacements, **more):
    """Load what cannot be loaded; return the problems as (code, path)."""
    with pytest.raises(ConfigError) as caught:
        loading(*replacements, **more)
    assert caught.value.code == "BR-1001"
    for lang in language.LANGUAGES:
        text = caught.value.text(lang)
        assert re.search(r"<\w+>", text) is None, text  # a fact was missing
        assert str(len(caught.value.problems)) in text
    return caught.value.problems


def only(loading, *replacements, **more):
    """Return the one problem there is."""
    found = problems(loading, *replacements, **more)
    assert len(found) == 1, [problem.text("en") for problem in found]
    return found[0]


MODE = ('name = "示例"', 'name = "示例"\nmode = "hold"')

CASES = [
    # what is added at the end of the file, code, path, line; the plant itself has 24 lines
    ('[web]\nlistne = "x:1"\n', "BR-1010", "web.listne", 26),
    ("[holds]\nzzz = 1\n", "BR-1011", "holds.zzz", 26),
    ('[mail]\nfrom = "a@b.c"\n', "BR-1012", "mail.host", 25),
    ('[holds]\non_expire = "keep"\n', "BR-1013", "holds.on_expire", 26),
    ("[web]\npublic_url = 5\n", "BR-1014", "web.public_url", 26),
    ("[holds]\nmax_per_day = 2.5\n", "BR-1015", "holds.max_per_day", 26),
    ('[thresholds]\npercent = "three"\n', "BR-1016", "thresholds.percent", 26),
    ("[thresholds]\npercent = true\n", "BR-1016", "thresholds.percent", 26),
    ("[holds]\nmax_per_day = true\n", "BR-1016", "holds.max_per_day", 26),
    ('[gates]\nrequire_non_empty = "maybe"\n', "BR-1017", "gates.require_non_empty", 26),
    ('[holds]\noperations = "out"\n', "BR-1018", "holds.operations", 26),
    ("[thresholds]\nabc = 3\n", "BR-1019", "thresholds.abc", 26),
    ("[thresholds]\npercent = -1\n", "BR-1020", "thresholds.percent", 26),
    ("[thresholds]\npercent = 201\n", "BR-1020", "thresholds.percent", 26),
    ("[gates]\nmax_row_drop = 1.2\n", "BR-1020", "gates.max_row_drop", 26),
    ("[thresholds]\npercent = nan\n", "BR-1021", "thresholds.percent", 26),
    ("[thresholds]\ncap_value = inf\n", "BR-1021", "thresholds.cap_value", 26),
    ('[mail]\nhost = "h"\nfrom = "a@b.c"\ntimeout_s = inf\n', "BR-1021", "mail.timeout_s", 28),
    ('[cutoff]\ngrace = "30"\n', "BR-1022", "cutoff.grace", 26),
    ('[cutoff]\ngrace_by_doc = { "调拨" = "bald" }\n', "BR-1022", 'cutoff.grace_by_doc."调拨"', 26),
    ('[schedule]\nsnapshot = "every 0m"\n', "BR-1022", "schedule.snapshot", 26),
    ('[schedule]\ndaily = "25:00"\n', "BR-1023", "schedule.daily", 26),
    ("[holds]\nscope = []\n", "BR-1024", "holds.scope", 26),
    ('[plant2]\nname = ""\n', "BR-1010", "plant2", 25),
    ('[mail]\nhost = ""\nfrom = "a@b.c"\n', "BR-1025", "mail.host", 26),
    ('[schedule]\nquiet_hours = ["22:00"]\n', "BR-1027", "schedule.quiet_hours.0", 26),
    ('[schedule]\nquiet_hours = ["22:00-22:00"]\n', "BR-1027", "schedule.quiet_hours.0", 26),
    ('[mail]\nhost = "h"\nfrom = "bridge"\n', "BR-1032", "mail.from", 27),
    ('[mail]\nhost = "h"\nfrom = "a\\r\\nBcc: x <a@b.c>"\n', "BR-1032", "mail.from", 27),
    ('[mail]\nhost = "h"\nfrom = "数据桥, 一厂 <a@b.c>"\n', "BR-1032", "mail.from", 27),
    ('[mail]\nhost = "h"\nfrom = "数据桥 <a..b@b.c>"\n', "BR-1032", "mail.from", 27),
    ('[cutoff]\nclose_days = ["32"]\n', "BR-1033", "cutoff.close_days.0", 26),
    ('[web]\nlisten = "8686"\n', "BR-1034", "web.listen", 26),
    ('[abc]\nfrom = "k4"\n', "BR-1040", "abc.from", 26),
    ('[daily]\nturnover = { source = "k4" }\n', "BR-1040", "daily.turnover.source", 26),
    ('[daily]\nto = ["wang"]\n', "BR-1041", "daily.to", 26),
    ('[escalation]\nchain = ["owner", "boss"]\n', "BR-1041", "escalation.chain", 26),
    ("[abc]\nfallback = { A = 0.8, B = 0.1, C = 0.05 }\n", "BR-1054", "abc.fallback", 26),
    ("[thresholds]\nmin_value = 5\ncap_value = 1\n", "BR-1055", "thresholds.cap_value", 27),
    ("[[thresholds.rule]]\nmatch = {}\npercent = 1\n", "BR-1056", "thresholds.rule.0.match", 26),
    ('[holds]\nscope = ["warehouse"]\n', "BR-1057", "holds.scope", 26),
    ("[wecom]\nenabled = true\n", "BR-1058", "wecom.enabled", 26),
    ('[mail]\nhost = "h"\nfrom = "a@b.c"\nuser = "u"\n', "BR-1059", "mail.user", 28),
    ('[master]\nitems = "maps/items.csv"\n', "BR-1049", "master.items", 26),
    ('[schedule]\ncalendar = "calendar.csv"\n', "BR-1049", "schedule.calendar", 26),
]


@pytest.mark.parametrize(("add", "code", "path", "line"), CASES)
def test_one_wrong_value_is_one_sentence_with_its_line(loading, add, code, path, line):
    """Each kind of mistake has a code, the dotted key and the line it stands on."""
    problem = only(loading, add=add)
    assert (problem.code, problem.facts["path"]) == (code, path)
    assert problem.facts["where"] == f"bridge.toml:{line}"


REPLACED = [
    ((("[[pairs]]", "[pairs]"),), "BR-1035", "pairs"),
    ((('kind = "erp"', 'kind = "kingdee_k4"'),), "BR-1030", "sources.k3.kind"),
    ((("[sources.k3]", '[sources."金蝶"]'), ('["k3"]', '["金蝶"]')), "BR-1031", 'sources."金蝶"'),
    ((("wangfang@example.com", "wangfang"),), "BR-1032", 'people."wang.fang".mail'),
    ((('book = ["k3"]', 'book = ["k4"]'),), "BR-1040", "pairs.fin_wms.book"),
    ((('owner = "wang.fang"', 'owner = "wang"'),), "BR-1041", "pairs.fin_wms.owner"),
    ((('stock = ["u8"]', 'stock = ["k3"]'),), "BR-1042", "pairs.fin_wms.stock"),
    ((('name = "示例"', 'timezone = "Asia/Shanghia"'),), "BR-1044", "plant.timezone"),
    ((('roles = ["maker"]', 'roles = ["makker"]'),), "BR-1013", 'people."wang.fang".roles.0'),
    ((('roles = ["maker"]', 'roles = ["maker", "checker"]'),), "BR-1046", 'people."wang.fang".roles'),
    ((('owner = "wang.fang"', "warehouses = []"),), "BR-1024", "pairs.fin_wms.warehouses"),
    ((('owner = "wang.fang"', 'check = "daily"'),), "BR-1028", "pairs.fin_wms.check"),
    ((MODE, ('owner = "wang.fang"', "")), "BR-1048", "pairs.fin_wms.owner"),
    ((("schema_version = 1", "schema_version = 2"),), "BR-1013", "schema_version"),
    ((('server = "192.168.10.21"', "port = 0"),), "BR-1020", "sources.k3.port"),
    ((('server = "192.168.10.21"', "year = true"),), "BR-1016", "sources.k3.year"),
    ((('server = "192.168.10.21"', "year = []"),), "BR-1013", "sources.k3.year"),
]


@pytest.mark.parametrize(("replacements", "code", "path"), REPLACED)
def test_one_wrong_line_of_the_plant(loading, replacements, code, path):
    """Mistakes in sources, pairs and people, among them references to what does not exist."""
    problem = only(loading, *replacements)
    assert (problem.code, problem.facts["path"]) == (code, path)


def test_no_source_and_no_pair(loading):
    """An empty file says what is needed, twice."""
    assert [problem.code for problem in problems(loading, text="")] == ["BR-1050", "BR-1045"]


def test_hold_mode_without_people(loading):
    """Holds need somebody who answers; so does mail."""
    text = '[sources.a]\nkind = "erp"\n[sources.b]\nkind = "erp"\n[[pairs]]\nid = "x"\nbook = ["a"]\nstock = ["b"]\n'
    for mode in ("alert", "hold"):
        assert only(loading, text=f'[plant]\nmode = "{mode}"\n{text}').code == "BR-1048"
    assert loading(text=text).settings.plant.mode == "observe"


def test_the_same_pair_twice(loading):
    """The second one is named, with its line."""
    problem = only(loading, add='[[pairs]]\nid = "fin_wms"\nbook = ["k3"]\nstock = ["u8"]\n')
    assert (problem.code, problem.facts["where"]) == ("BR-1043", "bridge.toml:26")


def test_blanks_around_an_id_do_not_matter(loading):
    """The models strip texts; a problem of such a pair still finds its line."""
    problem = only(loading, ('id = "fin_wms"', 'id = " fin_wms "'), ('owner = "wang.fang"', 'owner = "wang"'))
    assert problem.facts["where"] == "bridge.toml:20"


def test_a_declared_exception_joins_two_roles(loading):
    """A very small plant may; but nobody approves the own exception."""
    exception = '[[segregation.exceptions]]\nperson = "wang.fang"\nroles = ["checker", "maker"]\nwhy = "only one"\n'
    both = ('roles = ["maker"]', 'roles = ["maker", "checker"]')
    assert loading(both, add=exception + 'by = "li.zong"\n').settings.segregation.exceptions
    assert only(loading, both, add=exception + 'by = "wang.fang"\n').code == "BR-1047"


def test_all_problems_at_once_in_the_order_of_the_file(loading):
    """Field errors, unknown keys, references and secrets are told together, each once."""
    found = problems(
        loading,
        ('name = "示例"', 'mode = "obsrve"'),
        ('server = "192.168.10.21"', 'databse = "x"\npassword = "hunter2"'),
        ("database", "server"),
        ('owner = "wang.fang"', 'owner = "wang"'),
        ("wangfang@example.com", "wangfang"),
        add="[gates]\nhistory = 0\n",
    )
    assert [(problem.code, problem.facts["path"]) for problem in found] == [
        ("BR-1013", "plant.mode"),
        ("BR-1010", "sources.k3.databse"),
        ("BR-1060", "sources.k3.password"),
        ("BR-1041", "pairs.fin_wms.owner"),
        ("BR-1032", 'people."wang.fang".mail'),
        ("BR-1020", "gates.history"),
    ]
    assert found[1].facts["nearest"] == "database"
    again = pickle.loads(pickle.dumps(ConfigError("BR-1001", found, file="x", count=6)))
    assert [problem.code for problem in again.problems] == [problem.code for problem in found]


def test_an_unknown_kind_does_not_call_all_its_keys_unknown(loading):
    """One mistake is one sentence; the kinds that exist are named."""
    problem = only(loading, ('kind = "erp"', 'kind = "kingdee"'))
    assert "kingdee_k3" in problem.facts["allowed"]


def test_environment_mistakes_name_the_variable(loading):
    """There is no line then, so the variable stands in its place."""
    problem = only(loading, environ={"STOCKBRIDGE__PLANT__MODE": "watch"})
    assert problem.facts["where"] == "environment STOCKBRIDGE__PLANT__MODE"
    assert only(loading, environ={"STOCKBRIDGE__PLNT__MODE": "hold"}).code == "BR-1007"
    assert only(loading, environ={"STOCKBRIDGE__PLANT__MODES": "hold"}).code == "BR-1010"
    broken = only(loading, environ={"STOCKBRIDGE__HOLDS__SCOPE": "[item"})
    assert broken.code == "BR-1006"
    assert "[item" not in broken.text("en")


def test_long_and_hostile_values_stay_on_one_line(loading):
    """A value of a thousand characters with line breaks is shortened and escaped."""
    problem = only(loading, add='[web]\nlisten = "' + "a\\n" * 1000 + '"\n')
    assert len(problem.facts["value"]) <= 80
    assert "\n" not in problem.text("zh")


def test_the_nearest_key_is_near_or_not_named():
    """A suggestion helps only when it is likely."""
    assert nearest("databse", ("server", "database")) == "database"
    assert nearest("Grace_By_Documents", ("grace", "grace_by_doc")) == "grace_by_doc"
    assert nearest("xyz", ("server", "database")) is None


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=8), st.one_of(st.integers(), st.text(max_size=8), st.booleans()), max_size=4))
def test_any_table_is_answered_with_sentences(table):
    """Whatever stands in a table, the answer is settings or sentences, never a crash."""
    tree = {"plant": table, "thresholds": {"abc": table, "rule": [table]}, "people": {"x": table}, "pairs": [table]}
    place = Place("bridge.toml", {}, tree, {}, Shape())
    _, complaints = _build(tree, Shape())
    for problem in translated(complaints, place).values():
        assert problem.text("zh")
        assert problem.text("en")
    for _, problem in _crossings(_salvaged(tree, Shape()), tree, place, Path("bridge.toml")):
        assert problem.text("zh")


HOLDS = {"yonyou_u8": "hold_table | frozen_quantity", "kingdee_k3": "hold_table", "kingdee_cloud": "status_convert"}


@pytest.mark.parametrize("kind", ["mes", "spreadsheet", "kingdee_k3", "kingdee_cloud", "yonyou_u8"])
def test_a_hold_that_the_kind_cannot_place_is_refused_at_loading(loading, kinds, kind):
    """A kind that takes no holds, or not this way, says so when the file is read, and which ways there are."""
    kinds |= {name: connectors()[name].settings for name in HOLDS}
    stock = ('kind = "erp"\nserver = "192.168.10.31"', f'kind = "{kind}"\nserver = "192.168.10.31"')
    found = problems(loading, stock, add='[sources.u8.hold]\nvia = "smoke_signal"\nurl = "x"\n')
    held = [each for each in found if each.facts["path"] == "sources.u8.hold"]
    assert [each.code for each in held] == ["BR-1037" if kind in HOLDS else "BR-1036"]
    assert held[0].facts.get("allowed") == HOLDS.get(kind)
    assert held[0].facts["where"] == "bridge.toml:25"


@pytest.mark.parametrize(
    ("line", "code", "path"),
    [
        ('via = "frozen_quantity"\naccount_set = ["A"]', "BR-1010", "account_set"),
        ('via = "frozen_quantity"\ntable = "t"', "BR-1011", "table"),
        ('convert = "audited"', "BR-1011", "convert"),
        ('via = "frozen_quantity"\naccount_sets = "A"', "BR-1018", "account_sets"),
    ],
)
def test_each_way_of_holding_has_its_own_keys(loading, line, code, path):
    """A key of another way, or a misspelled one, is named by its place in the file; without `via` the first way is meant."""
    found = only(
        loading,
        ('kind = "erp"\nserver = "192.168.10.31"', 'kind = "yonyou_u8"\nserver = "h"'),
        add=f"[sources.u8.hold]\n{line}\n",
    )
    assert (found.code, found.facts["path"]) == (code, f"sources.u8.hold.{path}")
