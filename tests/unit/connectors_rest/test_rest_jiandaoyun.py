"""简道云: fields by title, the cursor, patience, sub-forms and changes, against a look-alike."""

from datetime import timedelta
from decimal import Decimal

import pytest
from rest_page import NOW, STOCK, examples, filled

from bridge.demo.lookalikes.jiandaoyun import STOCK_FORM, Jiandaoyun
from bridge.demo.lookalikes.platform import Move, Stock
from bridge.domain.clock import FixedClock
from bridge.domain.errors import SnapshotRejected, SourceRefused, SourceUnavailable
from bridge.domain.quantity import to_micro
from bridge.domain.snapshot import Scope
from connectors.jiandaoyun import CONNECTOR
from connectors.jiandaoyun.config import JiandaoyunSettings

PAGE = "docs/connectors/jiandaoyun.md"
FIELDS = {"item": "料号", "qty": "结存数量", "warehouse": "仓库"}


@pytest.fixture
def platform():
    """Return a look-alike with stock."""
    with Jiandaoyun() as server:
        server.content.stock = list(STOCK)
        yield server


def settings(server, name="jdy", **more):
    """Return the settings of an example of the page, at the look-alike."""
    table = filled(examples(PAGE)[name]) | {"base_url": server.url, "api_key": server.key, "timeout_s": 20}
    return JiandaoyunSettings(**table | more)


def source(server, name="jdy", **more):
    """Open the source of an example."""
    return CONNECTOR.source(name, settings(server, name, **more), FixedClock(NOW))


def test_the_two_pages_have_the_same_examples():
    """English and Chinese say the same."""
    assert examples("docs/zh/connectors/jiandaoyun.md") == examples(PAGE)


def test_titles_and_aliases_name_the_fields(platform):
    """What people see on the form is enough; figures stay exact, an empty one is unknown."""
    lines = source(platform).snapshot(Scope()).lines.to_pylist()
    assert [(row["item"], row["warehouse"], row["batch"], row["quantity"]) for row in lines] == [
        (each.item, each.warehouse, each.batch, None if each.quantity is None else to_micro(each.quantity))
        for each in STOCK
    ]


@pytest.mark.parametrize("count", [99, 100, 101, 350])
def test_the_last_row_says_where_to_go_on(platform, count):
    """Around the page's size all rows come, once each, and the end is an empty page."""
    platform.content.stock = [Stock(f"P{number:04}", "01", Decimal(number)) for number in range(count)]
    assert source(platform).snapshot(Scope()).lines["item"].to_pylist() == [f"P{n:04}" for n in range(count)]
    bodies = [each.body for each in platform.asked if each.path.endswith("/data/list")]
    assert "data_id" not in bodies[0]
    assert all(body["limit"] == 100 for body in bodies)


def test_too_fast_is_waited_for(platform):
    """8303 is no refusal: it is asked again."""
    platform.too_fast = 1
    assert source(platform).snapshot(Scope()).lines.num_rows == len(STOCK)


@pytest.mark.parametrize("fault", ["429", "429:1"])
def test_429_is_waited_for(platform, fault):
    """With and without Retry-After."""
    platform.fail_next("", fault)
    assert source(platform).snapshot(Scope()).lines.num_rows == len(STOCK)


def test_patience_ends_at_the_deadline(platform):
    """A platform that stays busy makes the source unavailable, in its own words."""
    platform.too_fast = 99
    with pytest.raises(SourceUnavailable) as caught:
        source(platform, timeout_s=2).snapshot(Scope())
    assert (caught.value.code, caught.value.facts["status"]) == ("BR-1423", "400")
    assert "Limit" in caught.value.facts["message"]


@pytest.mark.parametrize(
    ("fields", "code", "fact"),
    [
        ({"qty": "结存"}, "BR-1459", ("closest", "结存数量")),
        ({"batch": "备注"}, "BR-1433", ("ids", "_widget_1529400746036, _widget_1529400746037")),
        ({"batch": "批次号"}, "BR-1459", ("closest", "批号")),
    ],
)
def test_an_unknown_or_doubtful_field_is_named(platform, fields, code, fact):
    """The probe and the reading both say which field, and the nearest one there is."""
    found = source(platform, stock={"entry_id": STOCK_FORM, "fields": FIELDS | fields})
    for verb in (found.probe, lambda: found.snapshot(Scope())):
        with pytest.raises(SourceRefused) as caught:
            verb()
        assert (caught.value.code, caught.value.facts[fact[0]]) == (code, fact[1])
        assert all("<" not in caught.value.text(lang) for lang in ("zh", "en"))


@pytest.mark.parametrize("wrong", [{"api_key": "falsch-77"}, {"app_id": "0" * 24}])
def test_a_wrong_key_or_app_is_refused(platform, wrong):
    """In the platform's own words, without the key."""
    with pytest.raises(SourceRefused) as caught:
        source(platform, **wrong).probe()
    assert caught.value.code == "BR-1426"
    assert "falsch" not in caught.value.text("zh")


def test_a_sub_forms_rows_are_lines(platform):
    """One line for each row of the sub-form; the filter leaves other forms out."""
    lines = source(platform, "jdy_count").snapshot(Scope()).lines.to_pylist()
    assert [(row["item"], row["warehouse"], row["raw_unit"]) for row in lines] == [
        (each.item, "01", "个") for each in STOCK if each.warehouse == "01"
    ]


def test_a_repeated_page_is_refused(platform):
    """A platform that sends the first rows again hides others."""
    platform.content.stock = [Stock(f"P{number:04}", "01", Decimal(1)) for number in range(200)]
    platform.content.repeats = True
    with pytest.raises(SnapshotRejected) as caught:
        source(platform).snapshot(Scope())
    assert caught.value.code == "BR-1443"


def test_movements_are_read_whole_or_by_their_change(platform):
    """Without changed_only all rows come and deletions show; with it only what changed since is asked for."""
    early, late = (NOW - timedelta(days=60)).isoformat(), (NOW - timedelta(hours=1)).isoformat()
    platform.content.moves = [
        Move("R1", "00710", "01", Decimal(5), "入库", early),
        Move("T1", "00710", "01", Decimal(2), "移库", late, to="02"),
    ]
    whole = source(platform).movements("")
    assert sorted(whole.rows["document_number"].to_pylist()) == ["R1", "T1", "T1"]
    assert len(whole.complete_keys) == 3
    table = filled(examples(PAGE)["jdy"]["movements"])
    changed = source(platform, movements=table | {"changed_only": True}).movements("")
    assert {row["document_number"] for row in changed.rows.to_pylist()} == {"T1"}
    assert sorted(changed.rows["effect"].to_pylist()) == [-2_000_000, 2_000_000]
    sent = platform.asked[-1].body["filter"]["cond"][0]["value"]
    assert sent == ["2026-10-24T00:30:00.000Z", "2026-11-23T00:30:00.000Z"]
    assert set(changed.rows["maker"].to_pylist()) == {"何班长"}


def test_show_sql_spells_the_requests_without_the_key(platform):
    """What IT sees can be sent by hand; the key is not in it."""
    shown = CONNECTOR.show_sql("jdy", settings(platform))
    assert [line.split("/")[-1].split()[0] for line in shown.splitlines() if line.startswith("POST")] == [
        "list", "list", "list", "list",
    ]  # fmt: skip
    assert shown.count("widget/list") == 2
    assert platform.key not in shown
