"""The table of bridge.toml that says how holds are written into a MES."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from config.base import Secret, Table
from config.refusal import Refusal
from connectors.json_api.requests import Path

REF = "/{hold_id}"


def _with_ref(path: str) -> str:
    if not path.endswith(REF) or path.count("{") != 1:
        raise Refusal("BR-1026", allowed="/open/holds/{hold_id}")
    return path


class ViaHoldApi(Table):
    """`via = "hold_api"`: the MES's own holds, by PUT, GET and DELETE as in docs/connectors/mes-contract.md."""

    via: Literal["hold_api"] = Field(default="hold_api", description="the way of holding")
    path: Annotated[Path, AfterValidator(_with_ref)] = Field(
        default="/open/holds/{hold_id}", description="path of one hold below base_url; the list is the part before"
    )
    token: Secret | None = Field(
        default=None, description="a token that may hold, as a reference: secret:mes_hold; default: the source's"
    )
    owner: str = Field(default="stockbridge", min_length=1, description="what the MES calls the owner of that token")
    operations: tuple[Literal["out", "transfer"], ...] = Field(
        default=("out", "transfer"), min_length=1, description="what the MES can stop"
    )

    @property
    def list_path(self) -> str:
        """Return the path that lists holds."""
        return self.path.removesuffix(REF)
