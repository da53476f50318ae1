"""Requests signed with an app key and its secret: what is hashed, how, and under which names it is sent."""

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from config.base import Secret, Table
from connectors.json_api.call import Call, fill

_DEFAULT_SENT = {"appKey": "{key}", "timestamp": "{timestamp}", "sign": "{sign}"}


class Signature(Table):
    """`sign = { ... }`: every request carries a signature. In `text` and `send`, names in braces stand for values.

    {key} {secret} {timestamp} {nonce} {method} {path} {body}, and of all parameters by name, without the signature,
    {sorted} a=1&b=2 and {joined} a1b2.
    """

    key: str = Field(description="app key, client id")
    secret: Secret = Field(description="its secret, as a reference: secret:rest_app")
    text: str = Field(default="{key}{timestamp}{secret}", description="what is hashed, with names in braces")
    hash: Literal["md5", "sha1", "sha256", "hmac-md5", "hmac-sha1", "hmac-sha256"] = Field(
        default="sha256", description="how; hmac-… takes the secret as its key"
    )
    written: Literal["hex", "HEX", "base64", "base64-hex"] = Field(
        default="hex", description="hex in small or capital letters, base64, or base64 of the hex text"
    )
    time: Literal["seconds", "milliseconds", "compact", "local"] = Field(
        default="milliseconds", description="{timestamp}: Unix time, 20261123083000 or 2026-11-23 08:30:00"
    )
    send: dict[str, str] = Field(
        default=_DEFAULT_SENT, description="what is sent by which name, with names in braces and {sign}"
    )
    place: Literal["query", "body", "header"] = Field(default="query", description="where that is sent")


def signed(signature: Signature, call: Call, at: datetime, nonce: str) -> Call:
    """Given a call and the real time, return it with its signature. `nonce` is a text that never comes twice."""
    secret = signature.secret.get_secret_value()
    values: dict[str, str | int] = {"key": signature.key, "timestamp": _time(signature, at), "nonce": nonce}
    plain = {name: text for name, text in signature.send.items() if "{sign}" not in text}
    call = call.with_parameters(fill(plain, values), signature.place)
    parameters = {**call.query, **(call.body or {})}
    pairs = [(name, _text(value)) for name, value in sorted(parameters.items()) if value not in (None, "")]
    facts = {
        **values,
        "secret": secret,
        "method": call.method,
        "path": call.path,
        "body": (call.data or b"").decode(),
        "sorted": "&".join(f"{name}={value}" for name, value in pairs),
        "joined": "".join(f"{name}{value}" for name, value in pairs),
    }
    sign = _digest(signature, secret, str(fill(signature.text, facts)))
    rest = {name: text for name, text in signature.send.items() if name not in plain}
    return call.with_parameters(fill(rest, {**values, "sign": sign}), signature.place)


def _time(signature: Signature, at: datetime) -> str | int:
    match signature.time:
        case "seconds":
            return int(at.timestamp())
        case "milliseconds":
            return int(at.timestamp() * 1000)
        case "compact":
            return at.strftime("%Y%m%d%H%M%S")
        case "local":
            return at.strftime("%Y-%m-%d %H:%M:%S")


def _digest(signature: Signature, secret: str, text: str) -> str:
    keyed, _, name = signature.hash.rpartition("-")
    found = hmac.new(secret.encode(), text.encode(), name) if keyed else hashlib.new(name, text.encode())
    match signature.written:
        case "hex":
            return found.hexdigest()
        case "HEX":
            return found.hexdigest().upper()
        case "base64":
            return base64.b64encode(found.digest()).decode()
        case "base64-hex":
            return base64.b64encode(found.hexdigest().encode()).decode()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
