"""Both catalogues say everything, and say it once."""

import re
import tomllib
from pathlib import Path

import pytest

from bridge import language

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
