"""How a call proves who asks: a token, a signature, secret parameters; and what must never be shown."""

import base64
import re
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime

from pydantic import SecretStr

from bridge.domain.errors import SourceRefused
from connectors.json_api.call import Call
from connectors.json_api.settings import JsonApiSettings
from connectors.json_api.signing import signed

_HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")


def standing_headers(source: str, settings: JsonApiSettings) -> Mapping[str, str]:
    """Return the headers that every request carries. Raise SourceRefused if a secret cannot stand in one."""
    secret = {name: value.get_secret_value() for name, value in settings.secret_headers.items()}
    return _proper(source, {**settings.headers, **secret})


def proven(source: str, settings: JsonApiSettings, call: Call, token: str, at: datetime) -> Call:
    """Given a call, the token and the real time, return the call as it may go out.

    Raise SourceRefused if a secret cannot stand in a header.
    """
    call = call.with_parameters({name: value.get_secret_value() for name, value in settings.secret_parameters.items()})
    if token:
        call = _with_token(settings, call, token)
    if settings.sign is not None:
        call = signed(settings.sign, call, at, uuid.uuid4().hex)
    _proper(source, call.headers)
    return call


def secrets_of(settings: JsonApiSettings) -> Iterator[str]:
    """Yield every secret text of the settings, and the forms in which it is sent."""
    held: list[SecretStr] = [*settings.secret_headers.values(), *settings.secret_parameters.values()]
    held += [settings.token] if settings.token is not None else []
    held += settings.login.secrets.values() if settings.login is not None else []
    held += [settings.sign.secret] if settings.sign is not None else []
    for secret in held:
        if text := secret.get_secret_value():
            yield text
    if settings.auth == "basic" and settings.token is not None:
        yield _basic(settings, settings.token.get_secret_value())


def _with_token(settings: JsonApiSettings, call: Call, token: str) -> Call:
    match settings.auth:
        case "bearer":
            return call.with_parameters({"Authorization": f"Bearer {token}"}, "header")
        case "basic":
            return call.with_parameters({"Authorization": f"Basic {_basic(settings, token)}"}, "header")
        case "header":
            return call.with_parameters({settings.auth_name or "X-API-Key": token}, "header")
        case "query" | "body":
            return call.with_parameters({settings.auth_name or "token": token}, settings.auth)
        case "none":
            return call


def _basic(settings: JsonApiSettings, password: str) -> str:
    return base64.b64encode(f"{settings.user or ''}:{password}".encode()).decode()


def _proper(source: str, headers: Mapping[str, str]) -> Mapping[str, str]:
    for name, value in headers.items():
        if not _HEADER_VALUE.fullmatch(value):
            raise SourceRefused("BR-1410", source=source, name=name)
    return headers
