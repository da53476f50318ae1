"""What nothing uses yet is listed once, and the page, the sample and `config check` say so."""

import pytest

from bridge import language
from config.generate import generated
from config.models.settings import Settings
from config.reference import _tables
from config.sample import sample_toml
from config.shape import fields_of
from config.unused import UNUSED, why_unused

MARK = "（本版尚未使用）"


def descriptions(path):
    """Return where the key at `path` stands in the models, or every key of the table there, with its text."""
    tables = [Settings]
    for key in path.split(".")[:-1]:
        tables = [below for table in tables for below in _tables(fields_of(table)[key].annotation)]
    info = next(fields_of(table)[path.split(".")[-1]] for table in tables)
    inside = _tables(info.annotation)
    return (
        [each.description for table in inside for each in fields_of(table).values()] if inside else [info.description]
    )


@pytest.mark.parametrize("path", UNUSED)
def test_every_listed_key_exists_and_its_line_on_the_page_says_so(path):
    """A key that is renamed or that something begins to use leaves the list, or this fails."""
    rows = generated()["docs/configuration.md"].splitlines()
    for said in descriptions(path):
        assert any(f"| {said}; read, but nothing uses it yet: {UNUSED[path]} |" in row for row in rows), said


def test_a_key_that_is_used_carries_no_mark():
    """Neither on the page nor by the list: quiet hours stop new holds, and a deadline is made of first_response."""
    rows = generated()["docs/configuration.md"].splitlines()
    assert "nothing uses it" not in next(row for row in rows if row.startswith("| `quiet_hours`"))
    assert not why_unused(("schedule", "quiet_hours"))
    assert not why_unused(("escalation", "first_response", "A"))
    assert why_unused(("daily", "turnover", "days")) == UNUSED["daily"]


@pytest.mark.parametrize(
    "start",
    [
        "# daily =",
        "unmapped =",
        "# from =",
        "scope =",
        "override =",
        "resolve =",
        "# remind =",
        "enabled =",
        "# to =",
        "listen =",
    ],
)
def test_the_sample_marks_what_nothing_uses(start):
    """Whoever fills in the sample sees it beside the key."""
    marked = [line for line in sample_toml().splitlines() if line.startswith(start)]
    assert any(line.endswith(MARK) for line in marked), marked


def test_the_sample_marks_nothing_else():
    """A mark beside a key that counts would keep people from setting it."""
    marked = [line.lstrip("# ").partition(" =")[0] for line in sample_toml().splitlines() if line.endswith(MARK)]
    tables = {"wecom": ["enabled", "webhook", "rate_per_minute"], "daily": ["to", "turnover", "on_time", "capacity"]}
    single = ["daily", "unmapped", "from", "scope", "override", "resolve", "remind", "listen"]
    assert sorted(marked) == sorted([*single, *tables["wecom"], *tables["daily"]])


def test_one_finding_names_all_that_the_file_sets(loading):
    """Keys in a table, of a person, and a table as a whole; not a pair's `check`, which counts; in both languages."""
    loaded = loading(
        ('owner = "wang.fang"', 'owner = "wang.fang"\ncheck = "daily 08:30"'),
        ('roles = ["checker"]', 'roles = ["checker"], phone = "8012"'),
        add='[schedule]\ndaily = "09:00"\n[daily]\nto = ["li.zong"]\n[mail]\nhost = "localhost"\nfrom = "a@b.c"\n'
        'remind = ["10:00"]\n',
    )
    found = [facts for code, facts in loaded.findings if code == "BR-1088"]
    assert found == [{"keys": "schedule.daily, people.phone, mail.remind, daily"}]
    for lang in language.LANGUAGES:
        assert "people.phone" in language.text(lang, "findings.BR-1088", **found[0])


def test_what_the_file_leaves_at_its_default_is_no_finding(loading):
    """Neither a file without these keys nor one that spells their defaults out; other keys of the tables count."""
    add = '[master]\nunmapped = "list"\n[holds]\nscope = ["item", "warehouse"]\nttl = "4h"\n[web]\nlisten = "127.0.0.1:8686"\n'
    for loaded in (loading(), loading(add=add)):
        assert "BR-1088" not in {code for code, _ in loaded.findings}
