"""The template connector passes the contract it teaches."""

from pathlib import Path

import pytest
from contract_export import ExportHarness

from connectors.contract import SourceContract, template


class TestTemplate(SourceContract):
    """A CSV export as a source."""

    @pytest.fixture
    def harness(self, tmp_path):
        """Return a fresh export folder."""
        return ExportHarness(tmp_path)


def test_contract_template_is_short():
    """A read-only connector takes less than 150 lines."""
    assert len(Path(template.__file__).read_text(encoding="utf-8").splitlines()) < 150
