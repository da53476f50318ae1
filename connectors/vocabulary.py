"""Words of the contract that settings may say: what a document is, and what state it is in."""

from typing import Annotated

from pydantic import AfterValidator

from bridge.domain.movement import FAMILIES, STATES
from config.refusal import Refusal


def one_of(allowed: tuple[str, ...]) -> AfterValidator:
    """Return a check that lets only the `allowed` words pass, and names them."""

    def check(word: str) -> str:
        if word not in allowed:
            raise Refusal("BR-1013", allowed=", ".join(allowed))
        return word

    return AfterValidator(check)


Family = Annotated[str, one_of(FAMILIES)]
State = Annotated[str, one_of(STATES)]
