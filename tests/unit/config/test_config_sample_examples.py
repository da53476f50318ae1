"""The examples that stand in bridge.toml as comments work once they are uncommented."""

import re
import tomllib

import pytest

from config.loader import load
from config.sample import sample_toml
from config.sample_examples import EXAMPLES
from connectors.registry import BUILT_IN, connectors

KINDS = {kind: connector.settings for kind, connector in connectors().items()}


def uncommented():
    """Return the sample with every example made a part of it."""
    head, _, rest = sample_toml(KINDS).partition("# ---------- 其他系统")
    examples, _, tail = rest.partition("\n# ---------- ")
    return f"{head}#{re.sub(r'^# ', '', examples, flags=re.MULTILINE)}\n# ---------- {tail}"


def test_uncommented_examples_load(tmp_path):
    """All of them together, beside the sample plant."""
    path = tmp_path / "bridge.toml"
    path.write_text(uncommented(), encoding="utf-8")
    sources = load(path, KINDS, {}, resolve_secrets=False).settings.sources
    for header in EXAMPLES:
        assert header.split(".")[1] in sources


def test_examples_of_missing_kinds_are_left_out():
    """A file never shows what cannot be read."""
    assert "其他系统" not in sample_toml({"kingdee_k3", "yonyou_u8"})
    assert "k3c" not in tomllib.loads(sample_toml(KINDS))["sources"]


@pytest.mark.parametrize("kind", sorted({connector.kind for connector in BUILT_IN}))
def test_every_kind_is_shown(kind):
    """Each built-in kind stands in bridge.toml, in the plant or among the examples."""
    assert f'kind = "{kind}"' in sample_toml(KINDS)
