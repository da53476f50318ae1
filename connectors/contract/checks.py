"""All checks, in the order they are best read."""

from collections.abc import Callable

from connectors.contract.fault_checks import FAULT_CHECKS
from connectors.contract.harness import SourceHarness, TargetHarness
from connectors.contract.http_checks import HTTP_CHECKS
from connectors.contract.movement_checks import MOVEMENT_CHECKS
from connectors.contract.opening_checks import OPENING_CHECKS
from connectors.contract.stock_checks import STOCK_CHECKS
from connectors.contract.target_checks import TARGET_CHECKS as _TARGET_CHECKS

SOURCE_CHECKS: tuple[Callable[[SourceHarness], None], ...] = (
    *OPENING_CHECKS,
    *STOCK_CHECKS,
    *FAULT_CHECKS,
    *HTTP_CHECKS,
    *MOVEMENT_CHECKS,
)
TARGET_CHECKS: tuple[Callable[[TargetHarness], None], ...] = _TARGET_CHECKS
