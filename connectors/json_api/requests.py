"""The tables of bridge.toml that describe a request and where things stand in its answer."""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, JsonValue, model_validator

from bridge.domain.movement import FAMILIES, STATES
from config.base import Duration, Secret, Table
from config.refusal import Refusal
from connectors.json_api.fields import RowFields
from connectors.vocabulary import Family, State

Scalar = bool | int | str
Conditions = dict[str, Scalar | tuple[Scalar, ...]]
"""What an answer says, by the place where it says so; all must hold, each with one of its values."""
Method = Literal["GET", "POST"]


def _path(text: str) -> str:
    if not text.startswith("/") or re.search(r"[?#\s]", text):
        raise Refusal("BR-1026", allowed="/stock")
    return text


Path = Annotated[str, AfterValidator(_path)]


def mentions(tree: Any, name: str) -> bool:
    """Return whether `{name}` stands anywhere in a query or body."""
    if isinstance(tree, dict):
        return any(mentions(value, name) for value in tree.values())
    if isinstance(tree, list):
        return any(mentions(value, name) for value in tree)
    return isinstance(tree, str) and f"{{{name}}}" in tree


class Request(Table):
    """One request. With POST the parameters stand in a JSON body, where dots in their names go deeper."""

    path: Path = Field(description="path below base_url", examples=["/stock"])
    method: Method | None = Field(default=None, description="default: POST where there is a body, else GET")
    query: dict[str, str | int] = Field(default={}, description="further parameters in the address, always the same")
    body: dict[str, JsonValue] = Field(
        default={}, description="POST: what the body always holds, such as a form's id or a filter"
    )
    body_format: Literal["json", "form"] = Field(default="json", description="POST: JSON, or as a web form sends it")
    success: Conditions = Field(
        default={}, description="what the answer says when it is good, e.g. { code = [0, 200] }; all must hold"
    )
    message: str | None = Field(default=None, description="where a refusal's words stand; default: msg, message, error")

    @model_validator(mode="after")
    def _body_is_sent(self) -> Self:
        if self.body and self.method == "GET":
            raise Refusal("BR-1438")
        return self

    @property
    def name(self) -> str:
        """Return how the request is called in messages."""
        return f"{self.verb} {self.path}"

    @property
    def verb(self) -> Method:
        """Return how it is sent."""
        return self.method or ("POST" if self.body else "GET")


class LoginRequest(Request):
    """`login = { ... }`: the request that gives a token, or a session cookie. Asked for once a reading, and when lost."""

    method: Method | None = Field(default="POST", description="GET, or POST with a body")
    secrets: dict[str, Secret] = Field(
        default={}, description='secret parameters, as references: { appSecret = "secret:yida_app" }'
    )
    token: str | None = Field(
        default=None, description="where the token stands in the answer: accessToken, data.token; default: cookie only"
    )
    lost: Conditions = Field(
        default={}, description="how an answer says that the token has expired, besides HTTP 401: { errcode = 42001 }"
    )


class ListRequest(Request):
    """A request that returns rows. Names and paths that are left out come from `envelope`.

    Pages are asked for by number (`page`), by rows already read (`offset`) or by a cursor (`cursor`).
    """

    items: str | None = Field(
        default=None, description="where the list stands in the answer, dots go deeper: data, rows, data.list"
    )
    page: str | None = Field(default=None, description="parameter with the page number: page, pageNum, pageNo")
    size: int | None = Field(
        default=None, ge=1, le=100_000, description="rows asked for a page; default: 500, yudao 100"
    )
    size_name: str | None = Field(default=None, description="parameter with `size`; default: size or pageSize, by page")
    page_start: int = Field(default=1, ge=0, description="number of the first page")
    offset: str | None = Field(
        default=None, description="instead of page: parameter with the number of rows already read: offset, skip"
    )
    cursor: str | None = Field(
        default=None, description="instead of page: parameter that says where to go on, see next and last_row"
    )
    next: str | None = Field(
        default=None, description="cursor: where the answer says what to send next; empty or missing on the last page"
    )
    has_more: str | None = Field(default=None, description="cursor: where the answer says whether there is more")
    last_row: str | None = Field(
        default=None, description="cursor: key of a row; what it says in the last row is what to send next"
    )
    total: str | None = Field(
        default=None, description="where the number of all rows stands: the second count for the gate"
    )
    unwrap: str | None = Field(
        default=None, description="key of a list inside each row, such as a sub-form: each of its entries is a line"
    )
    rate: float | None = Field(default=None, gt=0, description="requests a second at most; default: no limit")

    @model_validator(mode="after")
    def _one_way_of_paging(self) -> Self:
        ways = [way for way in (self.page, self.offset, self.cursor) if way is not None]
        ends = [end for end in (self.next, self.last_row) if end is not None]
        if len(ways) > 1 or (self.cursor is not None) != (len(ends) == 1):
            raise Refusal("BR-1437")
        return self


class StockRequest(ListRequest):
    """`snapshot = { ... }`: the request that lists all stock."""

    snapshot_id: str = Field(
        default="snapshot_id", description="where the picture's identity stands, if anywhere: constant over all pages"
    )
    snapshot_time: str = Field(
        default="snapshot_time", description="where the picture's time stands, if anywhere; else the Date header counts"
    )


class Meaning(Table):
    """What rows that moved mean, and how far they are read."""

    overlap: Duration = Field(default="10m", description="read again what changed this long before the last reading")
    history: Duration = Field(default="30d", description="how far the first reading goes back")
    family: Family = Field(default="report", description=f"what a document is: {', '.join(FAMILIES)}")
    types: dict[str, Family] = Field(
        default={}, description="the same by document type: { \"产品入库\" = 'product_receipt' }"
    )
    states: dict[str, State] = Field(
        default={}, description=f"what the words in fields.state mean: {', '.join(STATES)}"
    )


class MovementRequest(ListRequest, Meaning):
    """`movements = { ... }`: the request that lists what moved; one row a line, the quantity signed.

    Paging, size, total, success, message and rate are those of `snapshot` where they are left out.
    """

    since: str | None = Field(
        default=None,
        description="parameter for `changed later than`, unless {since} stands in query or body; without both "
        "everything is read each time",
    )
    since_format: Literal["iso", "utc", "local", "seconds", "milliseconds"] = Field(
        default="iso",
        description="how `since` is written: iso 2026-11-23T08:30:00+08:00, utc 2026-11-23T00:30:00.000Z, "
        "local 2026-11-23 08:30:00",
    )
    fields: RowFields | None = Field(
        default=None, description="keys that are called otherwise here than the source's `fields` say"
    )

    @property
    def is_since(self) -> bool:
        """Return whether the request can ask for what changed since."""
        return self.since is not None or mentions(self.query, "since") or mentions(self.body, "since")
