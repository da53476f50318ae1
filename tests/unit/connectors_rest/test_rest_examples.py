"""Every example of docs/connectors/rest.md loads and reads a look-alike of its platform."""

import pytest
from rest_page import PLATFORMS, STOCK, examples, settings, source

from bridge.demo.lookalikes.platform import Stock
from bridge.demo.lookalikes.platforms import SECRET, Yida
from bridge.domain.errors import SourceRefused
from bridge.domain.quantity import to_micro
from bridge.domain.snapshot import Scope
from connectors.registry import connectors

FIXED = {"qms": {"warehouse": "待检仓"}}


@pytest.fixture(params=PLATFORMS)
def platform(request):
    """Return the name of an example and a look-alike with stock."""
    with PLATFORMS[request.param]() as server:
        server.content.stock = list(STOCK)
        yield request.param, server


def test_the_page_has_an_example_for_each_platform():
    """No example without a look-alike, in either language."""
    assert set(examples()) == set(PLATFORMS)
    assert examples("docs/zh/connectors/rest.md") == examples()


def test_an_example_reads_its_platform(platform):
    """Codes, unknown quantities and decimals arrive as they are, whatever the platform's words."""
    name, server = platform
    lines = source(name, server.url).snapshot(Scope()).lines
    found = {(row["item"], row["warehouse"]): row["quantity"] for row in lines.to_pylist()}
    expected = {
        (each.item, FIXED.get(name, {}).get("warehouse", each.warehouse)): (
            None if each.quantity is None else to_micro(each.quantity)
        )
        for each in STOCK
    }
    assert found == expected


def test_an_example_reads_many_pages(platform):
    """Far more rows than a page holds: all come, once each."""
    name, server = platform
    count = 350 if name == "yida" else 2345  # five requests a second are allowed there
    server.content.stock = [Stock(f"P{number:05}", f"{number % 7}", number) for number in range(count)]
    lines = source(name, server.url).snapshot(Scope()).lines
    assert sorted(lines["item"].to_pylist()) == [f"P{number:05}" for number in range(count)]
    if name != "zhidao":  # seven documents hold all lines there
        assert len([each for each in server.asked if each.path == settings(name, server.url).snapshot.path]) > 2


def test_an_example_names_itself(platform):
    """The probe tells the product and an account, and what is not encrypted."""
    name, server = platform
    found = source(name, server.url).probe()
    assert found.product.startswith("JSON API")
    assert found.account


def test_a_wrong_secret_is_refused_in_the_platforms_own_words(platform):
    """The error says what the platform says, and no secret."""
    name, server = platform
    table = examples()[name]
    wrong = _with_other_secret(table)
    found = connectors()[table["kind"]].settings(**wrong | {"base_url": server.url})
    with pytest.raises(SourceRefused) as caught:
        source(name, server.url, **{key: wrong[key] for key in wrong if key != "base_url"}).snapshot(Scope())
    assert caught.value.code in {"BR-1421", "BR-1426", "BR-1427", "BR-1434"}
    for lang in ("zh", "en"):
        assert "falsch" not in caught.value.text(lang)
        assert SECRET not in caught.value.text(lang)
    assert "falsch" not in repr(found)


def test_what_is_shown_to_it_holds_no_secret(platform):
    """show-sql spells the requests, the secrets left out."""
    name, server = platform
    found = settings(name, server.url)
    shown = connectors()[found.kind].show_sql(name, found)
    assert found.snapshot.path in shown
    assert SECRET not in shown
    assert Yida.system_token not in shown


def _with_other_secret(tree):
    if isinstance(tree, dict):
        return {key: _with_other_secret(value) for key, value in tree.items()}
    return "falsch-0001" if isinstance(tree, str) and tree.startswith("secret:") else tree
