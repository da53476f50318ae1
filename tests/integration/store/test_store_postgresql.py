"""Every test of tests/unit/store, on PostgreSQL."""

import importlib.util
import sys
from pathlib import Path

import pytest

from bridge.domain.errors import SourceUnavailable
from bridge.store import Store

pytestmark = [pytest.mark.postgresql, pytest.mark.slow]
UNIT = Path(__file__).parents[2] / "unit" / "store"


def _tests_of(path: Path) -> dict[str, object]:
    """Load a test file again and return its tests and fixtures; classes test one engine only and stay out."""
    spec = importlib.util.spec_from_file_location(f"postgresql_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return {name: value for name, value in vars(module).items() if not name.startswith("_") and name[0].islower()}


for _path in sorted(UNIT.glob("test_store_*.py")):
    if _path.stem != "test_store_blobs":  # blobs are files on either engine
        globals().update(_tests_of(_path))


def test_an_absent_server_says_so(tmp_path):
    """A server that does not answer ends in one sentence, without the password."""
    with pytest.raises(SourceUnavailable) as raised:
        Store.open("postgresql+psycopg://u:geheim@127.0.0.1:1/x", tmp_path)
    assert raised.value.code == "BR-1705"
    assert "geheim" not in raised.value.text("zh")
