"""Running checks without pytest: each on a fresh harness, all to the end."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, TypeVar

from connectors.contract.expecting import Unsupported

_Harness = TypeVar("_Harness")


@dataclass(frozen=True)
class Verdict:
    """What one check found. `why` tells what broke, or what the system does not have."""

    check: str
    outcome: Literal["passed", "failed", "not applicable"]
    why: str = ""


def verdicts(checks: Iterable[Callable[[_Harness], None]], make: Callable[[], _Harness]) -> tuple[Verdict, ...]:
    """Given checks and what makes a fresh harness, return one verdict a check. Any exception counts as failed."""
    return tuple(_verdict(check, make) for check in checks)


def _verdict(check: Callable[[_Harness], None], make: Callable[[], _Harness]) -> Verdict:
    name = check.__name__
    try:
        check(make())
    except Unsupported as lacking:
        return Verdict(name, "not applicable", str(lacking))
    except Exception as broken:  # noqa: BLE001 - a check that crashes has found something too
        return Verdict(name, "failed", f"{type(broken).__name__}: {broken}")
    return Verdict(name, "passed")
