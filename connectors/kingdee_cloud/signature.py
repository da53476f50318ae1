"""The two signatures of the WebAPI (kingdee.md 3.3): headers on every request, and LoginBySign.

The body is not signed: only TLS protects it.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

_MASK = b"0054f397c6234378b09ca7d3e5debce7"
"""Fixed constant of the vendor's SDKs; it obscures the client secret inside the app id and is no secret itself."""


@dataclass(frozen=True)
class Identity:
    """Who signs. `app_id` looks like `<client id>_<32 characters of base64>`."""

    acct_id: str
    user: str
    app_id: str
    app_secret: str = field(repr=False)
    lcid: int = 2052
    org_num: str = "0"


def client_secret(app_id: str) -> str:
    """Return the secret hidden in the part after `_`. Raise ValueError if the app id has another shape."""
    _, mark, hidden = app_id.partition("_")
    if not mark or not hidden or "_" in hidden:
        raise ValueError("app id without a client secret")
    plain = base64.b64decode(hidden, validate=True)
    if len(plain) > len(_MASK):
        raise ValueError("client secret too long")
    return base64.b64encode(bytes(a ^ b for a, b in zip(plain, _MASK, strict=False))).decode("ascii")


def signed_headers(identity: Identity, path: str, timestamp: int) -> Mapping[str, str]:
    """Given the request's URL path and the time in Unix seconds, return the headers that prove who asks.

    The nonce repeats the timestamp, as the vendor's SDK does; that a random one is accepted is not confirmed.
    """
    moment = str(timestamp)
    encoded = quote(path, safe="")
    message = f"POST\n{encoded}\n\nx-api-nonce:{moment}\nx-api-timestamp:{moment}\n"
    appdata = f"{identity.acct_id},{identity.user},{identity.lcid},{identity.org_num}"
    return {
        "X-Api-ClientID": identity.app_id.partition("_")[0],
        "X-Api-Auth-Version": "2.0",
        "x-api-timestamp": moment,
        "x-api-nonce": moment,
        "x-api-signheaders": "x-api-timestamp,x-api-nonce",
        "X-Api-Signature": _signed(client_secret(identity.app_id), message),
        "X-Kd-Appkey": identity.app_id,
        "X-Kd-Appdata": base64.b64encode(appdata.encode()).decode("ascii"),
        "X-Kd-Signature": _signed(identity.app_secret, identity.app_id + appdata),
    }


def login_sign(identity: Identity, timestamp: int) -> str:
    """Return the `sign` of AuthService.LoginBySign."""
    parts = sorted((identity.acct_id, identity.user, identity.app_id, identity.app_secret, str(timestamp)))
    return hashlib.sha256("".join(parts).encode()).hexdigest()


def _signed(key: str, message: str) -> str:
    """Return base64 of the digest's hex text (not of the digest itself)."""
    digest = hmac.new(key.encode(), message.encode(), hashlib.sha256).hexdigest()
    return base64.b64encode(digest.encode("ascii")).decode("ascii")
