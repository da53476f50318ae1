"""Both catalogues say everything, and say it once."""

import pickle
import re
import tomllib
from pathlib import Path

import pytest
import typer
import typer.main

from bridge import language
from bridge.cli.help import translate
from bridge.cli.main import app
from bridge.domain.errors import EffectRefused, EffectRetryable

FOLDER = Path(language.__file__).parent / "texts"
ROOT = FOLDER.parent.parent


def placeholders(sentence):
    """Return the placeholders of a sentence."""
    return sorted(re.findall(r"\{(\w*)", sentence))


def test_both_languages_have_the_same_texts_with_the_same_placeholders():
    """A sentence that one language lacks, or fills differently, is a defect."""
    zh, en = language.catalogue("zh"), language.catalogue("en")
    assert set(zh) == set(en)
    differing = {key for key in zh if placeholders(zh[key]) != placeholders(en[key])}
    assert differing == set()


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_no_text_is_defined_in_two_files(lang):
    """Two sentences under one code would replace each other silently."""
    where = {}
    for path in sorted((FOLDER / lang).glob("*.toml")):
        found = {}
        language._flatten(path.stem.partition("_")[0], tomllib.loads(path.read_text(encoding="utf-8")), found)
        for key in found:
            assert key not in where, f"{key} in {path.name} and {where[key]}"
            where[key] = path.name


def test_every_error_code_raised_has_its_sentence():
    """Each BR-code in the source stands in the catalogues."""
    known = language.catalogue("en")
    for package in ("bridge", "connectors", "reconcilers", "config", "alerts"):
        for path in (ROOT / package).rglob("*.py"):
            if "demo" in path.parts:
                continue
            for code in re.findall(r"\"(BR-\d{4})\"", path.read_text(encoding="utf-8")):
                found = any(f"{area}.{code}" in known for area in ("errors", "findings", "mail"))
                assert found or any(key.endswith(code) for key in known), f"{code} in {path.name}"


def test_missing_facts_show_their_name():
    """A half-told error beats a second error."""
    assert "<name>" in language.text("en", "errors.BR-2010", person="x") or "<known>" in language.text(
        "en", "errors.BR-2010", person="x"
    )


def test_chinese_prose_has_full_width_punctuation():
    """Beside a Chinese character stands a Chinese comma, colon or bracket; what is typed or shown as code is exempt."""
    code = re.compile(r"`[^`]*`|\"[^\"]*\"|主机:端口|用户:密码@")
    half = re.compile(r"[\u4e00-\u9fff”》）][,;:?!(]|[,;:(][\u4e00-\u9fff“《（]")
    found = {key: text for key, text in language.catalogue("zh").items() if half.search(code.sub("", text))}
    assert found == {}


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_a_kept_error_is_told_in_the_language_of_its_reader(lang):
    """An error kept in the store, and one that is a fact of another, speak the language they are read in."""
    inner = EffectRetryable("BR-1501", server="mx:25", detail='"}[quoted]')
    outer = EffectRefused("BR-1602", target="u8", detail=inner.packed())
    told = language.unpacked(lang, outer.packed())
    assert told == outer.text(lang)
    assert inner.text(lang) in told
    assert told.endswith("[BR-1602]")
    assert pickle.loads(pickle.dumps(outer)).text(lang) == told


@pytest.mark.parametrize(
    "words", ["", "plain", '{"text": ', '{"text": "no.key", "facts": {}}', '{"text": [], "facts": 1}']
)
def test_words_that_are_no_kept_sentence_stay_as_they_are(words):
    """What another system says may look like anything."""
    assert language.unpacked("zh", words) == words


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_every_help_page_speaks_one_language(lang):
    """No key of the catalogue is left in the help of any command, and no sentence of typer's own."""
    tree = typer.main.get_command(app)
    translate(tree, lang)
    said = list(_helps(tree))
    assert len(said) > 100
    assert [words for words in said if words.startswith("cli.") or words == "Show this message and exit."] == []
    if lang == "zh":
        assert [words for words in said if not re.search("[\u4e00-\u9fff]", words)] == []


def _helps(command):
    options = [*command.params, command.get_help_option(typer.Context(command))]
    yield from (words for words in (command.help, *(each.help for each in options)) if words)
    for child in getattr(command, "commands", {}).values():
        yield from _helps(child)
