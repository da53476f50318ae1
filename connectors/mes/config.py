"""The settings of a source that is read by HTTP."""

import re
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, AliasChoices, Field, field_validator, model_validator

from bridge.domain.movement import FAMILIES, STATES
from config.base import Duration, Secret, SourceSettings, Table
from config.refusal import Refusal

Scalar = bool | int | str
WarehouseKind = Literal["normal", "consigned", "line_side", "in_transit", "inspection", "virtual"]
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_SHARED = ("page", "size", "size_name", "page_start", "total", "success", "message")
_PRINTABLE = re.compile(r"[\x20-\x7e]*")


def _one_of(allowed: tuple[str, ...]) -> AfterValidator:
    def check(word: str) -> str:
        if word not in allowed:
            raise Refusal("BR-1013", allowed=", ".join(allowed))
        return word

    return AfterValidator(check)


def _path(text: str) -> str:
    if not text.startswith("/") or re.search(r"[?#\s]", text):
        raise Refusal("BR-1026", allowed="/stock")
    return text


def _headers(table: dict[str, str]) -> dict[str, str]:
    for name, value in table.items():
        if not _HEADER_NAME.fullmatch(name) or not _PRINTABLE.fullmatch(value):
            raise Refusal("BR-1026", allowed='{ "tenant-id" = "1" }')
    return table


Family = Annotated[str, _one_of(FAMILIES)]
State = Annotated[str, _one_of(STATES)]


class ListRequest(Table):
    """A GET that returns rows. Names and paths that are left out come from `envelope`."""

    path: Annotated[str, AfterValidator(_path)] = Field(description="path below base_url", examples=["/stock"])
    items: str | None = Field(
        default=None, description="where the list stands in the answer, dots go deeper: data, rows, data.list"
    )
    page: str | None = Field(default=None, description="parameter with the page number: page, pageNum, pageNo")
    size: int | None = Field(
        default=None, ge=1, le=100_000, description="rows asked for a page; default: 500, yudao 100"
    )
    size_name: str | None = Field(default=None, description="parameter with `size`; default: size or pageSize, by page")
    page_start: int = Field(default=1, ge=0, description="number of the first page")
    total: str | None = Field(
        default=None, description="where the number of all rows stands: the second count for the gate"
    )
    success: dict[str, Scalar | tuple[Scalar, ...]] = Field(
        default={}, description="what the answer says when it is good, e.g. { code = [0, 200] }; all must hold"
    )
    message: str | None = Field(default=None, description="where a refusal's words stand; default: msg, message, error")
    query: dict[str, str | int] = Field(default={}, description="further parameters, always the same")


class StockRequest(ListRequest):
    """`snapshot = { ... }`: the request that lists all stock."""

    snapshot_id: str = Field(
        default="snapshot_id", description="where the picture's identity stands, if anywhere: constant over all pages"
    )
    snapshot_time: str = Field(
        default="snapshot_time", description="where the picture's time stands, if anywhere; else the Date header counts"
    )


class MovementRequest(ListRequest):
    """`movements = { ... }`: the request that lists what moved; one row a line, the quantity signed.

    page, size, size_name, page_start, total, success and message are those of `snapshot` where they are left out.
    """

    since: str | None = Field(
        default=None, description="parameter for `changed later than`; without it everything is read each time"
    )
    since_format: Literal["iso", "local", "seconds", "milliseconds"] = Field(
        default="iso", description="how `since` is written: iso 2026-11-23T08:30:00+08:00, local 2026-11-23 08:30:00"
    )
    overlap: Duration = Field(default="10m", description="read again what changed this long before the last reading")
    history: Duration = Field(default="30d", description="how far the first reading goes back")
    family: Family = Field(default="report", description=f"what a document is: {', '.join(FAMILIES)}")
    types: dict[str, Family] = Field(
        default={}, description="the same by document type: { 产品入库 = 'product_receipt' }"
    )
    states: dict[str, State] = Field(
        default={}, description=f"what the words in fields.state mean: {', '.join(STATES)}"
    )


class RowFields(Table):
    """`fields = { ... }`: how the rows' keys are called; dots go deeper. A named key must occur, a default one may."""

    item: str = Field(default="item", description="item code; an empty one is refused")
    qty: str = Field(
        default="qty",
        validation_alias=AliasChoices("qty", "quantity"),
        description="quantity; null or empty means unknown, not zero",
    )
    warehouse: str | None = Field(default=None, description="warehouse or line code; default: warehouse, if there")
    batch: str | None = Field(default=None, description="batch number; default: batch, if there")
    unit: str | None = Field(default=None, description="unit name; default: unit, if there")
    id: str | None = Field(default=None, description="the row's own identity; default: id, if there")
    deleted: str | None = Field(default=None, description="true, 1 or Y on rows that no longer count; default: deleted")
    doc: str | None = Field(default=None, description="movements: document number; default: doc, if there")
    line: str | None = Field(default=None, description="movements: line of the document; default: line, if there")
    type: str | None = Field(default=None, description="movements: document type; default: type, if there")
    at: str | None = Field(default=None, description="movements: business time; default: at, if there")
    updated: str | None = Field(default=None, description="movements: last change; default: updated_at, if there")
    state: str | None = Field(default=None, description="movements: state, see movements.states; default: posted")
    maker: str | None = Field(default=None, description="movements: who; default: operator, if there")
    reference: str | None = Field(default=None, description="movements: source order; default: work_order, if there")
    to: str | None = Field(
        default=None, description="movements: receiving warehouse; where it is filled, qty goes from warehouse to it"
    )


class MesSettings(SourceSettings):
    """`kind = "mes"`: a system that lists its stock as JSON over HTTP."""

    base_url: str = Field(description="address up to the paths", examples=["http://192.168.10.40:8080/api"])
    token: Secret | None = Field(default=None, description="login token or API key, as a reference: secret:mes_token")
    auth: Literal["bearer", "header", "query", "none"] = Field(
        default="bearer", description="how the token is sent: Authorization: Bearer, a header of its own, a parameter"
    )
    auth_name: str | None = Field(
        default=None, description="name of that header or parameter; default: X-API-Key, token"
    )
    headers: Annotated[dict[str, str], AfterValidator(_headers)] = Field(
        default={}, description='further headers, e.g. { "tenant-id" = "1" }'
    )
    secret_headers: dict[str, Secret] = Field(default={}, description="further headers whose values are secret")
    envelope: Literal["auto", "plain", "ruoyi", "yudao"] = Field(
        default="auto", description="how answers are wrapped; auto tells by the answer"
    )
    snapshot: StockRequest = Field(description="the request that lists all stock")
    movements: MovementRequest | None = Field(default=None, description="the request that lists what moved")
    fields: RowFields = Field(default=RowFields(), description="names of the rows' keys")
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
        shared = {name: getattr(self.snapshot, name) for name in _SHARED if name not in self.movements.model_fields_set}
        return self.movements.model_copy(update=shared)

    @field_validator("base_url")
    @classmethod
    def _plain_address(cls, url: str) -> str:
        try:
            parts = urlsplit(url)
            good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            good = False
        if not good or parts.query or parts.fragment or parts.username is not None or re.search(r"[\s\\]", url):
            raise Refusal("BR-1431")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _header_names(self) -> Self:
        names = [*self.secret_headers, *([self.auth_name] if self.auth_name and self.auth == "header" else [])]
        if not all(_HEADER_NAME.fullmatch(name) for name in names):
            raise Refusal("BR-1432", names=", ".join(names))
        return self
