"""The settings of a source that is read as JSON over HTTP."""

import re
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from config.base import Secret, SourceSettings
from config.refusal import Refusal
from connectors.json_api.fields import FieldName, RowFields
from connectors.json_api.requests import Conditions, LoginRequest, MovementRequest, StockRequest
from connectors.json_api.signing import Signature
from connectors.web import BaseUrl

WarehouseKind = Literal["normal", "consigned", "line_side", "in_transit", "inspection", "virtual"]
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_PRINTABLE = re.compile(r"[\x20-\x7e]*")
_PAGING = ("page", "page_start", "offset", "cursor", "next", "has_more", "last_row")
_SHARED = ("body_format", "size", "size_name", "total", "success", "message", "rate")


def _headers(table: dict[str, str]) -> dict[str, str]:
    for name, value in table.items():
        if not _HEADER_NAME.fullmatch(name) or not _PRINTABLE.fullmatch(value):
            raise Refusal("BR-1026", allowed='{ "tenant-id" = "1" }')
    return table


class JsonApiSettings(SourceSettings):
    """A system that lists what it has as JSON over HTTP."""

    product: ClassVar[str] = "JSON API"

    base_url: BaseUrl = Field(description="address up to the paths", examples=["http://192.168.10.40:8080/api"])
    token: Secret | None = Field(
        default=None, description="login token, API key or password, as a reference: secret:mes_token"
    )
    auth: Literal["bearer", "header", "query", "body", "basic", "none"] = Field(
        default="bearer",
        description="how the token is sent: Authorization: Bearer, a header of its own, a parameter in the address or "
        "the body, Authorization: Basic with user",
    )
    auth_name: str | None = Field(
        default=None, description="name of that header or parameter; default: X-API-Key, token"
    )
    user: str | None = Field(default=None, description="auth = basic only: who logs in; the password is token")
    login: LoginRequest | None = Field(default=None, description="a request that gives the token")
    sign: Signature | None = Field(default=None, description="every request is signed with an app key")
    headers: Annotated[dict[str, str], AfterValidator(_headers)] = Field(
        default={}, description='further headers, e.g. { "tenant-id" = "1" }'
    )
    secret_headers: dict[str, Secret] = Field(default={}, description="further headers whose values are secret")
    secret_parameters: dict[str, Secret] = Field(
        default={}, description="further parameters whose values are secret, in the address, or with POST in the body"
    )
    throttled: Conditions = Field(
        default={}, description="how an answer says that it is too much, besides HTTP 429: { code = 8303 }; waits"
    )
    envelope: Literal["auto", "plain", "ruoyi", "yudao"] = Field(
        default="auto", description="how answers are wrapped; auto tells by the answer"
    )
    snapshot: StockRequest = Field(description="the request that lists all stock")
    movements: MovementRequest | None = Field(default=None, description="the request that lists what moved")
    fields: RowFields = Field(default=RowFields(), description="names of the rows' keys")
    constants: dict[FieldName, str] = Field(
        default={}, description="what is the same for every row, by field: { warehouse = 'L1', unit = '个' }"
    )
    warehouse_kind: WarehouseKind | None = Field(
        default=None, description="kind of this source's warehouses; default: not stated, so no pair leaves them out"
    )
    account: str | None = Field(default=None, description="name of the account set for the gate; default: the address")
    verify_tls: bool = Field(default=True, description="check the server's certificate")
    ca_file: Path | None = Field(default=None, description="certificate authority of the plant (PEM)")
    max_bytes: int = Field(default=64 * 1024 * 1024, gt=0, description="a larger answer is refused")

    @property
    def movement_request(self) -> MovementRequest | None:
        """Return the request for movements; what it does not say about pages and success is as in `snapshot`."""
        if self.movements is None:
            return None
        said = self.movements.model_fields_set
        taken = _SHARED if said & {"page", "offset", "cursor"} else (*_SHARED, *_PAGING)
        shared = {name: getattr(self.snapshot, name) for name in taken if name not in said}
        return self.movements.model_copy(update=shared)

    @model_validator(mode="after")
    def _header_names(self) -> Self:
        names = [*self.secret_headers, *([self.auth_name] if self.auth_name and self.auth == "header" else [])]
        if not all(_HEADER_NAME.fullmatch(name) for name in names):
            raise Refusal("BR-1432", names=", ".join(names))
        return self
