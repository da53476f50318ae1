"""docs/contracts.md says what the program does: its example, exit codes, options and CSV headers."""

import json
import re

import pytest
from acceptance_example import example
from acceptance_plant import ROOT

from bridge.cli.arguments import take_globals
from bridge.domain import errors
from bridge.domain.episode import EpisodeState
from bridge.domain.hold import HoldState
from reconcilers import maps

PAGE = (ROOT / "docs" / "contracts.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def shown() -> object:
    """Give the example as the page shows it."""
    (block,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    return json.loads(block)


def _shape(value: object) -> object:
    """Return keys and types: a list stands for its elements, of which all must be alike in keys."""
    if isinstance(value, dict):
        return {key: _shape(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_shape(each) for each in value]
    return type(value).__name__


def test_the_example_is_what_the_program_prints(shown, tmp_path, sink):
    """The documented example is executed: same keys and types at every level, in the same order, same exit code."""
    done = example(tmp_path, sink)
    assert done.code == 10
    assert _shape(done.json) == _shape(shown)
    assert list(done.json) == list(shown)
    assert list(done.json["variances"][0]) == list(shown["variances"][0])
    assert done.json["variances"] == shown["variances"]


def test_every_key_of_the_example_is_explained(shown):
    """What the report, a snapshot, a variance or a hold carries is named on the page."""
    words = set(re.findall(r"`([a-z_]+)(?:\[\])?`", PAGE))
    named = {"name", "warehouse_name", "abc", "owner", "cost", "cost_source", "unit"}  # speak for themselves
    for part in (shown, shown["snapshots"][0], shown["variances"][0], shown["holds"][0], shown["mails"][0]):
        assert set(part) <= words | named


def test_exit_codes_are_those_of_the_error_tree():
    """Every exit code an error has is in the table."""
    table = set(re.findall(r"^\| (\d+) \| ", PAGE, re.MULTILINE))
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.BridgeError)]
    assert {str(kind.exit_code) for kind in kinds} | {"0", "10"} == table


def test_states_are_all_named():
    """Each state of a variance and of a hold stands on the page."""
    for state in (*EpisodeState, *HoldState):
        assert f"`{state.value}`" in PAGE


def test_csv_headers_are_the_ones_read():
    """The maps' columns are those the program reads and writes."""
    for columns in (maps.ITEM_COLUMNS, maps.WAREHOUSE_COLUMNS, maps.UNIT_COLUMNS):
        assert f"`{','.join(columns)}`" in PAGE


def test_global_options_are_the_ones_taken():
    """The table of global options names exactly those that the command line takes out."""
    named = re.findall(r"^\| `(--[a-z]+) ", PAGE, re.MULTILINE)
    values = {"--config": "x.toml", "--now": "2026-11-23T08:30:00+08:00", "--lang": "en"}
    assert sorted(named) == sorted(values)
    for option, value in values.items():
        assert take_globals([option, value])[1] == []
