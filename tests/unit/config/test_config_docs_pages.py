"""The pages of docs/connectors: their settings are valid, their codes and links exist, both languages say the same."""

import re
import tomllib
from pathlib import Path

import pytest

from bridge import language
from connectors.registry import BUILT_IN, connectors

DOCS = Path(__file__).parents[3] / "docs"
FOLDERS = {"en": DOCS / "connectors", "zh": DOCS / "zh" / "connectors"}
NAMES = sorted({path.name for folder in FOLDERS.values() for path in folder.glob("*.md")})
PAGES = [pytest.param(folder / name, id=f"{lang}-{name}") for lang, folder in FOLDERS.items() for name in NAMES]
BLOCK = re.compile(r"^```toml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#[^)]*)?\)")
CODES = re.compile(r"BR-\d{4}(?!\d)")
KINDS = sorted({connector.kind for connector in BUILT_IN})


def sources(page):
    """Return the sources that the page's toml blocks describe; a later block may add a table to an earlier source."""
    found = {}
    for block in BLOCK.findall(page.read_text(encoding="utf-8")):
        for name, table in tomllib.loads(block).get("sources", {}).items():
            found[name] = found.get(name, {}) | table
    return found


@pytest.mark.parametrize("page", PAGES)
def test_settings_on_a_page_are_valid(page):
    """Every toml block is TOML, and every source in it is accepted by its kind's model."""
    for table in sources(page).values():
        connectors()[table["kind"]].settings.model_validate(table)


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_show_the_same_settings(name):
    """A page exists in English and Chinese, with the same sources; labels may be translated."""
    shown = []
    for folder in FOLDERS.values():
        assert (folder / name).is_file(), f"{folder / name} is missing"
        tables = sources(folder / name)
        shown.append({key: {**table, "label": ""} for key, table in tables.items()})
    assert shown[0] == shown[1]


@pytest.mark.parametrize("page", PAGES)
def test_codes_and_links_on_a_page_exist(page):
    """Every code has a sentence, every relative link leads to a file."""
    text = page.read_text(encoding="utf-8")
    sentences = language.catalogue("en")
    assert [code for code in CODES.findall(text) if f"errors.{code}" not in sentences] == []
    assert [link for link in LINK.findall(text) if link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("lang", FOLDERS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_page(kind, lang):
    """Each built-in kind has a page of its name in both languages, its settings on it, and a line in the index."""
    assert any(
        table["kind"] in {kind, *connectors()[kind].aliases} for table in sources(FOLDERS[lang] / f"{kind}.md").values()
    )
    row = next(line for line in _index(lang) if f"`{kind}`" in line)
    assert f"({kind}.md)" in row


@pytest.mark.parametrize("lang", FOLDERS)
def test_the_index_tells_which_kinds_take_holds(lang):
    """The index says `no` exactly for the kinds whose settings refuse a [hold] table."""
    for kind in KINDS:
        cells = [cell.strip() for cell in next(line for line in _index(lang) if f"`{kind}`" in line).split("|")]
        assert (cells[5] in {"no", "没有"}) == (connectors()[kind].target is None), kind


def _index(lang):
    return (FOLDERS[lang] / "README.md").read_text(encoding="utf-8").splitlines()
