"""Logging in for a session, the second choice after signed headers (kingdee.md 3.3 A)."""

from collections.abc import Mapping
from typing import Any

from connectors.kingdee_cloud.config import KingdeeCloudSettings
from connectors.kingdee_cloud.signature import Identity, login_sign

_SERVICE = "Kingdee.BOS.WebApi.ServicesStub.AuthService."
_ACCEPTED = frozenset({"1", "-5"})
"""LoginResultType: 1 is success, -5 wants a further form that API callers do without."""


def request(settings: KingdeeCloudSettings, identity: Identity, timestamp: int) -> tuple[str, Mapping[str, Any]]:
    """Return service and body of the login that the settings ask for; `timestamp` in Unix seconds."""
    shared: dict[str, Any] = {"acctID": identity.acct_id, "username": identity.user, "lcid": identity.lcid}
    if settings.auth == "password":
        return f"{_SERVICE}ValidateUser", shared | {"password": password_of(settings)}
    signed = {"appId": identity.app_id, "timestamp": timestamp, "sign": login_sign(identity, timestamp)}
    return f"{_SERVICE}LoginBySign", shared | signed


def verdict(answer: Any) -> tuple[bool, str]:
    """Return whether a login was accepted, and the server's words with its LoginResultType."""
    if not isinstance(answer, dict):
        return False, "no login answer"
    kind = str(answer.get("LoginResultType"))
    return kind in _ACCEPTED, f"LoginResultType {kind} {answer.get('Message') or ''}".strip()


def session_id(answer: Any) -> str:
    """Return the session's id, '' if the answer names none."""
    context = answer.get("Context")
    found = answer.get("KDSVCSessionId") or (context.get("SessionId") if isinstance(context, dict) else None)
    return str(found) if found else ""


def password_of(settings: KingdeeCloudSettings) -> str:
    """Return the password, '' if none is set."""
    return settings.password.get_secret_value() if settings.password is not None else ""
