"""Showing, comparing, generating and asking."""

import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.domain.errors import ConfigError
from config.explain import differences, show
from config.generate import generated
from config.loader import load
from config.models.settings import Settings
from config.sample import sample_toml
from config.sample_comments import COMMENTS
from config.shape import fields_of
from config.toml_text import toml_key, toml_value
from config.wizard import QUESTIONS, check_answer, toml_of
from connectors.registry import connectors

ROOT = Path(__file__).resolve().parents[3]
VALUES = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(-(2**53), 2**53),
        st.decimals(-1000, 1000, places=3),
        st.text(st.characters(exclude_categories=["Cs"])),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3),
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])), VALUES)
def test_every_value_reads_back_as_it_was_written(key, value):
    """What we print as TOML is TOML, whatever stands in it."""
    read = tomllib.loads(f"{toml_key(key)} = {toml_value(value)}", parse_float=Decimal)
    assert read == {key: value}


def test_every_value_is_shown_with_its_origin(loading):
    """Defaults included, in the order of the models."""
    loaded = loading(add="[holds]\nmax_per_day = 5\n")
    rows = {row.key: (row.value, row.origin) for row in show(loaded)}
    assert rows["plant.name"] == ('"示例"', "bridge.toml:4")
    assert rows["holds.max_per_day"] == ("5", "bridge.toml:26")
    assert rows["holds.ttl"] == ('"8h"', "default")
    assert rows["mail"] == ("", "default")
    assert rows["pairs.fin_wms.book"] == ('["k3"]', "bridge.toml:18")
    assert len(rows) == len(show(loaded))


def test_differences_are_sentences(loading):
    """A changed value is `old → new`; a new pair is one sentence, even when it stands first."""
    old = loading(add="[thresholds]\npercent = 1.0\n").settings
    pair = '[[pairs]]\nid = "new"\nbook = ["u8"]\nstock = ["k3"]\n\n[[pairs]]\nid = "fin_wms"'
    new = loading(('[[pairs]]\nid = "fin_wms"', pair), add='[thresholds]\npercent = 2.0\n[web]\nlisten = "h:1"\n')
    assert differences(old, new.settings) == [
        "pairs.new：新增",
        "thresholds.percent:1.0 → 2.0",
        'web.listen:"127.0.0.1:8686" → "h:1"',
    ]
    assert differences(new.settings, old, "en")[0] == "pairs.new: removed"
    assert differences(old, old) == []


def test_the_sample_loads_and_shows_every_key(tmp_path):
    """The repository's bridge.toml is right, and no key of the core stands there without being seen."""
    path = tmp_path / "bridge.toml"
    kinds = {kind: connector.settings for kind, connector in connectors().items()}
    path.write_text(sample_toml(kinds), encoding="utf-8")
    loaded = load(path, kinds, {}, resolve_secrets=False)
    assert loaded.findings == ()
    assert {"k3", "u8"} <= loaded.settings.sources.keys()
    shown = {line.lstrip("# ").partition(" = ")[0] for line in sample_toml().splitlines()}
    for name in ("plant", "schedule", "master", "cutoff", "gates", "holds", "web", "retention", "escalation"):
        assert set(fields_of(type(getattr(loaded.settings, name)))) <= shown, name


def test_comments_of_the_sample_belong_to_keys_that_are_there():
    """A renamed key takes its comment along, or this fails."""
    text = sample_toml()
    for key, comment in COMMENTS.items():
        assert comment in text, key


def test_the_sample_leaves_out_what_cannot_be_read():
    """Without a kind its sources, its pairs and its evidence go, so that the file still holds together."""
    tree = tomllib.loads(sample_toml({"kingdee_k3", "yonyou_u8"}))
    assert list(tree["sources"]) == ["k3", "u8"]
    assert [(pair["id"], "evidence" in pair) for pair in tree["pairs"]] == [("fin_wms", False)]
    assert "source" not in str(tree["daily"])


@pytest.mark.parametrize("name", ["bridge.toml", "docs/configuration.md"])
def test_generated_files_are_current(name):
    """`python -m config.generate` was run after the last change of a model."""
    assert (ROOT / name).read_text(encoding="utf-8") == generated()[name]


def test_the_reference_page_names_every_key():
    """All tables of the core and every kind's own settings."""
    page = generated()["docs/configuration.md"]
    for key in fields_of(Settings):
        assert f"{key}" in page
    for kind in connectors():
        assert f'"{kind}"' in page
    assert "PydanticUndefined" not in page


ANSWERS = {
    "plant": "示例“精密”",
    "book_kind": "kingdee_k3",
    "book_at": "192.168.10.21/AIS20190101120000",
    "stock_kind": "yonyou_u8",
    "stock_at": "192.168.10.31/002",
    "warehouses": "原料仓、成品仓",
    "owner": "王芳 <wangfang@example.com>",
    "mail": "smtp.example.com:587 bridge@example.com",
}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"mail": "", "warehouses": ""},
        {"stock_kind": "mes", "stock_at": "http://192.168.10.40:8080/api"},
        {"stock_kind": "spreadsheet", "stock_at": "D:\\wh\\台账.xlsx"},
        {"book_at": "sqlite:///k3.db", "stock_at": "sqlite:///u8.db"},
        {"stock_kind": "kingdee_k3", "stock_at": "other/AIS2", "owner": "wangfang@example.com"},
        {"book_kind": "", "stock_kind": ""},
    ],
)
def test_eight_answers_make_a_file_that_loads(tmp_path, changes):
    """In mode observe, without a secret in it."""
    path = tmp_path / "bridge.toml"
    path.write_text(toml_of(ANSWERS | changes), encoding="utf-8")
    kinds = {kind: connector.settings for kind, connector in connectors().items()}
    settings = load(path, kinds, {}, resolve_secrets=False).settings
    assert len(QUESTIONS) == 8
    assert settings.plant.mode == "observe"
    assert settings.people["owner"].mail == "wangfang@example.com"
    assert (settings.mail is None) == (changes.get("mail") == "")


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("book_kind", "sap"),
        ("book_at", "192.168.10.21"),
        ("book_at", ""),
        ("stock_at", "192.168.10.31/2"),
        ("owner", "王芳"),
        ("mail", "smtp.example.com"),
        ("mail", "smtp.example.com:99999 a@b.c"),
    ],
)
def test_an_answer_that_cannot_be_used_says_what_can(question, answer):
    """Asked at once by the prompt, and again for all answers together."""
    given_answers = ANSWERS | {question: answer}
    (problem,) = check_answer(question, given_answers)
    assert problem.facts["allowed"]
    assert question in problem.text("zh")
    with pytest.raises(ConfigError) as caught:
        toml_of(given_answers)
    assert [each.facts["question"] for each in caught.value.problems] == [question]


def test_questions_exist_in_both_languages():
    """The prompt of each question is in the catalogues."""
    assert all(question.prompt(lang) for question in QUESTIONS for lang in ("zh", "en"))
