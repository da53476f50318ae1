"""The checks as pytest classes. Subclass one, give it the fixture `harness`, and let its name begin with Test."""

from typing import Any

import pytest

from connectors.contract.checks import SOURCE_CHECKS, TARGET_CHECKS
from connectors.contract.expecting import Unsupported
from connectors.contract.harness import SourceHarness, TargetHarness


def _named(check: Any) -> str:
    return str(check.__name__)


class SourceContract:
    """Every check of a source, one test each; what the system does not have is skipped."""

    @pytest.fixture
    def harness(self, tmp_path: Any) -> SourceHarness:
        """Return a fresh look-alike."""
        raise NotImplementedError

    @pytest.mark.parametrize("check", SOURCE_CHECKS, ids=_named)
    def test_source(self, harness: SourceHarness, check: Any) -> None:
        """The source does what the check's docstring says."""
        _run(check, harness)


class TargetContract:
    """Every check of a hold target, one test each."""

    @pytest.fixture
    def harness(self, tmp_path: Any) -> TargetHarness:
        """Return a fresh look-alike."""
        raise NotImplementedError

    @pytest.mark.parametrize("check", TARGET_CHECKS, ids=_named)
    def test_target(self, harness: TargetHarness, check: Any) -> None:
        """The target does what the check's docstring says."""
        _run(check, harness)


def _run(check: Any, harness: object) -> None:
    try:
        check(harness)
    except Unsupported as lacking:
        pytest.skip(f"the system has no {lacking}")
