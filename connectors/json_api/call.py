"""One request as it goes out: built from its table, with parameters where its method wants them."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from urllib.parse import urlencode

from connectors.json_api.requests import Request
from connectors.json_api.words import put

Place = Literal["query", "body", "header"]
_NAME = re.compile(r"\{([a-z]+)\}")


@dataclass(frozen=True)
class Call:
    """A request without address. `body` None = it has none."""

    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict, repr=False)
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body_format: Literal["json", "form"] = "json"

    @property
    def name(self) -> str:
        """Return how the call is named in messages."""
        return f"{self.method} {self.path}"

    @property
    def place(self) -> Place:
        """Return where further parameters belong."""
        return "query" if self.body is None else "body"

    def with_parameters(self, more: Mapping[str, Any], place: Place | None = None) -> "Call":
        """Return the call with `more` in its query, its body (dots go deeper) or its headers."""
        if not more:
            return self
        match place or self.place:
            case "header":
                return replace(self, headers={**self.headers, **{name: str(value) for name, value in more.items()}})
            case "query":
                return replace(self, query={**self.query, **more})
            case "body":
                body = dict(self.body or {})
                for name, value in more.items():
                    put(body, name, value)
                return replace(self, body=body)

    @property
    def data(self) -> bytes | None:
        """Return the body's bytes, None if there is none."""
        if self.body is None:
            return None
        if self.body_format == "form":
            return urlencode({name: _flat(value) for name, value in self.body.items()}).encode()
        return json.dumps(self.body, ensure_ascii=False).encode()

    @property
    def content_type(self) -> str:
        """Return what the body is."""
        return "application/x-www-form-urlencoded" if self.body_format == "form" else "application/json; charset=utf-8"

    def __str__(self) -> str:
        names = "&".join(f"{name}={value}" for name, value in self.query.items())
        body = "" if self.body is None else f" {json.dumps(self.body, ensure_ascii=False)}"
        return f"{self.method} {self.path}{'?' if names else ''}{names}{body}"


def call_of(wanted: Request, filled: Mapping[str, str | int] | None = None) -> Call:
    """Given a request's table, return it as a call; each `{name}` of `filled` is replaced by its value."""
    body = None if wanted.verb == "GET" else fill(wanted.body, filled or {})
    return Call(wanted.verb, wanted.path, fill(wanted.query, filled or {}), body, body_format=wanted.body_format)


def fill(tree: Any, values: Mapping[str, str | int]) -> Any:
    """Return `tree` with the values for names in braces; a text that is nothing but a name becomes the value itself.

    It is done in one pass: a value that holds braces is not read again, and a name without value stays.
    """
    if isinstance(tree, dict):
        return {name: fill(value, values) for name, value in tree.items()}
    if isinstance(tree, list):
        return [fill(value, values) for value in tree]
    if not isinstance(tree, str):
        return tree
    alone = _NAME.fullmatch(tree)
    if alone and alone[1] in values:
        return values[alone[1]]
    return _NAME.sub(lambda found: str(values.get(found[1], found[0])), tree)


def _flat(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
