"""How the token is sent, and what must never be shown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bridge.domain.errors import SourceRefused
from connectors.mes.config import MesSettings

_HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")


@dataclass(frozen=True)
class Login:
    """Headers and parameters of every request; `secrets` are the texts among them that are never shown."""

    headers: Mapping[str, str] = field(repr=False)
    query: Mapping[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)


def credentials(source: str, settings: MesSettings) -> Login:
    """Return what a request carries. Raise SourceRefused if a secret cannot stand in a header."""
    headers, query = dict(settings.headers), dict[str, str]()
    token = settings.token.get_secret_value() if settings.token is not None else ""
    if token:
        match settings.auth:
            case "bearer":
                headers["Authorization"] = f"Bearer {token}"
            case "header":
                headers[settings.auth_name or "X-API-Key"] = token
            case "query":
                query[settings.auth_name or "token"] = token
            case "none":
                pass
    secret = {name: value.get_secret_value() for name, value in settings.secret_headers.items()}
    headers |= secret
    for name, value in headers.items():
        if not _HEADER_VALUE.fullmatch(value):
            raise SourceRefused("BR-1410", source=source, name=name)
    return Login(headers, query, tuple(text for text in (token, *secret.values()) if text))
