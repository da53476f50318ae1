"""The sentences of this area stand in both languages with the same placeholders."""

import re
import tomllib
from pathlib import Path

import pytest

import bridge

TEXTS = Path(bridge.__file__).parent / "texts"


@pytest.mark.parametrize("name", ["errors_maps.toml", "errors_figures.toml"])
def test_both_languages_say_the_same(name):
    """Each code has both sentences, with the same facts, and each says what to do next."""
    zh, en = (tomllib.loads((TEXTS / lang / name).read_text(encoding="utf-8")) for lang in ("zh", "en"))
    assert zh.keys() == en.keys()
    for code in zh:
        assert sorted(re.findall(r"{(\w+)}", zh[code])) == sorted(re.findall(r"{(\w+)}", en[code])), code
