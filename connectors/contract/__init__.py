"""What every connector must do, as checks that its author runs: `from connectors.contract import SourceContract`.

Write a harness (a look-alike of the system that can be filled and broken), subclass SourceContract or TargetContract,
and let pytest run it; or call `verdicts(SOURCE_CHECKS, make_harness)` without pytest. docs/connectors/write-your-own.md
shows how.
"""

from typing import TYPE_CHECKING, Any

from connectors.contract.checks import SOURCE_CHECKS, TARGET_CHECKS
from connectors.contract.expecting import ContractBroken, Unsupported
from connectors.contract.harness import FAULTS, SourceHarness, StockRow, TargetHarness
from connectors.contract.verdicts import Verdict, verdicts

if TYPE_CHECKING:
    from connectors.contract.suite import SourceContract, TargetContract

__all__ = [
    "FAULTS",
    "SOURCE_CHECKS",
    "TARGET_CHECKS",
    "ContractBroken",
    "SourceContract",
    "SourceHarness",
    "StockRow",
    "TargetContract",
    "TargetHarness",
    "Unsupported",
    "Verdict",
    "verdicts",
]


def __getattr__(name: str) -> Any:
    """Load the pytest classes when they are asked for: everything else works without pytest."""
    if name in {"SourceContract", "TargetContract"}:
        from connectors.contract import suite  # noqa: PLC0415 - see above

        return getattr(suite, name)
    raise AttributeError(name)
