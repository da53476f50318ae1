"""How a check says what it found."""

from collections.abc import Callable
from typing import TypeVar

from bridge.domain.errors import BridgeError

_Kind = TypeVar("_Kind", bound=BridgeError)


class ContractBroken(AssertionError):
    """The connector does not do what the contract asks. The message says what was expected and what came."""


class Unsupported(Exception):
    """The system under test has no such thing (no batches, no login ...): the check does not apply."""


def expect(holds: bool, what: str) -> None:
    """Raise ContractBroken with `what` unless it holds. Unlike `assert` it also speaks under `python -O`."""
    if not holds:
        raise ContractBroken(what)


def same(found: object, wanted: object, what: str) -> None:
    """Raise ContractBroken unless both are equal."""
    expect(found == wanted, f"{what}: expected {wanted!r}, found {found!r}")


def refused(call: Callable[[], object], *kinds: type[_Kind]) -> _Kind:
    """Return the error of one of `kinds` that the call raises. Raise ContractBroken on an answer or another error."""
    names = " or ".join(kind.__name__ for kind in kinds)
    try:
        answer = call()
    except kinds as error:
        return error
    except Exception as error:
        raise ContractBroken(f"expected {names}, found {type(error).__name__}: {error}") from error
    raise ContractBroken(f"expected {names}, found an answer: {str(answer)[:200]}")
