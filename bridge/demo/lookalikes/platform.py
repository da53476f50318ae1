"""A platform that lists forms as JSON over HTTP: what its shapes (platforms.py, jiandaoyun.py) have in common.

They know nothing of the connectors. Each says in its own words what `stock` and `moves` hold.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bridge.demo.lookalikes.served import Handler, Served

Row = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A request, taken apart; header names in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Mapping[str, Any]
    headers: Mapping[str, str]

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Return what was asked, wherever it stood."""
        return {**self.query, **self.body}


@dataclass(frozen=True)
class Stock:
    """What lies somewhere. `quantity` None = not said."""

    item: str
    warehouse: str
    quantity: Decimal | None
    batch: str = ""
    unit: str = "个"


@dataclass(frozen=True)
class Move:
    """What moved; `quantity` is signed, `to` the receiving place, `at` an ISO time with offset."""

    number: str
    item: str
    warehouse: str
    quantity: Decimal
    kind: str
    at: str
    to: str = ""


@dataclass
class Content:
    """What the platform knows, and how its lists misbehave.

    `claims_more` adds to each total, `repeats` sends the first page for every page, `forgets` leaves a key out.
    """

    stock: list[Stock] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    claims_more: int = 0
    repeats: bool = False
    forgets: str = ""


class Platform(Served):
    """A platform; subclasses say who may ask (`refusal`) and what is answered (`reply`)."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.content = Content()
        self.asked: list[Asked] = []

    def refusal(self, asked: Asked) -> tuple[int, Row] | None:
        """Return status and body if who asks may not, None if all is well."""
        raise NotImplementedError

    def reply(self, asked: Asked) -> tuple[int, Row]:
        """Return status and body of an answer to somebody who may ask."""
        raise NotImplementedError

    def respond(self, asked: Handler, body: bytes) -> None:
        """Take the request apart, check who asks, play a queued fault, or answer."""
        request = _taken_apart(asked, body, self.base)
        with self.guard:
            self.asked.append(request)
            fault = self.next_fault()
            if asked.breaks(fault):
                return
            asked.answer(*(self.refusal(request) or self.reply(request)), fault=fault, default=float)

    def page(self, rows: list[Row], start: int, size: int) -> list[Row]:
        """Return the rows from `start` on, as the content's misbehaviour lets them."""
        start = 0 if self.content.repeats and start < len(rows) else start
        return [{key: row[key] for key in row if key != self.content.forgets} for row in rows[start : start + size]]

    def total(self, rows: list[Row]) -> int:
        """Return how many rows there are, by the platform's own count."""
        return len(rows) + self.content.claims_more


def _taken_apart(asked: Handler, body: bytes, base: str) -> Asked:
    address = urlsplit(asked.path)
    query = {name: values[0] for name, values in parse_qs(address.query).items()}
    headers = {name.lower(): value for name, value in asked.headers.items()}
    if "urlencoded" in headers.get("content-type", ""):
        found: Any = {name: values[0] for name, values in parse_qs(body.decode()).items()}
    else:
        found = json.loads(body or b"{}", parse_float=Decimal)
    return Asked(asked.command, address.path.removeprefix(base), query, found, headers)
